#include "scenario/mistakes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "mdsync/scenario.hpp"

namespace mdsync::scenario {

namespace {

// A row for every Mistake, in its order: what the code means in a line, and at length for `mdsync explain`.
constexpr std::array<CodeInfo, kMistakes> kCodes{{
    {"scenario.unreadable", "the file can't be read",
     "There is no such file, it is a folder, or the system refuses to open or read it. A scenario is a regular file; "
     "a folder is given to `run`, `lint` and `list`, which look for *.json in it."},
    {"scenario.too-large", "the file, or what it expands to, is too large",
     "A scenario file has at most 16 MiB. After ranges, matrix and repeat are expanded it has at most 100,000 steps "
     "in a case, 10,000 names of a kind (users, groups, chatrooms, messages), 10,000 devices and 10,000 cases; all "
     "its cases together have at most 2,000,000 parts (a name, an action or an entry of a list is one, a step four). "
     "Look for a range, a repeat count or a matrix with a digit too many; split what is really that large into "
     "several files."},
    {"scenario.not-utf8", "the file is not UTF-8 text",
     "Scenario files are UTF-8. The place shown is the first byte that can't be part of such a text. Editors that "
     "save as UTF-16 or Latin-1 have a setting for it; a binary file is no scenario at all."},
    {"scenario.not-json", "the file is not JSON",
     "A scenario file is one JSON object. // and /* */ comments are allowed; trailing commas, single quotes, "
     "unquoted keys and unfinished files are not. Nothing behind the place shown was read: there may be more to "
     "repair."},
    {"scenario.too-deep", "lists and objects are nested too deep",
     "Nothing in the scenario format needs more than a few levels; beyond 64 the reader stops."},
    {"scenario.wrong-kind", "the file is another one of ours",
     "The file is a trace, a result, a baseline or a recorded run, and no scenario. The hint says which command takes it."},
    {"scenario.duplicate-key", "an object has the same key twice",
     "JSON does not say which of two equal keys counts, so neither is guessed: remove one. To do something several "
     "times, write several steps, or use repeat."},
    {"scenario.unknown-key", "a key that means nothing at this place",
     "Every key must be known, so that a misspelled one can't be ignored in silence. The hint names the nearest key "
     "that is known here, or all of them."},
    {"scenario.missing-key", "a key that is needed is missing",
     "A file needs name, users and steps; a step needs its verb and the companions without which it says nothing, as "
     "`from` and `to` of a send; an expectation needs a subject and at least one check."},
    {"scenario.conflicting-keys", "two keys that exclude each other",
     "A step has exactly one verb, an expectation one subject, a recall either `by` or `api`; who joins or leaves a "
     "group is a `user`, who joins or leaves a chatroom a device (`by`). Split the object in two, or remove one of "
     "the keys."},
    {"scenario.wrong-type", "a value of the wrong JSON type",
     "The key takes another kind of value: a list instead of a text, a number instead of a duration, and so on. A "
     "whole string \"${days}\" becomes the value of the matrix key, with that value's type."},
    {"scenario.unknown-verb", "a step whose verb is unknown",
     "A step has one of the verbs login, logout, drop, reinstall, send, publish, recall, sync, set, join, leave, "
     "network, hold, release, server, wait, concurrently, repeat, expect and note. Because the step could have done "
     "anything, later steps are read as if every device might be online or offline."},
    {"scenario.not-allowed-here", "something that exists, but not at this place",
     "Inside `concurrently` stand actions only: no wait, repeat, expect, note or server, and no second concurrently."},
    {"scenario.unknown-word", "a word outside the list that the key allows",
     "The key takes one of a few words, as `environment` takes development or production, or a device one of the "
     "platforms android, ios, harmony, web, windows, macos, linux, electron and miniprogram."},
    {"scenario.out-of-range", "a value outside its bounds",
     "The number, date or list is of the right type but outside what the key allows: compensationDays and "
     "offlineDays of the app are 1..7, limits at least 1, loss and duplicate 0..1 in steps of a millionth, a list of "
     "devices names at least one, a range of latencies does not fall. With a named time zone every instant lies in "
     "1970..2037, and no run reaches the year 10000."},
    {"scenario.bad-name", "a name that can't be used",
     "Names of users, devices, groups, chatrooms and messages have 1..64 bytes, without blanks, control characters "
     "or any of / : { } * and comma. Names of matrix keys also lack = # and $."},
    {"scenario.bad-range", "a range that can't be expanded",
     "A name may hold one range, tab{1..11}: two whole numbers without leading zeros, the second not smaller than "
     "the first. Its ends may come from the matrix: m{1..${n}}."},
    {"scenario.bad-reference", "a reference of the wrong form",
     "A device is written user/device (alice/phone, alice/tab{1..3}, or alice/* for all of them), a target as a user "
     "(alice), group:team or chatroom:lobby, a user by the bare name. `send` is from a device, `publish` from a "
     "user."},
    {"scenario.bad-duration", "a duration that can't be read",
     "Durations are written 250ms, 90s, 30m, 25h, 2d, or with falling units 29m59s; a latency is one duration or "
     "two: 5ms..80ms."},
    {"scenario.bad-date", "a date that can't be read",
     "Instants are written 2024-05-01T09:00:00+08:00, with an offset or Z, and with .250 behind the seconds if need "
     "be; the date must exist."},
    {"scenario.unknown-zone", "a time zone that is unknown",
     "`timezone` is an offset such as +08:00, or a name of the IANA database such as Europe/Berlin, in its spelling."},
    {"scenario.bad-substitution", "a ${...} that can't be read",
     "\"${days}\" stands for the value of the matrix key `days`, \"${i}\" for the number of the round of a repeat. "
     "The name stands between ${ and }, and the matrix itself can't refer to anything."},
    {"scenario.bad-extends", "a file that can't be extended",
     "`extends` is the path of another scenario file, relative to the one in which it stands: what this one lacks it "
     "takes from that. The file must be there, must not lead back to one that extends it, and may itself extend another, "
     "up to 8 files deep. A matrix may stand in one of them only, and what is merged from both (app, users, groups, "
     "messageTypes, readings, tags, steps) is written out, not a variable."},
    {"scenario.unknown-rule", "a rule that does not exist",
     "`rules` names rules by their ids, as `mdsync rules` lists them, for example web.evict-earliest."},
    {"scenario.undeclared", "a reference to something that is not declared",
     "Users and devices are declared in `users`, groups in `groups`, rooms in `chatrooms`, variables in `matrix` or "
     "by a repeat, and a message by the step that sends it, which stands before the steps that name it. Only a "
     "recall may name a message that nobody sent so far."},
    {"scenario.duplicate-name", "the same thing twice",
     "A name is declared twice (perhaps once by itself and once by a range), a list names the same member twice, or "
     "two entries of the matrix are the same case."},
    {"scenario.duplicate-message", "a message id is used twice",
     "Each message has an id of its own, in one name space for send and publish. Inside a repeat number it: m${i}."},
    {"scenario.wrong-target", "an address that does not fit",
     "The path of a publish must fit its target: .../private/publish.json for a user, .../group/publish.json for a "
     "group, .../chatroom/publish.json for a chatroom, under /message/ or /statusmessage/. A join or leave is of a "
     "group or chatroom, never of a user; conversations are those with users and groups."},
    {"scenario.malformed-app", "an app that can't exist",
     "In production the service must be prepaid before it is on (seed, \"Enabling the Service\"): an app that starts "
     "in production, unpaid and with sync on is impossible. To see the switch refused, start with it off and turn it "
     "on in a step."},
    {"scenario.impossible-step", "a step that can't be done",
     "The step is impossible whatever a legal server does: login of a device that is certainly online, logout or "
     "drop of one that is certainly offline, a wait until an instant that has certainly passed."},
    {"scenario.unused-matrix-key", "a matrix key that nothing uses",
     "The cases of this key do not differ. Use it as \"${key}\", or remove it. This is a warning."},
    {"scenario.group-status-path", "the path on which the seed and the vendor's API page disagree",
     "The seed prints /message/group/publish.json as the status endpoint for groups; on the vendor's API page that "
     "is the ordinary group path and the status one is /statusmessage/group/publish.json. The reading "
     "group-status-path decides: docs (default) or seed. It concerns the literal path only. This is a warning."},
    {"scenario.unknown-type", "a message type that nobody knows",
     "The type begins with RC: as the vendor's own types do, but is none of them, and `messageTypes` does not declare it. "
     "It counts as an ordinary message; a misspelled RC:TypSts would test nothing. This is a warning."},
    {"scenario.never-sent", "a recall of a message that no step before sends",
     "Only a recall may name a message that was not sent so far: the service must refuse it. Where that is meant, say "
     "\"refused\": true; else there is a slip in the id, and the recall tests nothing. This is a warning."},
    {"scenario.tests-nothing", "a scenario that expects nothing",
     "The file has no `expect`, no `refused` and lists no rule: whatever a server does short of breaking a rule by the "
     "way, it passes. List the rules that it exists to exercise, or say what you expect. This is a warning."},
    {"scenario.unused", "something declared that no step names",
     "A device, group or chatroom is declared in this file and no step needs it. `mdsync lint --strict` says so. This is "
     "a warning."},
    {"scenario.more-mistakes", "there are more mistakes than are shown",
     "After 1000 mistakes in one file the rest is not reported. Repair the first ones: often one explains many."},
}};

bool isWarning(Mistake what) {
    return what == Mistake::UnusedMatrixKey || what == Mistake::GroupStatusPath || what == Mistake::UnknownType ||
           what == Mistake::NeverSent || what == Mistake::TestsNothing || what == Mistake::Unused;
}

std::string codeOf(Mistake what) {
    return std::string{kCodes[static_cast<std::size_t>(what)].code};
}

}  // namespace

Mistakes::Mistakes(std::string_view text, std::string file, std::string_view family)
    : text_(text), parts_{{0, 0, std::move(file)}}, family_(family) {
    lineStarts_.push_back(text.starts_with("\xef\xbb\xbf") ? 3 : 0);  // columns do not count a byte order mark
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        lineStarts_.push_back(static_cast<std::uint32_t>(at + 1));
    }
}

