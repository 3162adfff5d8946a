// Trial: one case against one server of the simulated world, boiled down to which rules were violated. What guards and
// the matrix of known-bad servers are made of.
#pragma once

#include <atomic>
#include <bitset>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mdsync/matrix.hpp"
#include "mdsync/policy.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/scenario.hpp"

namespace mdsync {

using RuleSet = std::bitset<kRules>;

[[nodiscard]] inline std::size_t placeOf(RuleId id) {
    return static_cast<std::size_t>(id);
}

struct Trial {
    RuleSet violated;
    bool activated = false;  // the server decided otherwise than the reference server
};

// The reference server, and behind it each of these.
[[nodiscard]] std::vector<ServerPolicy> withReference(const std::vector<KnownBad>& servers);

// One server's trials, one a case.
using TrialRow = std::vector<Trial>;

// Runs every case against each of `servers`, a whole row at a time: what `stop`
// leaves out is whole rows. `finished` is called from the threads.
[[nodiscard]] std::vector<std::optional<TrialRow>> tryServers(
    std::span<const Case> cases, const std::vector<ServerPolicy>& servers, unsigned jobs, const std::atomic<bool>& stop,
    const std::function<void(std::size_t, const TrialRow&)>& finished = {});

// What guards what, by the trials of the reference server and, behind it, of each of `servers`.
[[nodiscard]] std::vector<Guards> guardsOf(std::span<const Case> cases, const std::vector<KnownBad>& servers,
                                           const std::vector<std::optional<TrialRow>>& rows);

}  // namespace mdsync
