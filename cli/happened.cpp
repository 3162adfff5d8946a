#include "happened.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "command.hpp"
#include "mdsync/again.hpp"
#include "mdsync/run.hpp"
#include "output.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

std::optional<int> readTrace(const HappenedSource& source, const Interrupt& interrupt, Happened& happened) {
    CheckOptions options;
    options.lenient = source.lenient;
    if (!source.settle.empty()) options.settle = parseDuration(source.settle);
    options.skew = parseDuration(source.skew).value_or(Millis{0});
    for (const std::string& reading : source.readings) (void)addReading(reading, options.readings);
    options.recorded = [&happened](const Trace& trace, CaseResult& result) {
        happened.trace = declaredAtStart(trace);
        if (happened.trace.events.size() != trace.events.size()) happened.judged = trace;
        happened.result = result;
    };
    const Result result = checkTraces({source.path}, options, interrupt);
    for (const CaseResult& each : result.cases) complain(each.diagnostics, source.quiet);
    if (result.interrupted || verdictOf(result) == Verdict::Error) return exitCodeOf(result);
    options.readings.applyTo(happened.trace.header.readings);
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

std::optional<int> runScenario(const HappenedSource& source, const Interrupt& interrupt, Happened& happened) {
    const Suite suite = loadSuite({source.path}, {}, 1);
    if (const std::optional<int> code = complainUnlessOne(suite, source.path)) return code;
    SuiteOptions options;
    options.server = source.target.policy();
    ForeignSystems foreign(source.target, interrupt);
    options.makeSystem = foreign.maker();
    options.options.seed = source.seed;
    options.options.reasons = true;
    for (const std::string& reading : source.readings) (void)addReading(reading, options.options.readings);
    options.recorded = [&](std::size_t number, const Case& scenario, const Trace& trace, CaseResult& result) {
        happened.trace = trace;
        happened.result = result;
        happened.scenario = scenario;
        // A step of a file that this one extends has no line here.
        for (const Step& step : scenario.steps) happened.lines.push_back(step.base == 0 ? step.span.line : 0);
        happened.text = suite.entries[number].scenario.text->text;
    };
    const Result result = runSuite(suite, options, interrupt);
    complain(result.diagnostics);
    if (result.interrupted || verdictOf(result) == Verdict::Error) {
        for (const CaseResult& each : result.cases) tell("mdsync: {}\n", printable(each.reason));
        return exitCodeOf(result);
    }
    return foreign.written() ? std::nullopt : std::optional(kUnwritable);
}

// The command line that shows the same again.
std::string againOf(const HappenedSource& source, const Happened& happened) {
    std::vector<std::string> words = happened.scenario ? flagsOf(source.target) : std::vector<std::string>{};
    if (!source.settle.empty()) words.push_back("--settle " + source.settle);
    if (!source.skew.empty()) words.push_back("--skew " + source.skew);
    if (source.lenient) words.emplace_back("--lenient");
    for (const std::string& reading : source.readings) words.push_back("--reading " + shellWord(reading));
    const std::string flags = fmt::format("{}", fmt::join(words, " "));
    Again again{.path = happened.result.id, .flags = flags};
    if (happened.scenario) {
        again.seed = happened.result.seed;
    } else {
        again.command = "check";
    }
    return spell(again);
}

}  // namespace

void addHappenedFile(const CommandLine& line, HappenedSource& source) {
    line.value("file", source.path, "FILE", "A scenario: FILE, FILE#CASE or FILE:LINE; or a recorded trace").required();
}

void addHappenedOptions(const CommandLine& line, HappenedSource& source) {
    line.number("--seed", source.seed, 0, kNoLimit, "Use this seed instead of the scenario's own");
    addTargetOptions(line, source.target);
    line.repeated("--reading", source.readings, "READING", "How to read what the page leaves open, as for run")
        .check(isReading);
    line.value("--settle", source.settle, "DURATION", "How a trace is judged, as for check").check(isDuration);
    line.value("--skew", source.skew, "DURATION", "Put a trace's lines in order that are up to this much late")
        .check(isDuration);
    line.flag("--lenient", source.lenient, "Skip erroneous lines of a trace");
}

bool saysWhatDoesNotFit(const CommandLine& line, const HappenedSource& source) {
    const bool isRecorded = isTrace(source.path);
    const std::vector<std::string> others = isRecorded ? std::vector<std::string>{"--seed", "--server", "--target"}
                                                       : std::vector<std::string>{"--settle", "--skew", "--lenient"};
    for (const std::string& option : others) {
        if (!line.given(option)) continue;
        tell("mdsync: {} is a {}, of which {} says nothing\n", printable(source.path),
             isRecorded ? "recorded trace" : "scenario", option);
        return true;
    }
    return false;
}

bool isTrace(const std::string& path) {
    std::error_code error;
    const auto kind = std::filesystem::status(path, error).type();
    if (path == "-" || kind == std::filesystem::file_type::fifo) return true;
    std::ifstream file(path, std::ios::binary);
    std::string begin(256, '\0');
    file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
    begin.resize(static_cast<std::size_t>(file.gcount()));
    if (begin.starts_with("\x1f\x8b") || begin.starts_with("\x28\xb5\x2f\xfd")) return true;
    const std::string firstLine = begin.substr(0, begin.find('\n'));
    return path.ends_with(".jsonl") || firstLine.find("\"trace/1\"") != std::string::npos;
}

std::optional<int> findOut(const HappenedSource& source, const Interrupt& interrupt, Happened& happened) {
    happened.file = source.path;
    if (!source.settle.empty()) happened.settle = parseDuration(source.settle);
    const auto code = source.isTrace || isTrace(source.path) ? readTrace(source, interrupt, happened)
                                                             : runScenario(source, interrupt, happened);
    if (!code) happened.result.again = againOf(source, happened);
    return code;
}

std::optional<DeviceId> findDevice(const Recording& recording, const std::string& name, std::string_view command) {
    const Header& header = recording.trace.header;
    const DeviceId device = header.findDevice(name);
    if (device.exists()) return device;
    std::vector<std::string> names;
    for (std::size_t d = 0; d < header.devices.size(); ++d) names.push_back(header.path(DeviceId{d}));
    const std::string hint = suggest(name, {names.begin(), names.end()});
    tell("mdsync {}: {} has no device \"{}\"{}\n", command, printable(recording.file), printable(name),
         hint.empty() ? "" : "; " + printable(hint));
    return std::nullopt;
}

std::optional<MessageId> findMessage(const Recording& recording, const std::string& name, std::string_view command) {
    const Lexicon& lexicon = recording.trace.lexicon;
    const MessageId message = lexicon.messages.find(name);
    if (message.exists()) return message;
    std::vector<std::string> names;
    for (std::size_t m = 0; m < lexicon.messages.size(); ++m) names.push_back(lexicon.messages[MessageId{m}]);
    const std::string hint = suggest(name, {names.begin(), names.end()});
    tell("mdsync {}: {} has no message \"{}\"{}\n", command, printable(recording.file), printable(name),
         hint.empty() ? "" : "; " + printable(hint));
    return std::nullopt;
}

}  // namespace mdsync::cli
