// Choices: draws computed from a seed. See mdsync/choices.hpp.
//
// Each number is a hash of (seed, stream, count), so that a stream's numbers do not depend on what other streams drew.
#include "mdsync/choices.hpp"

#include <array>
#include <unordered_map>
#include <vector>

namespace mdsync {
namespace {

// The finalizer of splitmix64 (Steele, Lea, Flood 2014): a bijection that spreads every bit of `x` over all of them.
constexpr std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
}
constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ULL;

// `x` scaled from [0, 2^64) to [0, bound): the upper part of the product. The bias is below 2^-32.
constexpr std::uint32_t reduce(std::uint64_t x, std::uint32_t bound) {
    const std::uint64_t low = ((x & 0xffffffffULL) * bound) >> 32U;
    return static_cast<std::uint32_t>(((x >> 32U) * bound + low) >> 32U);
}

// How often each stream was drawn from. Entities are small ids in practice and index a vector per purpose; the rest is
// looked up, never iterated.
class Counts {
public:
    // The count before this call, which adds one.
    std::uint64_t next(Stream stream) {
        const auto key = static_cast<std::uint64_t>(stream);
        const std::uint64_t purpose = key >> 32U;
        const std::uint64_t entity = key & 0xffffffffULL;
        if (purpose >= dense_.size() || entity >= kDense) return sparse_[key]++;
        std::vector<std::uint32_t>& counts = dense_[purpose];
        if (entity >= counts.size()) counts.resize(entity + entity / 2 + 1);
        return counts[entity]++;
    }

private:
    static constexpr std::uint64_t kDense = 1U << 22U;
    std::array<std::vector<std::uint32_t>, 8> dense_;
    std::unordered_map<std::uint64_t, std::uint64_t> sparse_;
};

class RandomChoices final : public Choices {
public:
    explicit RandomChoices(std::uint64_t seed) : seed_(mix(seed + kGolden)) {}

    std::uint32_t draw(Stream stream, std::uint32_t bound) override {
        const std::uint64_t count = counts_.next(stream);
        const std::uint64_t key = mix(seed_ ^ (static_cast<std::uint64_t>(stream) * kGolden));
        return reduce(mix(key + (count + 1) * kGolden), bound);
    }

    [[nodiscard]] std::unique_ptr<Choices> clone() const override { return std::make_unique<RandomChoices>(*this); }

private:
    std::uint64_t seed_;
    Counts counts_;
};

}  // namespace

std::unique_ptr<Choices> randomChoices(std::uint64_t seed) {
    return std::make_unique<RandomChoices>(seed);
}

}  // namespace mdsync
