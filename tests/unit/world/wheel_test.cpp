// The event queue against a plain sorted list.
#include "world/wheel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
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
    std::size_t longest = 0;
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
        // One, or several at once.
        std::array<int, Wheel<int>::kChunk> items{};
        const bool one = draw(2) == 0;
        const auto take = [&](Instant until) -> std::size_t {
            return one ? (wheel.pop(until, items[0]) ? 1 : 0) : wheel.popSome(until, items);
        };
        const Instant first = wheel.next();
        REQUIRE(take(first - Millis{1}) == 0);
        const std::size_t count = take(Instant::max());
        REQUIRE(count > 0);
        longest = std::max(longest, count);
        for (std::size_t i = 0; i < count; ++i) {
            const Expected expected = takeFirst(pending);
            REQUIRE(expected.at == first);
            REQUIRE(items[i] == expected.number);
        }
        REQUIRE(wheel.now() == first);
    }
    CHECK(longest > 1);
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
