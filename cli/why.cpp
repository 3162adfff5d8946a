// mdsync why: why a device has or lacks a message.
#include <fmt/format.h>

#include <algorithm>

#include "command.hpp"
#include "happened.hpp"
#include "mdsync/report.hpp"
#include "mdsync/story.hpp"
#include "output.hpp"

namespace mdsync::cli {

namespace {

struct WhyFlags {
    HappenedSource source;
    std::string device;
    std::string message;
    std::string at;
    std::string format = "human";
    std::string color = "auto";
    bool verbose = false;
};

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
    fmt::print(stderr, "mdsync why: {} has no device \"{}\"{}\n", printable(happened.file), printable(name),
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
    fmt::print(stderr, "mdsync why: {} has no message \"{}\"{}\n", printable(happened.file), printable(name),
               hint.empty() ? "" : "; " + hint);
    return std::nullopt;
}

// ---- Telling it -----------------------------------------------------------------------------------------------------

std::string tell(const WhyFlags& flags, const Happened& happened, DeviceId device, MessageId message) {
    Inquiry inquiry(happened.trace, flags.source.settle.empty() ? std::nullopt : parseDuration(flags.source.settle));
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

int why(const WhyFlags& flags, const CommandLine& line) {
    if (saysWhatDoesNotFit(line, flags.source)) return kUsage;
    const Interrupt interrupt;
    Happened happened;
    if (const std::optional<int> code = findOut(flags.source, interrupt, happened)) return *code;
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
    addHappenedFile(line, flags->source);
    line.value("device", flags->device, "DEVICE", "As alice/phone").required();
    line.value("message", flags->message, "MESSAGE",
               "The message; without one, all that the device has, lacks and is owed");
    line.value("--at", flags->at, "TIME|LINE", "As it was then: 09:00:30, or after what a line of the file caused")
        .check(isMoment);
    addHappenedOptions(line, flags->source);
    line.format(flags->format);
    line.color(flags->color);
    line.flag("-v,--verbose", flags->verbose, "Every event of a long story");
    line.example(
        "Examples:\n"
        "  mdsync why scenarios/compensation/window.json alice/mac m1\n"
        "  mdsync why tabs.json alice/tab1 m1 --server mutant:evict-second\n"
        "  mdsync why field.jsonl.zst alice/phone m3 --settle 5s\n"
        "  mdsync why 'days.json#days=2' alice/phone --at 41     all that it has, lacks and is owed then\n");
    return {line, [flags, line] { return why(*flags, line); }};
}

}  // namespace mdsync::cli
