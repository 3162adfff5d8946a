// Login: what a login owes the device that logged in, looked at once its session has settled.
//
// alice/mac comes online at 20; m1, which alice/phone has, was accepted at 5. By the next settled moment alice/mac must
// hold m1, show the recalls of what it held before, and so on: a row for each such rule.
#pragma once

#include "rules/rule.hpp"

namespace mdsync::rules {

// A duty of a login is kept, or it ended with the session, or it is broken.
[[nodiscard]] inline Found keptInSession(bool kept, const Claim& c, Regime regime, Aspects aspects) {
    if (!kept && !c.lasts) return Outcome::Lapsed;
    return keptIf(kept, regime, aspects);
}

// Whether the message is owed no more: it was recalled, or the user left the group.
[[nodiscard]] inline bool offTheHook(const History& h, const MessageFacts& m, UserId user) {
    return h.recallAccepted(m) || h.leftAfter(m, user);
}

// Whether what a login brought may have overtaken what was on its way to this device. alice/phone and then alice/mac
// come online, both lack m1; alice/mac is brought m1 first, so that when m1 reaches alice/phone another terminal has it
// already. That is nobody's fault: true if all other terminals that have m1 got it in a session that lasts, that began
// after this one, and that `mightBring` it.
template <class MightBring>
[[nodiscard]] bool overtaken(const History& h, const Arrival& a, MightBring mightBring) {
    if (a.message.sender.exists() && h.ownerOf(a.message.sender) == a.device.user) return false;
    if ((a.receipt->have & Receipt::Earlier) != 0) return false;
    for (const auto& [other, r] : h.sharesOf(a.message, a.device.user)) {
        if (other == a.deviceId || !h.terminalHas(r, other, false)) continue;
        const bool inThisSession = (r.have & Receipt::Earlier) == 0 && h.lasts(other, r.session);
        if (!inThisSession || h.device(other).began < a.device.began || !mightBring(other)) return false;
    }
    return true;
}

// The chain of all such duties: sent, accepted, recalled, online, due.
void sinceLogin(Finding& f, const History& h, const Claim& c);

// A Newcomer is a device whose session has just begun. Such a login tempts rules by what the device lacks.
struct Newcomer {
    DeviceId id;
    const DeviceFacts& device;
    const UserFacts& user;
    Aspects login = 0;  // which kind of login it is

    Window window;

    // Whether it is still live, and whether the device was away when it was accepted.
    [[nodiscard]] static bool live(const History& h, const Latest& latest) {
        return latest.place > 0 && h.now <= latest.t + kHorizon;
    }
    [[nodiscard]] bool missed(const History& h, const Latest& latest) const {
        return live(h, latest) && latest.place > h.side(id).ended;
    }
    // Whether the device lacks a message that another terminal of the user has.
    [[nodiscard]] bool lacks(const History& h, const MessageFacts& m) const {
        return h.holds(m, id) == Tri::No && h.anotherTerminalHas(m, id, false) == Tri::Yes;
    }
};

// An Acceptance is an accepted message beside one of the users whom it concerns. It tempts rules by who is online, and
// who is not.
struct Acceptance {
    const MessageFacts& message;
    const UserFacts& user;
    bool author = false;
    Aspects aspects = 0;
    std::uint16_t online = 0;   // of the user's devices, for certain, at acceptance
    std::uint16_t offline = 0;  // the same
    bool senderOnline = false;  // the device that sent it is one of the online

    [[nodiscard]] bool offDecides() const { return message.regimeSure && message.regime.service == Service::Off; }
};

}  // namespace mdsync::rules
