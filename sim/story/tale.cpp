#include "story/tale.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "story/groups.hpp"
#include "story/pair.hpp"
#include "story/reasons.hpp"
#include "story/words.hpp"

namespace mdsync::story {

using rules::Outcome;

namespace {

// Goes through the events and says a sentence of each that matters to the two.
class Teller {
public:
    Teller(const Knowledge& k, DeviceId device, MessageId message)
        : k_(k), device_(device), message_(message), user_(k.trace().header.devices[device.index()].user) {
        for (const Event& e : k.trace().events) {
            if ((e.kind == EventKind::Send || e.kind == EventKind::Publish) && e.message == message) to_ = e.to;
        }
    }

    std::vector<Because> tell() {
        const std::vector<Event>& events = k_.trace().events;
        for (std::uint64_t i = 0; i < k_.read(); ++i) {
            const std::string sentence = sentenceOf(events[i], i);
            if (!sentence.empty()) add(i, sentence);
            addViolations(i);
        }
        return std::move(told_);
    }

private:
    void add(std::uint64_t event, std::string sentence) {
        const Event& e = k_.trace().events[event];
        told_.push_back({.event = event, .t = e.t, .origin = e.origin, .text = std::move(sentence)});
    }

    std::string sentenceOf(const Event& e, std::uint64_t number) {
        if (e.message.exists()) return e.message == message_ ? ofMessage(e) : countingReceipts(e);
        if (e.device == device_) return ofDevice(e, number);
        return isAsked_ && !e.refused ? ofService(e) : "";
    }

    // ---- the message ------------------------------------------------------------------------------------------------

    std::string ofMessage(const Event& e) {
        switch (e.kind) {
            case EventKind::Send:
            case EventKind::Publish:
                return asked(e);
            case EventKind::Accept:
                isAccepted_ = true;
                return accepted();
            case EventKind::Reject:
                if (sender_ == device_) isHeld_ = false;
                return fmt::format("it is rejected ({})", k_.code(e));
            case EventKind::Receive:
                return received(e);
            case EventKind::Recall:
                return fmt::format("{} asks for its recall",
                                   e.device.exists() ? k_.name(e.device) : "the API of " + k_.name(e.user));
            case EventKind::RecallAccept:
                isRecalled_ = true;
                return "its recall is accepted; " + stateOfService(e.t);
            case EventKind::RecallReject:
                return fmt::format("its recall is rejected ({})", k_.code(e));
            case EventKind::Recalled:
                if (e.device == device_) isShown_ = true;
                return isOurs(e.device) ? k_.name(e.device) + " shows it recalled" : "";
            default:
                return "";
        }
    }

    std::string asked(const Event& e) {
        isAsked_ = true;
        isAccepted_ = isRecalled_ = isShown_ = false;
        sender_ = e.device;
        if (e.device == device_) isHeld_ = true;
        to_ = e.to;
        const bool isStatus =
            isKnown(k_, message_) && k_.history().message(message_).kind == rules::MessageSort::Status;
        const std::string what = k_.name(message_) + (isStatus ? ", a status message," : "");
        if (e.kind == EventKind::Send) return fmt::format("{} sends {} to {}", k_.name(e.device), what, k_.name(e.to));
        return fmt::format("the API sends {} from {} to {}{}", what, k_.name(e.user), k_.name(e.to),
                           e.includeSender ? ", with includeSender" : "");
    }

    // Where the device was at that moment, and who is in the audience.
    std::string accepted() {
        const rules::MessageFacts& m = k_.history().message(message_);
        std::string text = fmt::format("it is accepted; the service is {}", word(m.regime.service));
        if (to_.kind == AddressKind::Group && k_.history().concerns(m, user_) != rules::Tri::Maybe) {
            const bool isIn = k_.history().inAudience(m, user_) == rules::Tri::Yes;
            text += fmt::format(", {} is {} {}", k_.name(user_), isIn ? "in" : "not in", k_.name(to_));
        }
        if (device_ != sender_) text += "; " + whereItIs();
        if (to_.kind == AddressKind::Room && device_ != sender_ && login_ != nullptr) {
            text += entered_ == nullptr ? fmt::format(", and is not in {}", k_.name(to_))
                                        : fmt::format(", and in {} since {}", k_.name(to_), k_.moment(*entered_));
        }
        return text;
    }

