// mdsync version.
#include "command.hpp"
#include "output.hpp"

namespace mdsync::cli {

Command addVersion(Program& program) {
    const CommandLine line = program.command("version", "Print the version");
    line.example("Example:\n  mdsync version\n");
    return {line, [] { return print("mdsync " MDSYNC_VERSION "\n") ? kOk : kUnwritable; }};
}

}  // namespace mdsync::cli
