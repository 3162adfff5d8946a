// Selection: which scenarios a command line names, and which of their cases.
//
// A selector is PATH, PATH#CASE, PATH:LINE or PATH:LINE:COLUMN (as diagnostics print it). A filter keeps the cases that
// a command's -k, --tag and --rule ask for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/diagnostic.hpp"
#include "mdsync/scenario.hpp"

namespace mdsync {

// A Selector is one argument of `run`, `lint` or `list`, taken apart.
struct Selector {
    std::string path;
    std::optional<std::string> choice;  // behind `#`: `days=2,zone=+08:00`
    std::optional<std::uint32_t> line;  // behind `:`
};

// Takes `argument` apart. What exists as a file or folder under its whole text is a path, whatever it contains.
[[nodiscard]] Selector parseSelector(const std::string& argument);

// The numbers of the cases of `file` that `selector` names: all of them for a bare path; for a choice the case whose
// choice reads so, else all that agree with each `key=value` of it; for a line the cases whose matrix entry holds that
// line, else all. Empty if a choice fits none.
[[nodiscard]] std::vector<std::size_t> selectCases(const ScenarioFile& file, const Selector& selector);

// A Filter keeps a case if each list that is not empty has an element that fits it.
struct Filter {
    std::vector<std::string> texts;  // part of the case's id or name, in either case of letter (ASCII)
    std::vector<std::string> tags;
    std::vector<std::string> rules;  // ids that the case lists
    [[nodiscard]] bool accepts(const Case& scenario) const;
};

// What looking into a folder gave.
struct FoundFiles {
    std::vector<std::string> paths;       // sorted by their bytes, each beginning with the folder as given
    std::vector<Diagnostic> diagnostics;  // what could not be looked into
};

// All *.json files in `folder` and below; links to folders are not followed.
[[nodiscard]] FoundFiles listScenarioFiles(const std::string& folder);

}  // namespace mdsync
