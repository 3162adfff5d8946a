// Live: what an accepted message is owed at once to the devices that are online.
//
// alice/phone and alice/tab1 are online since 3, m1 to alice is accepted at 5 while the service is on: both are owed m1
// by the next settled moment. What each rule makes of it stands in its row (online.received, online.sent,
// status.online-sync, api.include-sender-online); which device is owed what was noted at acceptance.
#pragma once

#include "rules/rule.hpp"

namespace mdsync::rules {

// What is the same for all devices of one user.
struct Live {
    const MessageFacts& message;
    bool offTheHook = false;  // the message was recalled, or the user left the group
    bool maybeRecalled = false;
    bool maybeLeft = false;    // the user left the group while the message was being accepted
    bool anyReceived = false;  // some device of the user, in any of its installations
    bool unsureWhen = false;   // time mode, and the moment of its acceptance is not known
    bool unsure = false;       // that, or whether it came in time hangs on that moment, or on that of its recall
    Millis patience{};

    // Whether the state at acceptance leaves open what is owed.
    [[nodiscard]] bool unclear() const { return !message.regimeSure || message.regime.service == Service::Changing; }
};

// Whether the device has been online in one session since before the message was accepted.
[[nodiscard]] inline bool onlineSince(const MessageFacts& m, const Receipt& r, const DeviceFacts& d) {
    return d.online && d.session == r.session && d.began < m.from();
}

// What ON owed live to this very session and has not come yet: that it comes breaks no ban.
[[nodiscard]] inline bool isAwaited(const Receipt& r, const DeviceFacts& d) {
    return (r.owed & Receipt::Owed) != 0 && r.session == d.session && d.online && (r.have & Receipt::Received) == 0;
}

// Inlined whoever asks besides: it is asked for each device that a message concerns.
[[nodiscard]] [[gnu::always_inline]] inline Found owedLive(const Live& live, DeviceId device, const Receipt& r,
                                                           const DeviceFacts& d, Aspects aspects) {
    const MessageFacts& m = live.message;
    if ((r.owed & Receipt::Online) == 0) return Outcome::NotMine;
    const bool received = (r.have & Receipt::Ever) != 0;  // what is Owed still came in the session to which it was
    if (live.maybeLeft) return Outcome::Undecided;
    if ((r.owed & Receipt::Owed) == 0) {
        const bool open = live.unclear() && !m.room && !m.toSelf && device != m.sender && !received;
        return open ? Outcome::Undecided : Outcome::NotMine;
    }
    const bool here = (r.have & Receipt::Received) != 0;
    if (here && (r.owed & (Receipt::TooLate | Receipt::ByPrevious)) == Receipt::TooLate) return Outcome::Lapsed;
    // alice sends m1 at 0, and what comes at 6 s is the first to show that it was accepted: at 1 s, or at 5?
    if (live.unsureWhen && received && r.stamp - lowHalf(m.fromAt) > live.patience.count()) return Outcome::Undecided;
    if (received) return {Outcome::Kept, m.regime, aspects | aspectsOf(d.deviceClass)};
    if (!onlineSince(m, r, d) || live.offTheHook || (r.owed & Receipt::NoMore) != 0) return Outcome::Lapsed;
    if (live.maybeRecalled) return Outcome::Undecided;
    return {Outcome::Broken, m.regime, aspects | aspectsOf(d.deviceClass)};
}

// Whether any device of the user received the message; that is asked where one of them was online all the time. `kept`:
// one did.
[[nodiscard]] Found receivedByAny(const History& h, const Claim& c, bool kept, Regime regime);

// The sentences and the chain of all such duties.
[[nodiscard]] std::string missedLive(const History& h, const Claim& c);
[[nodiscard]] std::string missedByAll(const History& h, const Claim& c);
void sinceAcceptance(Finding& f, const History& h, const Claim& c);

}  // namespace mdsync::rules
