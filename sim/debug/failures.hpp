// Failures: what went wrong in a run or a recorded trace, each behind the event that shows it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mdsync/recording.hpp"
#include "mdsync/result.hpp"

namespace mdsync::debug {

struct Failure {
    std::uint64_t event = 0;     // its number, from 0
    std::uint64_t judged = 0;    // the event with which it was found: a tab is thrown out before its login is seen
    std::optional<RuleId> rule;  // none: an expectation of the scenario is unmet
    std::string text;            // `online.received is violated: ...`
    std::vector<std::string> because{};
};

// All of them, in the order of the trace.
[[nodiscard]] std::vector<Failure> failuresOf(const Recording& recording, const CaseResult& result);

}  // namespace mdsync::debug
