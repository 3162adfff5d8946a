// Mutants: known-bad servers against scenarios, and which rules notice.
//
// A rule that never fails is worth nothing. Each known-bad server is the reference server with one decision replaced
// (world.hpp has the table) and names the rules of which one must catch it. Here all of them meet all cases, and what
// comes out answers "would the rules notice if we broke it?": which rule caught which server in which case first, what
// escaped, and what none of the cases gave an occasion.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/matrix.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/scenario.hpp"

namespace mdsync {

// Which rows of the table are meant; each list that is not empty must have an element that fits.
struct KnownBadFilter {
    std::vector<std::string> texts;  // part of the name or of what it breaks, in either case of letter (ASCII)
    std::vector<RuleId> rules;       // that must catch it
};

// The table, in its order, without what `filter` leaves out.
[[nodiscard]] std::vector<KnownBad> knownBadServers(const KnownBadFilter& filter = {});

// Runs every server of `servers` over all `cases`. What the reference server itself violates in a case is no evidence
// there. The same for any number of `jobs`. `finished` is called from the
// worker threads, once a server, with whether it was wrong somewhere and violated nothing.
[[nodiscard]] MutantMatrix runMutants(std::span<const Case> cases, const std::vector<KnownBad>& servers, unsigned jobs,
                                      const std::atomic<bool>& stop, const std::function<void(bool)>& finished = {});

// ---- Guards ---------------------------------------------------------------------------------------------------------

// For every rule its guards among the files of `cases`, in the order of the catalogue. A file guards no rule that it
// violates on the reference server. Incomplete if `stop` was set. A matrix of all servers has them, too.
[[nodiscard]] std::vector<Guards> findGuards(std::span<const Case> cases, unsigned jobs, const std::atomic<bool>& stop);

}  // namespace mdsync
