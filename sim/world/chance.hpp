// Chance: the draws of a world.
//
// A world draws either from a seed or from a Choices. With a seed it computes the same numbers as randomChoices(seed),
// but in place: the caller keeps the key of its stream and the count of its draws beside the data that the draw is for,
// so that a delivery costs neither a look-up nor a virtual call.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "mdsync/choices.hpp"

namespace mdsync::world {

class Chance {
public:
    explicit Chance(std::uint64_t seed) : seed_(mix(seed + kGolden)) {}
    explicit Chance(std::unique_ptr<Choices> choices) : choices_(std::move(choices)) {}
    Chance(const Chance& other) : seed_(other.seed_), choices_(other.choices_ ? other.choices_->clone() : nullptr) {}
    Chance& operator=(const Chance& other) {
        if (this != &other) *this = Chance{other};
        return *this;
    }
    Chance(Chance&&) = default;
    Chance& operator=(Chance&&) = default;
    ~Chance() = default;

    // What draw() wants to know about a stream besides its count.
    [[nodiscard]] std::uint64_t keyOf(Stream stream) const {
        return choices_ ? static_cast<std::uint64_t>(stream)
                        : mix(seed_ ^ (static_cast<std::uint64_t>(stream) * kGolden));
    }

    // A number in [0, bound), the next of the stream with this key, of which `count` were drawn. REQUIRES: bound > 0.
    std::uint32_t draw(std::uint64_t key, std::uint32_t& count, std::uint32_t bound, Label label) {
        ++count;
        if (choices_) return choices_->draw(Stream{key}, bound, label);
        return reduce(mix(key + count * kGolden), bound);
    }

private:
    static constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ULL;

    // The finalizer of splitmix64.
    static constexpr std::uint64_t mix(std::uint64_t x) {
        x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
        x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
        return x ^ (x >> 31U);
    }
    static constexpr std::uint32_t reduce(std::uint64_t x, std::uint32_t bound) {
        const std::uint64_t low = ((x & 0xffffffffULL) * bound) >> 32U;
        return static_cast<std::uint32_t>(((x >> 32U) * bound + low) >> 32U);
    }

    std::uint64_t seed_ = 0;
    std::unique_ptr<Choices> choices_;
};

}  // namespace mdsync::world
