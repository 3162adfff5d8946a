// Example: the smallest traces of the catalogue, as people see them.
#pragma once

#include <string>
#include <string_view>

#include "mdsync/timeline.hpp"

namespace mdsync {

// The ladder of a trace in JSON Lines, with the rule that it violates in the margin. REQUIRES: a valid one.
[[nodiscard]] std::string exampleLadder(std::string_view example, const LadderOptions& options);

}  // namespace mdsync
