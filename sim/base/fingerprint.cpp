// Fingerprints of bytes. See fingerprint.hpp.
//
// Two lanes of multiply-and-fold over 16 bytes at a time, each with constants of its own, and a finalizer; the length
// is mixed in, so that zeroes at the end count.
#include "base/fingerprint.hpp"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cstring>

namespace mdsync {
namespace {

constexpr std::uint64_t kA = 0x9e3779b97f4a7c15ULL;
constexpr std::uint64_t kB = 0xbf58476d1ce4e5b9ULL;
constexpr std::uint64_t kC = 0x94d049bb133111ebULL;
constexpr std::uint64_t kD = 0xd6e8feb86659fd93ULL;

// The halves of the 128-bit product, folded: every bit of both factors reaches every bit of the result.
std::uint64_t fold(std::uint64_t x, std::uint64_t y) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(x) * y;
    return static_cast<std::uint64_t>(product >> 64U) ^ static_cast<std::uint64_t>(product);
}

std::uint64_t word(std::span<const std::uint8_t> bytes, std::size_t from) {
    std::uint64_t value = 0;
    if (from + 8 <= bytes.size() && std::endian::native == std::endian::little) {
        std::memcpy(&value, bytes.data() + from, 8);
        return value;
    }
    for (std::size_t i = from; i < bytes.size() && i < from + 8; ++i) {
        value |= static_cast<std::uint64_t>(bytes[i]) << (8 * (i - from));
    }
    return value;
}

std::uint64_t finish(std::uint64_t x) {
    x = (x ^ (x >> 30U)) * kB;
    x = (x ^ (x >> 27U)) * kC;
    return x ^ (x >> 31U);
}

}  // namespace

Fingerprint fingerprintOf(std::span<const std::uint8_t> bytes) {
    std::uint64_t a = kA ^ bytes.size();
    std::uint64_t b = kD + bytes.size();
    for (std::size_t i = 0; i < bytes.size(); i += 16) {
        const std::uint64_t x = word(bytes, i);
        const std::uint64_t y = i + 8 < bytes.size() ? word(bytes, i + 8) : 0;
        // Each lane takes both words and is a bijection of its own state for given words but for the fold, which the
        // addition of the words keeps from sticking at zero.
        a = fold(a ^ x ^ kB, y ^ kC) + x + a;
        b = fold(b + y + kD, x ^ kA) ^ (b << 1U | b >> 63U) ^ y;
    }
    return {finish(a ^ (b >> 32U)), finish(b + kA * (a | 1U))};
}

std::string hex(const Fingerprint& fingerprint) {
    return fmt::format("{:016x}{:016x}", fingerprint.high, fingerprint.low);
}

std::optional<Fingerprint> unhex(std::string_view digits) {
    constexpr std::size_t kHalf = 16;
    if (digits.size() != 2 * kHalf) return std::nullopt;
    const auto half = [digits](std::size_t from, std::uint64_t& value) {
        const char* const end = digits.data() + from + kHalf;
        const auto [read, error] = std::from_chars(digits.data() + from, end, value, 16);
        return error == std::errc{} && read == end;
    };
    Fingerprint fingerprint;
    if (!half(0, fingerprint.high) || !half(kHalf, fingerprint.low)) return std::nullopt;
    return fingerprint;
}

}  // namespace mdsync
