#include "random/novelty.hpp"

#include <algorithm>

namespace mdsync::search {

namespace {

constexpr std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
}

// What a step asks for. A list of devices or messages counts as its first.
std::uint64_t kindOf(const Step& step) {
    std::uint64_t kind = static_cast<std::uint64_t>(step.kind);
    for (const Action& action : step.actions) {
        const Op& op = action.op;
        const std::uint64_t one = static_cast<std::uint64_t>(op.kind) | static_cast<std::uint64_t>(op.to.kind) << 4U |
                                  std::uint64_t{op.includeSender} << 6U | std::uint64_t{op.enabled} << 7U;
        if (step.kind == StepKind::Act) return kind | (one + 1) << 8U;
        kind ^= 1ULL << (8 + static_cast<unsigned>(op.kind));  // of what begins together the order says nothing
    }
    return kind;
}

// The verb alone.
std::uint64_t verbOf(const Step& step) {
    if (step.kind != StepKind::Act || step.actions.empty()) return static_cast<std::uint64_t>(step.kind);
    return 8 + static_cast<std::uint64_t>(step.actions.front().op.kind);
}

std::uint64_t bitOf(const Event& event) {
    const auto kind = static_cast<std::uint64_t>(event.kind);
    if (event.kind == EventKind::Receive) return 1ULL << (32 + static_cast<unsigned>(event.via));
    if (event.kind == EventKind::Offline) return 1ULL << (40 + static_cast<unsigned>(event.reason));
    if (event.refused) return 1ULL << 50U;
    return 1ULL << kind;
}

}  // namespace

void casesOf(const Case& scenario, std::span<const Event> events, std::vector<std::uint64_t>& out) {
    const std::size_t first = out.size();
    std::uint64_t before = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < scenario.steps.size(); ++i) {
        std::uint64_t followed = 0;
        for (; at < events.size() && events[at].origin <= i + 1; ++at) followed |= bitOf(events[at]);
        const std::uint64_t kind = kindOf(scenario.steps[i]);
        out.push_back(mix(mix(before) + kind * 31 + followed) | 1U);
        before = verbOf(scenario.steps[i]);
    }
    const auto begin = out.begin() + static_cast<std::ptrdiff_t>(first);
    std::sort(begin, out.end());
    out.erase(std::unique(begin, out.end()), out.end());
}

void Novelty::add(std::span<const std::uint64_t> cases) {
    for (const std::uint64_t number : cases) {
        if (isKept(number)) insert(number, false);
    }
    while (size_ > kMost) thinOut();
}

void Novelty::add(const CaseSample& sample) {
    if (sample.sparseness > sparse_) {
        sparse_ = sample.sparseness;
        grow(slots_.size());
    }
    add(sample.once);
    for (const std::uint64_t number : sample.again) {
        if (isKept(number)) insert(number, true);
    }
    while (size_ > kMost) thinOut();
}

CaseSample Novelty::sample() const {
    CaseSample sample{sparse_, {}, {}};
    for (const Slot& slot : slots_) {
        if (slot.number != 0) (slot.again ? sample.again : sample.once).push_back(slot.number);
    }
    std::sort(sample.once.begin(), sample.once.end());
    std::sort(sample.again.begin(), sample.again.end());
    return sample;
}

Novelty::Slot& Novelty::slotOf(std::uint64_t number) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = mix(number) & mask;
    while (slots_[at].number != 0 && slots_[at].number != number) at = (at + 1) & mask;
    return slots_[at];
}

void Novelty::insert(std::uint64_t number, bool again) {
    if (2 * (size_ + 1) > slots_.size()) grow(std::max<std::size_t>(1024, 2 * slots_.size()));
    Slot& slot = slotOf(number);
    if (slot.number == 0) {
        slot = {number, again};
        ++size_;
        once_ += again ? 0 : 1;
    } else if (!slot.again) {
        slot.again = true;
        --once_;
    }
}

void Novelty::grow(std::size_t slots) {
    std::vector<Slot> old(slots);
    old.swap(slots_);
    size_ = once_ = 0;
    for (const Slot& slot : old) {
        if (slot.number != 0 && isKept(slot.number)) insert(slot.number, slot.again);
    }
}

void Novelty::thinOut() {
    ++sparse_;
    grow(slots_.size());
}

}  // namespace mdsync::search
