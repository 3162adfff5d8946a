// compensation.*: what a login brings back while the service is on, and the list of conversations that it says.
#include <fmt/format.h>

#include <algorithm>

#include "rules/families.hpp"
#include "rules/rows.hpp"

namespace mdsync {

namespace {

constexpr Rule kCompensationRows[] = {
    {
        .id = RuleId::CompensationDeviceSwitch,
        .name = "compensation.device-switch",
        .level = Level::Must,
        .source = "seed, \"Impact on Offline Compensation\"",
        .quote = "After a user logs in on a new device (regardless of whether they have logged in on that "
                 "device before), the SDK can retrieve messages sent and received on other terminals within "
                 "the specified number of recent days (default is 1 calendar day).",
        .statement = "While the service is on, at the first settled moment of a session the device holds every "
                     "normal private or group message of the window that was accepted before the session began "
                     "and that another terminal has.",
        .reading = "The window is taken at the login: with the calendar reading it begins with the day N-1 "
                   "days before the login's day in the app's time zone, and its first instant is inside. Sent "
                   "and received messages count alike, and devices that logged in before like new ones. "
                   "Recalled messages, status messages and chatroom messages are not owed, nor is anything to "
                   "who left the group. What no terminal has is the offline store's (delivery.no-loss). "
                   "Whether messages accepted while the service was off come back is never judged.",
        .tempted = "The duty was kept or violated: such a message existed when the session's first settled "
                   "moment came.",
        .aspects = kConversation | kOrigin | kSide | kSwitch | bit(Aspect::FirstLogin) | bit(Aspect::Return) |
                   bit(Aspect::Boundary),
        .names = Names::OnOrOff,
    },
    {
        .id = RuleId::CompensationReinstall,
        .name = "compensation.reinstall",
        .level = Level::Must,
        .source = "seed, \"Impact on Offline Compensation\"",
        .quote = "After the user reinstalls the app and reconnects, RC's server-side offline compensation "
                 "mechanism is triggered, and the SDK can retrieve messages sent and received on other "
                 "terminals within the specified number of recent days (default is 1 calendar day).",
        .statement = "While the service is on, the first session after a reinstall brings back every normal "
                     "private or group message of the window that another terminal has, the device's own "
                     "earlier installations included.",
        .reading = "As compensation.device-switch, with what the device itself sent and received before "
                   "counting as another terminal's. Where a reinstall stands between a send and its "
                   "acceptance, which installation sent it is undecided.",
        .tempted = "The duty was kept or violated: such a message existed when the first settled moment after "
                   "the reinstall came.",
        .aspects = kConversation | kOrigin | kSide | kSwitch | bit(Aspect::Boundary),
        .names = Names::OnOrOff,
    },
    {
        .id = RuleId::CompensationWindow,
        .name = "compensation.window",
        .level = Level::MustNot,
        .source = "seed, \"Impact on Offline Compensation\", tip",
        .quote = "Conversations older than this period cannot be retrieved through the offline compensation "
                 "mechanism.",
        .statement = "While the service is on, a session must not bring a device a message that was accepted "
                     "before it and outside the window and that another terminal has.",
        .reading = "The time of acceptance counts, not that of sending. The millisecond before the "
                   "window's first instant is outside. Under the reading `any` only what is "
                   "outside both the calendar and the rolling window is forbidden. What no "
                   "terminal has may come from the offline store, whatever its age up to "
                   "`offlineDays`. It is undecided if a later login, in whose window the message "
                   "is, brings it to another terminal while it is still on its way.",
        .tempted = "A device logs in that lacks such a message.",
        .aspects = kConversation | kSide | kSwitch | kLogin | bit(Aspect::Boundary),
        .names = Names::OnOrOff,
        .restsOn = Emulation::Window,
    },
    {
        .id = RuleId::CompensationConversations,
        .name = "compensation.conversations",
        .level = Level::Must,
        .source = "seed, \"Impact on Offline Compensation\", tip",
        .quote = "Therefore, the conversation list after offline compensation may not match the list on the "
                 "original device or before uninstallation (you may feel as if some conversations are "
                 "missing).",
        .statement = "While the service is on, the first catch-up of an installation that tells its "
                     "conversations lists exactly those of the messages it holds then, each once.",
        .reading = "A private conversation is named by the other user, a group as `group:team`. A conversation "
                   "of which only recalled messages, tombstones, own messages not yet accepted or messages "
                   "past their horizon are known may be listed or not. Status and chatroom messages make no "
                   "conversation. Later catch-ups are not judged.",
        .tempted = "Such a catch-up came in a session that began while the service was on.",
        .aspects = kConversation | kSwitch | bit(Aspect::FirstLogin) | bit(Aspect::Reinstall),
        .names = Names::OnOrOff,
    },
};

}  // namespace

constinit const std::span<const Rule> kCompensationRules{kCompensationRows};

}  // namespace mdsync

