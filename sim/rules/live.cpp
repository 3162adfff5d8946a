// Live: see live.hpp.
#include "rules/live.hpp"

#include <fmt/format.h>

#include "rules/login.hpp"

namespace mdsync::rules {

Found receivedByAny(const History& h, const Claim& c, bool kept, Regime regime) {
    const MessageFacts& m = h.message(c.message);
    const Aspects aspects = c.aspects | bit(Aspect::Online);
    if (kept) return {Outcome::Kept, regime, aspects};
    if (offTheHook(h, m, c.user)) return Outcome::Lapsed;
    if (c.named) return Outcome::NotMine;
    if (h.maybeRecalled(m)) return Outcome::Undecided;
    return {Outcome::Broken, regime, aspects};
}

std::string missedLive(const History& h, const Claim& c) {
    return fmt::format("{} was online all the time and did not receive {}", h.name(c.device), h.name(c.message));
}

std::string missedByAll(const History& h, const Claim& c) {
    return fmt::format("no device of {} received {}, though one of them is online", h.name(c.user), h.name(c.message));
}

void sinceAcceptance(Finding& f, const History& h, const Claim& c) {
    f.blame(h.message(c.message).askedOrigin).sent().accepted();
    if (c.device.exists()) f.online(c.device);
    f.due();
}

void sinceLogin(Finding& f, const History& h, const Claim& c) {
    f.blame(h.side(c.device).beganOrigin).sent().accepted().recalled().online(c.device).due();
}

}  // namespace mdsync::rules
