// Receive: what arrives at a device, a message or the news of its recall, and which ban that breaks, if any.
#include <fmt/format.h>

#include "rules/judge.hpp"
#include "rules/order.hpp"

namespace mdsync {

using namespace rules;

namespace {

// A ban is broken by a message and a device, whatever tempted it.
Finding breach(Checker::State& s, const Ban& ban, const Arrival& a) {
    Finding f = s.finding(ban.rule, ban.decidedBy(a), a.aspects | sideOf(a.byAuthor) | aspectsOf(a.device));
    f.about(a.id, a.deviceId, a.device.user).sent();
    return f;
}

[[gnu::cold]] void fileReceived(Checker::State& s, const Ban& ban, const Arrival& a) {
    Finding f = breach(s, ban, a);
    f.accepted();
    a.device.online ? f.online(a.deviceId) : f.offline(a.deviceId);
    f.here(fmt::format("{} receives {}", s.name(a.deviceId), s.name(a.id)));
    f.file([&] { return ban.says(s, a); });
}

[[gnu::cold]] void fileRecalled(Checker::State& s, const Ban& ban, const Arrival& a) {
    breach(s, ban, a).recalled().here(fmt::format("{} shows {} recalled", s.name(a.deviceId), s.name(a.id))).file([&] {
        return ban.says(s, a);
    });
}

// What is excused belongs to the installation that ended, if the device was installed anew since.
bool isToPrevious(const Arrival& a) {
    return a.excused && a.device.reinstalled && a.device.fresh;
}

}  // namespace

void Checker::State::testify(std::span<const Ban* const> bans, const Arrival& a) const {
    for (const Ban* ban : bans) {
        const Tri broken = ban->broken(*this, a);
        witness->hear(*ban, a, broken);
        if (broken == Tri::Yes) return;
    }
}

const Ban* Checker::State::firstBroken(std::span<const Ban* const> bans, Arrival& a) {
    if (witness != nullptr) [[unlikely]]
        testify(bans, a);
    for (const Ban* ban : bans) {
        const Tri broken = ban->broken(*this, a);
        if (broken == Tri::Yes) return ban;
        if (broken == Tri::No) continue;
        undecided(ban->rule);
        a.unclear |= !a.message.exact && ban->hangsOnAcceptance(*this, a);
    }
    return nullptr;
}

void Checker::State::takeAsAccepted(MessageId id) {
    accept(id, false);
    oweAccepted(id);
    if (!header->silent.accept && !header->acceptSeen) tolerate(Tolerance::LateAcceptance);
}

void Checker::State::takeAsRecalled(const MessageFacts& m) {
    RecallFacts& r = recalls[m.recall];
    if (r.accepted) return;
    const Answered a = answeredRequest(r);
    r.shownSomewhere = true;
    acceptRecall(m.recall, a.request, a.certain ? a.request : r.requests.size(), false);
    answerRecall(r, a);
    r.requests[a.request].byShown = true;
    if (!r.owed.empty()) oweNow(DueKind::Recall, m.recall);
    if (!header->silent.recallAccept && !header->acceptSeen) tolerate(Tolerance::LateAcceptance);
}

void Checker::State::weigh(Arrival& a) const {
    const MessageFacts& m = a.message;
    a.byAuthor = m.state == MessageState::Accepted && a.device.user == m.author;
    a.standing = standing(m, a.deviceId);
    a.decides = decides(m, a.device);
    const Place left = side(a.deviceId).ended;
    a.excused = m.state == MessageState::Accepted && m.from() < left && justLeft(a.deviceId);
    a.inDoubt = a.excused && m.until >= left;
    a.toPrevious = isToPrevious(a);
}

std::pair<const Ban*, Tri> Checker::State::wouldBreak(MessageId id, DeviceId d) const {
    const MessageFacts& m = message(id);
    const Receipt* r = receipt(m, d);
    Arrival a{.id = id, .message = m, .deviceId = d, .device = device(d), .receipt = r, .aspects = aspectsOf(m)};
    if (r != nullptr && isAwaited(*r, a.device)) return {};
    weigh(a);
    for (const Ban* ban : bansOnReceive()) {
        const Tri broken = ban->broken(*this, a);
        if (broken != Tri::No) return {ban, broken};
    }
    return {};
}

void Checker::State::onReceive(const Event& e) {
    const MessageFacts& m = grown(e.message);
    const Aspects aspects = aspectsOf(m) | aspectsOf(e.via);
    check(kDeliveryNoPhantom.rule, aspects);
    if (m.state == MessageState::Asked) takeAsAccepted(e.message);
    const DeviceFacts& d = device(e.device);
    Receipt* r = receipt(m, e.device);
    Arrival a{.id = e.message, .message = m, .deviceId = e.device, .device = d, .receipt = r, .aspects = aspects};
    const Ban* broken = nullptr;
    if (r != nullptr && isAwaited(*r, d)) {
        a.decides = Decides::On;
    } else {
        weigh(a);
        broken = firstBroken(bansOnReceive(), a);
    }
    if (broken != nullptr) fileReceived(*this, *broken, a);
    if (m.state == MessageState::Accepted || m.state == MessageState::Asked) judgeIntact(*this, *this, a, e);
    if (broken != nullptr && !a.toPrevious) noteStray(m, e.device);
    r == nullptr ? receiveAsStranger(a, e.via) : take(a, *r, e.via, broken != nullptr);
}

// Who has to do with the message has it from here on: this installation, or the one before, which it was on its way to.
inline void Checker::State::take(const Arrival& a, Receipt& r, Via via, bool tainted) {
    if (a.toPrevious) {
        if ((r.owed & Receipt::ByPrevious) == 0) judgeItsOrder(a, r, via);
        noteSession(r, a.device);
        if ((r.have & Receipt::Received) == 0) r.stamp = stampNow();
        r.owed |= Receipt::ByPrevious;
        r.have |= Receipt::Ever;
        device(a.deviceId).leftBehind = true;
        if (a.inDoubt) leaveOpen(a, r);
        if (!tainted && !a.unclear) lookBackAtArrival(a);
        return;
    }
    tainted |= a.unclear;  // where it is not clear that it broke no ban, it raises no duty
    if ((r.have & Receipt::Received) == 0)
        receiveFirst(a, r, via, tainted);
    else if (!a.message.isKept() || (r.have & Receipt::Tainted) != 0)
        noteReceivedIn(a.message, a.device, r);  // again: perhaps in a later session, which lasts, or installation
    if (a.excused && !tainted) lookBackAtArrival(a);
    if (!tainted && a.message.recall != MessageFacts::kNone) oweReturn(a, r);
}

// Or this installation received it, in breach of a ban: it may hold the message, and must not be asked for it.
void Checker::State::leaveOpen(const Arrival& a, Receipt& r) {
    r.owed |= Receipt::NoMore | Receipt::RecallNoMore;
    r.have |= Receipt::Tainted;
    noteStray(a.message, a.deviceId);
}

inline void Checker::State::receiveFirst(const Arrival& a, Receipt& r, Via via, bool tainted) {
    const MessageFacts& m = a.message;
    // What this installation sent it holds anyhow.
    const bool own = m.sender == a.deviceId && a.device.installation == m.senderInstallation;
    if (m.includeSender && a.byAuthor) noteIncluded(a);
    if (leftAfter(m, a.device.user)) r.owed |= Receipt::TooLate;
    setReceived(m, a.deviceId, r, tainted && !own, a.decides == Decides::Off && !a.excused);
    judgeItsOrder(a, r, via);
}

// The first of the sender's devices to receive it. If all that were online at acceptance have gone by now, nobody was owed
// it any more.
void Checker::State::noteIncluded(const Arrival& a) {
    const MessageFacts& m = a.message;
    if (anyEver(m, m.author)) return;
    bool inTime = false;
    for (const auto& [id, r] : sharesOf(m, m.author)) {
        const bool isThere = device(id).online || (a.excused && id == a.deviceId);
        const bool sameSession = device(id).session == r.session && device(id).began < m.from();
        inTime |= (r.owed & Receipt::Online) != 0 && isThere && sameSession;
    }
    message(a.id).includedLate = !inTime;
}

// Whether the receipt belongs to the device's session, the one that lasts or the one that just ended. Of what may have been
// accepted after the end nobody knows.
inline bool Checker::State::isOfSession(const Arrival& a) const {
    return a.device.online || (a.excused && !a.inDoubt);
}

// What comes with `offline` or `compensation` after the session's caught-up was sent again, and is not compared.
inline bool Checker::State::isInOrder(const Arrival& a, Via via) const {
    if (a.message.kind != MessageSort::Normal || via == Via::Unknown || !isOfSession(a)) return false;
    return via == Via::Live || !(a.device.caughtUp || header->silent.caughtUp);
}

inline void Checker::State::judgeItsOrder(const Arrival& a, const Receipt& r, Via via) {
    if (!isInOrder(a, via)) return;
    const bool stranger = isStranger(a.message, a.deviceId);
    judgeOrder(
        *this, *this, a,
        stranger ? strangersProgress(a.message, a.deviceId, via) : progress(a.message, r, a.device.session, via));
}

// bob's m1 to alice reaches carol/iphone, which has no part in that conversation.
void Checker::State::receiveAsStranger(const Arrival& a, Via via) {
    const MessageFacts& m = a.message;
    if (m.state != MessageState::Accepted || m.kind != MessageSort::Normal) return;
    if (!m.room) device(a.deviceId).holdsSomething = true;
    const bool first = firstToStranger(a.id, m, a.deviceId);
    if (!first || !isInOrder(a, via)) return;
    judgeOrder(*this, *this, a, strangersProgress(m, a.deviceId, via));
}

// What comes after its recall must be shown recalled.
void Checker::State::oweReturn(const Arrival& a, const Receipt& r) {
    const MessageFacts& m = a.message;
    const RecallFacts& recall = recalls[m.recall];
    if (!m.synchronizable() || !recall.accepted || recall.until >= place || (r.have & Receipt::Shown) != 0) return;
    if (!a.device.online || decides(recall, a.device) != Decides::On || leftAfter(m, a.device.user)) return;
    oweNow(DueKind::Return, a.deviceId.value, a.id.value, a.device.session);
}

// The recall that a `recalled` may show: of a message that was sent, asked for by somebody.
const RecallFacts* Checker::State::recallToShow(const MessageFacts& m) const {
    const RecallFacts* recall = recallOf(m);
    const bool sent = m.state == MessageState::Asked || m.state == MessageState::Accepted;
    return sent && recall != nullptr && recall->askedFor() ? recall : nullptr;
}

// What the bans ask of a `recalled` besides who and what. REQUIRES: somebody asked for the recall.
void Checker::State::weighRecall(Arrival& a) const {
    a.excused = a.recall->from < side(a.deviceId).ended && justLeft(a.deviceId);
    a.inDoubt = a.excused && a.recall->until >= side(a.deviceId).ended;
    a.toPrevious = isToPrevious(a);
    a.decides = decides(*a.recall, a.device);
}

void Checker::State::onRecalled(const Event& e) {
    const MessageFacts& m = grown(e.message);
    if (m.state == MessageState::Forgotten) return;  // past its horizon: nothing is asked about it any more
    const RecallFacts* recall = recallToShow(m);
    if (recall != nullptr) takeAsRecalled(m);
    const DeviceFacts& d = device(e.device);
    Receipt* shown = receipt(m, e.device);
    Arrival a{.id = e.message, .message = m, .deviceId = e.device, .device = d, .receipt = shown, .recall = recall};
    a.byAuthor = d.user == m.author;
    a.aspects = recallOf(m) == nullptr ? aspectsOf(m) : aspectsOf(m, *recallOf(m));
    if (recall != nullptr) weighRecall(a);
    const bool alone = recall != nullptr && mayShowOff(*this, a);
    const Ban* broken = firstBroken(bansOnRecalled(), a);
    if (broken != nullptr) fileRecalled(*this, *broken, a);
    if (broken != &kRecallNoLeak) takeRecalled(a, shown, alone && broken != &kRecallOnlyOnline);
}

// The installation shows the recall from here on, or the one before showed it, which it was on its way to.
void Checker::State::takeRecalled(const Arrival& a, Receipt* shown, bool whileOff) {
    if (a.toPrevious && !a.inDoubt) return lookBackAtRecall(a);
    if (shown == nullptr) return keepTombstone(a);
    takeShown(a, *shown);
    if (whileOff) shown->have |= Receipt::ShownOff;
    if (a.excused && !a.inDoubt && a.message.state == MessageState::Accepted) lookBackAtArrival(a);
}

// alice/phone shows the recall of a message whose acceptance nobody told, or that nobody recalled: it may have a place in
// its list all the same.
void Checker::State::keepTombstone(const Arrival& a) {
    const MessageState state = a.message.state;
    if (state == MessageState::Asked || state == MessageState::Accepted) noteStray(a.message, a.deviceId);
    if (a.recall != nullptr && state == MessageState::Asked) recalls[a.message.recall].tombstones.push_back(a.deviceId);
}

// Who left is owed no recall: that it is shown all the same keeps nothing. What was shown before is kept.
void Checker::State::takeShown(const Arrival& a, Receipt& shown) {
    const bool again = (shown.have & Receipt::Shown) != 0;
    if (a.recall != nullptr && !again && leftAfter(a.message, a.device.user)) {
        std::erase(recalls[a.message.recall].owed, std::pair{a.deviceId, a.device.session});
        shown.owed |= Receipt::RecallNoMore;
    }
    shown.have |= Receipt::Shown;
    device(a.deviceId).showsSomething = true;
}

}  // namespace mdsync
