// The event queue against a plain sorted list.
#include "world/wheel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "mdsync/choices.hpp"

using namespace mdsync;
using mdsync::world::Wheel;

namespace {

struct Expected {
    Instant at;
    int number = 0;
};

// What a queue with exact order gives next: the earliest, and of those the one that was pushed first.
Expected takeFirst(std::vector<Expected>& pending) {
    const auto first = std::min_element(pending.begin(), pending.end(),
                                        [](const Expected& a, const Expected& b) { return a.at < b.at; });
    const Expected result = *first;
    pending.erase(first);
    return result;
}

}  // namespace

TEST_CASE("items come out by time, and of one time in the order of pushing, near and far") {
    const auto choices = randomChoices(7);
    const Stream stream = streamOf(Purpose::Generate, 0);
    const auto draw = [&](std::uint32_t bound) { return static_cast<int>(choices->draw(stream, bound)); };
    Wheel<int> wheel{Instant{Millis{1000}}};
    std::vector<Expected> pending;
    int number = 0;
    for (int round = 0; round < 20000; ++round) {
        const bool pushes = pending.size() < 3 || (pending.size() < 400 && draw(2) == 0);
        if (pushes) {
            // Now, soon, at the edge of the slots, and far ahead.
            const int reach[] = {1, 80, 2, 3000};
            const int kind = draw(4);
            const Instant at =
                wheel.now() + Millis{(kind == 2 ? 255 : 0) + draw(static_cast<std::uint32_t>(reach[kind]))};
            wheel.push(at, number);
            pending.push_back({at, number++});
            continue;
        }
        const Expected expected = takeFirst(pending);
        CHECK(wheel.next() == expected.at);
        int item = -1;
        CHECK_FALSE(wheel.pop(expected.at - Millis{1}, item));
        REQUIRE(wheel.pop(Instant::max(), item));
        REQUIRE(item == expected.number);
        REQUIRE(wheel.now() == expected.at);
    }
    CHECK(wheel.size() == pending.size());
}

TEST_CASE("forEach names what is pending in the order in which it will come out") {
    Wheel<int> wheel{Instant{}};
    for (int i = 0; i < 300; ++i) wheel.push(Instant{Millis{(i * 37) % 700}}, i);
    std::vector<int> named;
    wheel.forEach([&](Instant, int item) { named.push_back(item); });
    std::vector<int> popped;
    for (int item = 0; wheel.pop(Instant::max(), item);) popped.push_back(item);
    CHECK(named == popped);
    CHECK(popped.size() == 300);
}
