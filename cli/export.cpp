// mdsync export: a recorded trace as the scenario that repeats it; what happened as a page, a diagram, a ticket or for a
// viewer.
#include "mdsync/export.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "command.hpp"
#include "happened.hpp"
#include "mdsync/again.hpp"
#include "mdsync/report.hpp"
#include "output.hpp"
#include "tell.hpp"
#include "timeline_options.hpp"
#include "written_files.hpp"

namespace mdsync::cli {

namespace {

struct ExportFlags {
    HappenedSource source;
    std::string kind;
    std::string to = "-";
    TimelineOptions timeline;

    // Whether only a part can be shown.
    [[nodiscard]] bool canShowPart() const { return kind == "mermaid" || kind == "markdown"; }
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

int writeScenario(const ExportFlags& flags) {
    const HappenedSource& source = flags.source;
    if (!isTrace(source.path)) {
        tell("mdsync export: {} is a scenario; a recorded trace becomes one (run --trace PATH)\n",
             printable(source.path));
        return kUsage;
    }
    ExportOptions options;
    options.lenient = source.lenient;
    if (!source.settle.empty()) options.settle = parseDuration(source.settle);
    options.skew = parseDuration(source.skew).value_or(Millis{0});
    for (const std::string& reading : source.readings) (void)addReading(reading, options.readings);
    const ExportedScenario exported = exportScenario(source.path, options);
    complain(exported.diagnostics);
    if (!exported.valid) return kBadInput;
    if (!writeFile(flags.to, exported.text)) return withUnwritable(kOk);
    if (!source.quiet) sum(exported, flags);
    return kOk;
}

// The page of one case, with all that happened.
std::string pageOf(Happened& happened) {
    const Happening what = happened.happening();
    addStory(happened.result, what.trace, what.scenario, happened.text, true);
    Result result;
    result.cases.push_back(happened.result);
    return htmlReport(result, MDSYNC_VERSION, true);
}

std::string drawn(const ExportFlags& flags, Happened& happened) {
    View view = flags.timeline.view();
    view.isAroundFailures = flags.timeline.part != "all";
    if (flags.kind == "mermaid") return drawMermaid(happened.happening(), view);
    if (flags.kind == "markdown") return drawMarkdown(happened.happening(), view);
    if (flags.kind == "perfetto") return drawPerfetto(happened.happening());
    return pageOf(happened);
}

// Whether --timeline or --only is given where there is no part to choose.
bool saysThatAllIsShown(const ExportFlags& flags) {
    if (flags.canShowPart()) return false;
    const bool isPart = !flags.timeline.part.empty();
    if (!isPart && flags.timeline.only.empty()) return false;
    tell("mdsync export: {} goes with --as mermaid or markdown; {} has all\n", isPart ? "--timeline" : "--only",
         flags.kind);
    return true;
}

int exportIt(const ExportFlags& flags, const CommandLine& line) {
    if (saysThatAllIsShown(flags) || saysWhatDoesNotFit(line, flags.source)) return kUsage;
    std::vector<WrittenFile> written{{"--output", flags.to}};
    if (!flags.source.target.log.empty()) written.push_back({"--target-log", flags.source.target.log});
    if (wouldLose({flags.source.path}, written)) return kUsage;
    if (flags.kind == "scenario") return writeScenario(flags);
    const Interrupt interrupt;
    Happened happened;
    if (const std::optional<int> code = findOut(flags.source, interrupt, happened)) return *code;
    OnlyNames names(flags.timeline.only);
    names.see(happened.trace);
    names.complain();
    return writeFile(flags.to, drawn(flags, happened)) ? kOk : withUnwritable(kOk);
}

}  // namespace

Command addExport(Program& program) {
    const CommandLine line = program.command(
        "export",
        "Write a recorded trace as the scenario that repeats it, or what happened as a page, a diagram or a ticket");
    const auto flags = std::make_shared<ExportFlags>();
    addHappenedFile(line, flags->source);
    line.value(
            "--as", flags->kind, "KIND",
            "What to write: scenario; html, a page for browsers; mermaid, a sequence diagram; markdown, a ticket with "
            "failure, diagram and ladder; perfetto, for ui.perfetto.dev")
        .required()
        .check(oneOf({"scenario", "html", "mermaid", "markdown", "perfetto"}));
    line.value("-o,--output", flags->to, "FILE", "Where to write it; standard output if not given");
    addTimelineOptions(line, flags->timeline,
                       "What mermaid and markdown show: all, or around what failed (the default, where something did)");
    line.flag("-q,--quiet", flags->source.quiet, "Say nothing on standard error but errors");
    addHappenedOptions(line, flags->source);
    line.example(
        "The steps of a scenario are what the trace shows to have been asked of the server, when it took effect; the rules\n"
        "that it violates are listed. Run against the server that was recorded, the scenario violates them\n"
        "again; on a right server it passes.\n"
        "Examples:\n"
        "  mdsync export field.jsonl.zst --as scenario -o field.json\n"
        "  mdsync run field.json --server mutant:evict-second\n"
        "  mdsync export field.jsonl.zst --as html -o field.html\n"
        "  mdsync export tabs.json --server mutant:evict-second --as markdown     to paste into a ticket\n"
        "  mdsync export field.jsonl.zst --as mermaid --only alice/phone,m3\n");
    return {line, [flags, line] { return exportIt(*flags, line); }};
}

}  // namespace mdsync::cli
