// mdsync check: recorded traces, judged by the same rules.
#include <fmt/format.h>

#include <optional>

#include "baseline_options.hpp"
#include "command.hpp"
#include "mdsync/again.hpp"
#include "mdsync/report.hpp"
#include "mdsync/run.hpp"
#include "output.hpp"

namespace mdsync::cli {

namespace {

struct CheckFlags {
    std::vector<std::string> paths;
    OutputOptions output;
    BaselineOptions baseline;
    std::string settle;
    std::string skew;
    std::vector<std::string> readings;
    bool lenient = false;
    std::optional<unsigned> jobs;
};

std::string flagsOf(const CheckFlags& flags) {
    std::vector<std::string> words;
    if (!flags.settle.empty()) words.push_back("--settle " + flags.settle);
    if (!flags.skew.empty()) words.push_back("--skew " + flags.skew);
    if (flags.lenient) words.emplace_back("--lenient");
    for (const std::string& reading : flags.readings) words.push_back("--reading " + shellWord(reading));
    return fmt::format("{}", fmt::join(words, " "));
}

int check(const CheckFlags& flags) {
    if (wouldLose(flags.paths, writtenFiles(flags.output), flags.baseline)) return kUsage;
    CheckOptions options;
    options.lenient = flags.lenient;
    options.jobs = jobsOf(flags.jobs);
    if (!flags.settle.empty()) options.settle = parseDuration(flags.settle);
    options.skew = parseDuration(flags.skew).value_or(Millis{0});
    for (const std::string& reading : flags.readings) (void)addReading(reading, options.readings);
    if (flags.output.wantsTimeline() || flags.output.wantsPage()) {
        options.recorded = [&output = flags.output](const Trace& trace, CaseResult& result) {
            if (output.wantsTimeline()) result.timeline = drawTimeline(trace);
            if (output.wantsPage()) addStory(result, trace, nullptr, {}, output.wantsWholePage());
        };
    }
    const Interrupt interrupt;
    Result result;
    {
        Progress progress(flags.paths.size(), "traces", flags.output.quiet);
        const std::string words = flagsOf(flags);
        options.finished = [&](CaseResult& ended) {
            // A trace that cannot be read gives nothing to see again.
            if (ended.verdict != Verdict::Error) {
                ended.again = spell(Again{.command = "check", .path = ended.file, .flags = words});
            }
            progress.step(ended.verdict == Verdict::Fail);
        };
        result = checkTraces(flags.paths, options, interrupt);
    }
    result.required = requiredRules(flags.output);
    const bool written = settleBaseline(result, flags.baseline, unknownTrace(), interrupt, flags.output.quiet);
    const int code = deliver(result, flags.output);
    return written ? code : withUnwritable(code);
}

}  // namespace

Command addCheck(Program& program) {
    const CommandLine line = program.command("check", "Judge recorded traces by the same rules");
    const auto flags = std::make_shared<CheckFlags>();
    line.values("traces", flags->paths, "TRACE", "Traces in JSON Lines, plain or compressed; - is standard input")
        .required();
    line.value("--settle", flags->settle, "DURATION",
               "Judge what is owed this long after it arose, whatever settled lines say")
        .check(isDuration);
    line.value("--skew", flags->skew, "DURATION", "Put lines in order that are up to this much late").check(isDuration);
    line.flag("--lenient", flags->lenient, "Skip erroneous lines; the verdict is then inconclusive at best");
    line.repeated("--reading", flags->readings, "NAME=VALUE", "How to read what the page leaves open, as for run")
        .check(isReading);
    line.jobs(flags->jobs, "Traces");
    addBaselineOptions(line, flags->baseline);
    addOutputOptions(line, flags->output);
    line.example(
        "Examples:\n"
        "  mdsync check run.jsonl\n"
        "  mdsync check field.jsonl --settle 5s --skew 200ms --lenient\n"
        "  mdsync run tabs.json --trace t.jsonl && mdsync check t.jsonl --timeline\n");
    return {line, [flags] { return check(*flags); }};
}

}  // namespace mdsync::cli
