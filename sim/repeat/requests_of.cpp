#include "repeat/requests_of.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "mdsync/presence.hpp"

namespace mdsync {

namespace {

class Historian {
public:
    Historian(const Trace& trace, const HistoryOptions& options)
        : trace_(trace),
          header_(trace.header),
          options_(options),
          settles_(tellsSettled(trace)),
          presence_(header_.devices.size()),
          devices_(header_.devices.size()),
          users_(header_.users.size()),
          rooms_(header_.rooms.size()),
          messages_(trace.lexicon.messages.size()),
          everOn_(header_.app.sync) {
        for (const GroupInfo& group : header_.groups) groups_.push_back(group.members);
    }

    History write() {
        for (now_ = 0; now_ < trace_.events.size(); ++now_) {
            see(trace_.events[now_]);
            presence_.see(trace_.events[now_]);
        }
        std::erase_if(history_.requests, [](const Request& request) { return request.first() == kNoEvent; });
        // A lost network that its device's login shows comes before that login.
        const auto byFirst = [](const Request& a, const Request& b) {
            if (a.first() != b.first()) return a.first() < b.first();
            return a.op.kind == OpKind::Drop && b.op.kind == OpKind::Login;
        };
        std::stable_sort(history_.requests.begin(), history_.requests.end(), byFirst);
        const auto byFrom = [](const Delay& a, const Delay& b) { return a.from < b.from; };
        std::stable_sort(history_.delays.begin(), history_.delays.end(), byFrom);
        std::sort(history_.doubled.begin(), history_.doubled.end());
        history_.doubled.erase(std::unique(history_.doubled.begin(), history_.doubled.end()), history_.doubled.end());
        return std::move(history_);
    }

private:
    struct DeviceView {
        std::size_t onlineSince = 0;        // the event
        std::size_t connecting = kNoEvent;  // number of the request
        std::size_t lastArrival = 0;        // the last event that came down to it in this session
        std::size_t lastCause = kNoEvent;   // what had sent that
        bool lastWasLate = false;
        std::size_t lastRequest = 0;  // the last event with which it asked for something
        bool reinstalled = false;     // by the end of its session already
    };
    struct UserView {
        std::size_t presence = 0;           // the last event with which one of its devices came or went
        std::size_t concerned = 0;          // the last acceptance of a message or recall that it must learn of
        std::vector<std::size_t> accepted;  // such acceptances that may be under way
    };
    struct MessageView {
        std::size_t request = kNoEvent;
        std::size_t accepted = kNoEvent, recallAccepted = kNoEvent;
        UserId author;
        DeviceId from;
        Address to;
        std::vector<std::pair<DeviceId, std::size_t>> receipts;  // device and event
        std::deque<std::size_t> recalls;                         // requests that are open, earliest first
    };

    const Event& at(std::size_t event) const { return trace_.events[event]; }
    DeviceView& view(DeviceId device) { return devices_[device.index()]; }
    UserView& owner(DeviceId device) { return users_[header_.devices[device.index()].user.index()]; }
    MessageView& view(MessageId message) { return messages_[message.index()]; }

    std::size_t request(OpKind kind, std::size_t asked, std::size_t answered = kNoEvent) {
        Request& made = history_.requests.emplace_back();
        made.op.kind = kind;
        made.asked = asked;
        made.answered = answered;
        return history_.requests.size() - 1;
    }
    Op& op(std::size_t number) { return history_.requests[number].op; }

    void remark(const Event& event, const std::string& text) {
        history_.remarks.push_back(fmt::format("line {}: {}", event.origin, text));
    }

    // ---- Events -----------------------------------------------------------------------------------------------------

