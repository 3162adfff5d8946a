// Export: a recorded trace as the scenario that repeats it.
//
// From the field log to the desk: what the trace shows to have been asked of the server becomes steps, at the instants
// at which it took effect; the rules that the trace violates become the scenario's `rules`. Run against the server that
// was recorded, the scenario violates the same rules; a right server passes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mdsync/diagnostic.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/run.hpp"

namespace mdsync {

// How the trace is read and judged, as for checkTraces.
struct ExportOptions {
    std::optional<Millis> settle;
    ReadingChoice readings;
    bool lenient = false;
    Millis skew{0};
};

struct ExportedScenario {
    bool valid = false;                   // there is a scenario: `text`, which reads without errors
    std::string text;                     // ends with a newline
    std::vector<RuleId> violated;         // what the scenario lists, in the order in which the trace violates them
    std::size_t steps = 0;                // of the scenario
    std::vector<std::string> remarks;     // what is not as it was, and what else to know of it, in sentences
    std::vector<Diagnostic> diagnostics;  // what is wrong with the trace; warnings
};

// The scenario that repeats the trace at `path` (`-`: standard input). A malformed trace, or one that is more than a
// scenario can hold, gives diagnostics with an error.
[[nodiscard]] ExportedScenario exportScenario(const std::string& path, const ExportOptions& options);

// The same for a trace in memory that is called `name`; it is judged as it stands. REQUIRES: a valid trace.
[[nodiscard]] ExportedScenario exportScenario(const Trace& trace, const std::string& name,
                                              const CheckerOptions& checking = {});

}  // namespace mdsync
