// Legality: whether a case in memory could stand in a file.
#pragma once

#include "mdsync/scenario.hpp"

namespace mdsync::search {

// Whether the reader would take `scenario`: no step is certainly impossible, no moment has certainly passed, the app
// may be as it is. REQUIRES: what is left of a legal case, with names and ids that are in order.
[[nodiscard]] bool isLegal(const Case& scenario);

}  // namespace mdsync::search
