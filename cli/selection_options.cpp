// Selection options: how run, lint and list are told which scenarios are meant.
#include "selection_options.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mdsync::cli {

void addSelectionOptions(CLI::App& app, SelectionOptions& options) {
    app.add_option("paths", options.paths, "Scenario files or folders; FILE#CASE, FILE:LINE; - is standard input")
        ->required()
        ->type_name("PATH");
    addRepeatable(app, "-k", options.texts, "Only cases with TEXT in their id or name (either case of letters)")
        ->type_name("TEXT");
    addRepeatable(app, "--tag", options.tags, "Only scenarios with this tag")->type_name("TAG");
    addRepeatable(app, "--rule", options.rules, "Only scenarios that list this rule")
        ->check(CLI::Validator(isRule, ""))
        ->type_name("RULE");
}

Filter filterOf(const SelectionOptions& options) {
    return {options.texts, options.tags, options.rules};
}

std::string inputOf(const SelectionOptions& options) {
    const bool wanted = std::find(options.paths.begin(), options.paths.end(), "-") != options.paths.end();
    return wanted ? readStandardInput() : std::string();
}

void complainOfEmpty(const Suite& suite) {
    for (const std::string& argument : suite.empty) {
        fmt::print(stderr, "mdsync: {} names no scenario\n", printable(argument));
    }
}

}  // namespace mdsync::cli
