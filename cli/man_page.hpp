// Man pages: the command line's table as pages for man(1), in roff.
#pragma once

#include <string>

#include "command_table.hpp"

namespace mdsync::cli {

// The page of the program, mdsync(1): its commands, exit codes, files and environment.
[[nodiscard]] std::string programPage(const CommandTable& table);

// The page of one command, mdsync-run(1).
[[nodiscard]] std::string commandPage(const CommandTable& table, const CommandEntry& command);

}  // namespace mdsync::cli
