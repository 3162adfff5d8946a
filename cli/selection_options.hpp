// Selection options: how run, lint and list are told which scenarios are meant.
#pragma once

#include <string>
#include <vector>

#include "command.hpp"
#include "mdsync/run.hpp"

namespace mdsync::cli {

struct SelectionOptions {
    std::vector<std::string> paths;
    std::vector<std::string> texts;
    std::vector<std::string> tags;
    std::vector<std::string> rules;
};

void addSelectionOptions(const CommandLine& line, SelectionOptions& options);
[[nodiscard]] Filter filterOf(const SelectionOptions& options);

// The files that they name; those of a folder included.
[[nodiscard]] std::vector<std::string> filesOf(const SelectionOptions& options);

// Standard input, if `-` is among the paths.
[[nodiscard]] std::string inputOf(const SelectionOptions& options);

// Says on standard error which arguments named nothing.
void complainOfEmpty(const Suite& suite);

}  // namespace mdsync::cli
