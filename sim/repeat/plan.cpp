#include "repeat/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "repeat/shadow.hpp"

namespace mdsync {

namespace {

enum class StepSort : std::uint8_t { Ask, Settled, Comment };

// Where something stands in the repeat: by time, then by the event of the trace that shows it, then by rank.
struct Place {
    Instant at{};
    std::size_t event = 0;
    int rank = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
};
constexpr int kBefore = 0, kAt = 1, kAfter = 2, kSettles = 5, kComments = 6, kLast = 9;

struct Item {
    Place place;
    StepSort kind = StepSort::Ask;
    Op op;
    bool isAnswered = false;  // the trace shows when it took effect
    Millis onTheWay{0};       // how long it must take, where the network is quicker than that
    std::string text;
};

// ---- When -----------------------------------------------------------------------------------------------------------

class Planner {
public:
    Planner(const Trace& trace, const History& history, const PlanOptions& options)
        : trace_(trace), history_(history), options_(options), logouts_(devices()), breaks_(devices()) {
        for (std::size_t i = 0; i < trace.events.size(); ++i) {
            const Event& event = trace.events[i];
            if (event.kind == EventKind::Online) logins_.push_back(event.t);
            if (event.kind != EventKind::Offline) continue;
            auto& ends = event.reason == OfflineReason::Logout ? logouts_ : breaks_;
            ends[event.device.index()].push_back(i);
        }
    }

    // `remarks` gets what can't be repeated.
    std::vector<Item> plan(const std::vector<Comment>& comments, std::vector<std::string>& remarks) {
        for (const Request& request : history_.requests) planRequest(request);
        for (const Delay& delay : history_.delays) planDelay(delay);
        for (const Delay& delay : tooMuch_) {
            remarks.push_back(fmt::format("line {}: what was on its way to {} until then comes earlier",
                                          trace_.events[delay.until].origin, trace_.header.path(delay.device)));
        }
        for (const std::size_t settled : history_.settled) addMark(StepSort::Settled, settled, kSettles, {});
        for (const std::size_t note : history_.notes) {
            addMark(StepSort::Comment, note, kComments, trace_.lexicon.texts[trace_.events[note].text]);
        }
        for (const Comment& comment : comments) addMark(StepSort::Comment, comment.event, kLast, comment.text);
        std::stable_sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) { return a.place < b.place; });
        return std::move(items_);
    }

private:
    std::size_t devices() const { return trace_.header.devices.size(); }
    Instant time(std::size_t event) const { return trace_.events[event].t; }

    void planRequest(const Request& request) {
        Item item;
        item.op = request.op;
        item.isAnswered = request.answered != kNoEvent;
        const bool isUnderWay =
            item.isAnswered && request.asked != kNoEvent && time(request.asked) < time(request.answered);
        if (options_.steady || !item.isAnswered) {
            const Millis early = request.asked == kNoEvent ? options_.latency : Millis{0};
            item.place = {time(request.first()) - early, request.first(), kAt};
        } else if (isUnderWay && (crossesBoundary(request) || ended(logouts_, request))) {
            item.place = {time(request.asked), request.asked, kAt};
            item.onTheWay = time(request.answered) - time(request.asked);
        } else if (isUnderWay && ended(breaks_, request)) {
            item.place = {time(request.asked), request.asked, kAt};
        } else {
            item.place = {time(request.answered), request.answered, kAt};
        }
        if (item.isAnswered) placeOf_[request.answered] = item.place;
        items_.push_back(std::move(item));
    }

    // Whether the session of the asking device ended, in one of these ways, while the request was under way.
    bool ended(const std::vector<std::vector<std::size_t>>& ends, const Request& request) const {
        if (!request.op.device.exists() || request.op.kind == OpKind::Login) return false;
        const std::vector<std::size_t>& of = ends[request.op.device.index()];
        const auto next = std::upper_bound(of.begin(), of.end(), request.asked);
        return next != of.end() && *next < request.answered;
    }

    // Whether it matters that a message was sent before it was accepted: a day began between the two, or what is a
    // whole number of days before some login.
    bool crossesBoundary(const Request& request) const {
        if (request.op.kind != OpKind::Send && request.op.kind != OpKind::Publish) return false;
        const Instant sent = time(request.asked);
        const Instant accepted = time(request.answered);
        const Zone& zone = trace_.header.app.timezone;
        if (zone.dayOf(sent) != zone.dayOf(accepted)) return true;
        for (int days = 1; days <= 8; ++days) {
            const Millis later = std::chrono::days{days};
            const auto login = std::upper_bound(logins_.begin(), logins_.end(), sent + later);
            if (login != logins_.end() && *login <= accepted + later) return true;
        }
        return false;
    }