    [[nodiscard]] std::string whereItIs() const {
        const std::string name = k_.name(device_);
        if (login_ != nullptr) return fmt::format("{} has been online since {}", name, k_.moment(*login_));
        if (end_ != nullptr) return fmt::format("{} has been offline since {}", name, howItEnded(k_, *end_));
        return name + " was never online so far";
    }

    [[nodiscard]] std::string stateOfService(Instant t) const {
        const Millis delay = k_.trace().header.readings.switchDelay;
        if (turned_ != nullptr && t < turned_->t + delay) return "the service is changing";
        return fmt::format("the service is {}",
                           (turned_ ? turned_->enabled : k_.trace().header.app.sync) ? "on" : "off");
    }

    std::string received(const Event& e) {
        if (e.device == device_) {
            isHeld_ = true;
            return fmt::format("{} receives it{}", k_.name(e.device), wayOf(e.via));
        }
        if (isOurs(e.device)) return fmt::format("{} receives it{}", k_.name(e.device), wayOf(e.via));
        // Of others the first is told, and how many more there are.
        if (others_++ > 0) return "";
        const auto isOthers = [this](const Event& each) {
            return each.kind == EventKind::Receive && each.message == message_ && !isOurs(each.device);
        };
        const auto& events = k_.trace().events;
        const auto all =
            std::count_if(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(k_.read()), isOthers);
        const std::string more = all > 1 ? fmt::format(", and {} more receive it", all - 1) : "";
        return fmt::format("{} receives it{}{}", k_.name(e.device), wayOf(e.via), more);
    }

    [[nodiscard]] bool isOurs(DeviceId d) const { return k_.trace().header.devices[d.index()].user == user_; }

    // ---- the device -------------------------------------------------------------------------------------------------

    // What it still lacks decides whether a connection matters.
    [[nodiscard]] bool isWaiting() const { return isAsked_ && (!isHeld_ || (isRecalled_ && !isShown_)); }

    std::string countingReceipts(const Event& e) {
        if (e.kind == EventKind::Receive && e.device == device_ && e.via != Via::Live) ++brought_;
        return "";
    }

    std::string ofDevice(const Event& e, std::uint64_t number) {
        const std::string name = k_.name(device_);
        switch (e.kind) {
            case EventKind::Online:
                login_ = &e;
                brought_ = 0;
                return isWaiting() ? loggedIn(number) : "";
            case EventKind::Offline:
                login_ = entered_ = nullptr;
                end_ = &e;
                return isWaiting() ? fmt::format("{} goes offline ({}{})", name, spell(e.reason),
                                                 e.by.exists() ? " by " + k_.name(e.by) : "")
                                   : "";
            case EventKind::Refused:
                return isWaiting() ? fmt::format("the login of {} is refused ({})", name, k_.code(e)) : "";
            case EventKind::Reinstall:
                return reinstalled(e);
            case EventKind::CaughtUp:
                if (!isAccepted_ || isHeld_ || login_ == nullptr) return "";
                return brought_ == 0
                           ? fmt::format("{} has caught up: nothing was brought", name)
                           : fmt::format("{} has caught up: {} brought, it is not among them", name,
                                         brought_ == 1 ? "1 message was" : fmt::format("{} messages were", brought_));
            case EventKind::Join:
            case EventKind::Leave:
                if (e.refused || e.to != to_) return "";
                entered_ = e.kind == EventKind::Join ? &e : nullptr;
                if (!isAsked_) return "";
                return fmt::format("{} {} {}", name, e.kind == EventKind::Join ? "joins" : "leaves", k_.name(e.to));
            default:
                return "";
        }
    }

    std::string loggedIn(std::uint64_t number) const {
        const Login& login = k_.loginAt(number);
        std::string text = fmt::format("{} logs in; the service is {}", k_.name(device_), word(login.service));
        if (login.service != rules::Service::On) return text;
        return text + fmt::format(", its window is from {}", k_.dated(login.window.demanded));
    }