    void see(const Event& event) {
        switch (event.kind) {
            case EventKind::Connect:
                return seeConnect(event);
            case EventKind::Online:
            case EventKind::Refused:
                return seeAnswerToConnect(event);
            case EventKind::Offline:
                return seeOffline(event);
            case EventKind::Reinstall:
                return seeReinstall(event);
            case EventKind::Send:
            case EventKind::Publish:
                return seeMessage(event);
            case EventKind::Accept:
            case EventKind::Reject:
                return seeAnswerToMessage(event);
            case EventKind::Recall:
                return seeRecall(event);
            case EventKind::RecallAccept:
            case EventKind::RecallReject:
                return seeAnswerToRecall(event);
            case EventKind::Receive:
            case EventKind::Recalled:
            case EventKind::CaughtUp:
                return seeArrival(event);
            case EventKind::Sync:
            case EventKind::Set:
            case EventKind::Join:
            case EventKind::Leave:
                return seeConsole(event);
            case EventKind::Settled:
                history_.settled.push_back(now_);
                return;
            case EventKind::Note:
                history_.notes.push_back(now_);
                return;
            case EventKind::Device:
            case EventKind::Group:
            case EventKind::Room:
                return;  // a scenario declares all at its beginning
        }
    }

    void seeConnect(const Event& event) {
        DeviceView& device = view(event.device);
        const std::size_t made = request(OpKind::Login, now_);
        op(made).device = event.device;
        device.connecting = made;
    }

    void seeAnswerToConnect(const Event& event) {
        DeviceView& device = view(event.device);
        const bool isOnline = event.kind == EventKind::Online;
        const bool wasOnline = presence_.online(event.device);
        if (isOnline && wasOnline) {
            // A tolerance of the trace: the session before ended unseen.
            const std::size_t made = request(OpKind::Drop, device.connecting == kNoEvent ? now_ : asked(device));
            op(made).device = event.device;
            endSession(event.device);
        }
        if (!isOnline && wasOnline) {  // because it is online: nothing came of it
            if (device.connecting != kNoEvent) history_.requests[device.connecting].asked = kNoEvent;
            device.connecting = kNoEvent;
            return;
        }
        if (device.connecting == kNoEvent) {
            const std::size_t made = request(OpKind::Login, kNoEvent, now_);
            op(made).device = event.device;
        } else {
            history_.requests[device.connecting].answered = now_;
            device.connecting = kNoEvent;
        }
        if (!isOnline) return;
        device.reinstalled = false;
        device.onlineSince = device.lastArrival = device.lastRequest = now_;
        owner(event.device).presence = now_;
    }

    std::size_t asked(const DeviceView& device) const { return history_.requests[device.connecting].asked; }

    // ---- How sessions end -------------------------------------------------------------------------------------------

    void seeOffline(const Event& event) {
        DeviceView& device = view(event.device);
        if (!presence_.online(event.device) && event.reason != OfflineReason::Uninstall) return;
        if (event.reason == OfflineReason::Server && seeRestart(event)) return;
        // The device was off the network and logs in again: the server learns it from the login.
        const bool isRelogin = event.reason == OfflineReason::Drop && device.connecting != kNoEvent;
        const bool wasDelayed = findLosses(event, isRelogin);
        switch (event.reason) {
            case OfflineReason::Logout:
                op(request(OpKind::Logout, now_)).device = event.device;
                break;
            case OfflineReason::Uninstall:
                op(request(OpKind::Reinstall, now_)).device = event.device;
                device.reinstalled = true;
                break;
            case OfflineReason::Server:
                remark(event, fmt::format("{} alone was cut by a restart, which is repeated as a lost network",
                                          header_.path(event.device)));
                [[fallthrough]];
            case OfflineReason::Drop:
                if (!wasDelayed) op(request(OpKind::Drop, isRelogin ? asked(device) : now_)).device = event.device;
                break;
            default:
                break;  // the server's own decision
        }
        endSession(event.device);
    }

    void endSession(DeviceId id) {
        owner(id).presence = now_;
        for (std::vector<DeviceId>& room : rooms_) room.erase(std::remove(room.begin(), room.end(), id), room.end());
    }

