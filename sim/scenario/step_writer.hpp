// Steps as lines of a scenario file: the writing half of steps.hpp.
#pragma once

#include <string>
#include <vector>

#include "mdsync/scenario.hpp"

namespace mdsync::scenario {

// Link conditions as `network` of the file and of a step spell them, on one line; what is the default is left out.
[[nodiscard]] std::string spellNetwork(const NetworkConditions& network);

// The steps of `scenario`, each as the JSON text of one object. A step whose actions one object can't name becomes
// several, of which only the last settles. Messages of which the same is expected, one after the other, share one.
[[nodiscard]] std::vector<std::string> spellSteps(const Case& scenario);

}  // namespace mdsync::scenario
