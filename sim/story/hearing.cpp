#include "story/hearing.hpp"

#include <fmt/format.h>

#include "story/membership.hpp"
#include "story/reasons.hpp"
#include "story/wants.hpp"
#include "story/words.hpp"

namespace mdsync::story {

using rules::Outcome;
using rules::Tri;

namespace {

bool isAboutRecall(RuleId id) {
    return rule(id).name.starts_with("recall.");
}

// ---- Why a ban is not broken, or undecided --------------------------------------------------------------------------

std::string whoSent(const Knowledge& k, MessageId m) {
    const Event* sent = k.last(
        [m](const Event& e) { return (e.kind == EventKind::Send || e.kind == EventKind::Publish) && e.message == m; });
    if (sent == nullptr) return "";
    const std::string who = sent->kind == EventKind::Send ? k.name(sent->device) : k.name(sent->user) + " by the API";
    return fmt::format("{} sent {} {}", who, k.name(m), k.moment(*sent));
}

std::string whyInAudience(const Knowledge& k, const rules::Arrival& a) {
    const std::string user = k.name(a.device.user);
    if (a.device.user == a.message.author) return fmt::format("{} sent {}", user, k.name(a.id));
    if (a.message.to.kind == AddressKind::User) return fmt::format("{} is to {}", k.name(a.id), user);
    return fmt::format("{} was in {}", user, k.name(a.message.to));
}

// The bans that ask nothing of how the message and the device came together.
std::string plainly(const Knowledge& k, RuleId id, const rules::Arrival& a) {
    const bool isRecall = k.trace().events[k.read()].kind == EventKind::Recalled;
    const std::string device = k.name(a.deviceId);
    switch (id) {
        case RuleId::DeliveryNoPhantom:
            return isRecall ? fmt::format("somebody asked for the recall of {}", k.name(a.id)) : whoSent(k, a.id);
        case RuleId::DeliveryNoLeak:
            return whyInAudience(k, a);
        case RuleId::DeliveryOnlyOnline:
            return a.device.online ? device + " is online" : device + " went offline just now";
        case RuleId::DeliveryOnce:
            return fmt::format("{} had not received {} in this installation", device, k.name(a.id));
        default:
            return "";
    }
}

// The first that the rule asks for and that was not so.
std::string firstMissing(const Knowledge& k, RuleId id, const rules::Arrival& a) {
    const Pair p = pairOf(k, a.id, a.deviceId);
    if (p.receipt == nullptr) return fmt::format("{} has nothing to do with {}", k.name(p.device), k.name(p.message));
    const View view{k, p, k.name(p.message), k.name(p.device), k.name(p.user)};
    for (const Want* want : wantsOf(id)) {
        if (!want->isMet(view)) return want->instead(view);
    }
    return "";
}

std::string whyNotBroken(const Knowledge& k, RuleId id, const rules::Arrival& a) {
    std::string text = plainly(k, id, a);
    if (text.empty() && isKnown(k, a.id)) text = firstMissing(k, id, a);
    if (text.empty() && id == RuleId::OffSingleDevice)
        return fmt::format("no other device of {} had received {}", k.name(a.device.user), k.name(a.id));
    return text;
}

std::string whyOpen(const Knowledge& k, const rules::Ban& ban, const rules::Arrival& a) {
    const rules::MessageFacts& m = a.message;
    const std::string message = k.name(a.id);
    const bool isInexact = m.state == rules::MessageState::Accepted && !m.exact;
    if (isInexact && !ban.hangsOnAcceptance(k.history(), a))
        return fmt::format("whenever {} was accepted, the page, or a reading of it, allows both", message);
    if (isInexact) {
        return fmt::format("nobody told when {} was accepted: it was at some time from {} to {}", message,
                           k.moment(m.fromAt), k.moment(m.untilAt));
    }
    if (m.state == rules::MessageState::Accepted && m.regime.service == rules::Service::Changing)
        return fmt::format("the switch had been turned and was not in force when {} was accepted", message);
    return "the page, or a reading of it, allows both";
}

// ---- What became of a duty ------------------------------------------------------------------------------------------

std::string aboutOf(const Knowledge& k, const rules::Duty& duty, const rules::Claim& c) {
    if (!c.message.exists()) return "the login of " + k.name(c.device);
    const std::string message = (isAboutRecall(duty.rule) ? "the recall of " : "") + k.name(c.message);
    if (duty.rule == RuleId::DeliveryAnswered) return "the answer to " + message;
    if (c.device.exists()) return fmt::format("{} on {}", message, k.name(c.device));
    return fmt::format("{} on any device of {}", message, k.name(c.user));
}

std::string whyKept(const Knowledge& k, const rules::Claim& c, EventKind kind) {
    const Event* came = k.last([&](const Event& e) {
        const bool isTheirs =
            c.device.exists() ? e.device == c.device : e.device.exists() && k.history().ownerOf(e.device) == c.user;
        return e.kind == kind && e.message == c.message && isTheirs;
    });
    if (came == nullptr) return "";
    return kind == EventKind::Recalled ? fmt::format("shown {}", k.moment(*came))
                                       : fmt::format("came {}{}", k.moment(*came), wayOf(came->via));
}

std::string whyOutcome(const Knowledge& k, const rules::Duty& duty, const rules::Claim& c, Outcome outcome) {
    if (duty.rule == RuleId::DeliveryAnswered || !c.message.exists()) return "";
    const bool isRecall = isAboutRecall(duty.rule);
    std::string came = whyKept(k, c, isRecall ? EventKind::Recalled : EventKind::Receive);
    if (outcome == Outcome::Kept || !came.empty() || !c.device.exists()) return came;
    const Doubt::About about = isRecall ? Doubt::About::NotRecalled : Doubt::About::Lacks;
    return spell(k, reasonOf(k, {.about = about, .device = c.device, .message = c.message}));
}

std::string_view nameOf(Outcome outcome) {
    switch (outcome) {
        case Outcome::NotMine:
            return "not asked for";
        case Outcome::Kept:
            return "kept";
        case Outcome::Lapsed:
            return "lapsed";
        case Outcome::Undecided:
            return "undecided";
        case Outcome::Broken:
            return "broken";
    }
    return {};
}

// ---- Listening ------------------------------------------------------------------------------------------------------

// A Listener writes down what the rules say while the event is judged: later the history tells of a later moment.
class Listener : public rules::Witness {
public:
    Listener(const Knowledge& k, Hearing& hearing) : k_(k), hearing_(hearing) {}

