// Picture: see picture.hpp. First everything becomes rows; then those that nobody asked for go.
#include "report/picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "mdsync/presence.hpp"
#include "report/causes.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

constexpr std::size_t kMarksAtOneEvent = 8;  // the rest is counted with the last
constexpr std::size_t kMetInARow = 3;        // expectations of a step that have a row each if all are met
constexpr std::size_t kMostInARow = 64;      // receipts
constexpr std::size_t kFailures = 5;         // that a picture goes to
constexpr std::size_t kMoves = 6;            // the last logins and logouts of its device
constexpr std::size_t kBefore = 3;           // rows before a failure,
constexpr std::size_t kBehind = 2;           // and behind it

using Kind = PictureRow::Kind;

bool isReceipt(EventKind kind) {
    return kind == EventKind::Receive || kind == EventKind::Recalled;
}

// ---- Marks ----------------------------------------------------------------------------------------------------------

PictureMark markOf(const ReportedViolation& violation, const Trace& trace) {
    PictureMark mark;
    mark.rule = rule(violation.rule).name;
    mark.text = violation.text;
    mark.event = trace.events.empty() ? 0 : std::min<std::size_t>(violation.event, trace.events.size() - 1);
    mark.device = trace.header.findDevice(violation.device);
    mark.user = trace.header.findUser(violation.user);
    mark.message = trace.lexicon.messages.find(violation.message);
    mark.missing = missingOf(violation, trace);
    return mark;
}

// What a user misses is missing on each of the user's devices that are online by then. REQUIRES: in the order of the events.
std::vector<PictureMark> perDevice(std::vector<PictureMark> marks, const Trace& trace) {
    std::vector<PictureMark> all;
    Presence presence(trace.header.devices.size());
    std::size_t seen = 0;
    for (PictureMark& mark : marks) {
        for (; seen < trace.events.size() && seen <= mark.event; ++seen) presence.see(trace.events[seen]);
        if (!mark.missing.empty() && !mark.device.exists()) {
            for (const DeviceId device : trace.header.devicesOf(mark.user)) {
                if (!presence.online(device)) continue;
                all.push_back(mark);
                all.back().device = device;
                mark.times = 0;
            }
            if (mark.times == 0) continue;
            mark.missing.clear();  // nobody is there to miss it
        }
        all.push_back(std::move(mark));
    }
    return all;
}

// In the order of the events. What only accompanies another violation has no mark, nor what is like one that is there.
std::vector<PictureMark> marksOf(const Happening& happened) {
    const std::vector<ReportedViolation>& violations = happened.result.violations;
    std::vector<PictureMark> marks;
    std::map<std::size_t, std::vector<std::size_t>> known;  // marks, by event
    for (std::size_t i = 0; i < violations.size(); ++i) {
        if (accompaniedBy(violations, i)) continue;
        const PictureMark mark = markOf(violations[i], happened.trace);
        std::vector<std::size_t>& there = known[mark.event];
        if (there.size() >= kMarksAtOneEvent) {
            ++marks[there.back()].times;
        } else {
            there.push_back(marks.size());
            marks.push_back(mark);
        }
    }
    std::stable_sort(marks.begin(), marks.end(),
                     [](const PictureMark& a, const PictureMark& b) { return a.event < b.event; });
    return perDevice(std::move(marks), happened.trace);
}

// ---- Everything as rows ---------------------------------------------------------------------------------------------

class Rows {
public:
    Rows(const Happening& happened, const std::vector<PictureMark>& marks) : happened_(happened), marks_(marks) {}

