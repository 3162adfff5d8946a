// api.*: messages through the server API, and whether their sender's own devices are to have them.
#include <fmt/format.h>

#include "rules/families.hpp"
#include "rules/rows.hpp"

namespace mdsync {

namespace {

constexpr Rule kApiRows[] = {
    {
        .id = RuleId::ApiIncludeSenderOnline,
        .name = "api.include-sender-online",
        .level = Level::Must,
        .source = "seed, \"Impact on Server API Message Sending\"",
        .quote = "When sending messages via the server API, some interfaces allow you to specify whether the "
                 "sender can receive the sent message on the client by using the isIncludeSender parameter.",
        .statement = "A normal server-API message with isIncludeSender reaches the sender who is online from "
                     "acceptance to the next settled moment: some device of theirs, and with the service on "
                     "each that was online throughout.",
        .reading = "With the service off one device of the sender is enough, whichever it is. A message that a "
                   "user sends to themself through the API is judged by delivery.* alone. A message through a "
                   "status endpoint is not meant.",
        .tempted = "The duty was kept or violated: a device of the sender was online from acceptance until it "
                   "was due.",
        .aspects = kConversation | bit(Aspect::On) | bit(Aspect::Off),
        .names = Names::OnOrOff,
    },
    {
        .id = RuleId::ApiIncludeSenderOffline,
        .name = "api.include-sender-offline",
        .level = Level::Must,
        .source = "seed, \"Impact on Server API Message Sending\"",
        .quote = "After enabling the Multi-Device Message Synchronization service, if the sender is not logged "
                 "in (offline), messages sent via the server API can be synchronized to the sender's online "
                 "client after they log in again.",
        .statement = "While the service is on, a normal server-API message with isIncludeSender that no device "
                     "of the sender has received is held by one of them at the first settled moment of a "
                     "session of the sender that began after acceptance, if it is in the window then.",
        .reading = "The window is that of the login. As soon as one device has it, compensation.* "
                   "judges further devices. The rule is violated once for each user; after that, "
                   "the message is not owed to that user any more. delivery.* alone judges what "
                   "somebody sends to themself through the API.",
        .tempted = "The duty was kept or violated: such a session of the sender reached its first settled "
                   "moment.",
        .aspects = kConversation | kSwitch | bit(Aspect::Boundary),
        .names = Names::OnOrOff,
    },
    {
        .id = RuleId::ApiExcludeSender,
        .name = "api.exclude-sender",
        .level = Level::MustNot,
        .source = "docs",
        .quote = "",
        .statement = "Without isIncludeSender no device of the sender receives what the server API sent in the "
                     "sender's name.",
        .reading = "Normal and status messages alike, with the service on or off, live or at a login. A "
                   "message that a user sends to themself through the API is judged by delivery.* alone.",
        .tempted = "The sender has a device online at acceptance or later.",
        .aspects = kConversation | bit(Aspect::Online) | kLogin,
    },
};

}  // namespace

constinit const std::span<const Rule> kApiRules{kApiRows};

}  // namespace mdsync

