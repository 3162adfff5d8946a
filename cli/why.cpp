// mdsync why: why a device has or lacks a message.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "command.hpp"
#include "mdsync/report.hpp"
#include "mdsync/run.hpp"
#include "mdsync/story.hpp"
#include "output.hpp"
#include "target_options.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

struct WhyFlags {
    std::string path;
    std::string device;
    std::string message;
    std::string at;
    std::optional<std::uint64_t> seed;
    TargetOptions target;
    std::vector<std::string> readings;
    std::string settle;
    std::string skew;
    bool lenient = false;
    std::string format = "human";
    std::string color = "auto";
    bool verbose = false;
};

// What happened, and the lines of the file from which its events came.
struct Happened {
    Trace trace;
    std::vector<std::uint32_t> lines;  // of the steps, which count from 1; empty: an event's origin is its line
    std::string file;

    [[nodiscard]] std::uint32_t lineOf(std::uint32_t origin) const {
        if (lines.empty()) return origin;
        return origin > 0 && origin <= lines.size() ? lines[origin - 1] : 0;
    }
};

// ---- Getting a trace ------------------------------------------------------------------------------------------------

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

std::optional<int> readTrace(const WhyFlags& flags, const Interrupt& interrupt, Happened& happened) {
    CheckOptions options;
    options.lenient = flags.lenient;
    options.skew = parseDuration(flags.skew).value_or(Millis{0});
    for (const std::string& reading : flags.readings) (void)addReading(reading, options.readings);
    options.recorded = [&happened](const Trace& trace, CaseResult&) { happened.trace = declaredAtStart(trace); };
    const Result result = checkTraces({flags.path}, options, interrupt);
    for (const CaseResult& each : result.cases) complain(each.diagnostics);
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

std::optional<int> runScenario(const WhyFlags& flags, const Interrupt& interrupt, Happened& happened) {
    const Suite suite = loadSuite({flags.path}, {}, 1);
    if (const std::optional<int> code = complainUnlessOne(suite, flags.path)) return code;
    SuiteOptions options;
    options.server = flags.target.policy();
    ForeignSystems foreign(flags.target, interrupt);
    options.makeSystem = foreign.maker();
    options.options.seed = flags.seed;
    for (const std::string& reading : flags.readings) (void)addReading(reading, options.options.readings);
    options.recorded = [&happened](std::size_t, const Case& scenario, const Trace& trace, CaseResult&) {
        happened.trace = trace;
        for (const Step& step : scenario.steps) happened.lines.push_back(step.span.line);
    };
    const Result result = runSuite(suite, options, interrupt);
    complain(result.diagnostics);
    if (result.interrupted || verdictOf(result) == Verdict::Error) {
        for (const CaseResult& each : result.cases) tell("mdsync: {}\n", printable(each.reason));
        return exitCodeOf(result);
    }
    if (!foreign.written()) return kUnwritable;
    return std::nullopt;
}

// ---- What is asked --------------------------------------------------------------------------------------------------

// The moment that `text` names: `2024-05-01T09:00:00+08:00`, or local, `2024-05-01 09:00`, or `09:00:30` of the first day.
std::optional<Instant> momentOf(const std::string& text, const Header& header) {
    if (const std::optional<Instant> exact = parseInstant(text)) return exact;
    const std::string begin = spellInstant(header.t, header.app.timezone.offsetAt(header.t));
    std::string local = text.size() < 10 || text[4] != '-' ? begin.substr(0, 10) + "T" + text : text;
    if (local.size() > 10) local[10] = 'T';
    if (std::count(local.begin(), local.end(), ':') == 1) local += ":00";
    // The offset depends on the moment: from the first guess.
    const std::optional<Instant> guess = parseInstant(local + begin.substr(23));
    if (!guess) return std::nullopt;
    return parseInstant(local + spellInstant(*guess, header.app.timezone.offsetAt(*guess)).substr(23));
}

bool isNumber(const std::string& text) {
    return !text.empty() && text.size() < 10 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string isMoment(const std::string& text) {
    if (isNumber(text) || momentOf(text, Header{})) return "";
    return fmt::format("\"{}\" is neither a line nor a time such as 09:00:30 or 2024-05-01T09:00:00+08:00", text);
}

// How many events had happened by then: by a line all that its step, and those before it, caused.
std::uint64_t eventsUntil(const Happened& happened, const std::string& at) {
    const std::vector<Event>& events = happened.trace.events;
    if (at.empty()) return events.size();
    std::uint64_t count = 0;
    if (isNumber(at)) {
        const auto line = static_cast<std::uint32_t>(std::stoul(at));
        for (std::uint64_t i = 0; i < events.size(); ++i) {
            if (happened.lineOf(events[i].origin) <= line) count = i + 1;
        }
        return count;
    }
    const Instant until = *momentOf(at, happened.trace.header);
    while (count < events.size() && events[count].t <= until) ++count;
    return count;
}

std::optional<DeviceId> findDevice(const Happened& happened, const std::string& name) {
    const DeviceId device = happened.trace.header.findDevice(name);
    if (device.exists()) return device;
    std::vector<std::string> names;
    for (std::size_t d = 0; d < happened.trace.header.devices.size(); ++d) {
        names.push_back(happened.trace.header.path(DeviceId{d}));
    }
    const std::string hint = suggest(name, {names.begin(), names.end()});
    tell("mdsync why: {} has no device \"{}\"{}\n", printable(happened.file), printable(name),
         hint.empty() ? "" : "; " + hint);
    return std::nullopt;
}

std::optional<MessageId> findMessage(const Happened& happened, const std::string& name) {
    const MessageId message = happened.trace.lexicon.messages.find(name);
    if (message.exists()) return message;
    std::vector<std::string> names;
    for (std::size_t m = 0; m < happened.trace.lexicon.messages.size(); ++m) {
        names.push_back(happened.trace.lexicon.messages[MessageId{m}]);
    }
    const std::string hint = suggest(name, {names.begin(), names.end()});
    tell("mdsync why: {} has no message \"{}\"{}\n", printable(happened.file), printable(name),
         hint.empty() ? "" : "; " + hint);
    return std::nullopt;
}

// ---- Telling it -----------------------------------------------------------------------------------------------------

std::string tell(const WhyFlags& flags, const Happened& happened, DeviceId device, MessageId message) {
    Inquiry inquiry(happened.trace, flags.settle.empty() ? std::nullopt : parseDuration(flags.settle));
    Told told{.file = happened.file,
              .device = flags.device,
              .message = flags.message,
              .events = eventsUntil(happened, flags.at),
              .until = happened.trace.header.t,
              .timezone = happened.trace.header.app.timezone};
    inquiry.readTo(told.events);
    if (told.events > 0) told.until = happened.trace.events[told.events - 1].t;
    const ConsoleOptions options{.color = wantsColor(flags.color, stdout), .verbosity = flags.verbose ? 1 : 0};
    const bool isJson = flags.format == "json";
    if (!message.exists()) {
        const Belongings belongings = inquiry.belongings(device);
        return isJson ? belongingsJson(belongings, told) : belongingsText(belongings, options);
    }
    MessageStory story = inquiry.story(device, message);
    for (Because& event : story.events) event.origin = happened.lineOf(event.origin);
    story.reason.origin = happened.lineOf(story.reason.origin);
    return isJson ? storyJson(story, told) : storyText(story, told, options);
}

int why(const WhyFlags& flags) {
    const Interrupt interrupt;
    Happened happened;
    happened.file = flags.path;
    const auto code =
        isTrace(flags.path) ? readTrace(flags, interrupt, happened) : runScenario(flags, interrupt, happened);
    if (code) return *code;
    const std::optional<DeviceId> device = findDevice(happened, flags.device);
    if (!device) return kUsage;
    MessageId message;
    if (!flags.message.empty()) {
        const std::optional<MessageId> found = findMessage(happened, flags.message);
        if (!found) return kUsage;
        message = *found;
    }
    return print(tell(flags, happened, *device, message)) ? kOk : kUnwritable;
}

}  // namespace

Command addWhy(Program& program) {
    const CommandLine line = program.command("why", "Say why a device has or lacks a message");
    const auto flags = std::make_shared<WhyFlags>();
    line.value("file", flags->path, "FILE", "A scenario: FILE, FILE#CASE or FILE:LINE; or a recorded trace").required();
    line.value("device", flags->device, "DEVICE", "As alice/phone").required();
    line.value("message", flags->message, "MESSAGE",
               "The message; without one, all that the device has, lacks and is owed");
    line.value("--at", flags->at, "TIME|LINE", "As it was then: 09:00:30, or after what a line of the file caused")
        .check(isMoment);
    line.number("--seed", flags->seed, 0, kNoLimit, "Use this seed instead of the scenario's own");
    addTargetOptions(line, flags->target);
    line.repeated("--reading", flags->readings, "NAME=VALUE", "How to read what the page leaves open, as for run")
        .check(isReading);
    line.value("--settle", flags->settle, "DURATION", "How a trace is judged, as for check").check(isDuration);
    line.value("--skew", flags->skew, "DURATION", "Put a trace's lines in order that are up to this much late")
        .check(isDuration);
    line.flag("--lenient", flags->lenient, "Skip erroneous lines of a trace");
    line.format(flags->format);
    line.color(flags->color);
    line.flag("-v,--verbose", flags->verbose, "Every event of a long story");
    line.example(
        "Examples:\n"
        "  mdsync why scenarios/compensation/window.json alice/mac m1\n"
        "  mdsync why tabs.json alice/tab1 m1 --server mutant:evict-second\n"
        "  mdsync why field.jsonl.zst alice/phone m3 --settle 5s\n"
        "  mdsync why 'days.json#days=2' alice/phone --at 41     all that it has, lacks and is owed then\n");
    return {line, [flags] { return why(*flags); }};
}

}  // namespace mdsync::cli