    std::vector<PictureRow> read() {
        const std::vector<Event>& events = happened_.trace.events;
        for (std::size_t i = 0; i < events.size(); ++i) {
            if (events[i].origin > 0) addOutcomes(i, events[i].origin);
            addEvent(i);
        }
        addOutcomes(events.size(), UINT32_MAX);
        return std::move(rows_);
    }

private:
    // The outcomes of the steps before `step` stand before event `i`.
    void addOutcomes(std::size_t i, std::uint32_t step) {
        const std::vector<ExpectationResult>& all = happened_.result.expectations;
        while (outcome_ < all.size() && all[outcome_].step < step) {
            const std::size_t count = metAlike(outcome_);
            rows_.push_back({.kind = Kind::Expectation, .at = i, .number = outcome_, .count = count});
            outcome_ += count;
        }
    }

    // How many of a step are met, from this one on, if these are many; else one.
    [[nodiscard]] std::size_t metAlike(std::size_t first) const {
        const std::vector<ExpectationResult>& all = happened_.result.expectations;
        std::size_t end = first;
        while (end < all.size() && all[end].met && all[end].step == all[first].step) ++end;
        return end - first > kMetInARow ? end - first : 1;
    }

    void addEvent(std::size_t i) {
        if (joins(i)) {
            rows_.back().events.push_back(i);
        } else {
            rows_.push_back({.kind = Kind::Events, .at = i, .events = {i}});
        }
        const std::size_t row = rows_.size() - 1;
        for (; mark_ < marks_.size() && marks_[mark_].event == i; ++mark_) {
            if (marks_[mark_].missing.empty()) {
                rows_[row].marks.push_back(mark_);
            } else if (isLikeTheLast(marks_[mark_])) {
                rows_.back().marks.push_back(mark_);
            } else {
                rows_.push_back({.kind = Kind::Missing, .at = i, .marks = {mark_}});
            }
        }
    }

    // Whether the row before says the same of another device.
    [[nodiscard]] bool isLikeTheLast(const PictureMark& mark) const {
        if (rows_.back().kind != Kind::Missing) return false;
        const PictureMark& last = marks_[rows_.back().marks.back()];
        return last.event == mark.event && last.rule == mark.rule && last.missing == mark.missing;
    }

    // Whether it is a receipt like those of the row before, at the same moment, on another device.
    [[nodiscard]] bool joins(std::size_t i) const {
        if (rows_.empty() || rows_.back().kind != Kind::Events || !rows_.back().marks.empty()) return false;
        if (rows_.back().events.size() >= kMostInARow) return false;
        const std::vector<Event>& events = happened_.trace.events;
        const Event& event = events[i];
        const Event& first = events[rows_.back().at];
        const bool isAlike = isReceipt(event.kind) && event.kind == first.kind && event.t == first.t &&
                             event.message == first.message && event.via == first.via;
        const bool isAnothers = happened_.scenario != nullptr && event.origin != first.origin;
        const bool isMarked = mark_ < marks_.size() && marks_[mark_].event == i;
        return isAlike && !isAnothers && !isMarked &&
               std::none_of(rows_.back().events.begin(), rows_.back().events.end(),
                            [&](std::size_t other) { return events[other].device == event.device; });
    }

    const Happening& happened_;
    const std::vector<PictureMark>& marks_;
    std::vector<PictureRow> rows_;
    std::size_t outcome_ = 0;
    std::size_t mark_ = 0;
};

// ---- What concerns some devices and messages ------------------------------------------------------------------------

class Concern {
public:
    Concern(const Happening& happened, const std::vector<PictureMark>& marks, const std::vector<std::string>& only)
        : happened_(happened),
          marks_(marks),
          isAll_(only.empty()),
          devices_(happened.trace.header.devices.size(), false),
          messages_(happened.trace.lexicon.messages.size(), false) {
        for (const std::string& name : only) choose(name);
        if (namesDevices_ && !namesMessages_) relate();
    }

    [[nodiscard]] bool has(DeviceId device) const { return device.exists() && devices_[device.index()]; }