    std::string reinstalled(const Event& e) {
        const bool lost = isHeld_ || isShown_;
        login_ = entered_ = nullptr;
        end_ = &e;
        isHeld_ = isShown_ = false;
        if (!isAsked_) return "";
        return fmt::format("{} is reinstalled{}", k_.name(device_), lost ? ": what it had is gone" : "");
    }

    // ---- the service, and the group ---------------------------------------------------------------------------------

    std::string ofService(const Event& e) {
        switch (e.kind) {
            case EventKind::Sync:
                turned_ = &e;
                return fmt::format("the switch is turned {}; it takes {} to come into force", e.enabled ? "on" : "off",
                                   spellDuration(k_.trace().header.readings.switchDelay));
            case EventKind::Set: {
                const SettingsChange& change = k_.trace().annex.settings[e.annex];
                if (!change.compensationDays) return "";
                return fmt::format("the window of logins becomes {} days", *change.compensationDays);
            }
            case EventKind::Join:
            case EventKind::Leave:
                if (e.user != user_ || e.to != to_) return "";
                return fmt::format("{} {} {}", k_.name(user_), e.kind == EventKind::Join ? "joins" : "leaves",
                                   k_.name(e.to));
            default:
                return "";
        }
    }

    void addViolations(std::uint64_t event) {
        for (const Violation* v : violations_) {
            if (v->event != event) continue;
            add(event, fmt::format("{} is violated: {}", rule(v->rule).name, withoutName(v->text, v->messageName)));
        }
    }

    // Those that are about the message on the device, or on any of its user.
    [[nodiscard]] std::vector<const Violation*> violationsOf() const {
        std::vector<const Violation*> ours;
        for (const Violation& v : k_.checker().violations()) {
            const bool isOurs = v.device.exists() ? v.device == device_ : v.user == user_;
            if (v.message == message_ && isOurs) ours.push_back(&v);
        }
        return ours;
    }

