// mdsync export: a recorded trace as the scenario that repeats it, or as a page for browsers.
#include "mdsync/export.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "command.hpp"
#include "mdsync/again.hpp"
#include "mdsync/report.hpp"
#include "output.hpp"
#include "tell.hpp"
#include "written_files.hpp"

namespace mdsync::cli {

namespace {

struct ExportFlags {
    std::string path;
    std::string kind;
    std::string to = "-";
    std::string settle;
    std::string skew;
    std::vector<std::string> readings;
    bool lenient = false;
    bool quiet = false;
};

void say(const std::string& line) {
    tell("{}\n", printable(line));
}

// What a user wants to know of the file, beside it.
void sum(const ExportedScenario& exported, const ExportFlags& flags) {
    constexpr std::size_t kMost = 10;
    for (std::size_t i = 0; i < std::min(exported.remarks.size(), kMost); ++i) say("note: " + exported.remarks[i]);
    if (exported.remarks.size() > kMost) say(fmt::format("note: and {} more", exported.remarks.size() - kMost));
    std::vector<std::string_view> names;
    for (const RuleId id : exported.violated) names.push_back(rule(id).name);
    const std::string what = names.empty() ? "no rule" : fmt::format("{}", fmt::join(names, ", "));
    say(fmt::format("{} step{}; the trace violates {}", exported.steps, exported.steps == 1 ? "" : "s", what));
    if (flags.to != "-") say(fmt::format("repeat: {}", spell(Again{.path = flags.to})));
}

// The page of the trace, with all that happened.
int exportPage(const ExportFlags& flags) {
    CheckOptions options;
    options.lenient = flags.lenient;
    if (!flags.settle.empty()) options.settle = parseDuration(flags.settle);
    options.skew = parseDuration(flags.skew).value_or(Millis{0});
    for (const std::string& reading : flags.readings) (void)addReading(reading, options.readings);
    options.recorded = [](const Trace& trace, CaseResult& result) { addStory(result, trace, nullptr, {}, true); };
    const Interrupt interrupt;
    const Result result = checkTraces({flags.path}, options, interrupt);
    for (const CaseResult& each : result.cases) complain(each.diagnostics, flags.quiet);
    if (result.interrupted || verdictOf(result) == Verdict::Error) return exitCodeOf(result);
    return writeFile(flags.to, htmlReport(result, MDSYNC_VERSION, true)) ? kOk : kUnwritable;
}

int exportTrace(const ExportFlags& flags) {
    if (wouldLose({flags.path}, {{"--output", flags.to}})) return kUsage;
    if (flags.kind == "html") return exportPage(flags);
    ExportOptions options;
    options.lenient = flags.lenient;
    if (!flags.settle.empty()) options.settle = parseDuration(flags.settle);
    options.skew = parseDuration(flags.skew).value_or(Millis{0});
    for (const std::string& reading : flags.readings) (void)addReading(reading, options.readings);
    const ExportedScenario exported = exportScenario(flags.path, options);
    complain(exported.diagnostics);
    if (!exported.valid) return kBadInput;
    if (!writeFile(flags.to, exported.text)) return kUnwritable;
    if (!flags.quiet) sum(exported, flags);
    return kOk;
}

}  // namespace

Command addExport(Program& program) {
    const CommandLine line =
        program.command("export", "Write a recorded trace as the scenario that repeats it, or as a page");
    const auto flags = std::make_shared<ExportFlags>();
    line.value("trace", flags->path, "TRACE", "A trace in JSON Lines, plain or compressed; - is standard input")
        .required();
    line.value("--as", flags->kind, "KIND", "What to write: scenario, or html, a page that shows what happened")
        .required()
        .check(oneOf({"scenario", "html"}));
    line.value("-o,--output", flags->to, "FILE", "Where to write it; standard output if not given");
    line.value("--settle", flags->settle, "DURATION", "How the trace is judged, as for check").check(isDuration);
    line.value("--skew", flags->skew, "DURATION", "Put lines in order that are up to this much late").check(isDuration);
    line.flag("--lenient", flags->lenient, "Skip erroneous lines");
    line.repeated("--reading", flags->readings, "READING",
                  "How to read what the page leaves open: NAME=VALUE, as for run")
        .check(isReading);
    line.flag("-q,--quiet", flags->quiet, "Say nothing on standard error but errors");
    line.example(
        "The steps of a scenario are what the trace shows to have been asked of the server, when it took effect; the rules\n"
        "that it violates are listed. Run against the server that was recorded, the scenario violates them\n"
        "again; on a right server it passes.\n"
        "Examples:\n"
        "  mdsync export field.jsonl.zst --as scenario -o field.json\n"
        "  mdsync run field.json --server mutant:evict-second\n"
        "  mdsync export field.jsonl.zst --as html -o field.html\n");
    return {line, [flags] { return exportTrace(*flags); }};
}

}  // namespace mdsync::cli
