// Fuzz target: any bytes as a trace that is exported. What reads as a trace gives a scenario that reads without errors
// and that a right server runs without violating a rule.
#include "mdsync/export.hpp"

#include <array>

#include "fuzz.hpp"
#include "mdsync/trace_io.hpp"

using namespace mdsync;

namespace {

constexpr std::size_t kFewEvents = 500;
constexpr std::size_t kFewDevices = 50;

// What a scenario can't hold, whatever the export does.
bool isBeyondScenarios(const ExportedScenario& exported) {
    constexpr std::array<std::string_view, 2> kReasons{"lies in 1970..2037", "before the year 10000"};
    const std::string& why = exported.diagnostics.back().message;
    return std::any_of(kReasons.begin(), kReasons.end(),
                       [&](std::string_view reason) { return why.find(reason) != std::string::npos; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::textOf(data, size);
    const TraceFile file = parseTrace(text, "fuzz.jsonl");
    if (!file.valid || file.trace.events.size() > kFewEvents || file.trace.header.devices.size() > kFewDevices)
        return 0;
    const ExportedScenario exported = exportScenario(file.trace, "fuzz.jsonl");
    fuzz::require(exported.valid || isBeyondScenarios(exported), "a trace that cannot be exported", text);
    return 0;
}
