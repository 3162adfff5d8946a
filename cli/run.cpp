// mdsync run: scenario files against a server, judged.
#include <fmt/format.h>

#include "command.hpp"
#include "live_report.hpp"
#include "mdsync/again.hpp"
#include "mdsync/replay.hpp"
#include "mdsync/report.hpp"
#include "mdsync/run.hpp"
#include "run_command.hpp"
#include "tell.hpp"
#include "trace_folder.hpp"

namespace mdsync::cli {

namespace {

std::string flagsOf(const RunFlags& flags) {
    std::vector<std::string> words = flagsOf(flags.target);
    for (const std::string& reading : flags.readings) words.push_back("--reading " + shellWord(reading));
    for (const std::string& value : wordsOf(flags.selection.values)) words.push_back(value);
    return fmt::format("{}", fmt::join(words, " "));
}

std::vector<WrittenFile> writtenBy(const RunFlags& flags, const TraceFolder& traces) {
    std::vector<WrittenFile> written = writtenFiles(flags.output);
    for (const std::string& file : traces.files()) written.push_back({"--trace", file});
    if (!flags.record.empty()) written.push_back({"--record", flags.record});
    if (!flags.target.log.empty()) written.push_back({"--target-log", flags.target.log});
    return written;
}

}  // namespace

int runSelected(RunFlags& flags) {
    if (saysOnlyOfNothing(flags.output)) return kUsage;
    Filter filter;
    if (const std::optional<int> code = settle(flags.selection, filter)) return *code;
    const std::string input = inputOf(flags.selection);
    const unsigned jobs = jobsOf(flags.jobs, flags.target);
    const Interrupt interrupt;
    const Suite suite =
        loadSuite(flags.selection.paths, filter, jobs, input, &interrupt.flag(), valuesOf(flags.selection.values));
    complainOfEmpty(suite);
    if (saysUnknownVariable(suite)) return kUsage;
    if (suite.cases == 0 && !flags.selection.failed.empty()) {
        tell("mdsync: nothing of this failed in {}\n", printable(flags.selection.failed));
    }

    TraceFolder traces(flags.trace, suite);
    if (wouldLose(filesOf(flags.selection), writtenBy(flags, traces), flags.baseline)) return kUsage;
    traces.make();

    SuiteOptions suiteOptions;
    suiteOptions.server = flags.target.policy();
    ForeignSystems foreign(flags.target, interrupt);
    suiteOptions.makeSystem = foreign.maker();
    suiteOptions.jobs = jobs;
    suiteOptions.retries = flags.retries;
    suiteOptions.repeat = flags.repeat;
    suiteOptions.options.seed = flags.seed;
    suiteOptions.options.reasons = true;
    for (const std::string& reading : flags.readings) (void)addReading(reading, suiteOptions.options.readings);

    if (!flags.record.empty() && suite.cases > 1) {
        tell("mdsync run: --record keeps the run of one case, and {} were named\n", suite.cases);
        return kUsage;
    }
    const auto drawn = std::make_shared<std::vector<Choice>>();
    if (!flags.record.empty()) suiteOptions.options.choices = recordingSource(drawn);
    bool isRecorded = true;

    Ladders ladders(flags.output);
    if (traces.wanted() || flags.output.wantsTimeline() || flags.output.wantsPage() || !flags.record.empty()) {
        suiteOptions.recorded = [&](std::size_t number, const Case& scenario, const Trace& trace, CaseResult& result) {
            if (!flags.record.empty()) {
                const RunFile run = runFileOf(scenario, flags.target.name(), trace, result, *drawn);
                isRecorded = writeFile(flags.record, writeRunFile(run));
            }
            if (traces.wanted()) traces.write(number, trace);
            ladders.draw(trace, &scenario, result);
            if (flags.output.wantsPage()) {
                addStory(result, trace, &scenario, suite.entries[number].scenario.text->text,
                         flags.output.wantsWholePage());
            }
        };
    }
    const KnownFailures known(flags.baseline, interrupt);
    LiveReport live(flags.output, known, suite.cases, "cases");
    live.about(flags.selection.paths, findShard(flags.selection.shard), flags.failsOnFlaky);
    live.warn(suite.warnings);
    const std::string words = flagsOf(flags);
    suiteOptions.started = [&](std::size_t number) { live.progress().start(suite.entries[number].scenario.id); };
    suiteOptions.finished = [&](CaseResult& ended) {
        injectFault("worker");
        ended.again = spell(Again{.path = ended.id, .seed = ended.seed, .flags = words});
        live.progress().step(ended.verdict == Verdict::Fail, ended.id);
    };
    suiteOptions.next = [&](std::size_t number, CaseResult ended) {
        const bool isLast = number + 1 == suite.entries.size() ||
                            suite.entries[number + 1].scenario.file != suite.entries[number].scenario.file;
        return live.add(std::move(ended), isLast);
    };
    Result result = live.complete(runSuite(suite, suiteOptions, interrupt));
    ladders.complain();
    // Of what was not run nobody can say what it would have put to the test.
    for (const std::string& text : flags.maxLatency) result.bounds.push_back(*findLatencyBound(text));
    if (result.notRun == 0) result.required = requiredRules(flags.output);
    const bool baselineWritten = known.settle(result, unknownScenario(suite), flags.output.quiet);
    const int code = live.finish(result);
    return traces.written() && isRecorded && baselineWritten && foreign.written() ? code : withUnwritable(code);
}

void addRunOptions(const CommandLine& line, RunFlags& flags) {
    addSelectionOptions(line, flags.selection);
    addTargetOptions(line, flags.target);
    line.group("How to run");
    line.number("--seed", flags.seed, 0, kNoLimit, "Use this seed instead of the scenarios' own");
    line.repeated("--reading", flags.readings, "READING",
                  "How to read what the page leaves open: window=calendar|rolling|any, switch-delay=30m, "
                  "group-status-path=docs|seed")
        .check(isReading);
    line.value("--trace", flags.trace, "PATH", "Record what happened: a file for one case, a folder for several");
    line.value("--record", flags.record, "FILE", "Keep the run of one case, every draw of chance included: see replay");
    line.jobs(flags.jobs, "Cases");
    line.number("--retries", flags.retries, 1, 1000,
                "Try a failing case again, up to N times; one that then passes is flaky, which is no failure")
        .needs(line["--target"]);
    line.flag("--fail-on-flaky", flags.failsOnFlaky, "Fail if a case is flaky and no baseline expects it")
        .needs(line["--retries"]);
    line.listed("--max-latency", flags.maxLatency, "BOUND",
                "Fail if a system with a clock of its own is slower: p99=500ms is of deliveries, login.p50=1s, "
                "catch-up.max=5s")
        .check([](const std::string& text) {
            return findLatencyBound(text) ? std::string() : text + " is no bound such as p99=500ms or login.max=2s";
        })
        .needs(line["--target"]);
    line.number("--repeat", flags.repeat, 1, 1000000,
                "Run each case N times, with seeds that count up from its own; it passes if all do")
        .excludes(line["--retries"])
        .excludes(line["--record"]);
    addBaselineOptions(line, flags.baseline);
    addOutputOptions(line, flags.output);
}

Command addRun(Program& program) {
    const CommandLine line = program.command("run", "Run scenario files and judge what every device received");
    const auto flags = std::make_shared<RunFlags>();
    addRunOptions(line, *flags);
    line.example(
        "Examples:\n"
        "  mdsync run scenarios                                    all files of a folder\n"
        "  mdsync run scenarios/web/eleventh-tab.json --timeline   one file, and what happened\n"
        "  mdsync run 'days.json#days=2' --seed 7                  one case of a matrix\n"
        "  mdsync run days.json --set days=3                       with a value that its matrix does not have\n"
        "  mdsync run -k \"web and not drop\" -x                    some of ./scenarios, until one fails\n"
        "  mdsync run --failed result.json                         what failed when --report json=result.json\n"
        "  mdsync run scenarios --require all --report junit=junit.xml\n"
        "  mdsync run scenarios --target exec:\"python3 my_adapter.py\"   a system of your own\n");
    return {line, [flags] { return runSelected(*flags); }};
}

}  // namespace mdsync::cli
