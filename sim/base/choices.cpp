// Choices: draws computed from a seed, recorded, and replayed. See mdsync/choices.hpp.
//
// Each number is a hash of (seed, stream, count), so that a stream's numbers do not depend on what other streams drew.
#include "mdsync/choices.hpp"

#include <array>
#include <unordered_map>
#include <utility>

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

    std::uint32_t draw(Stream stream, std::uint32_t bound, Label) override {
        const std::uint64_t count = counts_.next(stream);
        const std::uint64_t key = mix(seed_ ^ (static_cast<std::uint64_t>(stream) * kGolden));
        return reduce(mix(key + (count + 1) * kGolden), bound);
    }

    [[nodiscard]] std::unique_ptr<Choices> clone() const override { return std::make_unique<RandomChoices>(*this); }

private:
    std::uint64_t seed_;
    Counts counts_;
};

class RecordingChoices final : public Choices {
public:
    RecordingChoices(std::unique_ptr<Choices> source, std::shared_ptr<std::vector<Choice>> record)
        : source_(std::move(source)), record_(std::move(record)) {}

    std::uint32_t draw(Stream stream, std::uint32_t bound, Label label) override {
        const std::uint32_t value = source_->draw(stream, bound, label);
        record_->push_back({stream, label, bound, value});
        return value;
    }

    [[nodiscard]] std::unique_ptr<Choices> clone() const override {
        return std::make_unique<RecordingChoices>(source_->clone(), record_);
    }

private:
    std::unique_ptr<Choices> source_;
    std::shared_ptr<std::vector<Choice>> record_;
};

class ReplayedChoices final : public Choices {
public:
    explicit ReplayedChoices(std::shared_ptr<Replay> replay) : replay_(std::move(replay)) {}

    std::uint32_t draw(Stream stream, std::uint32_t bound, Label label) override {
        const std::size_t number = replay_->next++;
        if (replay_->difference) return 0;
        const bool isThere = number < replay_->record.size();
        if (isThere) {
            const Choice& choice = replay_->record[number];
            const bool isSame = choice.stream == stream && choice.label == label && choice.bound == bound;
            if (isSame && choice.value < bound) return choice.value;
        }
        replay_->difference = Replay::Difference{
            number, isThere ? std::optional(replay_->record[number]) : std::nullopt, Choice{stream, label, bound, 0}};
        return 0;
    }

    [[nodiscard]] std::unique_ptr<Choices> clone() const override { return std::make_unique<ReplayedChoices>(*this); }

private:
    std::shared_ptr<Replay> replay_;
};

constexpr std::array<std::string_view, kLabels> kWords{"other",          "concurrent-order",
                                                       "latency",        "loss",
                                                       "duplicate",      "off-device",
                                                       "change-applies", "load",
                                                       "mode",           "cast",
                                                       "setting",        "verb",
                                                       "device",         "user",
                                                       "message",        "place",
                                                       "duration",       "detail"};

}  // namespace

std::string_view spell(Label label) {
    return kWords[static_cast<std::size_t>(label)];
}

std::optional<Label> labelOf(std::string_view word) {
    for (std::size_t i = 0; i < kWords.size(); ++i) {
        if (kWords[i] == word) return static_cast<Label>(i);
    }
    return std::nullopt;
}

std::unique_ptr<Choices> recordingChoices(std::unique_ptr<Choices> source,
                                          std::shared_ptr<std::vector<Choice>> record) {
    return std::make_unique<RecordingChoices>(std::move(source), std::move(record));
}

std::unique_ptr<Choices> replayedChoices(std::shared_ptr<Replay> replay) {
    return std::make_unique<ReplayedChoices>(std::move(replay));
}

std::unique_ptr<Choices> randomChoices(std::uint64_t seed) {
    return std::make_unique<RandomChoices>(seed);
}

}  // namespace mdsync