namespace mdsync::rules {

namespace {

// ---- compensation.device-switch, compensation.reinstall ---------------------------------------------------

// alice/phone has m1; alice/mac logs in and must hold m1, too, if m1 lies in the window of its days. Which of the two
// rules it is depends on the login alone.
Found broughtBack(const History& h, const Claim& c) {
    const MessageFacts& m = h.message(c.message);
    const DeviceFacts& d = h.device(c.device);
    if (m.untilAt < c.window.demanded || (h.receipt(m, c.device)->owed & Receipt::NoMore) != 0) return Outcome::NotMine;
    const Tri elsewhere = h.anotherTerminalHas(m, c.device, true);
    const Tri held = c.brought ? Tri::Yes : h.holds(m, c.device);
    const bool decided = m.until < d.began && h.decides(m, d) == Decides::On;
    if (elsewhere == Tri::No || (!decided && held != Tri::No)) return Outcome::NotMine;
    const bool sure = decided && elsewhere == Tri::Yes && held != Tri::Maybe && m.fromAt >= c.window.demanded &&
                      h.concerns(m, c.user) == Tri::Yes && !h.maybeRecalledFirst(m, c.device);
    const bool tooLate = (h.receipt(m, c.device)->owed & Receipt::TooLate) != 0;
    const bool kept = sure && held == Tri::Yes && !tooLate;
    if (!kept && offTheHook(h, m, c.user)) return Outcome::Lapsed;
    if (!sure) return Outcome::Undecided;
    const Aspects aspects = aspectsOf(m) | edgeOf(m) | sideOf(c.user == m.author) | aspectsOf(d) |
                            boundaryIf(m.fromAt == c.window.demanded);
    return keptInSession(kept, c, m.regime, aspects);
}

std::string saysNotBroughtBack(const History& h, const Claim& c) {
    return fmt::format("{} logged in and did not get {}, which {} has", h.name(c.device), h.name(c.message),
                       h.nameOfOtherHolder(h.message(c.message), c.device, true));
}

// ---- compensation.window ----------------------------------------------------------------------------------

// bob only saw that m1 was accepted, at some time about midnight; another terminal has it.
bool isWindowUnsure(const History& h, const Arrival& a) {
    return a.message.untilAt >= h.window(a.deviceId).allowed || a.standing == Standing::Unclear ||
           !a.message.regimeSure;
}

bool windowHangsOnAcceptance(const History& h, const Arrival& a) {
    return isWindowUnsure(h, a) || h.anotherTerminalHas(a.message, a.deviceId, false) != Tri::Yes;
}

// A login brings nothing that is older than its window and that another terminal has.
Tri olderThanTheWindow(const History& h, const Arrival& a) {
    const bool inDoubt = !a.message.regimeSure;  // a turn came into force while it may have been accepted
    if (!a.message.synchronizable() || a.receipt == nullptr || a.standing == Standing::Since) return Tri::No;
    if (a.decides != Decides::On && !inDoubt) return Tri::No;
    const Instant allowed = h.window(a.deviceId).allowed;
    if (a.message.fromAt >= allowed) return Tri::No;
    const Tri elsewhere = h.anotherTerminalHas(a.message, a.deviceId, false);
    if (elsewhere != Tri::Yes) return elsewhere;
    if (isWindowUnsure(h, a)) return Tri::Maybe;
    // alice/tab logged in with a longer window while m1 was on its way to alice/phone: no server can know, whenever m1 was
    // accepted.
    const auto inWindow = [&](DeviceId other) { return a.message.fromAt >= h.window(other).allowed; };
    return overtaken(h, a, inWindow) ? Tri::Maybe : Tri::Yes;
}

std::string saysOlder(const History& h, const Arrival& a) {
    return fmt::format("{} logged in and was brought {}, which is older than the window of {} day(s)",
                       h.name(a.deviceId), h.name(a.id), h.side(a.deviceId).compensationDays);
}

// ---- compensation.conversations ---------------------------------------------------------------------------

// What a list of conversations must name, and what it may name or not.
struct Listing {
    std::vector<Address> required;
    std::vector<Address> either;
};

bool in(const std::vector<Address>& set, const Address& a) {
    return std::find(set.begin(), set.end(), a) != set.end();
}

void addHeld(const History& h, DeviceId id, const MessageFacts& m, Listing& listing) {
    if (m.state != MessageState::Accepted) return;
    const Receipt* r = h.receipt(m, id);
    if (r == nullptr) return;
    const Tri held = h.holds(m, id);
    const RecallFacts* recall = h.recallOf(m);
    // Who recalled it shows it so, in a later installation, too.
    const bool shown = (r->have & Receipt::Shown) != 0 || (recall != nullptr && recall->maybeBy(id));
    if (held == Tri::No && !shown) return;
    const bool recalled = shown || (recall != nullptr && recall->askedFor());
    const bool plain = held == Tri::Yes && !recalled && !m.toSelf && (r->have & Receipt::Tainted) == 0 &&
                       h.concerns(m, h.ownerOf(id)) == Tri::Yes;
    (plain ? listing.required : listing.either).push_back(m.conversationOf(h.ownerOf(id)));
}

// Required is each conversation of which the device holds a message that no recall touches. What it asked to send, what
// it should not have, and what it held past the horizon may be named or not.
Listing listingOf(const History& h, DeviceId id) {
    const UserId owner = h.ownerOf(id);
    Listing listing;
    listing.either = h.straysOf(id);
    for (const MessageId message : h.mailboxOf(owner)) addHeld(h, id, h.message(message), listing);
    for (const MessageId asked : h.askedBy(id)) {
        const MessageFacts& m = h.message(asked);
        const RecallFacts* recall = h.recallOf(m);
        const bool known = m.sender == id || (recall != nullptr && recall->maybeBy(id));
        if (m.state == MessageState::Asked && known && m.synchronizable())
            listing.either.push_back(m.conversationOf(owner));
    }
    for (const Address& past : h.pastConversationsOf(id)) listing.either.push_back(past);
    return listing;
}

// What is wrong with a list; empty: nothing. "The conversation list after offline compensation may not match" what lies
// outside the window; what was brought back must be in it.
std::string faultOf(const History& h, DeviceId id, const CatchUp& list, const Listing& listing) {
    for (const Address& a : listing.required) {
        if (!in(list.conversations, a))
            return fmt::format("does not list {}, though it holds a message of it", spell(*h.header, a));
    }
    for (const Address& a : list.conversations) {
        if (!in(listing.required, a) && !in(listing.either, a) && !h.device(id).stray)
            return fmt::format("lists {}, of which it holds no message", spell(*h.header, a));
        if (std::count(list.conversations.begin(), list.conversations.end(), a) > 1)
            return fmt::format("lists {} twice", spell(*h.header, a));
    }
    return {};
}

}  // namespace

constinit const Duty kCompensationDeviceSwitch{.rule = RuleId::CompensationDeviceSwitch,
                                               .says = saysNotBroughtBack,
                                               .because = sinceLogin,
                                               .look = broughtBack,
                                               .noMore = NoMore::Message};

constinit const Duty kCompensationReinstall{.rule = RuleId::CompensationReinstall,
                                            .says = saysNotBroughtBack,
                                            .because = sinceLogin,
                                            .look = broughtBack,
                                            .noMore = NoMore::Message};

constinit const Ban kCompensationWindow{RuleId::CompensationWindow, olderThanTheWindow, saysOlder, stateAtAcceptance,
                                        windowHangsOnAcceptance};

void temptWindow(const History& h, Ledger& ledger, const Newcomer& n, const MessageFacts& m, bool& counted) {
    if (h.decides(m, n.device) != Decides::On || m.untilAt >= n.window.allowed) return;
    const Aspects aspects = aspectsOf(m) | edgeOf(m) | sideOf(m.author == n.device.user) | n.login |
                            boundaryIf(m.untilAt + Millis{1} == n.window.allowed);
    // Once a login, and for each kind of message that was never counted before.
    if (counted && !ledger.isNew(RuleId::CompensationWindow, aspects)) return;
    if (!n.lacks(h, m)) return;
    ledger.check(RuleId::CompensationWindow, m.regime, aspects);
    counted = true;
}

void judgeConversations(const History& h, Ledger& ledger, DeviceId id, const CatchUp& list) {
    const DeviceFacts& d = h.device(id);
    if (d.regime.service == Service::Changing) return ledger.undecided(RuleId::CompensationConversations);
    if (d.regime.service == Service::Off) return;
    const Listing listing = listingOf(h, id);
    Aspects aspects = aspectsOf(d);
    for (const Address& a : listing.required) {
        aspects |= bit(a.kind == AddressKind::User ? Aspect::Private : Aspect::Group);
    }
    const std::string fault = faultOf(h, id, list, listing);
    if (fault.empty()) return ledger.check(RuleId::CompensationConversations, d.regime, aspects);
    Finding(h, ledger, RuleId::CompensationConversations, d.regime, aspects)
        .about(id)
        .online(id)
        .here(fmt::format("{} caught up", h.name(id)))
        .file([&] { return fmt::format("the conversation list of {} {}", h.name(id), fault); });
}

}  // namespace mdsync::rules
