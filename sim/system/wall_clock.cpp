// WallClock: what time it is outside, for systems that live there.
#include "system/wall_clock.hpp"

namespace mdsync {

Instant wallClock() {
    return std::chrono::floor<Millis>(std::chrono::system_clock::now());
}

}  // namespace mdsync
