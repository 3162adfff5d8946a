// Diff: what changed from one result to another.
//
// Cases are the same if their ids are. What a baseline expects makes no difference here: only what was found counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mdsync/result.hpp"

namespace mdsync {

// One change: `scenarios/web/eleventh-tab.json  web.evict-earliest violated: alice/tab2`.
struct CaseChange {
    std::string scenario;        // the case's id; empty: the whole run
    std::optional<RuleId> rule;  // that it is about, if any
    std::string device;          // may be empty
    std::string text;            // what changed, without the scenario
};

struct Diff {
    std::vector<CaseChange> worse;  // a failure that was not there, in a case of both or in one that appeared
    std::vector<CaseChange>
        unchecked;                   // a case that went or was not judged; a rule that nothing put to the test any more
    std::vector<CaseChange> better;  // a failure that went, in a case that was judged
    std::vector<CaseChange> appeared;  // a case, or a rule that is put to the test for the first time
    std::vector<CaseChange> rarer;     // a rule that a case put to the test and does no more, though another case does
    std::uint64_t same = 0;            // cases of both in which nothing changed

    // What stops a release: something became worse, or is not checked any more.
    [[nodiscard]] bool regressed() const { return !worse.empty() || !unchecked.empty(); }
};

// In the order of the old result's cases, then of the new one's.
[[nodiscard]] Diff compare(const Result& before, const Result& after);

}  // namespace mdsync
