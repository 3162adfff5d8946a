// Repeat: the scenario that asks of a server what was asked of it in a recorded trace.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/rules.hpp"
#include "mdsync/scenario.hpp"

namespace mdsync {

struct Repeat {
    Case scenario;
    std::vector<std::string> remarks;  // what is not as it was, and what else one should know of the file, in sentences
};

// REQUIRES: a valid trace, with its texts. `violations`: what a Checker found in it, which the scenario names; `name`:
// what the trace is called.
[[nodiscard]] Repeat repeatOf(const Trace& trace, std::span<const Violation> violations, std::string_view name);

}  // namespace mdsync
