// Window: which days a login brings back.
#pragma once

#include "mdsync/calendar.hpp"
#include "mdsync/trace.hpp"

namespace mdsync::rules {

// What compensation must bring begins at `demanded`; what it must not bring lies before `allowed`.
struct Window {
    Instant demanded{};
    Instant allowed{};
};
// seed, "Impact on Offline Compensation": "the specified number of recent days (default is 1 calendar day)".
[[nodiscard]] Window windowAt(Instant login, int days, WindowReading reading, const Zone& zone);

}  // namespace mdsync::rules
