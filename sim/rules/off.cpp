// off.*: the service is off, the default. A message is for one device, a recall for one.
#include <fmt/format.h>

#include "rules/families.hpp"
#include "rules/rows.hpp"

namespace mdsync {

namespace {

constexpr Rule kOffRows[] = {
    {
        .id = RuleId::OffSingleDevice,
        .name = "off.single-device",
        .level = Level::MustNot,
        .source = "seed, \"Multi-Device Message Synchronization\"",
        .quote = "By default, RC does not synchronize messages between devices. Once a new message is received "
                 "by one device, other devices cannot receive the same message.",
        .statement = "While the service is off, a second device of a recipient must not receive a normal "
                     "message that another terminal of theirs already has.",
        .reading = "Another terminal has a message if it sent it, or if it received it and that "
                   "session still lasts or its installation was online at a settled moment since: "
                   "where the session broke at once the server cannot know that the message "
                   "arrived, and may give it to another device. The rule does not say which device "
                   "gets the message. For a device online from acceptance on, the service must be "
                   "off at acceptance; for one that came later, at acceptance and at the beginning "
                   "of its session with no turn of the switch in between. A receipt outside these "
                   "states is not counted. off.no-compensation judges a copy that a login brings. "
                   "Status and chatroom messages have rules of their own. No off rule judges a "
                   "message from a user to themself, or its recall.",
        .tempted = "A normal message is accepted while two devices of one of its recipients are online.",
        .aspects = kConversation | kOrigin | kSwitch,
        .names = Names::Off,
    },
    {
        .id = RuleId::OffNoSentSync,
        .name = "off.no-sent-sync",
        .level = Level::MustNot,
        .source = "seed, \"Multi-Device Message Synchronization\"",
        .quote = "By default, RC does not synchronize messages between devices.",
        .statement = "While the service is off, another device of the author must not receive a normal message "
                     "that one of the author's devices sent.",
        .reading = "Only what a device sent counts: a copy of a server-API message is ruled by isIncludeSender "
                   "(api.*). The state of the switch decides as for off.single-device. A copy that a session of the "
                   "time of off brings of a message accepted before it is off.no-compensation's.",
        .tempted = "A normal message of a client is accepted while another device of its author is online.",
        .aspects = kConversation | kSwitch,
        .names = Names::Off,
    },
    {
        .id = RuleId::OffNoCompensation,
        .name = "off.no-compensation",
        .level = Level::MustNot,
        .source = "seed, \"Impact on Offline Compensation\"",
        .quote = "After enabling the Multi-Device Message Synchronization service, RC's server automatically "
                 "enables the offline compensation mechanism for the app.",
        .statement = "A session that began while the service was off must not bring a device a normal message "
                     "that was accepted before the session and that another terminal of the user has.",
        .reading = "The mechanism is enabled together with the service, so without the service it "
                   "must not work. Only the state at the session's beginning is asked, not that at "
                   "acceptance. An earlier installation of the same device is another terminal "
                   "too: a reinstall brings nothing back. What no device of the user has received "
                   "comes from the offline store, which works on or off. It is undecided if a "
                   "later login, which did not begin in OFF, brings it to another terminal while "
                   "it is still on its way.",
        .tempted = "A session begins while the service is off, on a device that lacks such a message.",
        .aspects = kConversation | kOrigin | kSide | kSwitch | kLogin,
        .names = Names::Off,
    },
    {
        .id = RuleId::OffRecallStaysLocal,
        .name = "off.recall-stays-local",
        .level = Level::MustNot,
        .source = "seed, \"Impact on Message Recall\"",
        .quote = "When the Multi-Device Message Synchronization service is not enabled, message recalls cannot "
                 "be synchronized across multiple devices.",
        .statement = "While the service is off, a recall must not be shown on more devices than one per user: "
                     "of the recalling user the recalling device, of every other user any one.",
        .reading =
            "Only devices that held the message when they showed it count, in an earlier installation too; what is shown for a message that is not held is "
            "a tombstone and invisible. After a recall through the server API any one device of the "
            "recalling user is allowed. The state of the switch decides at the acceptance of the "
            "recall, for a device that came online later also at the beginning of its session, with no "
            "turn in between.",
        .tempted = "More devices than are allowed hold the message and are online when the recall is accepted "
                   "or come online later.",
        .aspects = kConversation | kOrigin | kSwitch,
        .names = Names::Off,
    },
    {
        .id = RuleId::OffApiOnlineOnly,
        .name = "off.api-online-only",
        .level = Level::MustNot,
        .source = "seed, \"Impact on Server API Message Sending\"",
        .quote = "When the Multi-Device Message Synchronization service is not enabled, messages sent via the "
                 "server API can only be synchronized to the sender's online client in real-time if the sender "
                 "is logged in. Offline clients cannot receive the message.",
        .statement = "While the service is off, a device of the sender that was not online when a server-API "
                     "message with isIncludeSender was accepted must not receive it.",
        .reading = "The service must be off at acceptance and at the beginning of the session that "
                   "brings the message, with no turn in between; otherwise the rule leaves it "
                   "undecided. Without isIncludeSender no device of the sender may receive the "
                   "message at all (api.exclude-sender). status.api-online-only judges a message "
                   "through a status endpoint.",
        .tempted = "A device of the sender that was offline at acceptance comes online afterwards.",
        .aspects = kConversation | kSwitch,
        .names = Names::Off,
    },
};

}  // namespace

constinit const std::span<const Rule> kOffRules{kOffRows};

}  // namespace mdsync

