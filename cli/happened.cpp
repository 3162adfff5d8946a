// What happened in one case of a scenario file, or in a recorded trace.
#include "happened.hpp"

#include <algorithm>
#include <fstream>

#include "mdsync/run.hpp"
#include "output.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

// A trace begins with its header, or is compressed; standard input is taken for one.
bool isTrace(const std::string& path) {
    if (path == "-") return true;
    std::ifstream file(path, std::ios::binary);
    std::string begin(256, '\0');
    file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
    begin.resize(static_cast<std::size_t>(file.gcount()));
    if (begin.starts_with("\x1f\x8b") || begin.starts_with("\x28\xb5\x2f\xfd")) return true;
    const std::string firstLine = begin.substr(0, begin.find('\n'));
    return path.ends_with(".jsonl") || firstLine.find("\"trace/1\"") != std::string::npos;
}

std::optional<int> readTrace(const HappenedOptions& options, const Interrupt& interrupt, Happened& happened,
                             CaseResult* result) {
    CheckOptions how;
    how.lenient = options.lenient;
    how.skew = parseDuration(options.skew).value_or(Millis{0});
    for (const std::string& reading : options.readings) (void)addReading(reading, how.readings);
    how.recorded = [&happened](const Trace& trace, CaseResult&) { happened.trace = declaredAtStart(trace); };
    const Result found = checkTraces({options.path}, how, interrupt);
    for (const CaseResult& each : found.cases) complain(each.diagnostics);
    if (found.interrupted || verdictOf(found) == Verdict::Error) return exitCodeOf(found);
    how.readings.applyTo(happened.trace.header.readings);
    if (result != nullptr) *result = found.cases.front();
    return std::nullopt;
}

// One case is meant; where the file gives more, they are named.
std::optional<int> complainUnlessOne(const Suite& suite, const std::string& path) {
    for (const Suite::Entry& entry : suite.entries) {
        complain(entry.wrong);
        if (!entry.isCase()) return kBadInput;
    }
    if (suite.cases == 1) return std::nullopt;
    if (suite.cases == 0) {
        tell("mdsync: {} names no scenario\n", printable(path));
        return kNothing;
    }
    constexpr std::size_t kShown = 8;
    tell("mdsync: {} names {} cases; name one of them:\n", printable(path), suite.cases);
    for (std::size_t i = 0; i < std::min(kShown, suite.entries.size()); ++i) {
        tell("  {}\n", printable(suite.entries[i].scenario.id));
    }
    if (suite.entries.size() > kShown) tell("  and {} more\n", suite.entries.size() - kShown);
    return kUsage;
}

std::optional<int> runScenario(const HappenedOptions& options, const Interrupt& interrupt, Happened& happened,
                               CaseResult* result) {
    const Suite suite = loadSuite({options.path}, {}, 1);
    if (const std::optional<int> code = complainUnlessOne(suite, options.path)) return code;
    SuiteOptions how;
    how.server = options.target.policy();
    ForeignSystems foreign(options.target, interrupt);
    how.makeSystem = foreign.maker();
    how.options.seed = options.seed;
    for (const std::string& reading : options.readings) (void)addReading(reading, how.options.readings);
    how.recorded = [&happened](std::size_t, const Case& scenario, const Trace& trace, CaseResult&) {
        happened.trace = trace;
        for (const Step& step : scenario.steps) happened.lines.push_back(step.span.line);
    };
    const Result found = runSuite(suite, how, interrupt);
    complain(found.diagnostics);
    if (found.interrupted || verdictOf(found) == Verdict::Error) {
        for (const CaseResult& each : found.cases) tell("mdsync: {}\n", printable(each.reason));
        return exitCodeOf(found);
    }
    if (!foreign.written()) return kUnwritable;
    if (result != nullptr) *result = found.cases.front();
    return std::nullopt;
}

}  // namespace

void addHappenedOptions(const CommandLine& line, HappenedOptions& options) {
    line.number("--seed", options.seed, 0, kNoLimit, "Use this seed instead of the scenario's own");
    addTargetOptions(line, options.target);
    line.repeated("--reading", options.readings, "NAME=VALUE", "How to read what the page leaves open, as for run")
        .check(isReading);
    line.value("--settle", options.settle, "DURATION", "How a trace is judged, as for check").check(isDuration);
    line.value("--skew", options.skew, "DURATION", "Put a trace's lines in order that are up to this much late")
        .check(isDuration);
    line.flag("--lenient", options.lenient, "Skip erroneous lines of a trace");
}

std::optional<int> makeHappen(const HappenedOptions& options, const Interrupt& interrupt, Happened& happened,
                              CaseResult* result) {
    happened.file = options.path;
    if (!options.settle.empty()) happened.settle = parseDuration(options.settle);
    return isTrace(options.path) ? readTrace(options, interrupt, happened, result)
                                 : runScenario(options, interrupt, happened, result);
}

std::optional<DeviceId> findDevice(const Happened& happened, const std::string& name, std::string_view command) {
    const DeviceId device = happened.trace.header.findDevice(name);
    if (device.exists()) return device;
    std::vector<std::string> names;
    for (std::size_t d = 0; d < happened.trace.header.devices.size(); ++d) {
        names.push_back(happened.trace.header.path(DeviceId{d}));
    }
    const std::string hint = suggest(name, {names.begin(), names.end()});
    tell("mdsync {}: {} has no device \"{}\"{}\n", command, printable(happened.file), printable(name),
         hint.empty() ? "" : "; " + hint);
    return std::nullopt;
}

std::optional<MessageId> findMessage(const Happened& happened, const std::string& name, std::string_view command) {
    const MessageId message = happened.trace.lexicon.messages.find(name);
    if (message.exists()) return message;
    std::vector<std::string> names;
    for (std::size_t m = 0; m < happened.trace.lexicon.messages.size(); ++m) {
        names.push_back(happened.trace.lexicon.messages[MessageId{m}]);
    }
    const std::string hint = suggest(name, {names.begin(), names.end()});
    tell("mdsync {}: {} has no message \"{}\"{}\n", command, printable(happened.file), printable(name),
         hint.empty() ? "" : "; " + hint);
    return std::nullopt;
}

}  // namespace mdsync::cli
