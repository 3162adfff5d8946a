// Describe: an event in a few words, for people.
#pragma once

#include <string>

#include "mdsync/trace.hpp"

namespace mdsync {

// What happened, without when and on which device: `online`, `m1 live`, `send m1 to bob "hi"`, `offline (evicted by
// alice/tab11)`. Safe for a terminal.
[[nodiscard]] std::string describe(const Event& event, const Trace& trace);

}  // namespace mdsync
