// Where two runs differ: said of events, and of what their annexes hold.
#include "drive/difference.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace mdsync;

namespace {

// Two runs of one scenario: they share a header and a lexicon.
struct Runs {
    Header header;
    Lexicon lexicon;
    Annex annexes[2];
    std::vector<Event> events[2];

    Runs() {
        header.users = {UserInfo{"alice", DeviceId{0U}, 1}};
        DeviceInfo phone;
        phone.name = "phone";
        phone.user = UserId{0U};
        header.devices = {phone};
        for (int run : {0, 1}) {
            annexes[run].catchUps = {{std::uint64_t{1}, false, {}}};
            Event online;
            online.kind = EventKind::Online;
            online.device = DeviceId{0U};
            Event caughtUp = online;
            caughtUp.kind = EventKind::CaughtUp;
            caughtUp.annex = 0;
            events[run] = {online, caughtUp, online};
        }
    }
    std::optional<Difference> difference() const {
        return firstDifference({header, lexicon, annexes[0], events[0]}, {header, lexicon, annexes[1], events[1]});
    }
};

}  // namespace

TEST_CASE("equal runs have no difference, and one is named by its first event") {
    Runs runs;
    CHECK_FALSE(runs.difference());
    runs.events[1][2].t += Millis{5};
    REQUIRE(runs.difference());
    CHECK(runs.difference()->event == 2);
    CHECK(runs.difference()->first != runs.difference()->second);
    runs.events[1].pop_back();
    REQUIRE(runs.difference());
    CHECK(runs.difference()->second.empty());
}

TEST_CASE("what only an annex tells is compared, too") {
    Runs runs;
    runs.annexes[1].catchUps[0].count = 2;
    REQUIRE(runs.difference());
    CHECK(runs.difference()->event == 1);
}

TEST_CASE("a number that no line shows is no difference") {
    Runs runs;
    runs.events[1][0].origin = 7;
    CHECK_FALSE(runs.difference());
}
