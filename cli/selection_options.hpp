// Selection options: how run, lint and list are told which scenarios are meant.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command.hpp"
#include "mdsync/run.hpp"

namespace mdsync::cli {

struct SelectionOptions {
    std::vector<std::string> paths;  // none: the folder `scenarios`
    std::vector<std::string> texts;
    std::vector<std::string> tags;
    std::vector<std::string> rules;
    std::string shard;                      // `2/8`
    std::string failed;                     // a result: what failed then
    std::vector<std::string> values;        // `days=3`
    std::vector<std::string> projectPaths;  // where no paths are named
};

void addSelectionOptions(const CommandLine& line, SelectionOptions& options);

// The option --shard I/N, for `what`.
void addShardOption(const CommandLine& line, std::string& shard, const std::string& what);

// The filter of `options`, and the paths where none are named: those of the result that --failed names, those of the
// project, or the folder `scenarios`. An exit code if that cannot be said, which standard error tells.
[[nodiscard]] std::optional<int> settle(SelectionOptions& options, Filter& filter);

// The files that they name; those of a folder and the result of --failed included.
[[nodiscard]] std::vector<std::string> filesOf(const SelectionOptions& options);

// Standard input, if `-` is among the paths.
[[nodiscard]] std::string inputOf(const SelectionOptions& options);

// The option --set NAME=VALUE, what was given, and the same as words of a command line.
void addSetOption(const CommandLine& line, std::vector<std::string>& values);
[[nodiscard]] MatrixValues valuesOf(const std::vector<std::string>& values);
[[nodiscard]] std::vector<std::string> wordsOf(const std::vector<std::string>& values);

// Whether a value was given to what is no variable of any selected file, which standard error says then.
[[nodiscard]] bool saysUnknownVariable(const Suite& suite);

// Says on standard error which arguments named nothing.
void complainOfEmpty(const Suite& suite);

}  // namespace mdsync::cli
