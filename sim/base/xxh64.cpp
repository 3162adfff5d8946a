// fingerprint(): XXH64. It must never change: fingerprints are in run hashes.
#include <bit>
#include <cstddef>

#include "mdsync/short_key.hpp"

namespace mdsync {

namespace {

constexpr std::uint64_t kPrime1 = 0x9e3779b185ebca87ULL;
constexpr std::uint64_t kPrime2 = 0xc2b2ae3d27d4eb4fULL;
constexpr std::uint64_t kPrime3 = 0x165667b19e3779f9ULL;
constexpr std::uint64_t kPrime4 = 0x85ebca77c2b2ae63ULL;
constexpr std::uint64_t kPrime5 = 0x27d4eb2f165667c5ULL;

template <class Word>
std::uint64_t load(const char* bytes) {
    Word word{};
    for (std::size_t i = 0; i < sizeof(Word); ++i) {
        word |= static_cast<Word>(static_cast<unsigned char>(bytes[i])) << (8U * i);
    }
    return word;
}

constexpr std::uint64_t mixLane(std::uint64_t lane, std::uint64_t word) {
    return std::rotl(lane + word * kPrime2, 31) * kPrime1;
}

constexpr std::uint64_t mergeLane(std::uint64_t hash, std::uint64_t lane) {
    return (hash ^ mixLane(0, lane)) * kPrime1 + kPrime4;
}

// Takes all blocks of 32 bytes off [p, end).
std::uint64_t hashBlocks(const char*& p, const char* end) {
    std::uint64_t a = kPrime1 + kPrime2;
    std::uint64_t b = kPrime2;
    std::uint64_t c = 0;
    std::uint64_t d = std::uint64_t{0} - kPrime1;
    for (; end - p >= 32; p += 32) {
        a = mixLane(a, load<std::uint64_t>(p));
        b = mixLane(b, load<std::uint64_t>(p + 8));
        c = mixLane(c, load<std::uint64_t>(p + 16));
        d = mixLane(d, load<std::uint64_t>(p + 24));
    }
    std::uint64_t hash = std::rotl(a, 1) + std::rotl(b, 7) + std::rotl(c, 12) + std::rotl(d, 18);
    for (const std::uint64_t lane : {a, b, c, d}) hash = mergeLane(hash, lane);
    return hash;
}

}  // namespace

std::uint64_t fingerprint(std::string_view bytes) {
    const char* p = bytes.data();
    const char* const end = p + bytes.size();
    std::uint64_t hash = bytes.size() >= 32 ? hashBlocks(p, end) : kPrime5;
    hash += bytes.size();
    for (; end - p >= 8; p += 8) {
        hash = std::rotl(hash ^ mixLane(0, load<std::uint64_t>(p)), 27) * kPrime1 + kPrime4;
    }
    if (end - p >= 4) {
        hash = std::rotl(hash ^ (load<std::uint32_t>(p) * kPrime1), 23) * kPrime2 + kPrime3;
        p += 4;
    }
    for (; p != end; ++p) hash = std::rotl(hash ^ (load<unsigned char>(p) * kPrime5), 11) * kPrime1;
    hash = (hash ^ (hash >> 33U)) * kPrime2;
    hash = (hash ^ (hash >> 29U)) * kPrime3;
    return hash ^ (hash >> 32U);
}

}  // namespace mdsync
