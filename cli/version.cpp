// mdsync version.
#include <fmt/format.h>

#include "command.hpp"
#include "commit.hpp"
#include "output.hpp"

namespace mdsync::cli {

std::string versionText() {
    if (commit().empty()) return MDSYNC_VERSION;
    if (commitDay().empty()) return fmt::format("{} ({})", MDSYNC_VERSION, commit());
    return fmt::format("{} ({}, {})", MDSYNC_VERSION, commit(), commitDay());
}

Command addVersion(Program& program) {
    const CommandLine line = program.command("version", "Print the version, and the commit that it was built from");
    line.example("Example:\n  mdsync version\n");
    return {line, [] { return print("mdsync " + versionText() + "\n") ? kOk : kUnwritable; }};
}

}  // namespace mdsync::cli
