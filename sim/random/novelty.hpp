// Novelty: the cases that a search has met, and an estimate of those that it has not.
//
// A case is told from what can be seen: what a step asks for, the verb of the step before it, and the kinds of events
// that followed. How many scenarios showed each case is counted: one, or more. By Good and Turing's estimate the next
// scenario shows about (cases seen once) / (scenarios) new ones. Only a sample of the cases is kept when they become
// many, so that memory stays bounded.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mdsync/explore.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/trace.hpp"

namespace mdsync::search {

// Appends the numbers of the cases that this run showed, each once.
void casesOf(const Case& scenario, std::span<const Event> events, std::vector<std::uint64_t>& out);

class Novelty {
public:
    // A scenario showed these cases. REQUIRES: each once.
    void add(std::span<const std::uint64_t> cases);

    // Others were met elsewhere, in other scenarios.
    void add(const CaseSample& sample);

    [[nodiscard]] CaseSample sample() const;
    [[nodiscard]] std::uint64_t known() const { return static_cast<std::uint64_t>(size_) << sparse_; }
    [[nodiscard]] std::uint64_t once() const { return static_cast<std::uint64_t>(once_) << sparse_; }

private:
    static constexpr std::size_t kMost = std::size_t{1} << 16U;  // kept

    struct Slot {
        std::uint64_t number = 0;  // 0: empty
        bool again = false;
    };
    [[nodiscard]] bool isKept(std::uint64_t number) const { return (number >> (64 - sparse_ - 1)) >> 1U == 0; }
    Slot& slotOf(std::uint64_t number);
    void insert(std::uint64_t number, bool again);
    void grow(std::size_t slots);
    void thinOut();

    std::vector<Slot> slots_;
    std::size_t size_ = 0;
    std::size_t once_ = 0;
    unsigned sparse_ = 0;  // one in 2^sparse_ is kept: those whose highest bits are 0
};

}  // namespace mdsync::search
