// Choices: the one source of chance.
//
// Whatever a run leaves open (a latency, a lost packet, the order of concurrent steps) is one call of draw(). Which
// number comes out is the business of the implementation: computed from a seed, replayed from a record, enumerated.
// Nothing else in the program is random.
#pragma once

#include <cstdint>
#include <memory>

namespace mdsync {

// A stream names whose choice it is and what for, so that taking one device out of a scenario does not change what is
// drawn for another. Build it with streamOf().
enum class Stream : std::uint64_t {};

// What a choice decides; part of the stream.
enum class Purpose : std::uint8_t { Order, Latency, Loss, Duplicate, Generate, Server };

[[nodiscard]] constexpr Stream streamOf(Purpose purpose, std::uint32_t entity) {
    return Stream{(static_cast<std::uint64_t>(purpose) << 32U) | entity};
}

// A Choices answers draws. Not thread-safe; one per run.
class Choices {
public:
    virtual ~Choices() = default;

    // A number in [0, bound). REQUIRES: bound > 0. Alternatives are ordered simplest first: 0 is the plainest.
    virtual std::uint32_t draw(Stream stream, std::uint32_t bound) = 0;

    // A copy that continues alike.
    [[nodiscard]] virtual std::unique_ptr<Choices> clone() const = 0;
};

// Draws computed from `seed`, the stream and the count of draws in that stream: two streams do not disturb each other,
// and the same seed gives the same numbers on every machine.
[[nodiscard]] std::unique_ptr<Choices> randomChoices(std::uint64_t seed);

}  // namespace mdsync