    // Whether this is the first of the `offline` events with which a restart ends all sessions; if so the others are
    // taken with it.
    bool seeRestart(const Event& event) {
        std::size_t end = now_;
        std::size_t gone = 0;
        while (end < trace_.events.size() && at(end).kind == EventKind::Offline &&
               at(end).reason == OfflineReason::Server && at(end).t == event.t) {
            if (presence_.online(at(end).device)) ++gone;
            ++end;
        }
        if (gone != presence_.howManyOnline()) return false;
        request(OpKind::ServerRestart, now_);
        for (; now_ < end; ++now_) {
            (void)findLosses(at(now_), false);
            endSession(at(now_).device);
            presence_.see(at(now_));
        }
        --now_;
        return true;
    }

    void seeReinstall(const Event& event) {
        DeviceView& device = view(event.device);
        if (!device.reinstalled) {
            op(request(OpKind::Reinstall, now_)).device = event.device;
            if (presence_.online(event.device)) endSession(event.device);
        }
        device.reinstalled = false;
    }

    // What was accepted for the device after the last thing that reached it, and never reached it: it was under way
    // when the session ended. Returns whether that says that the network was gone before.
    bool findLosses(const Event& event, bool isRelogin) {
        if (!presence_.online(event.device)) return false;
        const DeviceView& device = view(event.device);
        const std::size_t first = firstLost(event);
        if (first == kNoEvent) return false;
        Delay delay{.device = event.device, .from = first, .until = now_, .mark = now_, .lost = true};
        const bool isSilent = device.lastRequest < first && at(first).t < event.t;
        delay.dropped = event.reason == OfflineReason::Drop && isSilent;
        if (delay.dropped && isRelogin) {
            delay.relogin = true;
            delay.until = asked(device);
        }
        history_.delays.push_back(delay);
        return delay.dropped;
    }

    std::size_t firstLost(const Event& event) {
        const DeviceView& device = view(event.device);
        for (const std::size_t accepted : owner(event.device).accepted) {
            if (accepted <= device.lastArrival || at(accepted).t + options_.latency > event.t) continue;
            if (isOver(accepted)) continue;
            const MessageView& message = view(at(accepted).message);
            const bool isRecall = at(accepted).kind == EventKind::RecallAccept;
            const bool isMissed = isRecall ? has(event.device, message)
                                           : message.from != event.device && wasMeantFor(event.device, message);
            if (!isMissed) continue;
            return accepted;
        }
        return kNoEvent;
    }

    static bool has(DeviceId device, const MessageView& message) {
        return message.from == device || std::any_of(message.receipts.begin(), message.receipts.end(),
                                                     [device](const auto& receipt) { return receipt.first == device; });
    }

    // Whether the message can have been on its way to this device: a room's if it is in the room; while the service was
    // never on, none that another device of the user got.
    bool wasMeantFor(DeviceId id, const MessageView& message) const {
        if (message.to.kind == AddressKind::Room) {
            const std::vector<DeviceId>& room = rooms_[message.to.room().index()];
            return std::find(room.begin(), room.end(), id) != room.end();
        }
        if (everOn_) return true;
        const UserId user = header_.devices[id.index()].user;
        return user != message.author &&
               std::none_of(message.receipts.begin(), message.receipts.end(),
                            [&](const auto& receipt) { return header_.devices[receipt.first.index()].user == user; });
    }

    // ---- Messages ---------------------------------------------------------------------------------------------------

    void seeMessage(const Event& event) {
        MessageView& message = view(event.message);
        message = MessageView{};
        const bool isSend = event.kind == EventKind::Send;
        message.request = request(isSend ? OpKind::Send : OpKind::Publish, now_);
        message.to = event.to;
        message.from = event.device;
        message.author = isSend ? header_.devices[event.device.index()].user : event.user;
        Op& made = op(message.request);
        made.device = event.device;
        made.user = event.user;
        made.message = event.message;
        made.to = event.to;
        made.type = event.type;
        made.text = event.text;
        made.api = event.api;
        made.path = event.api == Api::Path ? event.code : TextId{};
        made.includeSender = event.includeSender;
        if (isSend) view(event.device).lastRequest = now_;
    }

    void seeAnswerToMessage(const Event& event) {
        MessageView& message = view(event.message);
        if (message.request == kNoEvent || history_.requests[message.request].answered != kNoEvent) return;
        history_.requests[message.request].answered = now_;
        if (event.kind == EventKind::Accept) accepted(event.message);
    }

