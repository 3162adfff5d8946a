// Spelling: what the search has found, as a scenario that `mdsync run` can run.
#pragma once

#include "exhaustive/model.hpp"
#include "mdsync/exhaustive.hpp"

namespace mdsync::search {

// The finding with its scenario. First its steps alone are tried, with every latency 0, then 20 ms; then the order of
// all arrivals is written out, with a latency for each device and moment. The first that violates the rule again is
// taken; where none does, the last, which then says so.
[[nodiscard]] ExhaustiveFinding spellOut(SyncModel& model, const ExhaustiveOptions& options, RuleId rule,
                                         const SyncModel::Finding& finding, std::uint32_t steps);

}  // namespace mdsync::search
