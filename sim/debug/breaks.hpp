// Breaks: where the debugger is to stop.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "debug/failures.hpp"
#include "mdsync/trace.hpp"

namespace mdsync::debug {

struct Break {
    std::string text;            // as the user gave it
    bool anyFailure = false;     // a rule is violated, or an expectation unmet
    std::optional<RuleId> rule;  // this one is violated
    MessageId message;           // something happens to it; with a device: it comes there, or is shown recalled there
    DeviceId device;             // something happens there

    // Whether to stop behind the event with this number. `failures`: all of the trace.
    [[nodiscard]] bool stopsAt(const Trace& trace, std::uint64_t event, std::span<const Failure> failures) const;
};

// What the words name: `failure`, a rule, a device, a message, or a message and a device. None: nothing of that is known.
[[nodiscard]] std::optional<Break> breakOf(const Trace& trace, std::span<const std::string> words);

}  // namespace mdsync::debug
