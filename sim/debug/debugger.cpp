// Debugger: commands, and where in the trace it stands.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include "debug/breaks.hpp"
#include "debug/failures.hpp"
#include "debug/snapshot.hpp"
#include "debug/views.hpp"
#include "mdsync/debug.hpp"
#include "mdsync/diagnostic.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

using debug::Break;
using debug::Failure;
using Arguments = std::vector<std::string>;

constexpr std::uint64_t kShown = 20;  // events that one command shows, at most

Arguments argumentsOf(std::string_view line) {
    Arguments words;
    while (!line.empty()) {
        const std::size_t begin = line.find_first_not_of(" \t\r");
        if (begin == std::string_view::npos) break;
        line.remove_prefix(begin);
        const std::size_t end = std::min(line.find_first_of(" \t\r"), line.size());
        words.emplace_back(line.substr(0, end));
        line.remove_prefix(end);
    }
    return words;
}

std::optional<std::uint64_t> numberOf(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

class Debugger::Mind {
public:
    Mind(Recording recording, const CaseResult& result, std::vector<std::string> source, ConsoleOptions options)
        : recording_(std::move(recording)),
          source_(std::move(source)),
          options_(std::move(options)),
          paint_(options_.color, options_.width),
          failures_(debug::failuresOf(recording_, result)) {}

    [[nodiscard]] std::string greeting() const;
    [[nodiscard]] std::string prompt() const { return fmt::format("(mdsync {}/{}) ", position_, size()); }
    Answer carryOut(std::string_view line);
    [[nodiscard]] std::vector<std::string> completions(std::string_view line) const;

private:
    struct Verb {
        std::string_view name, brief, takes;
        std::size_t most;  // words that it takes
        std::string_view help;
        Answer (Mind::*run)(const Arguments&);
    };
    static const std::array<Verb, 21> kVerbs;
    static const Verb* find(std::string_view word);
    [[nodiscard]] std::string helpLine(const Verb& verb) const;

    static Answer say(std::string text) { return {.text = std::move(text)}; }
    static Answer mistake(const std::string& text) { return {.text = text + "\n", .isMistake = true}; }

    [[nodiscard]] std::uint64_t size() const { return recording_.trace.events.size(); }
    [[nodiscard]] Inquiry& inquiryAt(std::uint64_t position);
    [[nodiscard]] debug::Snapshot snapshot() const { return debug::snapshotOf(recording_.trace, position_); }

    // ---- moving ----
    Answer move(const Arguments& words, bool back);
    Answer step(const Arguments& words) { return move(words, false); }
    Answer back(const Arguments& words) { return move(words, true); }
    Answer to(const Arguments& words);
    Answer start(const Arguments&) { return goTo(0); }
    Answer end(const Arguments&) { return goTo(size()); }
    Answer next(const Arguments&);
    Answer previous(const Arguments&);
    Answer run(const Arguments&);
    Answer goTo(std::uint64_t position);
    [[nodiscard]] std::string here() const;
    [[nodiscard]] std::string event(std::uint64_t number) const;
    [[nodiscard]] std::string source(std::uint64_t number) const;

    // ---- stopping ----
    Answer stopAt(const Arguments& words);
    Answer breaks(const Arguments&);
    Answer forget(const Arguments& words);

    // ---- looking ----
    Answer where(const Arguments&) { return say(here()); }
    Answer list(const Arguments& words);
    Answer devices(const Arguments&) { return say(debug::devicesText(recording_, snapshot())); }
    Answer store(const Arguments& words);
    Answer flight(const Arguments&);
    Answer owed(const Arguments& words);
    Answer why(const Arguments& words);
    Answer rules(const Arguments&);
    Answer failures(const Arguments&);
    Answer help(const Arguments& words);
    Answer quit(const Arguments&) { return {.text = {}, .isEnd = true}; }

    [[nodiscard]] Answer unknown(std::string_view what, const std::string& word,
                                 const std::vector<std::string>& known) const;
    [[nodiscard]] std::vector<std::string> wordsBehind(std::string_view command) const;
    [[nodiscard]] std::vector<std::string> deviceNames() const;
    [[nodiscard]] std::vector<std::string> messageNames() const;

    Recording recording_;
    std::vector<std::string> source_;
    ConsoleOptions options_;
    Paint paint_;
    std::vector<Failure> failures_;
    std::vector<Break> breaks_;
    std::uint64_t position_ = 0;  // so many events have happened
    std::string last_;            // command
    std::unique_ptr<Inquiry> inquiry_;
    std::uint64_t read_ = 0;  // by it
};

// ---- Commands -------------------------------------------------------------------------------------------------------

const std::array<Debugger::Mind::Verb, 21> Debugger::Mind::kVerbs{{
    {"step", "s", "[N]", 1, "N events on", &Mind::step},
    {"back", "b", "[N]", 1, "N events back", &Mind::back},
    {"next", "n", "", 0, "to the next failure: a rule that is violated, an expectation that is not met", &Mind::next},
    {"previous", "p", "", 0, "to the failure before", &Mind::previous},
    {"to", "t", "LINE|TIME|#N", 2, "behind what a line of the file caused, a moment, or the N-th event", &Mind::to},
    {"start", "", "", 0, "before the first event", &Mind::start},
    {"end", "", "", 0, "behind the last event", &Mind::end},
    {"continue", "c", "", 0, "to the next break; without one, to the next failure", &Mind::run},
    {"break", "", "failure|RULE|MESSAGE|DEVICE|MESSAGE DEVICE", 2,
     "stop where a rule is violated, or where something happens to a message, on a device, or to a message on a device",
     &Mind::stopAt},
    {"breaks", "", "", 0, "the breaks", &Mind::breaks},
    {"delete", "", "N|all", 1, "forget a break", &Mind::forget},
    {"where", "w", "", 0, "the event behind which you stand", &Mind::where},
    {"list", "l", "[N]", 1, "N events before it and N behind it, 20 at most", &Mind::list},
    {"devices", "d", "", 0, "who is online, and who has what", &Mind::devices},
    {"store", "", "[MESSAGE]", 1, "each message: who sent it, what was answered, who has it", &Mind::store},
    {"flight", "f", "", 0, "what is asked and not answered, and what is on its way to devices", &Mind::flight},
    {"owed", "o", "[DEVICE|USER]", 1, "what is owed to whom now, and by which rule", &Mind::owed},
    {"why", "", "DEVICE [MESSAGE]", 2,
     "why a device has or lacks a message; without one, all that it has, lacks and is owed", &Mind::why},
    {"rules", "r", "", 0, "what each rule said to this event, and why", &Mind::rules},
    {"failures", "", "", 0, "all that fails in this trace", &Mind::failures},
    {"help", "h", "[COMMAND]", 1, "this list; quit or q ends", &Mind::help},
}};

const Debugger::Mind::Verb* Debugger::Mind::find(std::string_view word) {
    const auto verb = std::find_if(kVerbs.begin(), kVerbs.end(), [word](const Verb& each) {
        return each.name == word || (!each.brief.empty() && each.brief == word);
    });
    return verb == kVerbs.end() ? nullptr : &*verb;
}

std::string Debugger::Mind::helpLine(const Verb& verb) const {
    constexpr std::size_t kHelpColumn = 32;
    const std::string brief = verb.brief.empty() ? "" : fmt::format(", {}", verb.brief);
    const std::string usage = fmt::format("  {}{} {}", verb.name, brief, verb.takes);
    const std::string indent(kHelpColumn, ' ');
    const std::string help = wrapped(verb.help, indent, std::max<std::size_t>(options_.width, 72) - kHelpColumn);
    if (usage.size() + 1 >= kHelpColumn) return usage + "\n" + help;
    return fmt::format("{:<{}}", usage, kHelpColumn) + help.substr(kHelpColumn);
}

std::string Debugger::Mind::greeting() const {
    const std::string failed =
        failures_.empty() ? "nothing fails" : counted(failures_.size(), "failure") + " (next goes to the first)";
    return fmt::format("{}: {}, {}; help lists the commands\n", printable(recording_.file), counted(size(), "event"),
                       failed);
}

Debugger::Answer Debugger::Mind::carryOut(std::string_view line) {
    Arguments words = argumentsOf(line);
    if (words.empty()) {
        words = argumentsOf(last_);
        if (words.empty()) return {};
    }
    if (words[0].starts_with('#')) return {};
    last_ = fmt::format("{}", fmt::join(words, " "));
    if (words[0] == "quit" || words[0] == "q") return quit(words);
    const Verb* verb = find(words[0]);
    if (verb == nullptr) {
        std::vector<std::string> known{"quit"};
        for (const Verb& each : kVerbs) known.emplace_back(each.name);
        return unknown("command", words[0], known);
    }
    words.erase(words.begin());
    if (words.size() > verb->most) {
        return mistake(verb->most == 0 ? fmt::format("{} takes nothing behind it", verb->name)
                                       : fmt::format("{} takes no more than {}", verb->name, verb->takes));
    }
    return (this->*verb->run)(words);
}

Debugger::Answer Debugger::Mind::help(const Arguments& words) {
    if (words.empty()) {
        std::string text;
        for (const Verb& verb : kVerbs) text += helpLine(verb);
        return say(text);
    }
    const Verb* verb = find(words[0]);
    return verb == nullptr ? mistake(fmt::format("there is no command \"{}\"", printable(words[0])))
                           : say(helpLine(*verb));
}

Debugger::Answer Debugger::Mind::unknown(std::string_view what, const std::string& word,
                                         const std::vector<std::string>& known) const {
    const std::string hint = suggest(word, {known.begin(), known.end()});
    return mistake(
        fmt::format("there is no {} \"{}\"{}", what, printable(word), hint.empty() ? "" : "; " + printable(hint)));
}

std::vector<std::string> Debugger::Mind::deviceNames() const {
    std::vector<std::string> names;
    for (std::size_t d = 0; d < recording_.trace.header.devices.size(); ++d) {
        names.push_back(recording_.trace.header.path(DeviceId{d}));
    }
    return names;
}

std::vector<std::string> Debugger::Mind::messageNames() const {
    std::vector<std::string> names;
    for (std::size_t m = 0; m < recording_.trace.lexicon.messages.size(); ++m) {
        names.push_back(recording_.trace.lexicon.messages[MessageId{m}]);
    }
    return names;
}

std::vector<std::string> Debugger::Mind::completions(std::string_view line) const {
    const Arguments words = argumentsOf(line);
    const bool isNew = line.empty() || line.back() == ' ';
    const std::string begun = isNew || words.empty() ? "" : words.back();
    std::vector<std::string> all;
    if (words.size() + (isNew ? 1 : 0) <= 1) {
        for (const Verb& verb : kVerbs) all.emplace_back(verb.name);
        all.emplace_back("quit");
    } else {
        all = wordsBehind(words[0]);
    }
    // What a terminal would not show as it is cannot be typed either.
    std::erase_if(all,
                  [&begun](const std::string& word) { return !word.starts_with(begun) || printable(word) != word; });
    return all;
}

// What may stand behind a command.
std::vector<std::string> Debugger::Mind::wordsBehind(std::string_view command) const {
    std::vector<std::string> all;
    if (command == "help" || command == "h") {
        for (const Verb& verb : kVerbs) all.emplace_back(verb.name);
        return all;
    }
    all = deviceNames();
    for (std::string& name : messageNames()) all.push_back(std::move(name));
    if (command == "owed" || command == "o") {
        for (const UserInfo& user : recording_.trace.header.users) all.push_back(user.name);
    }
    if (command == "break") {
        all.emplace_back("failure");
        for (const std::string_view name : ruleNames()) all.emplace_back(name);
    }
    return all;
}

// ---- Moving ---------------------------------------------------------------------------------------------------------

// The line of the scenario that caused the event, where it is another one's than that of the event before.
std::string Debugger::Mind::source(std::uint64_t number) const {
    const std::uint32_t line = recording_.lineOf(recording_.trace.events[number].origin);
    const bool isSame = number > 0 && recording_.lineOf(recording_.trace.events[number - 1].origin) == line;
    if (line == 0 || line > source_.size() || isSame) return "";
    const std::string& text = source_[line - 1];
    const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
    return paint_.faint(clipped(printable(fmt::format("       {:>5}  {}", line, text.substr(begin))), options_.width)) +
           "\n";
}

// The event, what stands in the file, and what failed there.
std::string Debugger::Mind::event(std::uint64_t number) const {
    std::string text = source(number) + eventLine(recording_, number) + "\n";
    for (const Failure& failure : failures_) {
        if (failure.event != number) continue;
        text += paint_.red(wrapped(failure.text, "       ", options_.width - 7));
        for (const std::string& because : failure.because) text += wrapped(because, "         ", options_.width - 9);
    }
    return text;
}

std::string Debugger::Mind::here() const {
    return position_ == 0 ? "before the first event\n" : event(position_ - 1);
}

Debugger::Answer Debugger::Mind::goTo(std::uint64_t position) {
    position_ = std::min(position, size());
    return say(here());
}

Debugger::Answer Debugger::Mind::move(const Arguments& words, bool back) {
    const std::optional<std::uint64_t> count = words.empty() ? 1 : numberOf(words[0]);
    if (!count || words.size() > 1) return mistake("a number of events is wanted, such as: step 10");
    if (back) return position_ == 0 ? say(here()) : goTo(position_ - std::min(*count, position_));
    if (position_ == size()) return say("the trace ends here\n");
    const std::uint64_t begin = position_;
    position_ += std::min(*count, size() - position_);
    std::string text;
    const std::uint64_t first = position_ - begin > kShown ? position_ - kShown : begin;
    if (first > begin) text += fmt::format("({} events)\n", first - begin);
    for (std::uint64_t i = first; i < position_; ++i) text += event(i);
    return say(text);
}

Debugger::Answer Debugger::Mind::to(const Arguments& words) {
    const std::string when = fmt::format("{}", fmt::join(words, " "));
    if (when.starts_with('#')) {
        const std::optional<std::uint64_t> number = numberOf(std::string_view(when).substr(1));
        if (number && *number <= size()) return goTo(*number);
        return mistake(size() == 0 ? "there are no events" : fmt::format("the events are #1 to #{}", size()));
    }
    const std::optional<std::uint64_t> events = isWhen(when) ? recording_.eventsUntil(when) : std::nullopt;
    if (!events) return mistake("a line, a time or an event is wanted, such as: to 24, to 09:00:30, to #17");
    return goTo(*events);
}

Debugger::Answer Debugger::Mind::next(const Arguments&) {
    for (const Failure& failure : failures_) {
        if (failure.event >= position_) return goTo(failure.event + 1);
    }
    return say("nothing fails behind this\n");
}

Debugger::Answer Debugger::Mind::previous(const Arguments&) {
    for (auto failure = failures_.rbegin(); failure != failures_.rend(); ++failure) {
        if (failure->event + 1 < position_) return goTo(failure->event + 1);
    }
    return say("nothing fails before this\n");
}

Debugger::Answer Debugger::Mind::run(const Arguments& words) {
    if (breaks_.empty()) return next(words);
    for (std::uint64_t i = position_; i < size(); ++i) {
        for (const Break& each : breaks_) {
            if (!each.stopsAt(recording_.trace, i, failures_)) continue;
            return say(fmt::format("break {}\n{}", printable(each.text), goTo(i + 1).text));
        }
    }
    return say("no break behind this\n" + goTo(size()).text);
}

// ---- Stopping -------------------------------------------------------------------------------------------------------

Debugger::Answer Debugger::Mind::stopAt(const Arguments& words) {
    std::optional<Break> found = debug::breakOf(recording_.trace, words);
    if (!found && words.size() == 1) {
        std::vector<std::string> known = deviceNames();
        for (std::string& name : messageNames()) known.push_back(std::move(name));
        for (const std::string_view name : ruleNames()) known.emplace_back(name);
        return unknown("rule, message or device", words[0], known);
    }
    if (!found)
        return mistake(
            "wanted is one of: break failure, break RULE, break MESSAGE, break DEVICE, break MESSAGE DEVICE");
    breaks_.push_back(std::move(*found));
    return say(fmt::format("break {}: {}\n", breaks_.size(), printable(breaks_.back().text)));
}

Debugger::Answer Debugger::Mind::breaks(const Arguments&) {
    std::string text;
    for (std::size_t i = 0; i < breaks_.size(); ++i)
        text += fmt::format("  {}  {}\n", i + 1, printable(breaks_[i].text));
    return say(text.empty() ? "  there are none\n" : text);
}

Debugger::Answer Debugger::Mind::forget(const Arguments& words) {
    if (words.size() == 1 && words[0] == "all") {
        breaks_.clear();
        return breaks({});
    }
    const std::optional<std::uint64_t> number = words.size() == 1 ? numberOf(words[0]) : std::nullopt;
    if (!number || *number == 0 || *number > breaks_.size()) return mistake("wanted is the number of a break, or all");
    breaks_.erase(breaks_.begin() + static_cast<std::ptrdiff_t>(*number - 1));
    return breaks({});
}

// ---- Looking --------------------------------------------------------------------------------------------------------

// What the rules know, then. Going back is reading again from the beginning.
Inquiry& Debugger::Mind::inquiryAt(std::uint64_t position) {
    if (inquiry_ == nullptr || read_ > position)
        inquiry_ = std::make_unique<Inquiry>(recording_.trace, recording_.settle);
    inquiry_->readTo(position);
    read_ = position;
    return *inquiry_;
}

Debugger::Answer Debugger::Mind::list(const Arguments& words) {
    const std::optional<std::uint64_t> count = words.empty() ? 5 : numberOf(words[0]);
    if (!count || words.size() > 1) return mistake("a number of events is wanted, such as: list 10");
    const std::uint64_t around = std::min(*count, kShown);
    const std::uint64_t first = position_ - std::min(position_, around + 1);
    const std::uint64_t last = std::min(size(), position_ + around);
    std::string text;
    for (std::uint64_t i = first; i < last; ++i) {
        text += (i + 1 == position_ ? "> " : "  ") + eventLine(recording_, i) + "\n";
    }
    return say(text.empty() ? "nothing happened\n" : text);
}

Debugger::Answer Debugger::Mind::store(const Arguments& words) {
    if (words.empty()) return say(debug::storeText(recording_, snapshot(), std::nullopt));
    const MessageId message = recording_.trace.lexicon.messages.find(words[0]);
    if (!message.exists()) return unknown("message", words[0], messageNames());
    return say(debug::storeText(recording_, snapshot(), message));
}

Debugger::Answer Debugger::Mind::flight(const Arguments&) {
    return say(debug::flightText(recording_, snapshot(), position_, inquiryAt(position_).owed()));
}

Debugger::Answer Debugger::Mind::owed(const Arguments& words) {
    std::vector<DeviceId> devices;
    if (!words.empty()) {
        const Header& header = recording_.trace.header;
        const DeviceId device = header.findDevice(words[0]);
        const UserId user = header.findUser(words[0]);
        if (device.exists()) devices.push_back(device);
        if (user.exists()) {
            for (const DeviceId each : header.devicesOf(user)) devices.push_back(each);
        }
        if (devices.empty()) return unknown("device or user", words[0], deviceNames());
    }
    return say(debug::owedText(recording_, inquiryAt(position_).owed(), devices));
}

Debugger::Answer Debugger::Mind::why(const Arguments& words) {
    if (words.empty() || words.size() > 2) return mistake("wanted is: why DEVICE [MESSAGE]");
    const DeviceId device = recording_.trace.header.findDevice(words[0]);
    if (!device.exists()) return unknown("device", words[0], deviceNames());
    const Inquiry& inquiry = inquiryAt(position_);
    if (words.size() == 1) return say(belongingsText(inquiry.belongings(device), options_));
    const MessageId message = recording_.trace.lexicon.messages.find(words[1]);
    if (!message.exists()) return unknown("message", words[1], messageNames());
    MessageStory story = inquiry.story(device, message);
    for (Because& each : story.events) each.origin = recording_.lineOf(each.origin);
    const Told told{.file = recording_.file,
                    .device = words[0],
                    .message = words[1],
                    .events = position_,
                    .until = position_ > 0 ? recording_.trace.events[position_ - 1].t : recording_.trace.header.t,
                    .timezone = recording_.trace.header.app.timezone};
    return say(storyText(story, told, options_));
}

Debugger::Answer Debugger::Mind::rules(const Arguments&) {
    if (position_ == 0) return say(here());
    const Hearing hearing = inquiryAt(position_ - 1).hearNext();
    read_ = position_;
    std::string text = hearingText(hearing, options_);
    for (const Failure& failure : failures_) {
        if (failure.event + 1 != position_ || failure.judged == failure.event) continue;
        text += fmt::format("  {} is judged with #{}\n", rule(*failure.rule).name, failure.judged + 1);
    }
    return say(text);
}

Debugger::Answer Debugger::Mind::failures(const Arguments&) {
    std::string text;
    for (const Failure& failure : failures_) {
        text += wrapped(fmt::format("#{:<4} {}", failure.event + 1, failure.text), "  ", options_.width - 2);
    }
    return say(text.empty() ? "  nothing fails\n" : text);
}

// ---- Debugger -------------------------------------------------------------------------------------------------------

Debugger::Debugger(Recording recording, const CaseResult& result, std::vector<std::string> source,
                   ConsoleOptions options)
    : mind_(std::make_unique<Mind>(std::move(recording), result, std::move(source), std::move(options))) {}
Debugger::~Debugger() = default;

std::string Debugger::greeting() const {
    return mind_->greeting();
}

std::string Debugger::prompt() const {
    return mind_->prompt();
}

Debugger::Answer Debugger::carryOut(std::string_view line) {
    return mind_->carryOut(line);
}

std::vector<std::string> Debugger::completions(std::string_view line) const {
    return mind_->completions(line);
}

}  // namespace mdsync
