// mdsync check: recorded traces, judged by the same rules.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "baseline_options.hpp"
#include "command.hpp"
#include "mdsync/report.hpp"
#include "mdsync/run.hpp"
#include "output.hpp"
#include "standard_input.hpp"

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
    CheckOptions options;
    options.lenient = flags.lenient;
    options.jobs = jobsOf(flags.jobs);
    options.flags = flagsOf(flags);
    if (!flags.settle.empty()) options.settle = parseDuration(flags.settle);
    options.skew = parseDuration(flags.skew).value_or(Millis{0});
    for (const std::string& reading : flags.readings) (void)addReading(reading, options.readings);
    if (flags.output.wantsTimeline()) {
        options.recorded = [](const Trace& trace, CaseResult& result) { result.timeline = drawTimeline(trace); };
    }
    const Interrupt interrupt;
    std::optional<InterruptibleInput> input;
    if (std::find(flags.paths.begin(), flags.paths.end(), "-") != flags.paths.end()) input.emplace(interrupt.flag());
    Result result;
    {
        Progress progress(flags.paths.size(), "traces", flags.output.quiet);
        options.finished = [&](const CaseResult& ended) { progress.step(ended.verdict == Verdict::Fail); };
        result = checkTraces(flags.paths, options, interrupt);
    }
    result.required = requiredRules(flags.output);
    const bool written = settleBaseline(result, flags.baseline, unknownTrace(), flags.output.quiet);
    const int code = deliver(result, flags.output);
    return written ? code : withUnwritable(code);
}

}  // namespace

Command addCheck(CLI::App& program) {
    CLI::App* app = program.add_subcommand("check", "Judge recorded traces by the same rules");
    const auto flags = std::make_shared<CheckFlags>();
    app->add_option("traces", flags->paths, "Traces in JSON Lines, plain or compressed; - is standard input")
        ->required()
        ->type_name("TRACE");
    app->add_option("--settle", flags->settle,
                    "Judge what is owed this long after it arose, whatever settled lines say")
        ->check(CLI::Validator(isDuration, ""))
        ->type_name("DURATION");
    app->add_option("--skew", flags->skew, "Put lines in order that are up to this much late")
        ->check(CLI::Validator(isDuration, ""))
        ->type_name("DURATION");
    app->add_flag("--lenient", flags->lenient, "Skip erroneous lines; the verdict is then inconclusive at best");
    addRepeatable(*app, "--reading", flags->readings, "How to read what the page leaves open, as for run")
        ->check(CLI::Validator(isReading, ""))
        ->type_name("NAME=VALUE");
    addJobs(*app, flags->jobs, "Traces");
    addBaselineOptions(*app, flags->baseline);
    addOutputOptions(*app, flags->output);
    addExample(*app,
               "Examples:\n"
               "  mdsync check run.jsonl\n"
               "  mdsync check field.jsonl --settle 5s --skew 200ms --lenient\n"
               "  mdsync run tabs.json --trace t.jsonl && mdsync check t.jsonl --timeline\n");
    return {app, [flags] { return check(*flags); }};
}

}  // namespace mdsync::cli
