// Baseline: the document `baseline/1`, laid out to be edited by hand.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "mdsync/report.hpp"

namespace mdsync {

std::string baselineText(const Baseline& baseline) {
    std::string text = "{\n  \"mdsync\": \"baseline/1\",\n  \"expected\": [";
    std::string_view separator = "\n";
    for (const BaselineEntry& entry : baseline.entries) {
        text += fmt::format("{}    {{\"scenario\": {}, \"rule\": {}, ", separator, lineText(entry.scenario),
                            lineText(spellRule(entry)));
        if (!entry.device.empty()) text += fmt::format("\"device\": {}, ", lineText(entry.device));
        if (entry.failure == ExpectedFailure::NotExercised) text += "\"notExercised\": true, ";
        text += fmt::format("\"reason\": {}", lineText(entry.reason));
        if (!entry.expires.empty()) text += fmt::format(", \"expires\": {}", lineText(entry.expires));
        text += "}";
        separator = ",\n";
    }
    return text + (baseline.entries.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

}  // namespace mdsync
