// Drawing: small questions to a Choices, as generators ask them. The plainest answer is always 0, or no.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mdsync/choices.hpp"

namespace mdsync::search {

class Drawing {
public:
    explicit Drawing(Choices& choices) : choices_(choices) {}

    // A number in [0, bound). REQUIRES: bound > 0.
    std::uint32_t below(std::uint32_t bound, Label label) { return choices_.draw(kStream, bound, label); }
    std::size_t index(std::size_t size, Label label) { return below(static_cast<std::uint32_t>(size), label); }

    // Yes in `percent` of all cases.
    bool often(std::uint32_t percent, Label label) { return below(100, label) >= 100 - percent; }

    template <class T, std::size_t N>
    const T& of(const std::array<T, N>& values, Label label) {
        return values[index(N, label)];
    }

    // The number of a weight, in proportion to it. REQUIRES: some weight is not 0.
    template <std::size_t N>
    std::size_t weighted(const std::array<std::uint32_t, N>& weights, Label label) {
        std::uint32_t sum = 0;
        for (const std::uint32_t weight : weights) sum += weight;
        std::uint32_t left = below(sum, label);
        std::size_t i = 0;
        while (left >= weights[i]) left -= weights[i++];
        return i;
    }

private:
    static constexpr Stream kStream = streamOf(Purpose::Generate, 0);

    Choices& choices_;
};

}  // namespace mdsync::search
