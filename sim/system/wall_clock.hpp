// WallClock: what time it is outside, for systems that live there.
#pragma once

#include "mdsync/time.hpp"

namespace mdsync {

// The machine's time of day, which decides nothing: it stamps what a system with a real clock was seen to do.
[[nodiscard]] Instant wallClock();

}  // namespace mdsync
