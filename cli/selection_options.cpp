// Selection options: how run, lint and list are told which scenarios are meant.
#include "selection_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace mdsync::cli {

void addSelectionOptions(const CommandLine& line, SelectionOptions& options) {
    line.values("paths", options.paths, "PATH", "Scenario files or folders; FILE#CASE, FILE:LINE; - is standard input")
        .required();
    line.repeated("-k", options.texts, "TEXT", "Only cases with TEXT in their id or name (either case of letters)");
    line.repeated("--tag", options.tags, "TAG", "Only scenarios with this tag");
    line.repeated("--rule", options.rules, "RULE", "Only scenarios that list this rule").check(isRule);
}

Filter filterOf(const SelectionOptions& options) {
    return {options.texts, options.tags, options.rules};
}

std::vector<std::string> filesOf(const SelectionOptions& options) {
    std::vector<std::string> files;
    for (const std::string& argument : options.paths) {
        const std::string path = parseSelector(argument).path;
        std::error_code error;
        if (!std::filesystem::is_directory(path, error)) {
            files.push_back(path);
            continue;
        }
        const std::vector<std::string> inside = listScenarioFiles(path).paths;
        files.insert(files.end(), inside.begin(), inside.end());
    }
    return files;
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
