// delivery.*: what every rule rests on: asked is answered, sent is received once, whole, in order, and by nobody else.
#include <fmt/format.h>

#include "rules/families.hpp"
#include "rules/rows.hpp"

namespace mdsync {

namespace {

constexpr Rule kDeliveryRows[] = {
    {
        .id = RuleId::DeliveryAnswered,
        .name = "delivery.answered",
        .level = Level::Must,
        .source = "derived",
        .quote = "",
        .statement = "Each connect, send, publish and recall is answered by the next settled moment.",
        .reading = "A connect by online or refused, a send or publish by accept or reject, a "
                   "recall by recall-accept or recall-reject; a first receive answers a send too, "
                   "a first recalled a recall. No answer is due if the device of the send or "
                   "recall is offline or goes offline meanwhile, if the server restarts, or past "
                   "the message's horizon. If the recorder cannot see that kind of answer, none is "
                   "due.",
        .tempted = "Each such request whose answer is due.",
        .aspects = bit(Aspect::Connect) | bit(Aspect::Send) | bit(Aspect::Publish) | bit(Aspect::Recall),
    },
    {
        .id = RuleId::DeliveryNoLoss,
        .name = "delivery.no-loss",
        .level = Level::Must,
        .source = "derived",
        .quote = "",
        .statement = "At a settled moment a normal private or group message has been received by some device "
                     "of each recipient who has a device online that was so since acceptance, or whose session "
                     "began within the offline store's days of it.",
        .reading = "The rule does not say which device gets it. The days are steps of 24 hours and "
                   "inclusive to the millisecond; what comes later, but before the horizon, is "
                   "never judged. It is violated only where no other duty names that message and "
                   "user, and once per user. A message is not owed any more when it is recalled or "
                   "reaches its horizon. A user who left the group is owed nothing.",
        .tempted = "A message was accepted and a recipient has such a device at a settled moment.",
        .aspects = kConversation | kOrigin | bit(Aspect::On) | bit(Aspect::Off) | bit(Aspect::Changing) |
                   bit(Aspect::Online) | bit(Aspect::Boundary) | kLogin,
    },
    {
        .id = RuleId::DeliveryNoPhantom,
        .name = "delivery.no-phantom",
        .level = Level::MustNot,
        .source = "derived",
        .quote = "",
        .statement = "Nothing is received or shown recalled that nobody sent before or that was rejected, "
                     "nothing is received past its horizon, and nothing is shown recalled whose recall nobody "
                     "asked for before or that was rejected.",
        .reading =
            "The place in the trace decides what was before. The horizon is 8 x 24 h after acceptance, "
            "or, of what was never accepted, after it was asked for; an id used again beyond it is a new message.",
        .tempted = "Each receive is a test.",
        .aspects =
            kAnyConversation | kOrigin | bit(Aspect::Live) | bit(Aspect::OfflineStore) | bit(Aspect::Compensation),
    },
    {
        .id = RuleId::DeliveryNoLeak,
        .name = "delivery.no-leak",
        .level = Level::MustNot,
        .source = "derived",
        .quote = "",
        .statement = "A device of a user who is neither author nor audience has no receive and no recalled of "
                     "the message.",
        .reading = "The audience of a group message are its members at acceptance: who joins later is outside, "
                   "who leaves later is not. For a chatroom it is the users with a device in the room at "
                   "acceptance.",
        .tempted = "Somebody outside has a device online at acceptance or later.",
        .aspects = kAnyConversation | bit(Aspect::Online) | kLogin,
    },
    {
        .id = RuleId::DeliveryOnce,
        .name = "delivery.once",
        .level = Level::MustNot,
        .source = "derived",
        .quote = "",
        .statement = "One installation does not receive a message twice, nor what it sent itself.",
        .reading = "After a reinstall a message may come again: that is a new installation. Status messages "
                   "count too, within one session. Where a reinstall stands between a send and its acceptance, "
                   "which installation sent it is undecided.",
        .tempted = "A session begins on a device that holds something.",
        .aspects = bit(Aspect::On) | bit(Aspect::Off) | bit(Aspect::Changing),
        .restsOn = Emulation::Once,
    },
    {
        .id = RuleId::DeliveryOnlyOnline,
        .name = "delivery.only-online",
        .level = Level::MustNot,
        .source = "derived",
        .quote = "",
        .statement = "No receive and no recalled happens on a device that is offline.",
        .reading = "What was accepted before the device's offline may still arrive until the next settled "
                   "moment: it was on its way. Such a late arrival violates no off rule either, and belongs to the "
                   "session and the installation that ended.",
        .tempted = "A message is accepted for a device that is offline.",
        .aspects = kConversation | kOrigin | kSide,
    },
    {
        .id = RuleId::DeliveryOrder,
        .name = "delivery.order",
        .level = Level::MustNot,
        .source = "derived",
        .quote = "",
        .statement = "In one session two normal messages of one conversation that come with the same `via` do "
                     "not come in another order than they were accepted.",
        .reading = "Only first receipts are compared, and only those that tell their `via`. What "
                   "comes with `offline` or `compensation` after the session's caught-up was sent "
                   "again and is not compared; where the recorder cannot see caught-up only `live` "
                   "is. A receipt may violate this rule and another ban.",
        .tempted = "Two such messages come in one session.",
        .aspects = kAnyConversation | bit(Aspect::Live) | bit(Aspect::OfflineStore) | bit(Aspect::Compensation),
    },
    {
        .id = RuleId::DeliveryIntact,
        .name = "delivery.intact",
        .level = Level::MustNot,
        .source = "derived",
        .quote = "",
        .statement = "What is received is what was sent: the received digest or text does not differ from the "
                     "sent one.",
        .reading = "A digest is compared with a digest, a text with a text, nothing else; what is "
                   "absent is unknown. A receipt may violate this rule and another ban.",
        .tempted = "What was sent and what is received are both known.",
        .aspects =
            kAnyConversation | kOrigin | bit(Aspect::Live) | bit(Aspect::OfflineStore) | bit(Aspect::Compensation),
    },
};

}  // namespace

constinit const std::span<const Rule> kDeliveryRules{kDeliveryRows};

}  // namespace mdsync

