#include "story/absence.hpp"

#include <fmt/format.h>

#include <array>

#include "story/membership.hpp"
#include "story/pair.hpp"
#include "story/words.hpp"

namespace mdsync::story {

using rules::Decides;
using rules::MessageState;
using rules::Outcome;
using rules::Service;
using rules::Tri;

namespace {

using Answer = std::optional<Reason>;
using Ask = Answer (*)(const Knowledge&, const Pair&);

Reason since(const Knowledge& k, const Pair& p, std::string text) {
    return {.text = std::move(text), .event = k.at(p.m.until)};
}

// ---- The message was not taken --------------------------------------------------------------------------------------

Reason notSent(const Knowledge& k, MessageId m) {
    const Event* later = k.next(
        [m](const Event& e) { return (e.kind == EventKind::Send || e.kind == EventKind::Publish) && e.message == m; });
    if (later == nullptr) return {.text = "nobody sent it"};
    return {.text = "it is sent later, \1", .event = later, .moment = later->t};
}

Answer notTaken(const Knowledge& k, MessageId m) {
    if (!isKnown(k, m)) return notSent(k, m);
    const rules::MessageFacts& facts = k.history().message(m);
    switch (facts.state) {
        case MessageState::Rejected: {
            const Event* answer = k.last([m](const Event& e) { return e.kind == EventKind::Reject && e.message == m; });
            return Reason{.text = fmt::format("rejected ({})", answer == nullptr ? "" : k.code(*answer)),
                          .event = answer};
        }
        case MessageState::Asked: {
            const bool gone = facts.senderOffline;
            return Reason{.text = gone ? fmt::format("{} was offline when it sent it, and it was never accepted",
                                                     k.name(facts.sender))
                                       : "sent \1, and neither accepted nor rejected so far",
                          .event = k.at(facts.asked),
                          .moment = facts.askedAt};
        }
        case MessageState::Forgotten:
            return Reason{.text = "past its horizon: nothing is owed about it more than 8 days after its acceptance"};
        default:
            return std::nullopt;
    }
}

// ---- The device has no part in it, or was not there -----------------------------------------------------------------

Answer outside(const Knowledge& k, const Pair& p) {
    if (p.m.room || k.history().concerns(p.m, p.user) != Tri::No) return std::nullopt;
    if (p.m.to.kind == AddressKind::User) {
        return since(k, p,
                     fmt::format("it went from {} to {}, and {} has no part in it", k.name(p.m.author),
                                 k.name(p.m.to.user()), k.name(p.user)));
    }
    return whyNotMember(k, p.m.to.group(), p.user, p.m.until);
}

Answer excluded(const Knowledge& k, const Pair& p) {
    if (!p.m.api || p.m.includeSender || !p.isAuthors || p.m.room || p.m.toSelf) return std::nullopt;
    return since(k, p, "sent through the API without includeSender (api.exclude-sender)");
}

Answer violated(const Knowledge& k, const Pair& p) {
    for (const Violation& v : k.checker().violations()) {
        const Rule& row = rule(v.rule);
        const bool isRecalls = row.name.starts_with("recall.") || v.rule == RuleId::DeliveryAnswered;
        if (v.message != p.message || row.level != Level::Must || isRecalls) continue;
        if (v.device.exists() ? v.device != p.device : v.user != p.user) continue;
        return Reason{.text = fmt::format("{} is violated: {}", row.name, withoutName(v.text, v.messageName)),
                      .event = k.at(v.event + 1)};
    }
    return std::nullopt;
}

Answer neverThere(const Knowledge& k, const Pair& p) {
    if (p.d.online || (p.d.session != 0 && !p.d.fresh && !p.isAway())) return std::nullopt;
    return whyOffline(k, p.device);
}

// What is not kept came only to who was there.
Answer notKept(const Knowledge& k, const Pair& p) {
    if (p.m.room && !p.wasInRoom()) return whyNotInRoom(k, p);
    if (p.m.room || p.m.kind != rules::MessageSort::Status || p.wasOnline()) return std::nullopt;
    return since(k, p,
                 fmt::format("{}, and {} was offline when it was accepted ({})",
                             p.m.statusApi ? "sent through a status endpoint" : "a status message", k.name(p.device),
                             p.m.statusApi ? "status.api-online-only" : "status.online-only"));
}

Answer goneBefore(const Knowledge& k, const Pair& p) {
    const rules::History& h = k.history();
    if (h.recallAccepted(p.m)) {
        const rules::RecallFacts& recall = *h.recallOf(p.m);
        return Reason{.text = "recalled \1, before it came", .event = k.at(recall.until), .moment = recall.untilAt};
    }
    if (!h.leftAfter(p.m, p.user)) return std::nullopt;
    const Event* left = lastMembership(k, p.m.to.group(), p.user);
    return Reason{.text = fmt::format("{} left {} \1, before it came", k.name(p.user), k.name(p.m.to)),
                  .event = left,
                  .moment = left != nullptr ? left->t : k.now()};
}

// ---- What the rules say ---------------------------------------------------------------------------------------------

Answer owed(const Knowledge& k, const Pair& p) {
    const std::vector<RuleId> rules = rules::owedNow(k.checker(), p.message, p.device);
    if (rules.empty()) return std::nullopt;
    return since(k, p, fmt::format("on its way: {} demands it by the next settled moment", rule(rules.front()).name));
}

// Where the state of the service is the reason, and the console did not turn it as it should have.
std::string brokenTurn(const Knowledge& k) {
    for (const Violation& v : k.checker().violations()) {
        if (v.rule == RuleId::ServicePrepaid) return fmt::format("; {} is violated: {}", rule(v.rule).name, v.text);
    }
    return {};
}

// The device was online when the message was accepted.
Answer live(const Knowledge& k, const Pair& p) {
    if (!p.wasOnline() || !p.isSinceBefore() || p.m.room) return std::nullopt;
    const DeviceId other = k.history().otherHolder(p.m, p.device, false);
    if (!p.m.regimeSure || p.m.regime.service == Service::Changing)
        return since(k, p, "the service was changing when it was accepted: the page leaves open who receives it");
    if (p.m.regime.service == Service::Off && p.isAuthors && !p.m.api) {
        return since(k, p,
                     "the service was off when it was accepted: no device but the sender's has it "
                     "(off.no-sent-sync)" +
                         brokenTurn(k));
    }
    if (p.m.regime.service == Service::Off && other.exists() && other != p.device) {
        return since(k, p,
                     fmt::format("the service was off when it was accepted: one device of {} receives it, and "
                                 "that was {} (off.single-device){}",
                                 k.name(p.user), k.name(other), brokenTurn(k)));
    }
    return std::nullopt;
}

// It came online later, and another terminal has the message.
Answer atLogin(const Knowledge& k, const Pair& p) {
    if (p.isSinceBefore() || p.d.session == 0) return std::nullopt;
    const rules::History& h = k.history();
    const DeviceId other = h.otherHolder(p.m, p.device, false);
    if (!other.exists()) return std::nullopt;
    const Event* login = k.at(p.d.began);
    const std::string when = k.moment(p.side.beganAt);
    if (p.d.regime.service == Service::Off) {
        const std::string holder = other == p.device ? "an earlier installation of it" : k.name(other);
        return Reason{
            .text = fmt::format("the service was off when {} logged in {}, and {} has it (off.no-compensation){}",
                                k.name(p.device), when, holder, brokenTurn(k)),
            .event = login};
    }
    const Decides which = h.decides(p.m, p.d);
    const rules::Window window = h.window(p.device);
    if (which == Decides::On && p.m.untilAt < window.demanded) {
        return Reason{.text = fmt::format("accepted \1, before the window of {}'s login, from {} (compensation.window)",
                                          k.name(p.device), k.dated(window.demanded)),
                      .event = k.at(p.m.until),
                      .moment = p.m.untilAt};
    }
    if (which == Decides::On) return std::nullopt;
    return Reason{.text = fmt::format("the switch was not at rest from its acceptance to the login of {} {}: the page "
                                      "leaves open whether it comes",
                                      k.name(p.device), when),
                  .event = login};
}

// It came online later, and nobody has the message.
Answer fromTheStore(const Knowledge& k, const Pair& p) {
    if (p.isSinceBefore() || p.d.session == 0 || k.history().otherHolder(p.m, p.device, false).exists())
        return std::nullopt;
    if (p.isAuthors && p.m.api && p.m.regimeSure && p.m.regime.service == Service::Off) {
        return since(k, p,
                     fmt::format("the service was off, and {} was offline, when it was accepted "
                                 "(off.api-online-only)",
                                 k.name(p.device)));
    }
    if (p.side.beganAt - p.m.untilAt <= k.history().storeAge(p.device) || p.isAuthors) return std::nullopt;
    return Reason{.text = fmt::format("accepted \1, more than {} days before the login of {}: the offline store keeps "
                                      "nothing so long",
                                      p.side.offlineDays, k.name(p.device)),
                  .event = k.at(p.m.until),
                  .moment = p.m.untilAt};
}

Answer wentOffline(const Knowledge& k, const Pair& p) {
    if (p.d.online) return std::nullopt;
    const Event* end = k.at(p.side.ended);
    return Reason{.text = fmt::format("{} went offline {}, before it came", k.name(p.device), howItEnded(k, *end)),
                  .event = end};
}

Answer leftOpen(const Knowledge& k, const Pair& p) {
    if (const Heard* open = k.lastHeard(p.message, p.device, Outcome::Undecided))
        return since(k, p, fmt::format("{} leaves open whether it comes", rule(open->rule).name));
    if (const Heard* lapsed = k.lastHeard(p.message, p.device, Outcome::Lapsed)) {
        return Reason{.text = fmt::format("{} demanded it, and lapsed before it was due", rule(lapsed->rule).name),
                      .event = k.at(lapsed->event + 1)};
    }
    const auto forbidding = rules::ifItCame(k.checker(), p.message, p.device);
    if (!forbidding) return std::nullopt;
    return since(k, p,
                 fmt::format("{} {}", rule(forbidding->rule).name,
                             forbidding->broken == Tri::Yes ? "forbids it" : "leaves open whether it comes"));
}

constexpr std::array<Ask, 11> kAsk{outside, excluded, violated, neverThere,   notKept,    goneBefore,
                                   owed,    live,     atLogin,  fromTheStore, wentOffline};

// ---- An earlier installation ----------------------------------------------------------------------------------------

// When the installation before had it: `it had it until it was reinstalled 09:10; `.
std::string lost(const Knowledge& k, const Pair& p) {
    if (p.d.installation == 0) return {};
    const Event* again = k.last([&](const Event& e) { return e.kind == EventKind::Reinstall && e.device == p.device; });
    const Event* had = k.last([&](const Event& e) {
        return (e.kind == EventKind::Receive || e.kind == EventKind::Send) && e.device == p.device &&
               e.message == p.message;
    });
    if (again == nullptr || had == nullptr || had > again) return {};
    return fmt::format("{} had it until it was reinstalled {}; ", k.name(p.device), k.moment(*again));
}

}  // namespace

Reason whyItLacks(const Knowledge& k, DeviceId device, MessageId message) {
    if (Answer answer = notTaken(k, message)) return *answer;
    const Pair p = pairOf(k, message, device);
    const std::string before = lost(k, p);
    const auto with = [&before](Reason reason) {
        reason.text = before + reason.text;
        return reason;
    };
    for (const Ask ask : kAsk) {
        if (Answer answer = ask(k, p)) return with(std::move(*answer));
    }
    if (Answer answer = leftOpen(k, p)) return with(std::move(*answer));
    return with(since(k, p, "no rule demands it, and the trace does not show why it did not come"));
}

Reason whyNotAccepted(const Knowledge& k, MessageId message) {
    return notTaken(k, message).value_or(Reason{.text = "the trace shows no acceptance"});
}

std::string brokenLimit(const Knowledge& k, DeviceId device) {
    const UserId user = k.history().ownerOf(device);
    for (const Violation& v : k.checker().violations()) {
        const Rule& row = rule(v.rule);
        if (v.user != user || !(row.name.starts_with("limit.") || row.name.starts_with("web."))) continue;
        return fmt::format("; {} is violated: {}", row.name, v.text);
    }
    return {};
}

Reason whyOffline(const Knowledge& k, DeviceId device) {
    const rules::DeviceFacts& d = k.history().device(device);
    const std::string name = k.name(device);
    const Event* refused =
        k.last([device](const Event& e) { return e.device == device && e.kind == EventKind::Refused; });
    const Event* end = k.at(k.history().side(device).ended);
    const bool wasOnline = d.session != 0;
    if (refused != nullptr && (!wasOnline || k.numberOf(*refused) + 1 > k.history().side(device).ended)) {
        return {.text = fmt::format("the login of {} was refused {} ({}){}", name, k.moment(*refused), k.code(*refused),
                                    brokenLimit(k, device)),
                .event = refused};
    }
    if (!wasOnline) return {.text = fmt::format("{} was never online", name)};
    if (d.fresh) {
        const Event* again =
            k.last([device](const Event& e) { return e.kind == EventKind::Reinstall && e.device == device; });
        return {.text = fmt::format("{} was reinstalled {} and has not been online since", name, k.moment(*again)),
                .event = again};
    }
    const bool isForALimit = end->kind == EventKind::Offline &&
                             (end->reason == OfflineReason::Replaced || end->reason == OfflineReason::Evicted);
    return {.text = fmt::format("{} has been offline since {}{}", name, howItEnded(k, *end),
                                isForALimit ? brokenLimit(k, device) : ""),
            .event = end};
}

// ---- Recalls --------------------------------------------------------------------------------------------------------

namespace {

Answer recallNotTaken(const Knowledge& k, const Pair& p) {
    const rules::RecallFacts* recall = k.history().recallOf(p.m);
    if (recall != nullptr && recall->accepted) return std::nullopt;
    const Event* asked = k.last([&](const Event& e) { return e.kind == EventKind::Recall && e.message == p.message; });
    if (asked == nullptr) return Reason{.text = "nobody recalled it"};
    const Event* rejected =
        k.last([&](const Event& e) { return e.kind == EventKind::RecallReject && e.message == p.message; });
    if (rejected == nullptr)
        return Reason{
            .text = "its recall was asked for \1 and not accepted so far", .event = asked, .moment = asked->t};
    return Reason{.text = fmt::format("its recall was rejected ({})", k.code(*rejected)), .event = rejected};
}

Answer recallViolated(const Knowledge& k, const Pair& p) {
    for (const Violation& v : k.checker().violations()) {
        const Rule& row = rule(v.rule);
        if (v.message != p.message || v.device != p.device || !row.name.starts_with("recall.")) continue;
        return Reason{.text = fmt::format("{} is violated: {}", row.name, withoutName(v.text, v.messageName)),
                      .event = k.at(v.event + 1)};
    }
    return std::nullopt;
}

Answer awaySinceRecall(const Knowledge& k, const Pair& p) {
    const bool isAway = !p.d.online && p.side.ended <= k.history().recallOf(p.m)->until;
    return p.d.session == 0 || p.d.fresh || isAway ? Answer(whyOffline(k, p.device)) : std::nullopt;
}

Answer recallState(const Knowledge& k, const Pair& p) {
    const rules::RecallFacts& recall = *k.history().recallOf(p.m);
    const Event* taken = k.at(recall.until);
    switch (k.history().decides(recall, p.d)) {
        case Decides::Off:
            return Reason{.text =
                              "the service was off when its recall was accepted \1: it is shown on one device a user "
                              "at most (off.recall-stays-local)",
                          .event = taken,
                          .moment = recall.untilAt};
        case Decides::Nothing:
            return Reason{.text = "the switch was not at rest since its recall: the page leaves open who shows it",
                          .event = taken};
        case Decides::On:
            break;
    }
    const std::vector<RuleId> owed = rules::owedNow(k.checker(), p.message, p.device);
    if (owed.empty()) return std::nullopt;
    return Reason{.text = fmt::format("on its way: {} demands it by the next settled moment", rule(owed.front()).name),
                  .event = taken};
}

}  // namespace

Reason whyNotRecalled(const Knowledge& k, DeviceId device, MessageId message) {
    if (!isKnown(k, message)) return notSent(k, message);
    const Pair p = pairOf(k, message, device);
    if (Answer answer = recallNotTaken(k, p)) return *answer;
    for (const Ask ask : {recallViolated, awaySinceRecall}) {
        if (Answer answer = ask(k, p)) return *answer;
    }
    if (k.history().holds(p.m, device) == Tri::No) {
        Reason reason = whyItLacks(k, device, message);
        reason.text = fmt::format("{} does not have it; {}", k.name(device), reason.text);
        return reason;
    }
    if (Answer answer = recallState(k, p)) return *answer;
    if (Answer answer = wentOffline(k, p)) {
        answer->text += " known to be recalled";
        return *answer;
    }
    return {.text = "no rule demands it, and the trace does not show why it is not shown"};
}

}  // namespace mdsync::story
