// mdsync schema: the JSON Schema of scenario files, for editors.
#include "command.hpp"
#include "mdsync/scenario.hpp"
#include "output.hpp"

namespace mdsync::cli {

Command addSchema(Program& program) {
    const CommandLine line = program.command("schema", "Print the JSON Schema of scenario files, for editors");
    line.example("Example:\n  mdsync schema > scenario.schema.json\n");
    return {line, [] { return print(scenarioSchema()) ? kOk : kUnwritable; }};
}

}  // namespace mdsync::cli
