// mdsync schema: the JSON Schema of scenario files, for editors.
#include "command.hpp"
#include "mdsync/scenario.hpp"
#include "output.hpp"

namespace mdsync::cli {

Command addSchema(CLI::App& program) {
    CLI::App* app = program.add_subcommand("schema", "Print the JSON Schema of scenario files, for editors");
    addExample(*app, "Example:\n  mdsync schema > scenario.schema.json\n");
    return {app, [] { return print(scenarioSchema()) ? kOk : kUnwritable; }};
}

}  // namespace mdsync::cli
