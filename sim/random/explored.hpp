// What exploring, its campaigns and its reports do alike with what was explored.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "mdsync/explore.hpp"

namespace mdsync::search {

void add(RuleCounts& sum, const RuleCounts& counts);
void add(Tally& sum, const Tally& part);

// In the order of their seeds.
void sortFound(std::vector<Found>& found);

// A failure, as the documents show it. `scenario` is null where none was written.
[[nodiscard]] nlohmann::ordered_json failureJson(const Found& found);

}  // namespace mdsync::search
