// mdsync why: why a device has or lacks a message.
#include <fmt/format.h>

#include "command.hpp"
#include "happened.hpp"
#include "mdsync/report.hpp"
#include "mdsync/story.hpp"
#include "output.hpp"
#include "tell.hpp"

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

std::string isMoment(const std::string& text) {
    if (isWhen(text)) return "";
    return fmt::format("\"{}\" is neither a line nor a time such as 09:00:30 or 2024-05-01T09:00:00+08:00", text);
}

// ---- Telling it -----------------------------------------------------------------------------------------------------

std::string tell(const WhyFlags& flags, const Happened& happened, std::uint64_t events, DeviceId device,
                 MessageId message) {
    Inquiry inquiry(happened.trace, happened.settle);
    Told told{.file = happened.file,
              .device = flags.device,
              .message = flags.message,
              .events = events,
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
    const std::optional<DeviceId> device = findDevice(happened, flags.device, "why");
    if (!device) return kUsage;
    MessageId message;
    if (!flags.message.empty()) {
        const std::optional<MessageId> found = findMessage(happened, flags.message, "why");
        if (!found) return kUsage;
        message = *found;
    }
    std::optional<std::uint64_t> events = happened.trace.events.size();
    if (!flags.at.empty()) events = happened.eventsUntil(flags.at);
    if (!events) {
        mdsync::cli::tell("mdsync why: {} has no moment \"{}\"\n", printable(happened.file), printable(flags.at));
        return kUsage;
    }
    return print(tell(flags, happened, *events, *device, message)) ? kOk : withUnwritable(kOk);
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