    // ---- What was under way -----------------------------------------------------------------------------------------

    void planDelay(const Delay& delay) {
        std::size_t& busyUntil = busyUntil_[delay.device];
        const std::optional<Place> from = beforeSentOn(delay);
        const bool isFree = from && delay.from >= busyUntil && *from < Place{time(delay.until), delay.until, kBefore};
        if (!isFree) {
            // The network went at the latest when the server noticed.
            if (delay.dropped) addOp(OpKind::Drop, delay.device, {time(delay.until), delay.until, kBefore});
            if (!delay.dropped && delay.mark > busyUntil) tooMuch_.push_back(delay);
            return;
        }
        busyUntil = delay.until;
        if (delay.dropped) {
            constexpr Millis kNeverMind = std::chrono::minutes{1};  // its own login is sooner
            Item& drop = addOp(OpKind::Drop, delay.device, *from);
            drop.op.noticedAfter = time(delay.until) - from->at + (delay.relogin ? kNeverMind : Millis{0});
            return;
        }
        addOp(OpKind::Hold, delay.device, *from);
        Place until{time(delay.until), delay.until, kBefore};
        // What ends the session may stand behind it, at the same instant.
        if (delay.lost) until = {until.at, endedBySelf(delay.until) ? delay.until : lastOfInstant(delay.until), kLast};
        addOp(OpKind::Release, delay.device, until);
    }

    // Where a hold begins, so that it holds what `delay.from` sent and nothing before.
    std::optional<Place> beforeSentOn(const Delay& delay) const {
        if (options_.latency > Millis{0}) return Place{time(delay.from), delay.from, kAfter};
        const auto request = placeOf_.find(delay.from);
        if (request == placeOf_.end()) return std::nullopt;
        return Place{request->second.at, request->second.event, kBefore};
    }

    bool endedBySelf(std::size_t event) const {
        const OfflineReason reason = trace_.events[event].reason;
        return reason == OfflineReason::Logout || reason == OfflineReason::Drop || reason == OfflineReason::Uninstall;
    }

    std::size_t lastOfInstant(std::size_t event) const {
        while (event + 1 < trace_.events.size() && time(event + 1) == time(event)) ++event;
        return event;
    }

    void addMark(StepSort kind, std::size_t event, int rank, const std::string& text) {
        Item& item = items_.emplace_back();
        item.place = {time(event), event, rank};
        item.kind = kind;
        item.text = text;
    }

    Item& addOp(OpKind kind, DeviceId device, const Place& place) {
        Item& item = items_.emplace_back();
        item.place = place;
        item.op.kind = kind;
        item.op.device = device;
        return item;
    }

    const Trace& trace_;
    const History& history_;
    const PlanOptions& options_;
    std::vector<std::vector<std::size_t>> logouts_, breaks_;  // by device: ends of sessions
    std::vector<Instant> logins_;
    std::map<std::size_t, Place> placeOf_;  // by the event that answered
    std::map<DeviceId, std::size_t> busyUntil_;
    std::vector<Delay> tooMuch_;
    std::vector<Item> items_;
};

// ---- How ------------------------------------------------------------------------------------------------------------

// Makes steps of items: when to wait, when to settle, and what goes into one step.
class Composer {
public:
    Composer(const Trace& trace, const PlanOptions& options, Case& into)
        : trace_(trace),
          options_(options),
          case_(into),
          settles_(tellsSettled(trace)),
          shadow_(trace.header, trace.lexicon, into.network),
          now_(trace.header.t) {}

    // `doubled`: the devices whose line brings every packet twice.
    std::vector<std::string> compose(const std::vector<Item>& items, const std::vector<DeviceId>& doubled) {
        if (!doubled.empty()) {
            Op network = networkOf(options_.latency);
            network.network.duplicatePpm = 1'000'000;
            network.on = doubled;
            open_.push_back({network, {}});
        }
        for (std::size_t i = 0; i < items.size(); ++i) {
            const Item& item = items[i];
            if (item.kind == StepSort::Settled) {
                settle(item.place.at);
            } else if (item.kind == StepSort::Comment) {
                comment(item.text);
            } else {
                ask(item, nextAsk(items, i));
            }
        }
        finish();
        return std::move(remarks_);
    }

private:
    static Instant nextAsk(const std::vector<Item>& items, std::size_t after) {
        for (std::size_t i = after + 1; i < items.size(); ++i) {
            if (items[i].kind == StepSort::Ask) return items[i].place.at;
        }
        return Instant::max();
    }

    // ---- Time -------------------------------------------------------------------------------------------------------