    // Leaves of `row` what is of concern. Returns whether anything is.
    [[nodiscard]] bool leave(PictureRow& row) const {
        if (isAll_) return true;
        switch (row.kind) {
            case Kind::Events:
                std::erase_if(row.events, [this](std::size_t i) { return !wants(happened_.trace.events[i]); });
                if (!row.events.empty()) row.at = row.events.front();
                return !row.events.empty();
            case Kind::Missing:
                std::erase_if(row.marks, [this](std::size_t i) { return !wants(marks_[i]); });
                return !row.marks.empty();
            case Kind::Expectation:
                return wants(happened_.result.expectations[row.number]);
            case Kind::LeftOut:
                break;
        }
        return true;
    }

private:
    void choose(const std::string& name) {
        const Header& header = happened_.trace.header;
        const DeviceId device = header.findDevice(name);
        const UserId user = header.findUser(name);
        const MessageId message = happened_.trace.lexicon.messages.find(name);
        if (device.exists()) devices_[device.index()] = namesDevices_ = true;
        for (std::size_t d = 0; user.exists() && d < header.devices.size(); ++d) {
            if (header.devices[d].user == user) devices_[d] = namesDevices_ = true;
        }
        if (message.exists()) messages_[message.index()] = namesMessages_ = true;
    }

    // Messages that the chosen devices have to do with.
    void relate() {
        const auto add = [this](DeviceId device, MessageId message) {
            if (has(device) && message.exists()) messages_[message.index()] = true;
        };
        for (const Event& event : happened_.trace.events) add(event.device, event.message);
        for (const ReportedViolation& v : happened_.result.violations) {
            add(happened_.trace.header.findDevice(v.device), happened_.trace.lexicon.messages.find(v.message));
        }
    }

    [[nodiscard]] bool wants(const Event& event) const {
        if (event.message.exists()) {
            const bool isAnothers = namesDevices_ && isReceipt(event.kind) && !has(event.device);
            return messages_[event.message.index()] && !isAnothers;
        }
        if (!namesDevices_) return false;
        return event.device.exists() ? has(event.device) || has(event.by) : event.kind != EventKind::Settled;
    }

    [[nodiscard]] bool wants(const PictureMark& mark) const {
        return (!namesDevices_ || has(mark.device)) && mark.message.exists() && messages_[mark.message.index()];
    }

    [[nodiscard]] bool wants(const ExpectationResult& result) const {
        if (happened_.scenario == nullptr || result.step == 0 || result.step > happened_.scenario->steps.size())
            return false;
        const Step& step = happened_.scenario->steps[result.step - 1];
        std::vector<DeviceId> devices = step.expect.devices;
        std::vector<MessageId> messages;
        for (const Action& action : step.actions) {
            devices.push_back(action.op.device);
            messages.push_back(action.op.message);
        }
        gather(step.expect, devices, messages);
        const auto isChosen = [this](MessageId message) { return message.exists() && messages_[message.index()]; };
        const bool isOfMessages = std::any_of(messages.begin(), messages.end(), isChosen);
        const bool isOfDevices = std::any_of(devices.begin(), devices.end(), [this](DeviceId d) { return has(d); });
        if (!namesDevices_) return isOfMessages;
        return (isOfDevices || devices.empty()) && (isOfMessages || messages.empty());
    }

    // All that the expectation names.
    void gather(const Expectation& expect, std::vector<DeviceId>& devices, std::vector<MessageId>& messages) const {
        for (const auto* list : {&expect.onlineDevices, &expect.receivedBy, &expect.oneOf}) {
            if (*list) devices.insert(devices.end(), (*list)->begin(), (*list)->end());
        }
        for (std::size_t d = 0; expect.user.exists() && d < devices_.size(); ++d) {
            if (happened_.trace.header.devices[d].user == expect.user) devices.push_back(DeviceId{d});
        }
        if (expect.message.exists()) messages.push_back(expect.message);
        for (const auto* list : {&expect.has, &expect.lacks, &expect.exactly, &expect.visible, &expect.hidden,
                                 &expect.recalled, &expect.order}) {
            if (*list) messages.insert(messages.end(), (*list)->begin(), (*list)->end());
        }
        for (const auto& [message, via] : expect.via) messages.push_back(message);
    }