void Mistakes::addPart(std::size_t begin, std::string file) {
    const std::size_t line = absoluteLine(begin);
    if (text_.substr(begin).starts_with("\xef\xbb\xbf")) lineStarts_[line - 1] += 3;
    parts_.push_back({begin, line - 1, std::move(file)});
}

std::size_t Mistakes::partOf(std::uint64_t offset) const {
    std::size_t part = parts_.size() - 1;
    while (part > 0 && parts_[part].begin > offset) --part;
    return part;
}

// The number of the line, from 1, in the whole text.
std::size_t Mistakes::absoluteLine(std::uint64_t offset) const {
    const auto after = std::upper_bound(lineStarts_.begin(), lineStarts_.end(), offset);
    return std::max<std::size_t>(1, static_cast<std::size_t>(after - lineStarts_.begin()));
}

std::uint32_t Mistakes::lineOf(std::uint64_t offset) const {
    return static_cast<std::uint32_t>(absoluteLine(offset) - parts_[partOf(offset)].linesBefore);
}

Span Mistakes::spanOf(Place place) const {
    const std::uint32_t start = std::min(lineStarts_[absoluteLine(place.offset) - 1], place.offset);
    return {.offset = place.offset,
            .length = place.length,
            .line = lineOf(place.offset),
            .column = place.offset - start + 1};
}