    const Knowledge& k_;
    DeviceId device_;
    MessageId message_;
    UserId user_;
    std::vector<const Violation*> violations_ = violationsOf();
    std::vector<Because> told_;
    DeviceId sender_;
    Address to_;
    bool isAsked_ = false, isAccepted_ = false, isHeld_ = false, isRecalled_ = false, isShown_ = false;
    const Event* login_ = nullptr;    // of the running session
    const Event* end_ = nullptr;      // of the last one
    const Event* entered_ = nullptr;  // its entering of the chatroom that the message goes to, if it is there
    const Event* turned_ = nullptr;   // the switch
    std::uint64_t others_ = 0;        // receipts on devices of other users
    std::uint64_t brought_ = 0;       // other messages, by the catch-up of the session
};

// ---- What the rules say ---------------------------------------------------------------------------------------------

std::string sayingOf(const Knowledge& k, const Heard& heard) {
    // delivery.no-loss is kept by whichever device of alice gets the message.
    const bool isForAny =
        !heard.device.exists() || heard.rule == RuleId::DeliveryNoLoss || heard.rule == RuleId::ApiIncludeSenderOffline;
    const std::string what = heard.rule == RuleId::DeliveryAnswered ? "an answer to it"
                             : isForAny                             ? "it of one device of " + k.name(heard.user)
                                                                    : "it";
    if (heard.isOpen) return fmt::format("demands {}, and it had not come when the trace ended", what);
    switch (heard.outcome) {
        case Outcome::Kept:
            return fmt::format("demanded {}, and was kept", what);
        case Outcome::Lapsed:
            return fmt::format("demanded {}, and lapsed before it was due", what);
        case Outcome::Undecided:
            return "leaves it open";
        case Outcome::Broken:
            return fmt::format("demanded {}, and is violated", what);
        case Outcome::NotMine:
            break;
    }
    return {};
}

class Sayings {
public:
    void add(RuleId id, std::string_view what) {
        std::string text = fmt::format("{} {}", rule(id).name, what);
        if (std::find(all_.begin(), all_.end(), text) == all_.end()) all_.push_back(std::move(text));
    }
    std::vector<std::string> take() { return std::move(all_); }

private:
    std::vector<std::string> all_;
};

void addHeard(Sayings& sayings, const Knowledge& k, DeviceId device, MessageId message, UserId user) {
    for (const Heard& heard : k.heard()) {
        if (heard.message != message) continue;
        if (heard.device.exists() ? heard.device == device : heard.user == user)
            sayings.add(heard.rule, sayingOf(k, heard));
    }
}

std::vector<std::string> sayingsOf(const Knowledge& k, DeviceId device, MessageId message, bool isHeld) {
    const UserId user = k.history().ownerOf(device);
    Sayings sayings;
    addHeard(sayings, k, device, message, user);
    for (const Violation& v : k.checker().violations()) {
        const bool isBan = rule(v.rule).level == Level::MustNot;
        if (isBan && v.message == message && v.device == device) sayings.add(v.rule, "forbids it, and is violated");
    }
    for (const RuleId owed : rules::owedNow(k.checker(), message, device)) {
        sayings.add(owed, "demands it by the next settled moment");
    }
    if (isHeld) return sayings.take();
    if (const auto forbidding = rules::ifItCame(k.checker(), message, device)) {
        sayings.add(forbidding->rule, forbidding->broken == rules::Tri::Yes ? "forbids that it comes now"
                                                                            : "leaves open whether it may come now");
    }
    return sayings.take();
}

// ---- How it ended ---------------------------------------------------------------------------------------------------

bool hasIt(const Knowledge& k, DeviceId device, MessageId message) {
    bool has = false;
    for (std::uint64_t i = 0; i < k.read(); ++i) {
        const Event& e = k.trace().events[i];
        if (e.kind == EventKind::Reinstall && e.device == device) has = false;
        if (e.message != message) continue;
        if ((e.kind == EventKind::Receive || e.kind == EventKind::Send) && e.device == device) has = true;
        if (e.kind == EventKind::Reject && isKnown(k, message) && k.history().message(message).sender == device)
            has = false;
    }
    return has;
}

bool isRecalled(const Knowledge& k, MessageId message) {
    return isKnown(k, message) && k.history().recallOf(k.history().message(message)) != nullptr;
}

bool showsItRecalled(const Knowledge& k, DeviceId device, MessageId message) {
    if (!isKnown(k, message)) return false;
    const rules::MessageFacts& m = k.history().message(message);
    const rules::RecallFacts* recall = k.history().recallOf(m);
    if (recall != nullptr && recall->accepted && recall->device == device) return true;
    const rules::Receipt* receipt = pairOf(k, message, device).receipt;
    return receipt != nullptr && (receipt->have & rules::Receipt::Shown) != 0;
}

}  // namespace

MessageStory taleOf(const Knowledge& k, DeviceId device, MessageId message) {
    using About = Doubt::About;
    MessageStory story;
    const bool held = hasIt(k, device, message);
    const bool shown = showsItRecalled(k, device, message);
    const bool isUnshown = held && !shown && isRecalled(k, message);
    std::vector<Doubt> doubts{{.about = held ? About::Has : About::Lacks, .device = device, .message = message}};
    if (shown) doubts.push_back({.about = About::Recalled, .device = device, .message = message});
    if (isUnshown) doubts.push_back({.about = About::NotRecalled, .device = device, .message = message});
    story.headline = fmt::format("{} {} {}", k.name(device), held ? "has" : "lacks", k.name(message));
    if (shown) story.headline += held ? ", and shows it recalled" : ", and would show it recalled";
    if (isUnshown) story.headline += ", and does not show it recalled";
    story.events = Teller(k, device, message).tell();
    story.rules = sayingsOf(k, device, message, held);
    for (const Doubt& doubt : doubts) {
        const Because reason = toldAlone(k, doubt);
        if (story.reason.text.empty()) {
            story.reason = reason;
        } else {
            story.reason.text += "; " + reason.text;
        }
    }
    return story;
}

}  // namespace mdsync::story
