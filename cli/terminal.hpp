// Terminal: how wide it is, and what this program is called there.
#pragma once

#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>

namespace mdsync::cli {

// The columns of what `stream` goes to, where it is a terminal. COLUMNS in the environment wins.
[[nodiscard]] std::optional<std::size_t> knownColumns(std::FILE* stream);
// The same, and 100 where nobody knows.
[[nodiscard]] std::size_t columnsOf(std::FILE* stream);

// The name by which this program was called: `mdsync`, or the path, so that lines to paste start it. script/mdsync says
// its own by MDSYNC_PROGRAM.
void rememberProgram(const char* called);
[[nodiscard]] const std::string& programName();

}  // namespace mdsync::cli