namespace mdsync::rules {

namespace {

// OFF says something about private and group messages only. Of a note that alice's phone sends to alice nobody can say
// whether her mac gets a copy or receives it.
bool isAsked(const MessageFacts& m) {
    return m.synchronizable() && !m.isNote();
}

// Nor does OFF say anything about what is excused.
bool canSpeak(const Arrival& a) {
    return isAsked(a.message) && !a.excused && a.receipt != nullptr;
}

// Whether OFF decides; maybe, where its acceptance lies in between and a turn came into force meanwhile. It does not for
// whose session began when the service was on, and has been on since.
Tri offDecides(const History& h, const Arrival& a) {
    if (a.message.regimeSure) return yes(a.decides == Decides::Off);
    const bool stillOn = a.device.regime.service == Service::On && a.device.regime == h.service.at(h.now);
    if (a.standing == Standing::Unclear && stillOn) return Tri::No;
    return a.standing == Standing::After && a.device.regime.service != Service::Off ? Tri::No : Tri::Maybe;
}

// ---- off.single-device ------------------------------------------------------------------------------------

// bob's m1 is for alice's phone or her mac, not for both: the device that has received it while OFF decided.
DeviceId theOtherThatGotIt(const History& h, const Arrival& a) {
    const bool inDoubt = offDecides(h, a) == Tri::Maybe;
    for (const auto& [other, r] : h.sharesOf(a.message, a.device.user)) {
        if (other == a.deviceId || !(inDoubt || (r.have & Receipt::OffDecided) != 0)) continue;
        if (h.terminalHas(r, other, false)) return other;
    }
    return {};
}

Tri onASecondDevice(const History& h, const Arrival& a) {
    if (!canSpeak(a) || offDecides(h, a) == Tri::No || a.byAuthor) return Tri::No;
    if (!theOtherThatGotIt(h, a).exists()) return Tri::No;
    if (offDecides(h, a) == Tri::Maybe) return Tri::Maybe;
    return h.inAudience(a.message, a.device.user);  // in doubt, it may be no recipient's device at all
}

std::string saysSecondDevice(const History& h, const Arrival& a) {
    return fmt::format("the service is off, and {} received {}, which {} has received", h.name(a.deviceId),
                       h.name(a.id), h.name(theOtherThatGotIt(h, a)));
}

// ---- off.no-sent-sync -------------------------------------------------------------------------------------

Tri onAnotherOfTheAuthor(const History& h, const Arrival& a) {
    if (!canSpeak(a) || !a.byAuthor || a.message.api || a.message.sender == a.deviceId) return Tri::No;
    return offDecides(h, a);
}

std::string saysSentSync(const History& h, const Arrival& a) {
    return fmt::format("the service is off, and {} received {}, which {} sent from another device", h.name(a.deviceId),
                       h.name(a.id), h.name(a.device.user));
}

// ---- off.no-compensation ----------------------------------------------------------------------------------

// alice/mac logs in while the service is off; m1, which alice/phone has, must not be brought to it.
Tri broughtByALogin(const History& h, const Arrival& a) {
    if (!canSpeak(a) || decidedBy(a.device.regime) != Decides::Off || a.standing == Standing::Since) return Tri::No;
    const Tri elsewhere = h.anotherTerminalHas(a.message, a.deviceId, false);
    if (elsewhere != Tri::Yes) return elsewhere;
    const auto notOff = [&h](DeviceId other) { return h.device(other).regime.service != Service::Off; };
    return a.standing == Standing::Unclear || overtaken(h, a, notOff) ? Tri::Maybe : Tri::Yes;
}

std::string saysCompensation(const History& h, const Arrival& a) {
    return fmt::format("the service was off when {} logged in, and it was brought {}, which {} has", h.name(a.deviceId),
                       h.name(a.id), h.nameOfOtherHolder(a.message, a.deviceId, false));
}

// ---- off.api-online-only ----------------------------------------------------------------------------------

Tri laterToTheSender(const History& h, const Arrival& a) {
    if (!canSpeak(a) || !a.byAuthor || !a.message.api || !a.message.includeSender) return Tri::No;
    if ((a.receipt->owed & Receipt::Online) != 0) return Tri::No;
    return (a.receipt->owed & Receipt::Unsure) != 0 && offDecides(h, a) != Tri::No ? Tri::Maybe : offDecides(h, a);
}

std::string saysLater(const History& h, const Arrival& a) {
    return fmt::format("the service is off, {} was offline when {} was accepted, and received it later",
                       h.name(a.deviceId), h.name(a.id));
}

// ---- off.recall-stays-local -------------------------------------------------------------------------------

bool anotherShowsIt(const History& h, const Arrival& a) {
    for (const auto& [other, theirs] : h.sharesOf(a.message, a.device.user)) {
        if (other != a.deviceId && (theirs.have & Receipt::ShownOff) != 0) return true;
    }
    return false;
}

// Of the recalling user the recalling device (API: any one), of every other user one.
Tri shownOnAFurtherDevice(const History& h, const Arrival& a) {
    if (!mayShowOff(h, a) || (a.receipt->have & Receipt::Shown) != 0) return Tri::No;
    const RecallFacts& r = *a.recall;
    if (a.message.until >= r.from) return Tri::Maybe;  // was it accepted by then?
    if (!r.user.exists()) {                            // whose was it?
        const bool further =
            r.isAskedByOthersOf(a.device.user, a.deviceId) && (!r.isAskedByApi() || anotherShowsIt(h, a));
        return further ? Tri::Yes : Tri::Maybe;
    }
    return yes(a.device.user == r.user && !r.byApi ? a.deviceId != r.device : anotherShowsIt(h, a));
}

std::string saysFurtherDevice(const History& h, const Arrival& a) {
    return fmt::format("the service is off, and the recall of {} is shown on {}, a further device of {}", h.name(a.id),
                       h.name(a.deviceId), h.name(a.device.user));
}

// Whether the device could show the recall while OFF decides: online at its acceptance, or at some time since. An
// installation that is gone could while it was asked for, or in the last session before the new one's first.
bool couldShowBefore(const History& h, const RecallFacts& r, DeviceId d) {
    return r.until < h.side(d).ended && h.decides(r, h.device(d)) == Decides::Off;
}
bool couldShow(const History& h, const RecallFacts& r, DeviceId d, DeviceId newcomer) {
    return h.device(d).online || d == newcomer || couldShowBefore(h, r, d);
}

}  // namespace

constinit const Ban kOffSingleDevice{RuleId::OffSingleDevice, onASecondDevice, saysSecondDevice};
constinit const Ban kOffNoSentSync{RuleId::OffNoSentSync, onAnotherOfTheAuthor, saysSentSync};
constinit const Ban kOffNoCompensation{RuleId::OffNoCompensation, broughtByALogin, saysCompensation,
                                       [](const Arrival& a) { return a.device.regime; }};
constinit const Ban kOffApiOnlineOnly{RuleId::OffApiOnlineOnly, laterToTheSender, saysLater};
constinit const Ban kOffRecallStaysLocal{RuleId::OffRecallStaysLocal, shownOnAFurtherDevice, saysFurtherDevice,
                                         [](const Arrival& a) { return a.recall->regime; }};

// A device shows a recall while OFF decides, of a message that it holds.
bool mayShowOff(const History& h, const Arrival& a) {
    return a.receipt != nullptr && !a.excused && isAsked(a.message) && h.holds(a.message, a.deviceId) == Tri::Yes &&
           a.decides == Decides::Off && h.now <= a.message.fromAt + kHorizon;
}

// ---- what tempts them -------------------------------------------------------------------------------------

void temptOff(Ledger& ledger, const Acceptance& a) {
    const MessageFacts& m = a.message;
    if (!a.offDecides() || !isAsked(m)) return;
    if (!a.author && a.online >= 2) ledger.check(RuleId::OffSingleDevice, m.regime, a.aspects);
    if (a.author && !m.api && a.online > (a.senderOnline ? 1 : 0))
        ledger.check(RuleId::OffNoSentSync, m.regime, a.aspects);
}

void temptNoCompensation(const History& h, Ledger& ledger, const Newcomer& n, const MessageFacts& m, bool& counted) {
    if (!isAsked(m)) return;
    const Aspects aspects = aspectsOf(m) | edgeOf(m) | sideOf(m.author == n.device.user) | n.login;
    // Once a login, and for each kind of message that was never counted before.
    if (counted && !ledger.isNew(RuleId::OffNoCompensation, aspects)) return;
    if (!n.lacks(h, m)) return;
    ledger.check(RuleId::OffNoCompensation, n.device.regime, aspects);
    counted = true;
}

void temptApiOnlineOnly(const History& h, Ledger& ledger, const Newcomer& n, const MessageFacts& m, Aspects& counted) {
    if ((aspectsOf(m) & ~counted) == 0 || h.decides(m, n.device) != Decides::Off) return;
    if ((h.receipt(m, n.id)->owed & (Receipt::Online | Receipt::Unsure)) != 0) return;
    ledger.check(RuleId::OffApiOnlineOnly, m.regime, aspectsOf(m));
    counted |= aspectsOf(m);
}

void temptRecallStaysLocal(const History& h, Ledger& ledger, const RecallFacts& r, DeviceId newcomer) {
    const MessageFacts& m = h.message(r.message);
    if (!isAsked(m) || m.until >= r.from) return;  // perhaps it was recalled before it was accepted
    for (const Party& party : h.concerned(m)) {
        if (newcomer.exists() && h.ownerOf(newcomer) != party.user) continue;
        if (h.concerns(m, party.user) != Tri::Yes) continue;  // it leaked to them
        const bool recalling = party.user == r.user && !r.byApi;
        std::uint32_t able = 0;
        for (const DeviceId d : h.devicesOf(party.user)) {
            if (recalling && d == r.device) continue;
            const bool holds = h.holds(m, d) == Tri::Yes;
            const bool held = h.device(d).fresh ? r.wasHeldBy(d) : r.wasHeldOnlineBy(d);
            if (holds ? couldShow(h, r, d, newcomer) : held && couldShowBefore(h, r, d)) ++able;
        }
        if (able > (recalling ? 0U : 1U)) ledger.check(RuleId::OffRecallStaysLocal, r.regime, aspectsOf(m, r));
    }
}

}  // namespace mdsync::rules
