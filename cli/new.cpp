// mdsync new: begins a scenario file.
#include <fmt/format.h>

#include <filesystem>

#include "command.hpp"
#include "mdsync/export.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/run.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/system.hpp"
#include "mdsync/trace_io.hpp"
#include "output.hpp"
#include "tell.hpp"
#include "whole_file.hpp"

namespace mdsync::cli {

namespace {

struct NewFlags {
    std::string path = "-";
    std::string rule;
};

constexpr std::string_view kFirstScenario = R"({
  "mdsync": "scenario/1",
  "name": "A phone and a laptop both get the message",
  "description": "Say here which bug this would catch.",
  "rules": ["online.received"],
  "app": { "sync": true },
  "users": {
    "alice": { "phone": "android", "laptop": "web" },
    "bob": { "pixel": "android" }
  },
  "steps": [
    { "login": ["alice/phone", "alice/laptop", "bob/pixel"] },
    { "send": "m1", "from": "bob/pixel", "to": "alice", "text": "hi" },
    { "expect": { "device": "alice/*", "has": ["m1"] } }
  ]
}
)";

// Whether the right server puts `rule` to the test in `scenario`, and keeps it.
bool isTempted(const Case& scenario, RuleId rule) {
    const std::unique_ptr<System> server = makeWorldSystem(*findServer("reference"));
    Capabilities capabilities;
    (void)server->hello(capabilities);
    const std::optional<CaseResult> result = runCase(scenario, *server, capabilities, {});
    return result && result->verdict == Verdict::Pass && result->counts[static_cast<std::size_t>(rule)].checked > 0;
}

// The smallest trace that puts the rule to the test and keeps it, as a scenario that lists the rule.
std::string beginningOf(const Rule& rule) {
    const TraceFile trace = parseTrace(rule.passing, std::string(rule.name), {});
    const ExportedScenario exported = exportScenario(trace.trace, std::string(rule.name));
    Case scenario = parseScenario(exported.text, std::string(rule.name), ruleNames()).cases.at(0);
    scenario.name = fmt::format("Say here what happens ({})", rule.name);
    scenario.description = fmt::format("Say here which bug this would catch. The rule: {}", rule.statement);
    scenario.rules = {std::string(rule.name)};
    // The trace is of a server that may decide otherwise where it is free to.
    if (!isTempted(scenario, rule.id)) {
        tell(
            "mdsync new: against the simulated server these steps do not put {} to the test; mdsync explain {} "
            "says when it is\n",
            rule.name, rule.name);
    }
    return writeScenario(scenario);
}

int begin(const NewFlags& flags) {
    const std::string text =
        flags.rule.empty() ? std::string(kFirstScenario) : beginningOf(rule(*findRule(flags.rule)));
    std::error_code error;
    if (flags.path != "-" && std::filesystem::exists(std::filesystem::symlink_status(flags.path, error))) {
        tell("mdsync new: {} is there already\n", printable(flags.path));
        return kUsage;
    }
    const std::string folder = flags.path == "-" ? "" : std::filesystem::path(flags.path).parent_path().string();
    if (!folder.empty()) (void)makeFolder(folder);  // if that fails, the file can't be written, which is said
    return writeFile(flags.path, text) ? kOk : kUnwritable;
}

}  // namespace

Command addNew(Program& program) {
    const CommandLine line = program.command("new", "Begin a scenario file: a first one, or one for a rule");
    const auto flags = std::make_shared<NewFlags>();
    line.value("file", flags->path, "FILE", "Where to write it; it must not be there (default: standard output)");
    line.value("--rule", flags->rule, "RULE", "Begin with the smallest steps that put this rule to the test")
        .check(isRule);
    line.example(
        "Examples:\n"
        "  mdsync new scenarios/first.json\n"
        "  mdsync new scenarios/recall.json --rule recall.offline-devices\n");
    return {line, [flags] { return begin(*flags); }};
}

}  // namespace mdsync::cli
