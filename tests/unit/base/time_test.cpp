// Durations and instants are read and spelled as the scenario format says.
#include "mdsync/time.hpp"

#include <doctest/doctest.h>

using namespace mdsync;
using namespace std::chrono_literals;

TEST_CASE("durations of one unit and of several falling units are read") {
    CHECK(parseDuration("250ms") == Millis{250});
    CHECK(parseDuration("90s") == Millis{90'000});
    CHECK(parseDuration("30m") == Millis{30min});
    CHECK(parseDuration("25h") == Millis{25h});
    CHECK(parseDuration("2d") == Millis{48h});
    CHECK(parseDuration("29m59s") == Millis{29min + 59s});
    CHECK(parseDuration("1h0m0s250ms") == Millis{1h + 250ms});
    CHECK(parseDuration("0ms") == Millis{0});
    CHECK(parseDuration("100000d") == Millis{2'400'000h});
}

TEST_CASE("what is not a duration is not read") {
    for (const char* text : {"", "5", "ms", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5s", "30s1m", "1m1m", "5S", "5y",
                             "1h30", "100001d", "100000d1ms", "99999999999999999999ms", "9223372036854775807d"}) {
        CAPTURE(text);
        CHECK_FALSE(parseDuration(text));
    }
}

TEST_CASE("a spelled duration is read back") {
    CHECK(spellDuration(0ms) == "0ms");
    CHECK(spellDuration(29min + 59s) == "29m59s");
    CHECK(spellDuration(25h) == "1d1h");
    CHECK(spellDuration(-90s) == "-1m30s");
    CHECK(spellDuration(Millis::min()) == "-106751991167d7h12m55s808ms");
    for (const std::int64_t millis : {1LL, 999LL, 60'000LL, 86'400'001LL, 8'640'000'000'000LL}) {
        CHECK(parseDuration(spellDuration(Millis{millis})) == Millis{millis});
    }
}

TEST_CASE("instants are read with their offset") {
    const Instant nine{Millis{1'714'525'200'000}};
    CHECK(parseInstant("2024-05-01T09:00:00+08:00") == nine);
    CHECK(parseInstant("2024-05-01T01:00:00Z") == nine);
    CHECK(parseInstant("2024-04-30T21:30:00.250-03:30") == nine + 250ms);
    CHECK(parseInstant("2024-02-29T00:00:00Z").has_value());
    CHECK(parseInstant("1969-12-31T23:59:59.999Z") == Instant{-1ms});
}

TEST_CASE("what is not an instant is not read") {
    for (const char* text : {"",
                             "2024-05-01",
                             "2024-05-01T09:00:00",
                             "2024-05-01 09:00:00Z",
                             "2024-02-30T00:00:00Z",
                             "2023-02-29T00:00:00Z",
                             "2024-13-01T00:00:00Z",
                             "2024-00-01T00:00:00Z",
                             "2024-05-01T24:00:00Z",
                             "2024-05-01T09:60:00Z",
                             "2024-05-01T09:00:60Z",
                             "2024-05-01T09:00Z",
                             "2024-05-01T09:00:00.5Z",
                             "2024-05-01T09:00:00.Z",
                             "2024-05-01T09:00:00+8:00",
                             "2024-05-01T09:00:00+0800",
                             "2024-05-01T09:00:00+24:00",
                             "2024-05-01T09:00:00+08:60",
                             "2024-05-01T09:00:00z",
                             "2024-05-01T09:00:00Z ",
                             "24-05-01T09:00:00Z",
                             "+024-05-01T09:00:00Z"}) {
        CAPTURE(text);
        CHECK_FALSE(parseInstant(text));
    }
}

TEST_CASE("instants are spelled in UTC or at an offset") {
    const Instant nine{Millis{1'714'525'200'007}};
    CHECK(spellInstant(nine) == "2024-05-01T01:00:00.007Z");
    CHECK(spellInstant(nine, 8h) == "2024-05-01T09:00:00.007+08:00");
    CHECK(spellInstant(nine, -(3h + 30min)) == "2024-04-30T21:30:00.007-03:30");
    CHECK(spellInstant(Instant{-1ms}) == "1969-12-31T23:59:59.999Z");
}