    const Happening& happened_;
    const std::vector<PictureMark>& marks_;
    bool isAll_;
    std::vector<bool> devices_;
    std::vector<bool> messages_;
    bool namesDevices_ = false;
    bool namesMessages_ = false;
};

// ---- What is around failures ----------------------------------------------------------------------------------------

class Surroundings {
public:
    Surroundings(const Happening& happened, std::vector<PictureRow> rows)
        : happened_(happened), rows_(std::move(rows)), told_(happened.trace.events.size(), false) {
        const std::vector<bool> quiet = quietEvents(happened.trace);
        std::erase_if(rows_, [&](const PictureRow& row) {
            return row.kind == Kind::Events && row.marks.empty() && quiet[row.at];
        });
        find();
    }

    std::vector<PictureRow> take() {
        std::vector<bool> keep(rows_.size(), false);
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            if (isTold(rows_[i])) keep[i] = true;
            if (!isFailure(rows_[i])) continue;
            for (std::size_t j = i < kBefore ? 0 : i - kBefore; j < std::min(i + kBehind + 1, rows_.size()); ++j)
                keep[j] = true;
        }
        std::vector<PictureRow> shown;
        if (std::find(keep.begin(), keep.end(), true) == keep.end()) return shown;
        for (std::size_t i = 0; i < rows_.size();) {
            std::size_t end = i;
            while (end < rows_.size() && !keep[end]) ++end;
            leaveOut(i, end, shown);
            if (end < rows_.size()) shown.push_back(std::move(rows_[end]));
            i = end + 1;
        }
        return shown;
    }

private:
    // A single row takes no more room than the line that counts it.
    void leaveOut(std::size_t from, std::size_t to, std::vector<PictureRow>& shown) {
        if (to - from == 1) shown.push_back(rows_[from]);
        if (to - from < 2) return;
        std::size_t events = 0;
        for (std::size_t i = from; i < to; ++i) events += rows_[i].events.size();
        if (events > 0) shown.push_back({.kind = Kind::LeftOut, .at = rows_[from].at, .count = events});
    }

    void find() {
        if (told_.empty()) return;
        std::size_t found = 0;
        for (const ReportedFailure& failure : failuresOf(happened_.result)) {
            if (failure.isConsequence || failure.kind == ReportedFailure::Kind::NotExercised) continue;
            if (++found > kFailures) break;
            if (failure.kind == ReportedFailure::Kind::Expectation) {
                outcomes_.push_back(failure.number);
                tell(happened_.result.expectations[failure.number].because);
                tellOfMessages(happened_.result.expectations[failure.number].because);
                continue;
            }
            const ReportedViolation& v = happened_.result.violations[failure.number];
            events_.push_back(std::min<std::size_t>(v.event, told_.size() - 1));
            tell(v.because);
            const MessageId message = happened_.trace.lexicon.messages.find(v.message);
            if (message.exists()) messages_.push_back(message);
            tell(happened_.trace.header.findDevice(v.device), message, v.event);
        }
        // Where the system broke, the last that it did.
        if (happened_.result.verdict == Verdict::Error) events_.push_back(told_.size() - 1);
    }

    void tell(const std::vector<Because>& links) {
        for (const Because& link : links) {
            if (link.event < told_.size()) told_[link.event] = true;
        }
    }

    // The requests for what the reasons are about, and the answers.
    void tellOfMessages(const std::vector<Because>& links) {
        for (const Because& link : links) {
            if (link.event >= told_.size()) continue;
            const MessageId message = happened_.trace.events[link.event].message;
            if (message.exists()) messages_.push_back(message);
        }
    }

    // What became of the message on the device until then, and when it came and went.
    void tell(DeviceId device, MessageId message, std::size_t until) {
        if (!device.exists()) return;
        std::size_t moves = 0;
        for (std::size_t i = std::min(until + 1, told_.size()); i-- > 0;) {
            const Event& event = happened_.trace.events[i];
            if (event.device != device) continue;
            const bool isMove = event.kind == EventKind::Online || event.kind == EventKind::Offline ||
                                event.kind == EventKind::Refused || event.kind == EventKind::Reinstall;
            if (event.message.exists() ? event.message == message : isMove && ++moves <= kMoves) told_[i] = true;
        }
    }

    // Whether the explanation of a failure names it, or it is a request about its message, or the answer to one.
    [[nodiscard]] bool isTold(const PictureRow& row) const {
        return std::any_of(row.events.begin(), row.events.end(), [this](std::size_t i) {
            const Event& event = happened_.trace.events[i];
            const bool isAbout = std::find(messages_.begin(), messages_.end(), event.message) != messages_.end();
            return told_[i] || (isAbout && !isReceipt(event.kind));
        });
    }

    [[nodiscard]] bool isFailure(const PictureRow& row) const {
        const auto isOne = [this](std::size_t i) {
            return std::find(events_.begin(), events_.end(), i) != events_.end();
        };
        switch (row.kind) {
            case Kind::Events:
                return std::any_of(row.events.begin(), row.events.end(), isOne);
            case Kind::Missing:
                return isOne(row.at);
            case Kind::Expectation:
                return std::find(outcomes_.begin(), outcomes_.end(), row.number) != outcomes_.end();
            case Kind::LeftOut:
                break;
        }
        return false;
    }

    const Happening& happened_;
    std::vector<PictureRow> rows_;
    std::vector<bool> told_;  // by event
    std::vector<std::size_t> events_;
    std::vector<std::size_t> outcomes_;
    std::vector<MessageId> messages_;
};

}  // namespace