    void accepted(MessageId id) {
        MessageView& message = view(id);
        message.accepted = now_;
        const auto concern = [&](UserId user) {
            users_[user.index()].concerned = now_;
            awaits(users_[user.index()]);
        };
        concern(message.author);
        if (message.to.kind == AddressKind::User && message.to.user() != message.author) concern(message.to.user());
        if (message.to.kind == AddressKind::Group) {
            for (const UserId member : groups_[message.to.group().index()]) {
                if (member != message.author) concern(member);
            }
        }
        if (message.to.kind != AddressKind::Room) return;
        for (const DeviceId device : rooms_[message.to.room().index()]) {
            awaits(owner(device));
        }
    }

    // The user's devices may have to learn of what happens now.
    void awaits(UserView& user) const {
        std::vector<std::size_t>& accepted = user.accepted;
        if (!accepted.empty() && isOver(accepted.back())) accepted.clear();
        if (accepted.empty() || accepted.back() != now_) accepted.push_back(now_);
    }
    // Whether nothing of what was sent at that event can be under way any more.
    bool isOver(std::size_t event) const {
        if (settles_) return !history_.settled.empty() && history_.settled.back() > event;
        return at(event).t + options_.patience < at(now_).t;
    }

    void seeRecall(const Event& event) {
        const std::size_t made = request(OpKind::Recall, now_);
        op(made).message = event.message;
        op(made).device = event.device;
        op(made).user = event.user;
        view(event.message).recalls.push_back(made);
        if (event.device.exists()) view(event.device).lastRequest = now_;
    }

    void seeAnswerToRecall(const Event& event) {
        MessageView& message = view(event.message);
        if (event.kind == EventKind::RecallAccept) recallAccepted(message);
        if (message.recalls.empty()) return;
        history_.requests[message.recalls.front()].answered = now_;
        message.recalls.pop_front();
    }

    // From here on whoever has the message waits for the recall.
    void recallAccepted(MessageView& message) {
        message.recallAccepted = now_;
        for (const auto& [device, receipt] : message.receipts) {
            UserView& user = owner(device);
            user.concerned = now_;
            awaits(user);
        }
        if (message.from.exists()) awaits(owner(message.from));
    }

    // ---- Arrivals ---------------------------------------------------------------------------------------------------

    void seeArrival(const Event& event) {
        DeviceView& device = view(event.device);
        if (event.kind == EventKind::Receive) noteReceipt(event);
        if (!presence_.online(event.device)) return;
        const std::size_t cause = causeOf(event);
        const std::size_t mark = cause == kNoEvent ? kNoEvent : lateAfter(event, cause);
        const bool isLate = mark != kNoEvent;
        if (isLate) history_.delays.push_back({.device = event.device, .from = cause, .until = now_, .mark = mark});
        const bool isTorn = device.lastArrival > cause && device.lastCause == cause && !device.lastWasLate;
        if (isLate && isTorn && event.kind != EventKind::CaughtUp) {
            remark(event, fmt::format("of what was sent to {} at once a part came later, which is repeated as one",
                                      header_.path(event.device)));
        }
        device.lastArrival = now_;
        device.lastCause = cause;
        device.lastWasLate = isLate;
    }

    void noteReceipt(const Event& event) {
        auto& receipts = view(event.message).receipts;
        const DeviceView& device = view(event.device);
        for (const auto& [who, when] : receipts) {
            if (who == event.device && presence_.online(who) && when > device.onlineSince)
                history_.doubled.push_back(who);
        }
        receipts.emplace_back(event.device, now_);
    }

    // The event that put it on its way.
    std::size_t causeOf(const Event& event) {
        const std::size_t began = view(event.device).onlineSince;
        if (event.kind == EventKind::CaughtUp) return began;
        const MessageView& message = view(event.message);
        const std::size_t decided = event.kind == EventKind::Receive ? message.accepted : message.recallAccepted;
        if (decided == kNoEvent) return kNoEvent;
        return std::max(began, decided);
    }

