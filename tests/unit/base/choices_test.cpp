// Draws are computed from seed, stream and count.
#include "mdsync/choices.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

using namespace mdsync;

namespace {
std::vector<std::uint32_t> draws(Choices& choices, Stream stream, std::uint32_t bound, int count) {
    std::vector<std::uint32_t> numbers;
    for (int i = 0; i < count; ++i) numbers.push_back(choices.draw(stream, bound));
    return numbers;
}
const Stream kLatency = streamOf(Purpose::Latency, 3);
}  // namespace

TEST_CASE("the same seed draws the same numbers, on every machine") {
    CHECK(draws(*randomChoices(1), kLatency, 1000, 6) == std::vector<std::uint32_t>{714, 480, 999, 38, 590, 169});
    CHECK(draws(*randomChoices(2), kLatency, 1000, 6) == std::vector<std::uint32_t>{397, 228, 665, 947, 218, 787});
}

TEST_CASE("drawing from one stream does not disturb another") {
    const auto alone = draws(*randomChoices(7), kLatency, 1U << 30U, 20);
    const auto crowded = randomChoices(7);
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t i = 0; i < 20; ++i) {
        crowded->draw(streamOf(Purpose::Loss, 3), 100);
        crowded->draw(streamOf(Purpose::Latency, 0xffffffffU), 100);
        numbers.push_back(crowded->draw(kLatency, 1U << 30U));
        crowded->draw(streamOf(Purpose::Latency, 1000 * i + 4), 100);
    }
    CHECK(numbers == alone);
}

TEST_CASE("a clone goes on alike, and neither disturbs the other") {
    const auto one = randomChoices(9);
    draws(*one, kLatency, 10, 5);
    const auto two = one->clone();
    const auto expected = draws(*one->clone(), kLatency, 1U << 20U, 10);
    CHECK(draws(*two, kLatency, 1U << 20U, 10) == expected);
    CHECK(draws(*one, kLatency, 1U << 20U, 10) == expected);
}

TEST_CASE("draws stay below the bound and reach every number evenly") {
    const auto choices = randomChoices(3);
    std::array<int, 7> seen{};
    for (int i = 0; i < 70'000; ++i) {
        const std::uint32_t number = choices->draw(streamOf(Purpose::Order, 0xffffffffU), 7);
        REQUIRE(number < 7);
        ++seen[number];
    }
    for (const int count : seen) CHECK((count > 9'500 && count < 10'500));
    CHECK(choices->draw(kLatency, 1) == 0);
    bool high = false;
    for (int i = 0; i < 100; ++i) high = choices->draw(kLatency, 0xffffffffU) > 0x80000000U || high;
    CHECK(high);
}

TEST_CASE("neighbouring streams and seeds are unrelated") {
    const auto choices = randomChoices(1);
    const auto other = randomChoices(2);
    int equal = 0;
    for (std::uint32_t entity = 0; entity < 1000; ++entity) {
        const auto here = choices->draw(streamOf(Purpose::Latency, entity), 100);
        equal += here == other->draw(streamOf(Purpose::Latency, entity), 100) ? 1 : 0;
        equal += here == choices->draw(streamOf(Purpose::Loss, entity), 100) ? 1 : 0;
    }
    CHECK(equal < 60);
}