// ---- The picture ----------------------------------------------------------------------------------------------------

std::string missingOf(const ReportedViolation& violation, const Trace& trace) {
    const DeviceId device = trace.header.findDevice(violation.device);
    const UserId user = trace.header.findUser(violation.user);
    const bool isSomebodys = device.exists() || user.exists();
    if (!isSomebodys || violation.message.empty() || trace.events.empty()) return {};
    const Event& event = trace.events[std::min<std::size_t>(violation.event, trace.events.size() - 1)];
    // In time mode any event may be the first behind the moment: only what the device itself saw of the message counts.
    const bool isOwn =
        event.device.exists() &&
        (device.exists() ? event.device == device : trace.header.devices[event.device.index()].user == user);
    if (isOwn && event.message == trace.lexicon.messages.find(violation.message)) return {};
    if (violation.rule == RuleId::DeliveryAnswered) return "answer to " + violation.message;
    const bool isRecall = rule(violation.rule).name.starts_with("recall.");
    return violation.message + (isRecall ? " recall" : "");
}

std::vector<bool> quietEvents(const Trace& trace) {
    std::vector<bool> quiet(trace.events.size(), false);
    std::vector<std::size_t> asked(trace.header.devices.size(), SIZE_MAX);  // a device's request to connect
    for (std::size_t i = 0; i < trace.events.size(); ++i) {
        const Event& event = trace.events[i];
        switch (event.kind) {
            case EventKind::Settled:
            case EventKind::Device:
            case EventKind::Group:
            case EventKind::Room:
                quiet[i] = true;
                break;
            case EventKind::CaughtUp:
                quiet[i] = event.annex == Event::kNoAnnex || trace.annex.catchUps[event.annex].count.value_or(0) == 0;
                break;
            case EventKind::Connect:
                asked[event.device.index()] = i;
                break;
            case EventKind::Online:
            case EventKind::Refused:
                if (asked[event.device.index()] != SIZE_MAX) quiet[asked[event.device.index()]] = true;
                asked[event.device.index()] = SIZE_MAX;
                break;
            default:
                break;
        }
    }
    return quiet;
}