// The line, as far as it is of use: renderers cut it around the caret, and a thousand copies of a line of megabytes
// help nobody.
std::string Mistakes::excerptAt(const Span& span) const {
    constexpr std::uint32_t kFarthest = 16384;
    constexpr std::uint32_t kBehind = 240;
    if (span.column > kFarthest) return {};
    const std::uint64_t start = span.offset - (span.column - 1);
    std::uint64_t end = text_.find('\n', start);
    if (end == std::string_view::npos) end = text_.size();
    if (end > start && text_[end - 1] == '\r') --end;
    end = std::min(end, span.offset + std::min<std::uint64_t>(span.length, kBehind) + kBehind);
    return std::string{text_.substr(start, end - start)};
}

void Mistakes::add(Mistake what, Place place, std::string message, std::string hint) {
    if (!isWarning(what)) ++count_;
    const std::tuple key{place.offset, place.length, what};
    if (seen_.contains(key) || (isWarning(what) && (warnings_ == kMostWarnings || found_.size() >= kMost))) return;
    if (found_.size() >= kMost) {
        if (!more_) {
            found_.push_back(aboutFile(Mistake::MoreMistakes, parts_.front().file,
                                       fmt::format("more than {} mistakes", kMost), "the rest is not shown"));
            found_.back().code = family_ + ".more-mistakes";
        }
        more_ = true;
        return;
    }
    seen_.insert(key);
    if (isWarning(what)) ++warnings_;
    Diagnostic found;
    found.severity = isWarning(what) ? Severity::Warning : Severity::Error;
    found.code = family_ + codeOf(what).substr(std::string_view{"scenario"}.size());
    found.message = std::move(message);
    found.file = parts_[partOf(place.offset)].file;
    found.span = spanOf(place);
    found.excerpt = excerptAt(found.span);
    found.hint = std::move(hint);
    found_.push_back(std::move(found));
}

