// Shrinker: makes a failing scenario small without making it fail otherwise.
//
// It knows scenarios, not servers: whether a smaller one still fails is asked of an oracle. Large parts are tried first
// (users, devices, groups; halves of the steps, quarters, ... single steps), then the actions within steps, faults,
// fields and durations, again and again until nothing more goes. So no single step can be left out of what remains, and
// every field that does not matter has its default.
#pragma once

#include <functional>

#include "mdsync/scenario.hpp"

namespace mdsync::search {

// Whether `scenario` still fails as the original does. Its names are in `lexicon`, not in the case.
using Oracle = std::function<bool(const Case& scenario, Lexicon& lexicon)>;

class Shrinker {
public:
    // `mostTries`: so often the oracle is asked at most.
    Shrinker(Oracle oracle, std::uint64_t mostTries) : oracle_(std::move(oracle)), mostTries_(mostTries) {}

    // A scenario that fails as `scenario` does. REQUIRES: a legal one that fails.
    [[nodiscard]] Case shrink(const Case& scenario);

    // The same with every `concurrently` spelled out and every range of delays replaced by one delay, where it then
    // still fails: such a scenario needs no seed.
    [[nodiscard]] Case spellOut(const Case& scenario);

    [[nodiscard]] std::uint64_t tries() const { return tries_; }
    // Whether it stopped because there were no tries left.
    [[nodiscard]] bool exhausted() const { return tries_ >= mostTries_; }

private:
    bool take(Case candidate);
    template <class Edit>
    bool tryEdit(Edit&& edit);

    bool cutTail();
    bool cutEntities();
    bool cutChunks();
    bool cutActions();
    bool simplifySteps();
    bool simplifyWait(std::size_t step);
    bool simplifyAction(std::size_t step, std::size_t action);
    bool simplifyHeader();
    bool orderOut(std::size_t step);
    void settleDelays();

    Oracle oracle_;
    std::uint64_t mostTries_;
    std::uint64_t tries_ = 0;
    Case best_;  // its lexicon is in lexicon_
    Lexicon lexicon_;
};

}  // namespace mdsync::search
