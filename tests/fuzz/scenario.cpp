// Fuzz target: any bytes as a scenario file. Nothing crashes; what reads without errors is written and read again
// alike.
#include "mdsync/scenario.hpp"

#include "fuzz.hpp"
#include "mdsync/rules.hpp"

using namespace mdsync;

namespace {

constexpr std::size_t kFewSteps = 2000;

void checkWriting(const Case& scenario) {
    const std::string text = writeScenario(scenario);
    const ScenarioFile again = parseScenario(text, "again.json", ruleNames());
    fuzz::require(again.valid() && again.cases.size() == 1, "what was written does not read", text);
    fuzz::require(writeScenario(again.cases.front()) == text, "what was written reads as something else", text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::textOf(data, size);
    const ScenarioFile file = parseScenario(text, "fuzz.json", ruleNames());
    for (const Diagnostic& diagnostic : file.diagnostics) {
        fuzz::require(!render(diagnostic).empty() && !diagnostic.code.empty(), "a complaint says nothing", text);
    }
    fuzz::require(file.valid() || file.cases.empty(), "a faulty file gives cases", text);
    for (std::size_t i = 0; i < file.cases.size() && i < 4; ++i) {
        if (file.cases[i].steps.size() <= kFewSteps) checkWriting(file.cases[i]);
    }
    return 0;
}
