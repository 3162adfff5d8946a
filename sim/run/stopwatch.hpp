// How long something took. Nothing that is judged knows it.
#pragma once

#include <chrono>
#include <cstdint>

namespace mdsync {

[[nodiscard]] inline std::uint64_t microsSince(std::chrono::steady_clock::time_point begun) {
    const auto took = std::chrono::steady_clock::now() - begun;
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
}

}  // namespace mdsync
