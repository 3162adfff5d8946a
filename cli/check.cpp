// mdsync check: recorded traces, judged by the same rules.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>

#include "baseline_options.hpp"
#include "command.hpp"
#include "happened.hpp"
#include "live_report.hpp"
#include "mdsync/again.hpp"
#include "mdsync/report.hpp"
#include "mdsync/run.hpp"
#include "mdsync/story.hpp"
#include "operator_new.hpp"
#include "output.hpp"
#include "selection_options.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

struct CheckFlags {
    std::vector<std::string> paths;
    std::string shard;
    OutputOptions output;
    BaselineOptions baseline;
    std::string settle;
    std::string skew;
    std::vector<std::string> readings;
    bool lenient = false;
    std::optional<unsigned> jobs;
    std::optional<std::uint32_t> event;  // the line of the trace that is to be explained
};

// ---- One event ------------------------------------------------------------------------------------------------------

// The number, from 0, that the event of a line has in the trace as it was judged.
std::uint64_t numberOf(std::uint32_t line, const Happened& happened) {
    const std::vector<Event>& events = happened.happening().trace.events;
    return static_cast<std::uint64_t>(
        std::find_if(events.begin(), events.end(), [line](const Event& e) { return e.origin == line; }) -
        events.begin());
}

// What each rule said to the event of a line, instead of a report.
int explainEvent(const CheckFlags& flags, const CommandLine& line) {
    for (const char* option : {"--report", "--require", "--baseline", "--write-baseline", "--timeline", "--only",
                               "--shard", "-x", "--max-failures", "--durations", "--timings"}) {
        if (!line.given(option)) continue;
        tell("mdsync check: --explain-event prints no report: {} does not go with it\n", option);
        return kUsage;
    }
    if (flags.paths.size() != 1) {
        tell("mdsync check: --explain-event wants one trace\n");
        return kUsage;
    }
    HappenedSource source;
    source.path = flags.paths.front();
    source.isTrace = true;
    source.readings = flags.readings;
    source.settle = flags.settle;
    source.skew = flags.skew;
    source.lenient = flags.lenient;
    const Interrupt interrupt;
    Happened happened;
    if (const auto code = findOut(source, interrupt, happened)) return *code;
    const std::vector<Event>& events = happened.trace.events;
    const auto event =
        std::find_if(events.begin(), events.end(), [&](const Event& e) { return e.origin == *flags.event; });
    if (event == events.end()) {
        tell("mdsync check: line {} of {} holds no event\n", *flags.event, printable(happened.file));
        return kUsage;
    }
    const auto number = static_cast<std::uint64_t>(event - events.begin());
    Inquiry inquiry(happened.trace, happened.settle);
    inquiry.readTo(number);
    const Hearing hearing = inquiry.hearNext();
    const Told told{.file = happened.file,
                    .device = {},
                    .message = {},
                    .events = numberOf(*flags.event, happened) + 1,
                    .until = event->t,
                    .timezone = happened.trace.header.app.timezone};
    const bool isJson = flags.output.format == "json";
    return print(isJson ? hearingJson(hearing, told)
                        : eventLine(happened, number) + "\n" + hearingText(hearing, consoleOf(flags.output)))
               ? kOk
               : withUnwritable(kOk);
}

// ---- Whole traces ---------------------------------------------------------------------------------------------------

std::string flagsOf(const CheckFlags& flags) {
    std::vector<std::string> words;
    if (!flags.settle.empty()) words.push_back("--settle " + flags.settle);
    if (!flags.skew.empty()) words.push_back("--skew " + flags.skew);
    if (flags.lenient) words.emplace_back("--lenient");
    for (const std::string& reading : flags.readings) words.push_back("--reading " + shellWord(reading));
    return fmt::format("{}", fmt::join(words, " "));
}

// The traces that the arguments name. A folder stands for those in it and below; one that holds none is told.
std::vector<std::string> tracesOf(const std::vector<std::string>& arguments) {
    std::vector<std::string> paths;
    for (const std::string& argument : arguments) {
        std::error_code error;
        if (argument == "-" || !std::filesystem::is_directory(argument, error)) {
            paths.push_back(argument);
            continue;
        }
        const ListedFiles found = listTraceFiles(tidyPath(argument));
        paths.insert(paths.end(), found.paths.begin(), found.paths.end());
        // What could not be looked into is reported like a file that cannot be read, which it is.
        for (const Diagnostic& wrong : found.diagnostics) paths.push_back(wrong.file);
        if (found.paths.empty() && found.diagnostics.empty())
            tell("mdsync check: {} holds no trace: no *.jsonl, *.jsonl.gz or *.jsonl.zst\n", printable(argument));
    }
    return paths;
}

