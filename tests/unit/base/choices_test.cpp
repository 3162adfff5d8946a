// Draws are computed from seed, stream and count.
#include "mdsync/choices.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

using namespace mdsync;

namespace {
std::vector<std::uint32_t> draws(Choices& choices, Stream stream, std::uint32_t bound, int count) {
    std::vector<std::uint32_t> numbers;
    for (int i = 0; i < count; ++i) numbers.push_back(choices.draw(stream, bound, Label::Other));
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
        crowded->draw(streamOf(Purpose::Loss, 3), 100, Label::Other);
        crowded->draw(streamOf(Purpose::Latency, 0xffffffffU), 100, Label::Other);
        numbers.push_back(crowded->draw(kLatency, 1U << 30U, Label::Other));
        crowded->draw(streamOf(Purpose::Latency, 1000 * i + 4), 100, Label::Other);
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
        const std::uint32_t number = choices->draw(streamOf(Purpose::Order, 0xffffffffU), 7, Label::Other);
        REQUIRE(number < 7);
        ++seen[number];
    }
    for (const int count : seen) CHECK((count > 9'500 && count < 10'500));
    CHECK(choices->draw(kLatency, 1, Label::Other) == 0);
    bool high = false;
    for (int i = 0; i < 100; ++i) high = choices->draw(kLatency, 0xffffffffU, Label::Other) > 0x80000000U || high;
    CHECK(high);
}

TEST_CASE("neighbouring streams and seeds are unrelated") {
    const auto choices = randomChoices(1);
    const auto other = randomChoices(2);
    int equal = 0;
    for (std::uint32_t entity = 0; entity < 1000; ++entity) {
        const auto here = choices->draw(streamOf(Purpose::Latency, entity), 100, Label::Other);
        equal += here == other->draw(streamOf(Purpose::Latency, entity), 100, Label::Other) ? 1 : 0;
        equal += here == choices->draw(streamOf(Purpose::Loss, entity), 100, Label::Other) ? 1 : 0;
    }
    CHECK(equal < 60);
}

TEST_CASE("a record has every draw in the order of drawing, whoever drew") {
    const auto record = std::make_shared<std::vector<Choice>>();
    const auto one = recordingChoices(randomChoices(4), record);
    const auto two = recordingChoices(randomChoices(5), record);
    const std::uint32_t first = one->draw(kLatency, 100, Label::Latency);
    const std::uint32_t second = two->draw(streamOf(Purpose::Order, 0), 3, Label::ConcurrentOrder);
    CHECK(first == randomChoices(4)->draw(kLatency, 100));
    CHECK(*record == std::vector<Choice>{{kLatency, Label::Latency, 100, first},
                                         {streamOf(Purpose::Order, 0), Label::ConcurrentOrder, 3, second}});
}

TEST_CASE("a replay gives what was recorded") {
    const auto record = std::make_shared<std::vector<Choice>>();
    const auto expected = draws(*recordingChoices(randomChoices(4), record), kLatency, 1000, 50);
    const auto replay = std::make_shared<Replay>(Replay{*record, 0, {}});
    const auto replayed = replayedChoices(replay);
    CHECK(draws(*replayed, kLatency, 1000, 20) == std::vector(expected.begin(), expected.begin() + 20));
    CHECK(replay->next == 20);
    CHECK(draws(*replayed->clone(), kLatency, 1000, 30) == std::vector(expected.begin() + 20, expected.end()));
    CHECK(replay->next == 50);
    CHECK_FALSE(replay->difference);
}

TEST_CASE("a replay that is asked something else says so, and answers with the plainest") {
    const Choice latency{kLatency, Label::Latency, 10, 9};
    const auto ask = [&](Stream stream, std::uint32_t bound, Label label) {
        const auto replay = std::make_shared<Replay>(Replay{{latency, latency, latency}, 0, {}});
        const auto choices = replayedChoices(replay);
        CHECK(choices->draw(kLatency, 10, Label::Latency) == 9);
        CHECK(choices->draw(stream, bound, label) == 0);
        CHECK(choices->draw(kLatency, 10, Label::Latency) == 0);
        REQUIRE(replay->difference);
        CHECK(replay->difference->number == 1);
        CHECK(replay->difference->recorded == latency);
        CHECK(replay->difference->asked == Choice{stream, label, bound, 0});
    };
    ask(kLatency, 9, Label::Latency);
    ask(kLatency, 10, Label::Loss);
    ask(streamOf(Purpose::Latency, 4), 10, Label::Latency);
}

TEST_CASE("a replay beyond its record, or with a value that is none, says so") {
    const auto replay = std::make_shared<Replay>();
    CHECK(replayedChoices(replay)->draw(kLatency, 10, Label::Latency) == 0);
    REQUIRE(replay->difference);
    CHECK_FALSE(replay->difference->recorded);

    const auto wild = std::make_shared<Replay>(Replay{{{kLatency, Label::Latency, 10, 10}}, 0, {}});
    CHECK(replayedChoices(wild)->draw(kLatency, 10, Label::Latency) == 0);
    CHECK(wild->difference);
}

TEST_CASE("labels are spelled and read back") {
    for (std::size_t i = 0; i < kLabels; ++i) {
        const auto label = static_cast<Label>(i);
        CHECK_FALSE(spell(label).empty());
        CHECK(labelOf(spell(label)) == label);
    }
    CHECK_FALSE(labelOf("latencies"));
}
