// mdsync version.
#include "command.hpp"
#include "output.hpp"

namespace mdsync::cli {

Command addVersion(CLI::App& program) {
    CLI::App* app = program.add_subcommand("version", "Print the version");
    addExample(*app, "Example:\n  mdsync version\n");
    return {app, [] { return print("mdsync " MDSYNC_VERSION "\n") ? kOk : kUnwritable; }};
}

}  // namespace mdsync::cli