// Those of this machine.
std::vector<std::string> inShard(const std::vector<std::string>& paths, const std::optional<Shard>& shard) {
    std::vector<std::string> own;
    std::copy_if(paths.begin(), paths.end(), std::back_inserter(own),
                 [&](const std::string& path) { return !shard || shard->has(path); });
    return own;
}

int check(CheckFlags& flags) {
    useLargePages();
    if (saysOnlyOfNothing(flags.output)) return kUsage;
    const std::optional<Shard> shard = findShard(flags.shard);
    flags.paths = inShard(tracesOf(flags.paths), shard);
    if (wouldLose(flags.paths, writtenFiles(flags.output), flags.baseline)) return kUsage;
    CheckOptions options;
    options.lenient = flags.lenient;
    options.jobs = jobsOf(flags.jobs);
    if (!flags.settle.empty()) options.settle = parseDuration(flags.settle);
    options.skew = parseDuration(flags.skew).value_or(Millis{0});
    for (const std::string& reading : flags.readings) (void)addReading(reading, options.readings);
    Ladders ladders(flags.output);
    if (flags.output.wantsTimeline() || flags.output.wantsPage()) {
        options.recorded = [&output = flags.output, &ladders](const Trace& trace, CaseResult& result) {
            ladders.draw(trace, nullptr, result);
            if (output.wantsPage()) addStory(result, trace, nullptr, {}, output.wantsWholePage());
        };
    }
    const Interrupt interrupt;
    const KnownFailures known(flags.baseline, interrupt);
    LiveReport live(flags.output, known, flags.paths.size(), "traces");
    live.about(flags.paths, shard, false);
    const std::string words = flagsOf(flags);
    options.started = [&](std::size_t number) { live.progress().start(flags.paths[number]); };
    options.finished = [&](CaseResult& ended) {
        // A trace that cannot be read gives nothing to see again.
        if (ended.verdict != Verdict::Error) {
            ended.again = spell(Again{.command = "check", .path = ended.file, .flags = words});
        }
        live.progress().step(ended.verdict == Verdict::Fail, ended.file);
    };
    options.next = [&](std::size_t number, CaseResult ended) {
        const bool isLast = number + 1 == flags.paths.size() || flags.paths[number + 1] != flags.paths[number];
        return live.add(std::move(ended), isLast);
    };
    Result result = live.complete(checkTraces(flags.paths, options, interrupt));
    ladders.complain();
    if (result.notRun == 0) result.required = requiredRules(flags.output);
    const bool written = known.settle(result, unknownTrace(), flags.output.quiet);
    const int code = live.finish(result);
    return written ? code : withUnwritable(code);
}

}  // namespace

Command addCheck(Program& program) {
    const CommandLine line = program.command("check", "Judge recorded traces by the same rules");
    const auto flags = std::make_shared<CheckFlags>();
    line.values("traces", flags->paths, "TRACE",
                "Traces in JSON Lines, plain or compressed, or folders of them; - is standard input")
        .required();
    addShardOption(line, flags->shard, "traces");
    line.value("--settle", flags->settle, "DURATION",
               "Judge what is owed this long after it arose, whatever settled lines say")
        .check(isDuration);
    line.value("--skew", flags->skew, "DURATION", "Put lines in order that are up to this much late").check(isDuration);
    line.flag("--lenient", flags->lenient, "Skip erroneous lines; the verdict is then inconclusive at best");
    line.repeated("--reading", flags->readings, "READING",
                  "How to read what the page leaves open: NAME=VALUE, as for run")
        .check(isReading);
    line.jobs(flags->jobs, "Traces");
    line.number("--explain-event", flags->event, 1, kNoLimit,
                "Say what each rule said to the event on this line of the trace, and why, instead of a report");
    addBaselineOptions(line, flags->baseline);
    addOutputOptions(line, flags->output);
    line.example(
        "Examples:\n"
        "  mdsync check run.jsonl\n"
        "  mdsync check traces/ --jobs 4\n"
        "  mdsync check field.jsonl --settle 5s --skew 200ms --lenient\n"
        "  mdsync check field.jsonl --explain-event 41\n"
        "  mdsync run tabs.json --trace t.jsonl && mdsync check t.jsonl --timeline\n");
    return {line, [flags, line] { return flags->event ? explainEvent(*flags, line) : check(*flags); }};
}

}  // namespace mdsync::cli