std::vector<Diagnostic> Mistakes::take() {
    const auto last = more_ ? found_.end() - 1 : found_.end();
    std::stable_sort(found_.begin(), last,
                     [](const Diagnostic& a, const Diagnostic& b) { return a.span.offset < b.span.offset; });
    return std::move(found_);
}

json::Options scenarioJson(std::size_t from) {
    return {.comments = true, .byteOrderMark = true, .uniqueKeys = true, .from = from};
}

bool readJson(json::Document& document, std::string_view text, Mistakes& mistakes) {
    const bool usable = document.read(text, scenarioJson());
    reportFaults(document, mistakes);
    return usable;
}

void reportFaults(const json::Document& document, Mistakes& mistakes) {
    for (const json::Fault& fault : document.faults()) {
        switch (fault.why) {
            case json::Fault::Why::NotUtf8:
                mistakes.add(Mistake::NotUtf8, fault.place, fault.message, fault.hint);
                break;
            case json::Fault::Why::TooDeep:
                mistakes.add(Mistake::TooDeep, fault.place, fault.message, fault.hint);
                break;
            case json::Fault::Why::RepeatedKey:
                mistakes.add(Mistake::DuplicateKey, fault.place, fault.message,
                             fmt::format("it stands on line {} already", mistakes.lineOf(fault.first.offset)));
                break;
            case json::Fault::Why::Syntax:
            case json::Fault::Why::TooMany:
                mistakes.add(Mistake::NotJson, fault.place, fault.message, fault.hint);
                break;
        }
    }
}

Diagnostic aboutFile(Mistake what, const std::string& file, std::string message, std::string hint) {
    Diagnostic found;
    found.code = codeOf(what);
    found.message = std::move(message);
    found.file = file;
    found.hint = std::move(hint);
    return found;
}

}  // namespace mdsync::scenario

namespace mdsync {

std::span<const CodeInfo> scenarioCodes() {
    return scenario::kCodes;
}

const CodeInfo* findScenarioCode(std::string_view code) {
    for (const CodeInfo& info : scenario::kCodes) {
        if (info.code == code) return &info;
    }
    return nullptr;
}

}  // namespace mdsync
