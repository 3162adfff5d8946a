// api.*: messages through the server API, and whether their sender's own devices are to have them.
#include <fmt/format.h>

#include "rules/families.hpp"

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
    // The sentence names ON and OFF: the state that decides is the one at acceptance.
    const bool clear = m.regimeSure && m.regime.service != Service::Changing;
    return receivedByAny(h, c, clear ? m.regime : Regime{});
}

// ---- api.include-sender-offline ---------------------------------------------------------------------------

// bob's server sends m1 in alice's name while none of her devices gets it; the next of them that logs in is brought m1.
Found broughtToTheSender(const History& h, const Claim& c) {
    const MessageFacts& m = h.message(c.message);
    const Receipt* r = m.state == MessageState::Accepted ? h.receipt(m, c.device) : nullptr;
    if (r == nullptr || (r->owed & Receipt::NoMore) != 0) return Outcome::NotMine;
    const Decides which = h.decides(m, h.device(c.device));
    if (which == Decides::Nothing) return Outcome::Undecided;
    if (which == Decides::Off || m.fromAt < c.window.demanded) return Outcome::NotMine;
    if (offTheHook(h, m, c.user)) return Outcome::Lapsed;
    if (h.maybeRecalled(m)) return Outcome::Undecided;
    bool held = false;
    for (const DeviceId d : h.devicesOf(c.user)) held |= h.holds(m, d) == Tri::Yes;
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