    // The server has come to rest. Where the repeat comes to rest earlier, it waits until then.
    void settle(Instant when) {
        if (isAtRest_) return;
        close();
        isAtRest_ = true;
        queued_ = 0;
        if (lastStep() == nullptr) return;
        const Millis took = shadow_.settle();
        const Millis recorded = when - now_;
        if (!options_.steady && !isNoticedBy(when)) {
            now_ = std::max(now_, slowUntil_);
        } else if (took < recorded || isNoticedBy(when)) {
            addWait(recorded, true);
            shadow_.advance(std::max(recorded - took, Millis{0}));
            now_ = when;
            return;
        } else {
            now_ = std::max(now_, when);
        }
        lastStep()->settle = true;
    }

    // Whether the server notices until then that a device is off the network: coming to rest does not wait for that.
    bool isNoticedBy(Instant when) const {
        return std::any_of(unnoticed_.begin(), unnoticed_.end(),
                           [&](const auto& drop) { return drop.second > now_ && drop.second <= when; });
    }

    void waitUntil(Instant when) {
        const Millis duration = when - now_;
        // A trace that does not tell when nothing was in flight: nothing is after a while in which nothing is asked.
        const bool isLong = !settles_ && duration >= 3 * options_.latency && holding_.empty();
        if (!options_.steady && isLong) settle(now_);
        if (when <= now_) return;
        close();
        addWait(when - now_, isAtRest_ || isLong);
        shadow_.advance(when - now_);
        if (isAtRest_ || isLong) (void)shadow_.settle();
        isAtRest_ = isAtRest_ || isLong;
        now_ = when;
        queued_ = 0;
    }