namespace mdsync::rules {

namespace {

// ---- delivery.no-phantom ----------------------------------------------------------------------------------

// A message that nobody sent before or that was rejected; one past its horizon.
Tri nothingSent(const History&, const Arrival& a) {
    return yes(a.message.state != MessageState::Accepted);
}

std::string saysNothingSent(const History& h, const Arrival& a) {
    const std::string who = h.name(a.deviceId);
    const std::string what = h.name(a.id);
    if (a.message.state == MessageState::Rejected) return fmt::format("{} received {}, which was rejected", who, what);
    if (a.message.state == MessageState::Forgotten)
        return fmt::format("{} received {} more than 8 days after {}", who, what,
                           a.message.until == 0 ? "it was sent" : "its acceptance");
    // Who reads a long trace forgets what is older.
    return fmt::format("{} received {}, which nobody sent{}", who, what,
                       h.now - h.header->t > kHorizon ? " in the last 8 days" : "");
}

Tri nothingRecalled(const History&, const Arrival& a) {
    return yes(a.recall == nullptr);
}

std::string saysNothingRecalled(const History& h, const Arrival& a) {
    const char* why = a.message.state == MessageState::Unknown    ? "which nobody sent"
                      : a.message.state == MessageState::Rejected ? "which was rejected"
                                                                  : "which nobody recalled";
    return fmt::format("{} shows {} recalled, {}", h.name(a.deviceId), h.name(a.id), why);
}

// ---- delivery.no-leak -------------------------------------------------------------------------------------

Tri notForThem(const History& h, const Arrival& a) {
    return a.byAuthor ? Tri::No : opposite(h.inAudience(a.message, a.device.user));
}

std::string saysLeaked(const History& h, const Arrival& a) {
    return fmt::format("{} received {}, and {} is neither its author nor in its audience", h.name(a.deviceId),
                       h.name(a.id), h.name(a.device.user));
}
std::string saysRecallLeaked(const History& h, const Arrival& a) {
    return fmt::format("{} learns of the recall of {}, and {} is neither its author nor in its audience",
                       h.name(a.deviceId), h.name(a.id), h.name(a.device.user));
}

// ---- delivery.only-online ---------------------------------------------------------------------------------

Tri whileOffline(const History&, const Arrival& a) {
    if (a.device.online) return Tri::No;
    if (!a.excused) return Tri::Yes;
    return a.inDoubt ? Tri::Maybe : Tri::No;
}

std::string saysOffline(const History& h, const Arrival& a) {
    return fmt::format("{} is offline and received {}", h.name(a.deviceId), h.name(a.id));
}
std::string saysOfflineShown(const History& h, const Arrival& a) {
    return fmt::format("{} is offline and shows {} recalled", h.name(a.deviceId), h.name(a.id));
}

// ---- delivery.once ----------------------------------------------------------------------------------------

// Twice, or what it sent itself. Of status and chatroom messages, which are not kept, the session tells by which
// installation they were received.
bool receivedBefore(const History& h, const Arrival& a) {
    if (a.receipt == nullptr) return false;
    const bool isKept = a.message.isKept();
    const bool byPrevious = (a.receipt->owed & Receipt::ByPrevious) != 0;
    if (a.toPrevious && (isKept || byPrevious)) return byPrevious;
    if ((a.receipt->have & Receipt::Received) == 0) return false;
    if (isKept) return true;
    if (a.receipt->session == a.device.session) return true;
    const DeviceSide& side = h.side(a.deviceId);
    return !a.device.reinstalled || a.receipt->session > (a.toPrevious ? side.foreignBefore : side.foreign);
}

Tri again(const History& h, const Arrival& a) {
    // Which installation receives it? What came in doubt before comes in doubt again: to one and the same.
    const bool perhaps = a.receipt != nullptr && a.receipt->perhapsReceived();
    const Tri itWas = a.toPrevious && a.inDoubt && !perhaps ? Tri::Maybe : Tri::Yes;
    if (receivedBefore(h, a)) return itWas;
    if (perhaps) return Tri::Maybe;
    if (a.message.sender != a.deviceId) return Tri::No;
    const std::uint32_t installation = a.device.installation - (a.toPrevious ? 1U : 0U);
    if (installation > a.message.senderLatest) return Tri::No;
    return a.message.senderUnsure() ? Tri::Maybe : itWas;
}

std::string saysAgain(const History& h, const Arrival& a) {
    if (a.receipt == nullptr || (a.receipt->have & Receipt::Received) == 0)
        return fmt::format("{} received {}, which it sent itself", h.name(a.deviceId), h.name(a.id));
    return fmt::format("{} received {} a second time, {}", h.name(a.deviceId), h.name(a.id),
                       a.receipt->session == a.device.session ? "in one session" : "after an earlier session");
}

// ---- delivery.answered ------------------------------------------------------------------------------------

Found connected(const History& h, const Claim& c) {
    if (h.side(c.device).answered > c.place) return {Outcome::Kept, {}, bit(Aspect::Connect)};
    if (h.answerMayBeLost(c.device, c.place)) return Outcome::Lapsed;
    return {Outcome::Broken, {}, bit(Aspect::Connect)};
}

std::string saysNotConnected(const History& h, const Claim& c) {
    return fmt::format("{} asked to connect and was neither online nor refused when everything had settled",
                       h.name(c.device));
}

Found sendAnswered(const History& h, const Claim& c) {
    const MessageFacts& m = h.message(c.message);
    const Aspects aspects = bit(m.api ? Aspect::Publish : Aspect::Send);
    if (m.asked != c.place) return Outcome::NotMine;                                 // the id was used again
    if (m.state == MessageState::Forgotten && m.until == 0) return Outcome::Lapsed;  // past its horizon
    if (m.state != MessageState::Asked) return {Outcome::Kept, {}, aspects};
    if (m.senderOffline || h.answerMayBeLost(m.sender, c.place)) return Outcome::Lapsed;
    return {Outcome::Broken, {}, aspects};
}

std::string saysSendNotAnswered(const History& h, const Claim& c) {
    return fmt::format("{} was sent and neither accepted nor rejected when everything had settled", h.name(c.message));
}

Found recallAnswered(const History& h, const Claim& c) {
    const RecallFacts& r = h.recall(c.recall);
    if (c.request >= r.requests.size() || r.requests[c.request].asked != c.place) return Outcome::NotMine;
    const RecallRequest& q = r.requests[c.request];
    if (q.maybeAnswered && (q.open || r.isAnyLeft())) return Outcome::Undecided;  // there was one answer for two
    if (!q.open) return {Outcome::Kept, {}, bit(Aspect::Recall)};
    if (h.mayHaveAnotherAnswer(r, c.request)) return Outcome::Undecided;
    if (h.message(c.message).state == MessageState::Forgotten) return Outcome::Lapsed;  // past its horizon
    if (q.deviceOffline || h.answerMayBeLost(q.device, c.place)) return Outcome::Lapsed;
    return {Outcome::Broken, {}, bit(Aspect::Recall)};
}

std::string saysRecallNotAnswered(const History& h, const Claim& c) {
    return fmt::format("the recall of {} was neither taken nor refused when everything had settled", h.name(c.message));
}

void sinceAsked(Finding& f, const History& h, const Claim& c) {
    f.link(c.place, c.arose, h.origin, "asked").due();
}

// ---- delivery.no-loss -------------------------------------------------------------------------------------

// A recipient's device has been online all the time: one of theirs received the message, whatever the switch says.
Found notLostOnline(const History& h, const Claim& c) {
    if (h.inAudience(h.message(c.message), c.user) != Tri::Yes) return Outcome::NotMine;
    return receivedByAny(h, c, h.anyEver(h.message(c.message), c.user), {});
}

// Another mechanism than compensation: what no device of a recipient received is kept for the next that logs in.
Found notLostAtLogin(const History& h, const Claim& c) {
    const MessageFacts& m = h.message(c.message);
    const DeviceFacts& d = h.device(c.device);
    // Accepted before the login; or perhaps before it and certainly owed: its session has ended, or it is asked about now.
    const bool hasEnded = !c.lasts && !m.acrossSettled;
    const bool isOlder = m.until < d.began || h.isOwedAtLogin(m, c.device) || (hasEnded && m.from() < d.began);
    if (c.user == m.author || !isOlder || h.inAudience(m, c.user) != Tri::Yes) return Outcome::NotMine;
    const Millis age = h.side(c.device).beganAt - m.fromAt;
    if (age > h.storeAge(c.device)) return Outcome::NotMine;
    const bool ever = h.anyEver(m, c.user);
    if (!ever) {
        if (offTheHook(h, m, c.user)) return Outcome::Lapsed;
        if (h.reported(m, c.user) || h.isLoginWithSign(m, c.device)) return Outcome::NotMine;
        if (h.maybeRecalled(m)) return Outcome::Undecided;
    } else if (m.deemed && m.until >= d.began) {
        return Outcome::Undecided;  // accepted after the login it was owed by S, and nothing had come by then
    }
    const Aspects aspects = aspectsOf(m) | aspectsOf(d) | aspectsOf(d.regime.service);
    return keptInSession(ever, c, {}, aspects | boundaryIf(age == h.storeAge(c.device)));
}

std::string saysLost(const History& h, const Claim& c) {
    return fmt::format("{} logged in and did not get {}, which no device of {} ever received", h.name(c.device),
                       h.name(c.message), h.name(c.user));
}

}  // namespace

constinit const Ban kDeliveryNoPhantom{RuleId::DeliveryNoPhantom, nothingSent, saysNothingSent};
constinit const Ban kRecallNoPhantom{RuleId::DeliveryNoPhantom, nothingRecalled, saysNothingRecalled, noState};
constinit const Ban kDeliveryNoLeak{RuleId::DeliveryNoLeak, notForThem, saysLeaked};
constinit const Ban kRecallNoLeak{RuleId::DeliveryNoLeak, notForThem, saysRecallLeaked, noState};
constinit const Ban kDeliveryOnlyOnline{RuleId::DeliveryOnlyOnline, whileOffline, saysOffline};
constinit const Ban kRecallOnlyOnline{RuleId::DeliveryOnlyOnline, whileOffline, saysOfflineShown, noState};
constinit const Ban kDeliveryOnce{RuleId::DeliveryOnce, again, saysAgain};

constinit const Duty kConnectAnswered{
    .rule = RuleId::DeliveryAnswered, .says = saysNotConnected, .because = sinceAsked, .look = connected};
constinit const Duty kSendAnswered{
    .rule = RuleId::DeliveryAnswered, .says = saysSendNotAnswered, .because = sinceAsked, .look = sendAnswered};
constinit const Duty kRecallAnswered{
    .rule = RuleId::DeliveryAnswered, .says = saysRecallNotAnswered, .because = sinceAsked, .look = recallAnswered};

constinit const Duty kDeliveryNoLossOnline{.rule = RuleId::DeliveryNoLoss,
                                           .says = missedByAll,
                                           .because = sinceAcceptance,
                                           .look = notLostOnline,
                                           .noMore = NoMore::MessageToAll};
constinit const Duty kDeliveryNoLossLogin{.rule = RuleId::DeliveryNoLoss,
                                          .says = saysLost,
                                          .because = sinceLogin,
                                          .look = notLostAtLogin,
                                          .noMore = NoMore::MessageToAll};

// ---- delivery.order and delivery.intact, which are judged beside the bans ---------------------------------

namespace {

// Apart, so that what is in order, and whole, costs as little as it can.
[[gnu::cold]] void fileDisorder(const History& h, Ledger& ledger, const Arrival& a) {
    Finding(h, ledger, RuleId::DeliveryOrder, {}, a.aspects)
        .about(a.id, a.deviceId, a.device.user)
        .sent()
        .accepted()
        .here(fmt::format("{} receives {}", h.name(a.deviceId), h.name(a.id)))
        .file([&] {
            return fmt::format("{} received {} after a message of the same conversation that was accepted later",
                               h.name(a.deviceId), h.name(a.id));
        });
}

[[gnu::cold]] void fileChanged(const History& h, Ledger& ledger, const Arrival& a) {
    Finding(h, ledger, RuleId::DeliveryIntact, {}, a.aspects)
        .about(a.id, a.deviceId, a.device.user)
        .sent()
        .here(fmt::format("{} receives {}", h.name(a.deviceId), h.name(a.id)))
        .file([&] {
            return fmt::format("{} received {} with another content than was sent", h.name(a.deviceId), h.name(a.id));
        });
}

}  // namespace

// In one session, two normal messages of one conversation with the same `via` come in the order in which they were
// accepted: m1 before m2. Of an acceptance that is an interval only what is so wherever in it counts.
void judgeOrder(const History& h, Ledger& ledger, const Arrival& a, const Progress& progress) {
    const MessageFacts& m = a.message;
    if (progress.begun && progress.isPast(m.until)) return fileDisorder(h, ledger, a);
    if (progress.isSurelyBefore(m.from()))
        ledger.check(RuleId::DeliveryOrder, a.aspects);
    else if (progress.begun)
        ledger.undecided(RuleId::DeliveryOrder);
    progress.advance(m.from(), m.until);
}

// The received digest (or text) is the sent one. A digest is compared with a digest, a text with a text.
void judgeIntact(const History& h, Ledger& ledger, const Arrival& a, const Event& e) {
    const MessageFacts& m = a.message;
    if (e.payloadKind == PayloadKind::Unknown || e.payloadKind != m.payloadKind) return;
    e.payload == m.payload ? ledger.check(RuleId::DeliveryIntact, a.aspects) : fileChanged(h, ledger, a);
}

// What is received as it should be was put to the test: also for its order, if it is not the first, and for its content,
// if that was compared.
void countInOrder(Ledger& ledger, Aspects aspects, bool isSecond, bool isCompared) {
    ledger.check(RuleId::DeliveryNoPhantom, aspects);
    if (isSecond) ledger.check(RuleId::DeliveryOrder, aspects);
    if (isCompared) ledger.check(RuleId::DeliveryIntact, aspects);
}

// ---- what tempts the bans ---------------------------------------------------------------------------------

void temptDelivery(Ledger& ledger, const Acceptance& a) {
    if (a.offline > 0) ledger.check(RuleId::DeliveryOnlyOnline, a.aspects);
}

void temptNoLeak(const History& h, Ledger& ledger, const MessageFacts& m, std::uint32_t insiders) {
    if (h.onlineUsers > insiders) ledger.check(RuleId::DeliveryNoLeak, aspectsOf(m) | bit(Aspect::Online));
}

void temptDelivery(const History& h, Ledger& ledger, const Newcomer& n) {
    if (n.device.holdsSomething || h.side(n.id).waiting > 0)
        ledger.check(RuleId::DeliveryOnce, aspectsOf(n.device.regime.service));
    if (h.liveMessages > n.user.concerned) ledger.check(RuleId::DeliveryNoLeak, n.login);
}

}  // namespace mdsync::rules
