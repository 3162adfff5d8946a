// Selection: which scenarios a command line names, and which of their cases.
//
// A selector is PATH, PATH#CASE, PATH:LINE or PATH:LINE:COLUMN (as diagnostics print it). A filter keeps the cases that
// a command's -k, --tag and --rule ask for.
#pragma once

#include <cstdint>
#include <functional>
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
// line, else all. Empty if a choice fits none, or the file has no such line.
[[nodiscard]] std::vector<std::size_t> selectCases(const ScenarioFile& file, const Selector& selector);

// `path` as ids have it, so that one file has one name: `./a//b.json` is `a/b.json`. What would look like an option keeps
// its `./`.
[[nodiscard]] std::string tidyPath(const std::string& path);

// `days=2,zone=+08:00`: what stands behind the `#` of a case's id.
[[nodiscard]] std::string choiceOf(const Case& scenario);

// A Filter keeps a case if each list that is not empty has an element that fits it, and if `picks` does.
struct Filter {
    // Texts and tags may be combined: `recall and not (web or slow)`.
    std::vector<std::string> texts;  // part of the case's id or name, in either case of letter (ASCII)
    std::vector<std::string> tags;
    std::vector<std::string> rules;  // ids that the case lists
    // Where set: whether a case is wanted, by its file and its id; or a file that gives none, by its path as both.
    std::function<bool(const std::string&, const std::string&)> picks{};
    [[nodiscard]] bool accepts(const Case& scenario) const;
};

// What is wrong with a text or tag of a filter, or an empty string.
[[nodiscard]] std::string wrongExpression(std::string_view text);

// What looking into a folder gave.
struct ListedFiles {
    std::vector<std::string> paths;       // sorted by their bytes, each beginning with the folder as given
    std::vector<Diagnostic> diagnostics;  // what could not be looked into
};

// All *.json files in `folder` and below; links to folders are not followed.
[[nodiscard]] ListedFiles listScenarioFiles(const std::string& folder);
// The same of recorded traces: *.jsonl, *.jsonl.gz and *.jsonl.zst.
[[nodiscard]] ListedFiles listTraceFiles(const std::string& folder);

}  // namespace mdsync
