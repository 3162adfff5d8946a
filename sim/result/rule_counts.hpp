// Rule counts in the documents of a search.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "mdsync/rules.hpp"

namespace mdsync {

// The counts of all rules, as an object by rule.
[[nodiscard]] nlohmann::ordered_json ruleCountsJson(const RuleCounts& counts);

}  // namespace mdsync
