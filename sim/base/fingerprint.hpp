// Fingerprint: 128 bits of a string of bytes, by which search tells states apart.
//
// Two different states have the same one with a probability of about 2^-128: over n states a loss is expected in
// n^2 / 2^129 of all searches, which is why no bytes are kept. The same on every machine.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mdsync {

struct Fingerprint {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend constexpr auto operator<=>(const Fingerprint&, const Fingerprint&) = default;

    // A sum, so that the fingerprint of a set does not depend on the order of its members.
    Fingerprint& operator+=(const Fingerprint& other) {
        low += other.low;
        high += other.high + (low < other.low ? 1U : 0U);
        return *this;
    }
};

[[nodiscard]] Fingerprint fingerprintOf(std::span<const std::uint8_t> bytes);

// 32 hexadecimal digits, and back; nothing if they are something else.
[[nodiscard]] std::string hex(const Fingerprint& fingerprint);
[[nodiscard]] std::optional<Fingerprint> unhex(std::string_view digits);

}  // namespace mdsync