    // The last event meanwhile that would find it arrived, were the network as quick as it could be, and to which that
    // makes a difference; or none.
    std::size_t lateAfter(const Event& event, std::size_t cause) {
        if (!history_.settled.empty() && history_.settled.back() > cause) return kNoEvent;  // the server's own delay
        std::size_t last = kNoEvent;
        const auto consider = [&](std::size_t mark) {
            if (mark == kNoEvent || mark <= cause || at(cause).t + options_.latency > at(mark).t) return;
            last = last == kNoEvent ? mark : std::max(last, mark);
        };
        const UserView& user = owner(event.device);
        consider(user.presence);
        if (event.kind == EventKind::Receive) consider(view(event.message).recallAccepted);
        if (event.kind == EventKind::CaughtUp) consider(user.concerned);
        return last;
    }

    // ---- Console and membership -------------------------------------------------------------------------------------

    void seeConsole(const Event& event) {
        static constexpr std::pair<EventKind, OpKind> kKinds[] = {{EventKind::Sync, OpKind::Sync},
                                                                  {EventKind::Set, OpKind::Set},
                                                                  {EventKind::Join, OpKind::Join},
                                                                  {EventKind::Leave, OpKind::Leave}};
        const auto* kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                        [&](const auto& pair) { return pair.first == event.kind; });
        Op& made = op(request(kind->second, now_, now_));
        made.enabled = event.enabled;
        made.to = event.to;
        made.user = event.user;
        made.device = event.device;
        if (event.kind == EventKind::Set) made.settings = trace_.annex.settings[event.annex];
        if (event.device.exists()) view(event.device).lastRequest = now_;
        if (event.refused) return;
        everOn_ = everOn_ || (event.kind == EventKind::Sync && event.enabled);
        if (event.to.kind == AddressKind::Group) change(groups_[event.to.group().index()], event.user, event.kind);
        if (event.to.kind == AddressKind::Room) change(rooms_[event.to.room().index()], event.device, event.kind);
    }

    template <class Member>
    static void change(std::vector<Member>& members, Member who, EventKind kind) {
        const auto found = std::find(members.begin(), members.end(), who);
        if (kind == EventKind::Join && found == members.end()) members.push_back(who);
        if (kind == EventKind::Leave && found != members.end()) members.erase(found);
    }

    const Trace& trace_;
    const Header& header_;
    const HistoryOptions& options_;
    bool settles_;
    Presence presence_;  // before the event at hand
    std::vector<DeviceView> devices_;
    std::vector<UserView> users_;
    std::vector<std::vector<UserId>> groups_;
    std::vector<std::vector<DeviceId>> rooms_;
    std::vector<MessageView> messages_;
    bool everOn_;
    std::size_t now_ = 0;
    History history_;
};

}  // namespace

bool tellsSettled(const Trace& trace) {
    return !trace.header.silent.settled &&
           std::any_of(trace.events.begin(), trace.events.end(),
                       [](const Event& event) { return event.kind == EventKind::Settled; });
}

History historyOf(const Trace& trace, const HistoryOptions& options) {
    return Historian{trace, options}.write();
}

std::optional<Millis> steadyLatency(const Trace& trace) {
    std::optional<Millis> steady;
    for (const Request& request : historyOf(trace, {}).requests) {
        if (request.asked == kNoEvent) return std::nullopt;  // a login of which only the answer was seen
        if (request.answered == kNoEvent || request.asked == request.answered) continue;
        const Event& answer = trace.events[request.answered];
        const Millis took = answer.t - trace.events[request.asked].t;
        // A refusal on the spot was never on its way.
        const bool isRefusal = answer.kind == EventKind::Reject || answer.kind == EventKind::RecallReject ||
                               answer.kind == EventKind::Refused;
        if (isRefusal && took == Millis{0}) continue;
        if (steady && *steady != took) return std::nullopt;
        steady = took;
    }
    return steady && *steady > Millis{0} ? steady : std::nullopt;
}

}  // namespace mdsync