    void hear(const rules::Ban& ban, const rules::Arrival& a, Tri broken) override {
        Saying saying{.rule = ban.rule, .about = {}, .said = {}, .why = {}};
        switch (broken) {
            case Tri::Yes:
                saying.said = "broken";
                saying.why = ban.says(k_.history(), a);
                break;
            case Tri::Maybe:
                saying.said = "undecided";
                saying.why = whyOpen(k_, ban, a);
                break;
            case Tri::No:
                saying.said = "not broken";
                saying.why = whyNotBroken(k_, ban.rule, a);
                break;
        }
        hearing_.bans.push_back(std::move(saying));
    }

    void hear(const rules::Duty& duty, const rules::Claim& c, Outcome outcome, bool) override {
        if (outcome == Outcome::NotMine) return;
        const std::string why =
            outcome == Outcome::Broken ? duty.says(k_.history(), c) : whyOutcome(k_, duty, c, outcome);
        hearing_.duties.push_back({duty.rule, aboutOf(k_, duty, c), std::string(nameOf(outcome)), why});
    }

    void hear(RuleId rule, const std::string& about, Outcome outcome, const std::string& says) override {
        if (outcome == Outcome::NotMine) return;
        hearing_.duties.push_back({rule, about, std::string(nameOf(outcome)), says});
    }

private:
    const Knowledge& k_;
    Hearing& hearing_;
};

std::vector<std::pair<RuleId, Counts>> added(const RuleCounts& before, const RuleCounts& after) {
    std::vector<std::pair<RuleId, Counts>> all;
    for (const Rule& row : catalogue()) {
        const Counts& a = before[static_cast<std::size_t>(row.id)];
        const Counts& b = after[static_cast<std::size_t>(row.id)];
        const Counts more{b.checked - a.checked, b.violated - a.violated, b.undecided - a.undecided,
                          b.lapsed - a.lapsed, b.aspects & ~a.aspects};
        if (more.checked + more.violated + more.undecided + more.lapsed > 0) all.emplace_back(row.id, more);
    }
    return all;
}

}  // namespace

Hearing hearNext(Knowledge& k) {
    Hearing hearing;
    const RuleCounts before = k.checker().counts();
    const std::size_t found = k.checker().violations().size();
    Listener listener(k, hearing);
    k.passOnTo(&listener);
    k.readTo(k.read() + 1);
    k.passOnTo(nullptr);
    hearing.isAwaited = k.trace().events[k.read() - 1].kind == EventKind::Receive && hearing.bans.empty();
    const std::vector<Violation>& violations = k.checker().violations();
    hearing.violated.assign(violations.begin() + static_cast<std::ptrdiff_t>(found), violations.end());
    hearing.counted = added(before, k.checker().counts());
    return hearing;
}

}  // namespace mdsync::story