std::vector<std::string> unknownIn(const Trace& trace, const std::vector<std::string>& only) {
    std::vector<std::string> unknown;
    for (const std::string& name : only) {
        const bool isKnown = trace.header.findDevice(name).exists() || trace.header.findUser(name).exists() ||
                             trace.lexicon.messages.find(name).exists();
        if (!isKnown) unknown.push_back(name);
    }
    return unknown;
}

View fittingView(const Happening& happened, View view) {
    const std::vector<ReportedFailure> failures = failuresOf(happened.result);
    const bool isFailed = std::any_of(failures.begin(), failures.end(), [](const ReportedFailure& failure) {
        return failure.kind != ReportedFailure::Kind::NotExercised;
    });
    view.isAroundFailures = view.isAroundFailures && isFailed;
    return view;
}

Picture::Picture(const Happening& happened, const View& view) : happened_(happened), marks_(marksOf(happened)) {
    const Concern concern(happened_, marks_, view.only);
    rows_ = Rows(happened_, marks_).read();
    std::erase_if(rows_, [&](PictureRow& row) { return !concern.leave(row); });
    if (view.isAroundFailures) rows_ = Surroundings(happened_, std::move(rows_)).take();
    std::vector<bool> isShown = shownDevices();
    std::vector<bool> isUsed(isShown.size(), false);
    for (const Event& each : trace().events) {
        if (each.device.exists()) isUsed[each.device.index()] = true;
    }
    for (std::size_t d = 0; d < isShown.size(); ++d) {
        const DeviceId device{d};
        if (isShown[d] || concern.has(device)) {
            lanes_.push_back(device);
        } else if (isUsed[d]) {
            idle_.push_back(device);
        }
    }
}

std::vector<bool> Picture::shownDevices() const {
    std::vector<bool> isShown(trace().header.devices.size(), false);
    const auto show = [&isShown](DeviceId device) {
        if (device.exists()) isShown[device.index()] = true;
    };
    for (const PictureRow& row : rows_) {
        for (const std::size_t i : row.events) show(event(i).device);
        if (row.kind != Kind::Missing) continue;
        for (const std::size_t i : row.marks) show(marks_[i].device);
    }
    return isShown;
}

std::string Picture::place(std::uint32_t origin) const {
    if (origin == 0) return {};
    if (happened_.scenario == nullptr) return fmt::format(":{}", origin);
    if (origin > happened_.scenario->steps.size()) return {};
    const Step& step = happened_.scenario->steps[origin - 1];
    if (step.base == 0) return fmt::format(":{}", step.span.line);
    const std::string& file = happened_.scenario->bases[step.base - 1];
    return fmt::format("{}:{}", printable(file.substr(file.rfind('/') + 1)), step.span.line);
}

std::string Picture::place(const PictureRow& row) const {
    if (row.kind == Kind::Expectation) return place(expectation(row).step);
    return row.kind == Kind::LeftOut ? "" : place(event(row.at).origin);
}

std::string Picture::outcome(const PictureRow& row) const {
    const ExpectationResult& result = expectation(row);
    const std::string more = row.count > 1 ? fmt::format(", and {} more", row.count - 1) : "";
    return fmt::format("{} {}{}", result.met ? "✓" : "✗", printable(result.text), more);
}

std::vector<std::string> Picture::sentences(const PictureRow& row) const {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < row.marks.size();) {
        const PictureMark& first = marks_[row.marks[i]];
        std::uint32_t times = 0;
        for (; i < row.marks.size() && marks_[row.marks[i]].rule == first.rule; ++i)
            times += marks_[row.marks[i]].times;
        const std::string more = times > 1 ? fmt::format("; and {} more", times - 1) : "";
        all.push_back(fmt::format("{}: {}{}", first.rule, printable(first.text), more));
    }
    return all;
}

}  // namespace mdsync
