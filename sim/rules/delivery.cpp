// delivery.*: what every rule rests on: asked is answered, sent is received once, whole, in order, and by nobody else.
#include <fmt/format.h>

#include "rules/families.hpp"

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
        return fmt::format("{} received {} more than 8 days after its acceptance", who, what);
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
    return yes(!a.device.online && !a.excused);
}

std::string saysOffline(const History& h, const Arrival& a) {
    return fmt::format("{} is offline and received {}", h.name(a.deviceId), h.name(a.id));
}
std::string saysOfflineShown(const History& h, const Arrival& a) {
    return fmt::format("{} is offline and shows {} recalled", h.name(a.deviceId), h.name(a.id));
}

// ---- delivery.once ----------------------------------------------------------------------------------------

// Twice, or what it sent itself. Status and chatroom messages are not kept: what comes late, on a device that has gone
// offline, is asked about its own session only.
Tri again(const History& h, const Arrival& a) {
    if (a.receipt != nullptr && (a.receipt->have & Receipt::Received) != 0) {
        const bool kept = a.message.kind == MessageSort::Normal && !a.message.room;
        if (kept || !a.excused || a.receipt->session == a.device.session) return Tri::Yes;
    }
    if (a.message.sender != a.deviceId) return Tri::No;
    if (a.device.installation == a.message.senderInstallation) return a.message.senderUnsure ? Tri::Maybe : Tri::Yes;
    return h.holds(a.message, a.deviceId) == Tri::Maybe ? Tri::Maybe : Tri::No;
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
    if (m.asked != c.place) return Outcome::NotMine;  // the id was used again
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
    if (!q.open) return {Outcome::Kept, {}, bit(Aspect::Recall)};
    if (q.maybeAnswered || h.mayHaveAnotherAnswer(r, c.request)) return Outcome::Undecided;
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
    return receivedByAny(h, c, {});
}

// Another mechanism than compensation: what no device of a recipient received is kept for the next that logs in.
Found notLostAtLogin(const History& h, const Claim& c) {
    const MessageFacts& m = h.message(c.message);
    const DeviceFacts& d = h.device(c.device);
    if (c.user == m.author || m.until >= d.began || h.inAudience(m, c.user) != Tri::Yes) return Outcome::NotMine;
    const Millis age = h.side(c.device).beganAt - m.fromAt;
    if (age > h.storeAge(c.device)) return Outcome::NotMine;
    const bool ever = h.anyEver(m, c.user);
    if (!ever) {
        if (offTheHook(h, m, c.user)) return Outcome::Lapsed;
        if (h.reported(m, c.user)) return Outcome::NotMine;
        if (h.maybeRecalled(m)) return Outcome::Undecided;
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

// In one session, two normal messages of one conversation with the same `via` come in the order in which they were
// accepted: m1 before m2. Of an acceptance that is an interval only what is so wherever in it counts.
void judgeOrder(const History& h, Ledger& ledger, const Arrival& a, const Progress& progress) {
    const MessageFacts& m = a.message;
    if (!progress.begun || !progress.isPast(m.until)) {
        progress.advance(m.from());
        if (progress.begun) ledger.check(RuleId::DeliveryOrder, a.aspects);
        return;
    }
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

// The received digest (or text) is the sent one. A digest is compared with a digest, a text with a text.
void judgeIntact(const History& h, Ledger& ledger, const Arrival& a, const Event& e) {
    const MessageFacts& m = a.message;
    if (e.payloadKind == PayloadKind::Unknown || e.payloadKind != m.payloadKind) return;
    if (e.payload == m.payload) return ledger.check(RuleId::DeliveryIntact, a.aspects);
    Finding(h, ledger, RuleId::DeliveryIntact, {}, a.aspects)
        .about(a.id, a.deviceId, a.device.user)
        .sent()
        .here(fmt::format("{} receives {}", h.name(a.deviceId), h.name(a.id)))
        .file([&] {
            return fmt::format("{} received {} with another content than was sent", h.name(a.deviceId), h.name(a.id));
        });
}

// ---- what tempts the bans ---------------------------------------------------------------------------------

void temptDelivery(Ledger& ledger, const Acceptance& a) {
    if (a.user.onlineCount < a.user.deviceCount && !a.message.room) ledger.check(RuleId::DeliveryOnlyOnline, a.aspects);
}

void temptNoLeak(const History& h, Ledger& ledger, const MessageFacts& m, std::uint32_t insiders) {
    if (h.onlineUsers > insiders) ledger.check(RuleId::DeliveryNoLeak, aspectsOf(m) | bit(Aspect::Online));
}

void temptDelivery(const History& h, Ledger& ledger, const Newcomer& n) {
    if (n.device.holdsSomething) ledger.check(RuleId::DeliveryOnce, aspectsOf(n.device.regime.service));
    if (h.liveMessages > n.user.concerned) ledger.check(RuleId::DeliveryNoLeak, n.login);
}

}  // namespace mdsync::rules