    void addWait(Millis duration, bool settles) {
        constexpr Millis kLongest = std::chrono::days{100'000};  // that a duration can spell
        for (; duration > kLongest; duration -= kLongest) addWait(kLongest, settles);
        Step step;
        step.kind = StepKind::Wait;
        step.wait = duration;
        step.settle = settles;
        case_.steps.push_back(std::move(step));
    }

    // Lets happen what is due now, before a request that would forestall it.
    void runWhatIsDue() {
        close();
        addWait(Millis{0}, false);
        shadow_.advance(Millis{0});
        queued_ = 0;
    }

    void finish() {
        close();
        constexpr Millis kWorthIt = std::chrono::seconds{1};
        Instant end = now_;
        if (!trace_.events.empty() && trace_.events.back().t >= now_ + kWorthIt) end = trace_.events.back().t;
        for (const auto& [device, notice] : unnoticed_) end = std::max(end, notice);
        waitUntil(end);
        if (lastStep() != nullptr) lastStep()->settle = true;
    }

    // ---- Requests ---------------------------------------------------------------------------------------------------

    void ask(const Item& item, Instant next) {
        if (item.place.at > now_) {
            waitUntil(item.place.at);
        } else if (queued_ > 0 && !runsTime(item.op.kind)) {
            runWhatIsDue();
        }
        if (isImpossible(item.op)) return;
        isAtRest_ = false;
        const bool together = item.op.kind == OpKind::Login && next < now_ + options_.latency;
        if (item.onTheWay > Millis{0}) slowDown(item.op, item.onTheWay);
        if (together) {
            close();
            Step step;
            step.kind = StepKind::Concurrently;
            step.settle = false;
            step.actions.push_back({inCase(item.op), {}});
            case_.steps.push_back(std::move(step));
        } else {
            open_.push_back({inCase(item.op), {}});
        }
        shadow_.start(item.op, together);
        if (item.onTheWay > Millis{0}) slowDown(item.op, options_.latency);
        follow(item, together);
    }

    // What the request does to the state of this plan.
    void follow(const Item& item, bool together) {
        const Op& op = item.op;
        slowUntil_ = std::max(slowUntil_, now_ + item.onTheWay);
        if (op.kind == OpKind::Hold) holding_.insert(op.device);
        if (op.kind == OpKind::Release) holding_.erase(op.device);
        if (op.kind == OpKind::Drop) unnoticed_[op.device] = now_ + op.noticedAfter;
        if (op.kind == OpKind::Login || op.kind == OpKind::Reinstall) unnoticed_.erase(op.device);
        if (op.kind == OpKind::Login && !together) now_ += options_.latency;
        const bool isPacket = op.kind == OpKind::Send || op.kind == OpKind::Publish || op.kind == OpKind::Recall;
        if ((isPacket && item.isAnswered) || op.kind == OpKind::Release || together) ++queued_;
    }

    // Whether the request begins behind what is due at its instant, or would do so anyway.
    static bool runsTime(OpKind kind) {
        switch (kind) {
            case OpKind::Logout:
            case OpKind::Drop:
            case OpKind::Reinstall:
            case OpKind::Hold:
                return false;
            default:
                return true;
        }
    }

    // A file must not ask for what a legal server makes impossible: the device of a login is offline, that of a logout
    // online. Where the recorded server had it otherwise, the repeat makes way.
    bool isImpossible(const Op& op) {
        const std::string who = op.device.exists() ? trace_.header.path(op.device) : std::string();
        if (op.kind == OpKind::Login && shadow_.online(op.device)) {
            Op drop;
            drop.kind = OpKind::Drop;
            drop.device = op.device;
            open_.push_back({drop, {}});
            shadow_.start(drop);
            remark(op, "drop",
                   fmt::format("{} is dropped before it logs in again: a right server would not have disconnected it",
                               who));
        }
        const bool leaves = op.kind == OpKind::Logout || op.kind == OpKind::Drop;
        if (leaves && !shadow_.connected(op.device)) {
            remark(op, "leave",
                   fmt::format("a {} of {} is left out: the reference server had disconnected it before",
                               op.kind == OpKind::Drop ? "drop" : "logout", who));
            return true;
        }
        return false;
    }

    // Once for each device.
    void remark(const Op& op, const char* what, std::string text) {
        if (remarked_.emplace(op.device, what).second) remarks_.push_back(std::move(text));
    }

    static Op networkOf(Millis latency) {
        Op op;
        op.kind = OpKind::Network;
        op.network.latencyLow = op.network.latencyHigh = latency;
        return op;
    }

    // The asking link, or for the app's backend all links, from now on.
    void slowDown(const Op& op, Millis latency) {
        Op network = networkOf(latency);
        if (op.device.exists()) network.on = {op.device};
        open_.push_back({network, {}});
        shadow_.start(network);
    }

    // ---- Steps ------------------------------------------------------------------------------------------------------

    void close() {
        if (open_.empty()) return;
        Step step;
        step.settle = false;
        step.actions.swap(open_);
        case_.steps.push_back(std::move(step));
    }

    void comment(const std::string& text) {
        close();
        Step step;
        step.kind = StepKind::Note;
        step.settle = false;
        step.note = text;
        case_.steps.push_back(std::move(step));
    }

    // The last step that is no note.
    Step* lastStep() {
        for (auto step = case_.steps.rbegin(); step != case_.steps.rend(); ++step) {
            if (step->kind != StepKind::Note) return &*step;
        }
        return nullptr;
    }

    // ---- Words ------------------------------------------------------------------------------------------------------

    // The request with the numbers of the case. An id that is used again, long after, gets a new name.
    Op inCase(const Op& op) {
        Op out = op;
        if (op.message.exists()) out.message = messageOf(op);
        if (op.type.exists()) out.type = textOf(op.type);
        if (op.text.exists()) out.text = textOf(op.text);
        if (op.path.exists()) out.path = textOf(op.path);
        return out;
    }

    TextId textOf(TextId id) { return case_.lexicon.texts.intern(trace_.lexicon.texts[id]); }

    MessageId messageOf(const Op& op) {
        std::string name = trace_.lexicon.messages[op.message];
        const bool isNew = op.kind == OpKind::Send || op.kind == OpKind::Publish;
        const auto known = messages_.find(op.message);
        if (known != messages_.end() && !(isNew && sent_.contains(op.message))) {
            if (isNew) sent_.insert(op.message);
            return known->second;
        }
        if (isNew) sent_.insert(op.message);
        std::string unique = name;
        for (int again = 2; case_.lexicon.messages.find(unique).exists(); ++again) {
            unique = fmt::format("{}-again{}", name.substr(0, 50), again);
        }
        return messages_[op.message] = case_.lexicon.messages.intern(unique);
    }

    const Trace& trace_;
    const PlanOptions& options_;
    Case& case_;
    bool settles_;
    Shadow shadow_;
    Instant now_;
    Instant slowUntil_{};
    bool isAtRest_ = true;
    std::size_t queued_ = 0;  // what is due now and has not happened
    std::vector<Action> open_;
    std::set<DeviceId> holding_;
    std::map<DeviceId, Instant> unnoticed_;  // when the server notices that the device is off the network
    std::map<MessageId, MessageId> messages_;
    std::set<MessageId> sent_;
    std::set<std::pair<DeviceId, std::string>> remarked_;
    std::vector<std::string> remarks_;
};

}  // namespace

std::vector<std::string> planSteps(const Trace& trace, const History& history, const std::vector<Comment>& comments,
                                   const PlanOptions& options, Case& into) {
    std::vector<std::string> remarks;
    const std::vector<Item> items = Planner{trace, history, options}.plan(comments, remarks);
    for (std::string& remark : Composer{trace, options, into}.compose(items, history.doubled)) {
        remarks.push_back(std::move(remark));
    }
    return remarks;
}

}  // namespace mdsync
