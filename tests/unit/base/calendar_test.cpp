// Local days of offsets and of zones with daylight saving. Goldens use rules of the past.
#include "mdsync/calendar.hpp"

#include <doctest/doctest.h>

using namespace mdsync;
using namespace std::chrono;
using namespace std::chrono_literals;

namespace {
Instant at(const char* text) {
    return parseInstant(text).value();
}
LocalDay dayAt(int y, unsigned m, unsigned d) {
    return local_days{year{y} / month{m} / day{d}};
}
Zone zone(const char* name) {
    return Zone::find(name).value();
}

// dayOf() maps the start to `day`, and the millisecond before it to an earlier day.
void checkStart(const Zone& z, LocalDay day, const char* expected) {
    CAPTURE(z.name());
    CHECK(spellInstant(z.startOf(day)) == spellInstant(at(expected)));
    CHECK(z.dayOf(z.startOf(day)) == day);
    CHECK(z.dayOf(z.startOf(day) - 1ms) < day);
}
}  // namespace

TEST_CASE("zones are offsets or names of the database") {
    CHECK(Zone().name() == "+08:00");
    CHECK(Zone().offsetAt(Instant{}) == 8h);
    CHECK(zone("-03:30").offsetAt(Instant{}) == -(3h + 30min));
    CHECK(zone("Z").offsetAt(Instant{}) == 0min);
    CHECK_FALSE(zone("Z").named());
    CHECK(zone("Europe/Berlin").named());
    for (const char* name : {"", "+8:00", "+0800", "08:00", "+24:00", "+08:60", "+aa:00", "+08:00 ", "z",
                             "Europe/Berlim", "europe/berlin", "../../etc/passwd", "/etc/passwd"}) {
        CAPTURE(name);
        CHECK_FALSE(Zone::find(name));
    }
    CHECK_FALSE(Zone::find(std::string_view("UTC\0x", 5)));
}

TEST_CASE("a day of an offset begins at its midnight") {
    const Zone z;
    CHECK(z.dayOf(at("2024-05-01T00:00:00+08:00")) == dayAt(2024, 5, 1));
    CHECK(z.dayOf(at("2024-04-30T23:59:59.999+08:00")) == dayAt(2024, 4, 30));
    checkStart(z, dayAt(2024, 5, 1), "2024-05-01T00:00:00+08:00");
    checkStart(zone("-11:00"), dayAt(1960, 1, 1), "1960-01-01T00:00:00-11:00");
}

TEST_CASE("days around a daylight saving change have 23 and 25 hours") {
    const Zone z = zone("Europe/Berlin");
    checkStart(z, dayAt(2024, 3, 31), "2024-03-31T00:00:00+01:00");
    checkStart(z, dayAt(2024, 4, 1), "2024-04-01T00:00:00+02:00");
    CHECK(z.startOf(dayAt(2024, 4, 1)) - z.startOf(dayAt(2024, 3, 31)) == 23h);
    CHECK(z.startOf(dayAt(2024, 10, 28)) - z.startOf(dayAt(2024, 10, 27)) == 25h);
    CHECK(z.offsetAt(at("2024-03-31T00:59:59.999Z")) == 60min);
    CHECK(z.offsetAt(at("2024-03-31T01:00:00Z")) == 120min);
}

TEST_CASE("a day without midnight begins where the clock was put forward") {
    checkStart(zone("America/Sao_Paulo"), dayAt(2018, 11, 4), "2018-11-04T03:00:00Z");
}

TEST_CASE("a day with two midnights begins at the first") {
    checkStart(zone("America/Havana"), dayAt(2012, 11, 4), "2012-11-04T04:00:00Z");
}

TEST_CASE("a midnight that comes back is still a start: the evening before is repeated") {
    // 2018-02-18 00:00 -02:00 became 2018-02-17 23:00 -03:00.
    checkStart(zone("America/Sao_Paulo"), dayAt(2018, 2, 18), "2018-02-18T03:00:00Z");
}

TEST_CASE("a day that never was begins with the next one") {
    const Zone z = zone("Pacific/Apia");
    CHECK(z.startOf(dayAt(2011, 12, 30)) == z.startOf(dayAt(2011, 12, 31)));
    checkStart(z, dayAt(2011, 12, 31), "2011-12-30T10:00:00Z");
}

TEST_CASE("zones are equal by name") {
    CHECK(zone("Europe/Berlin") == zone("Europe/Berlin"));
    CHECK_FALSE(zone("Z") == zone("+00:00"));
}
