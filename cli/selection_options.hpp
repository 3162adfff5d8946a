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
    std::string shard;   // `2/8`
    std::string failed;  // a result: what failed then
};

void addSelectionOptions(const CommandLine& line, SelectionOptions& options);

// The option --shard I/N, for `what`.
void addShardOption(const CommandLine& line, std::string& shard, const std::string& what);

// The filter of `options`, and the paths where none are named: those of the result that --failed names, or the folder
// `scenarios`. An exit code if that cannot be said, which standard error tells.
[[nodiscard]] std::optional<int> settle(SelectionOptions& options, Filter& filter);

// The files that they name; those of a folder and the result of --failed included.
[[nodiscard]] std::vector<std::string> filesOf(const SelectionOptions& options);

// Standard input, if `-` is among the paths.
[[nodiscard]] std::string inputOf(const SelectionOptions& options);

// Says on standard error which arguments named nothing.
void complainOfEmpty(const Suite& suite);

}  // namespace mdsync::cli