namespace mdsync::rules {

namespace {

// ---- api.exclude-sender -----------------------------------------------------------------------------------

Tri notIncluded(const History&, const Arrival& a) {
    const MessageFacts& m = a.message;
    return yes(m.api && !m.includeSender && a.byAuthor && !m.room && !m.toSelf);
}

std::string saysNotIncluded(const History& h, const Arrival& a) {
    return fmt::format("{} received {}, which {} sent through the API without includeSender", h.name(a.deviceId),
                       h.name(a.id), h.name(a.device.user));
}

// ---- api.include-sender-online ----------------------------------------------------------------------------

// While ON each device of the sender that is online is owed the message (Live answers that); besides, in any state, at
// least one of them.
Found anyOfTheSender(const History& h, const Claim& c) {
    const MessageFacts& m = h.message(c.message);
    if (!m.api || !m.includeSender) return Outcome::NotMine;
    if (m.includedLate) return Outcome::Lapsed;
    // The sentence names ON and OFF: the state that decides is the one at acceptance.
    const bool clear = m.regimeSure && m.regime.service != Service::Changing;
    return receivedByAny(h, c, h.anyInTime(m, c.user), clear ? m.regime : Regime{});
}

// ---- api.include-sender-offline ---------------------------------------------------------------------------

// bob's server sends m1 in alice's name while none of her devices gets it; the next of them that logs in is brought m1.
Found broughtToTheSender(const History& h, const Claim& c) {
    const MessageFacts& m = h.message(c.message);
    const Receipt* r = m.state == MessageState::Accepted ? h.receipt(m, c.device) : nullptr;
    if (r == nullptr) return Outcome::NotMine;
    const Decides which = h.decides(m, h.device(c.device));
    if (which == Decides::Nothing) return Outcome::Undecided;
    if (which == Decides::Off || m.fromAt < c.window.demanded) return Outcome::NotMine;
    const bool lapsedBefore = (h.recallAccepted(m) && h.recallOf(m)->from < h.device(c.device).began) ||
                              h.leftBy(m, c.user, h.device(c.device).began);
    if (lapsedBefore) return Outcome::Lapsed;
    bool held = false;
    bool perhaps = false;  // it came before its recall was taken, or after that
    for (const auto& [d, own] : h.sharesOf(m, c.user)) {
        const bool has = (own.owed & Receipt::ByPrevious) != 0 ||
                         ((own.have & Receipt::Received) != 0 && (own.owed & Receipt::TooLate) == 0);
        (h.maybeRecalledFirst(m, d) ? perhaps : held) |= has;
    }
    if (perhaps && !held) return Outcome::Undecided;
    if (!held && (r->owed & Receipt::NoMore) != 0) return Outcome::NotMine;
    if (!held && offTheHook(h, m, c.user)) return Outcome::Lapsed;
    if (!held && h.maybeRecalled(m)) return Outcome::Undecided;
    return keptInSession(held, c, m.regime, aspectsOf(m) | edgeOf(m) | boundaryIf(m.fromAt == c.window.demanded));
}

std::string saysNobodyHasIt(const History& h, const Claim& c) {
    return fmt::format("{} logged in and no device of {} has {}, sent through the API with includeSender",
                       h.name(c.device), h.name(c.user), h.name(c.message));
}

}  // namespace

constinit const Ban kApiExcludeSender{RuleId::ApiExcludeSender, notIncluded, saysNotIncluded};

constinit const Duty kApiIncludeSenderOnline{
    .rule = RuleId::ApiIncludeSenderOnline, .says = missedLive, .because = sinceAcceptance, .noMore = NoMore::Message};

constinit const Duty kApiIncludeSenderOnlineAny{.rule = RuleId::ApiIncludeSenderOnline,
                                                .says = missedByAll,
                                                .because = sinceAcceptance,
                                                .look = anyOfTheSender,
                                                .noMore = NoMore::MessageToAll};

constinit const Duty kApiIncludeSenderOffline{.rule = RuleId::ApiIncludeSenderOffline,
                                              .says = saysNobodyHasIt,
                                              .because = sinceLogin,
                                              .look = broughtToTheSender,
                                              .noMore = NoMore::MessageToAll};

void temptApi(Ledger& ledger, const Acceptance& a) {
    const MessageFacts& m = a.message;
    if (!a.author || !m.api || m.includeSender || m.room || m.toSelf || a.user.onlineCount == 0) return;
    ledger.check(RuleId::ApiExcludeSender, a.aspects | bit(Aspect::Online));
}

void temptApi(const History& h, Ledger& ledger, const Newcomer& n) {
    if (n.live(h, n.user.excluded)) ledger.check(RuleId::ApiExcludeSender, n.user.excluded.aspects | n.login);
}

}  // namespace mdsync::rules
