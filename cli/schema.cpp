// mdsync schema: the JSON Schema of what crosses a boundary, for editors and other programs.
#include "command.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/schemas.hpp"
#include "output.hpp"

namespace mdsync::cli {

namespace {

int show(const std::string& kind) {
    const bool isScenario = kind == "scenario";
    return print(isScenario ? scenarioSchema(ruleNames()) : std::string(documentSchema(kind))) ? kOk : kUnwritable;
}

}  // namespace

Command addSchema(Program& program) {
    const CommandLine line = program.command(
        "schema", "Print the JSON Schema of scenarios, traces, the adapter protocol, results or baselines");
    const auto kind = std::make_shared<std::string>("scenario");
    line.value("kind", *kind, "KIND", "scenario (default), trace and adapter (of one line each), result or baseline")
        .check(oneOf({"scenario", "trace", "adapter", "result", "baseline"}));
    line.example(
        "Examples:\n"
        "  mdsync schema scenario > scenario.schema.json   for an editor\n"
        "  mdsync schema trace                             for whoever writes one\n");
    return {line, [kind] { return show(*kind); }};
}

}  // namespace mdsync::cli
