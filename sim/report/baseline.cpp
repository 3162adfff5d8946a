// Baseline: the document `baseline/1`, laid out to be edited by hand.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "mdsync/report.hpp"

namespace mdsync {

namespace {

std::string jsonText(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string baselineText(const Baseline& baseline) {
    std::string text = "{\n  \"mdsync\": \"baseline/1\",\n  \"expected\": [";
    std::string_view separator = "\n";
    for (const BaselineEntry& entry : baseline.entries) {
        text += fmt::format("{}    {{\"scenario\": {}, \"rule\": {}, ", separator, jsonText(entry.scenario),
                            jsonText(spellRule(entry)));
        if (!entry.device.empty()) text += fmt::format("\"device\": {}, ", jsonText(entry.device));
        if (entry.failure == ExpectedFailure::NotExercised) text += "\"notExercised\": true, ";
        text += fmt::format("\"reason\": {}", jsonText(entry.reason));
        if (!entry.expires.empty()) text += fmt::format(", \"expires\": {}", jsonText(entry.expires));
        text += "}";
        separator = ",\n";
    }
    return text + (baseline.entries.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

}  // namespace mdsync
