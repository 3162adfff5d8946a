// Duties: what must have happened by the first settled moment after it became due, and the looking at it.
//
// Settled mode looks at everything that arose since the last `settled`; time mode at what arose `patience` ago. Both
// use one queue in the order of arising; in time mode, what is found only after it arose waits beside it. What a duty
// demands is in its family's row; what becomes of it, in settle().
#include <algorithm>
#include <utility>

#include "base/fetch.hpp"
#include "rules/judge.hpp"

namespace mdsync {

using namespace rules;

// ---- What becomes of a duty -------------------------------------------------------------------------------

bool Checker::State::isToReport(RuleId rule, AtEnd atEnd, const Found& found) {
    if (lookingBack && found.outcome != Outcome::Kept) return false;
    switch (found.outcome) {
        case Outcome::NotMine:
            return false;
        case Outcome::Kept:
            check(rule, found.regime, found.aspects);
            return false;
        case Outcome::Lapsed:
            lapse(rule);
            return false;
        case Outcome::Undecided:
            undecided(rule);
            return false;
        case Outcome::Broken:
            break;
    }
    if (expiring) {
        lapse(rule);
        return false;
    }
    if (finishing && atEnd == AtEnd::Inconclusive) ++open;
    return !finishing || atEnd == AtEnd::Certain;
}

// Where the acceptance lies in between, so does the horizon: what may be past it is not demanded.
bool Checker::State::settleOther(const Duty& duty, const Found& found, const Claim& c) {
    if (found.outcome == Outcome::Broken && c.message.exists()) {
        const MessageFacts& m = message(c.message);
        const bool mayBePast = m.state == MessageState::Accepted && dueAt > m.fromAt + kHorizon;
        const bool isPast = m.exact || dueAt > m.untilAt + kHorizon;
        if (mayBePast) return settleOther(duty, isPast ? Outcome::Lapsed : Outcome::Undecided, c);
    }
    if (witness != nullptr) [[unlikely]]
        testify(duty, found, c);
    if (isToReport(duty.rule, duty.atEnd, found)) report(duty, found, c);
    return found.outcome == Outcome::Broken;
}

// As isToReport() takes it.
void Checker::State::testify(const Duty& duty, const Found& found, const Claim& c) const {
    if (lookingBack && found.outcome != Outcome::Kept) return;
    const bool hasLapsed = expiring && found.outcome == Outcome::Broken;
    witness->hear(duty, c, hasLapsed ? Outcome::Lapsed : found.outcome, finishing && duty.atEnd != AtEnd::Certain);
}

void Checker::State::report(const Duty& duty, const Found& found, const Claim& c) {
    const bool toAll = duty.noMore == NoMore::MessageToAll;
    Finding f = finding(duty.rule, found.regime, found.aspects);
    f.about(c.message, toAll ? DeviceId{} : c.device, c.user);
    duty.because(f, *this, c);
    f.file([&] { return duty.says(*this, c); });
    if (toAll) owedNoMore(message(c.message), c.user);
    if (duty.noMore == NoMore::Message) receipt(message(c.message), c.device)->owed |= Receipt::NoMore;
    if (duty.noMore == NoMore::Recall) receipt(message(c.message), c.device)->owed |= Receipt::RecallNoMore;
}

// ---- The queue --------------------------------------------------------------------------------------------

void Checker::State::oweNow(DueKind kind, std::uint32_t subject, std::uint32_t detail, std::uint16_t session) {
    due.push({now, place, subject, detail, origin, session, kind});
    if (timeMode) wakeAfter(now + patience);
}

// Past its horizon nothing is owed about a message any more. What it was owed, and got, counts, even if nothing has
// settled since; the rest has lapsed.
void Checker::State::letGo() {
    expiring = true;
    while (isAnyPastHorizon()) {
        const MessageId id = nextPastHorizon();
        if (!id.exists()) continue;
        const MessageFacts& m = message(id);
        if (m.expected) lookAtAccepted(id);
        if (recallAccepted(m)) lookAtRecall(m.recall, recalls[m.recall].until, recalls[m.recall].untilAt);
        if (m.state == MessageState::Accepted && m.isKept()) lookBackAtMessage(id);
        forget(id);
    }
    expiring = false;
}

// What an acceptance owes was last looked at a while ago, and lies in as many places as there are devices: ask for it
// before it is needed, the message first, then what it points to.
void Checker::State::fetchAhead() const {
    constexpr std::size_t kFar = 18;
    constexpr std::size_t kMiddle = 12;
    constexpr std::size_t kNear = 6;
    if (due.size() <= kFar) return;
    if (due[kFar].kind == DueKind::Accepted) fetch(&messages[due[kFar].subject]);
    if (due[kMiddle].kind == DueKind::Accepted) fetchParties(messages[due[kMiddle].subject]);
    if (due[kNear].kind == DueKind::Accepted) fetchTheirDevices(messages[due[kNear].subject]);
}

Due Checker::State::takeFirstDue() {
    if (!elsewhere.empty() && (due.empty() || elsewhere.front().arose < due.front().arose)) {
        std::pop_heap(elsewhere.begin(), elsewhere.end(), arisesLater);
        const Due first = elsewhere.back();
        elsewhere.pop_back();
        return first;
    }
    const Due first = due.front();
    due.pop();
    return first;
}

void Checker::State::judgeBefore(Instant t) {
    while (isAnyDueBefore(t)) {
        fetchAhead();
        const Due d = takeFirstDue();
        dueAt = d.arose + patience;
        look(d);
    }
    std::erase_if(evictions, [this, t](const EvictionFacts& x) {
        if (!x.resolved && x.t + patience >= t) return false;
        if (!x.resolved) judgeEviction(x, x.earlier ? &*x.earlier : nullptr);
        return true;
    });
}

void Checker::State::onSettled() {
    if (timeMode) return;
    ++settledCount;
    dueAt = now;
    const std::size_t arisen = due.size();
    for (std::size_t i = 0; i < arisen; ++i) {
        const Due d = due.front();
        due.pop();
        look(d);
    }
    for (const EvictionFacts& x : evictions) {
        if (!x.resolved) judgeEviction(x, x.earlier ? &*x.earlier : nullptr);
    }
    evictions.clear();
    lastSettled = place;
}

void Checker::State::finish() {
    finishing = ended = true;
    dueAt = now;
    while (!due.empty() || !elsewhere.empty()) look(takeFirstDue());
    judgeLastEvictions();
}

void Checker::State::look(const Due& d) {
    switch (d.kind) {
        case DueKind::Connect:
            settle(kConnectAnswered, Claim{.device = DeviceId{d.subject},
                                           .user = ownerOf(DeviceId{d.subject}),
                                           .place = d.place,
                                           .arose = d.arose});
            return;
        case DueKind::Send:
            return lookAtSend(d);
        case DueKind::RecallAnswer:
            return lookAtRecallAnswer(d);
        case DueKind::Accepted:
            return lookAtAccepted(MessageId{d.subject});
        case DueKind::Session:
            if (lasts(DeviceId{d.subject}, d.detail)) lookAtSession(DeviceId{d.subject}, true);
            return;
        case DueKind::Elsewhere:
            return lookAtElsewhere(d);
        case DueKind::Recall:
            return lookAtRecall(d);
        case DueKind::Return:
            return lookAtReturn(d);
        case DueKind::Login:
            return judgeLogin();
        case DueKind::Refusal:
            return judgeRefusal();
    }
}

// ---- Answers ----------------------------------------------------------------------------------------------

// Where `accept` is silent, what was asked, not rejected and not received by now was accepted in between.
void Checker::State::lookAtSend(const Due& d) {
    const MessageId id{d.subject};
    const DeviceId sender = message(id).sender;
    const Claim c{.message = id,
                  .device = sender,
                  .user = sender.exists() ? ownerOf(sender) : UserId{},
                  .place = d.place,
                  .arose = d.arose};
    const Found found = kSendAnswered.look(*this, c);
    if (!header->silent.accept) {
        settle(kSendAnswered, found, c);
        return;
    }
    if (finishing || found.outcome != Outcome::Broken) return;
    const Instant seen = now;
    if (timeMode) now = std::min(now, d.arose + patience);  // that is when it was due, not when it is noticed
    accept(id, false);
    message(id).deemed = true;
    now = seen;
    lookAtAccepted(id);
}

void Checker::State::lookAtRecallAnswer(const Due& d) {
    const RecallFacts& r = recalls[d.subject];
    Claim c{.message = r.message, .place = d.place, .arose = d.arose, .recall = d.subject, .request = d.detail};
    if (d.detail < r.requests.size()) c.device = r.requests[d.detail].device;
    if (c.device.exists()) c.user = ownerOf(c.device);
    const Found found = kRecallAnswered.look(*this, c);
    if (found.outcome != Outcome::NotMine) {
        RecallRequest& q = recalls[d.subject].requests[d.detail];
        q.wasGone = isGone(q);
        q.isPast = true;
    }
    if (!header->silent.recallAccept) {
        if (settle(kRecallAnswered, found, c)) recalls[d.subject].requests[d.detail].isDue = true;
        return;
    }
    if (finishing || r.accepted || found.outcome != Outcome::Broken) return;
    const Instant seen = now;
    if (timeMode) now = std::min(now, d.arose + patience);
    // Of two that alice asked for before one was rejected: the other may have been taken before this.
    const auto earlier = std::find_if(r.requests.begin(), r.requests.begin() + static_cast<std::ptrdiff_t>(d.detail),
                                      [](const RecallRequest& q) { return q.open && q.maybeAnswered; });
    const auto first = static_cast<std::size_t>(earlier - r.requests.begin());
    acceptRecall(d.subject, first, first < d.detail ? r.requests.size() : d.detail, false);
    now = seen;
    Due accepted = d;  // by this very moment, so that what it owes is due with it
    accepted.place = place;
    lookAtRecall(accepted);
}

// ---- Messages and recalls ---------------------------------------------------------------------------------

const Duty& Checker::State::dutyToEach(const MessageFacts& m, bool author) {
    if (m.kind == MessageSort::Status) return kStatusOnlineSync;
    if (!author) return kOnlineReceived;
    return m.api ? kApiIncludeSenderOnline : kOnlineSent;
}

namespace {

// The duty towards any one device of a user.
const Duty& dutyToAny(bool author) {
    return author ? kApiIncludeSenderOnlineAny : kDeliveryNoLossOnline;
}

}  // namespace

// What a message owed to the devices that were online when it was accepted.
void Checker::State::lookAtAccepted(MessageId id) {
    const MessageFacts& m = messages[id.index()];
    if (m.state != MessageState::Accepted) return;
    message(id).expected = false;
    if (cameAsOwed(m)) return;
    Live live{m};
    live.maybeRecalled = maybeRecalled(m);
    const bool recalled = recallAccepted(m);
    Claim c{.message = id};
    c.aspects = aspectsOf(m) | edgeOf(m) | (m.regimeSure ? aspectsOf(m.regime.service) : 0);
    for (const Party& party : concerned(m)) {
        live.maybeLeft = !m.exact && leftBetween(m, party.user);
        live.offTheHook = recalled || leftAfter(m, party.user);
        live.anyReceived = anyEver(m, party.user);
        live.unsureWhen = timeMode && !m.exact;
        live.unsure = live.unsureWhen || m.acrossSettled || m.recall != MessageFacts::kNone;
        live.patience = patience;
        lookAtAccepted(live, party, c);
    }
}

void Checker::State::lookAtAccepted(const Live& live, const Party& party, Claim c) {
    const MessageFacts& m = live.message;
    const bool author = party.user == m.author;
    const Duty& duty = dutyToEach(m, author);
    c.user = party.user;
    bool somebody = false;       // a device is online that was so since acceptance, or perhaps so
    bool inTime = !live.unsure;  // ... and what it or another received came in time, wherever the acceptance was
    for (const auto& [id, r] : sharesOf(m, party)) {
        const DeviceFacts& d = device(id);
        c.device = id;
        c.named |= (r.owed & Receipt::NoMore) != 0;
        const bool isThere = (r.owed & Receipt::Online) != 0 ? live.anyReceived || onlineSince(m, r, d)
                                                             : !author && mayHaveBeenOnline(live, id, r);
        somebody |= isThere;
        Found found = owedLive(live, id, r, d, c.aspects);
        if (live.unsure) [[unlikely]]
            inTime |=
                weighDoubt(live, id, r, found) && (isThere || (!m.acrossSettled && (r.have & Receipt::Received) != 0));
        c.named |= settle(duty, found, c);
    }
    if (!m.synchronizable() || !somebody) return;
    c.device = DeviceId{};
    settleToAny(dutyToAny(author), c, inTime);
}

void Checker::State::settleToAny(const Duty& duty, const Claim& c, bool inTime) {
    const Found found = duty.look(*this, c);
    settle(duty, found.outcome == Outcome::Kept && !inTime ? Found(Outcome::Undecided) : found, c);
}

// alice/mac got m1: perhaps when it had been recalled, or after an S by which it was owed already. True: it got it in time, or
// another did, wherever the acceptance was.
bool Checker::State::weighDoubt(const Live& live, DeviceId id, const Receipt& r, Found& found) const {
    const MessageFacts& m = live.message;
    const bool maybeRecalled = m.recall != MessageFacts::kNone && maybeRecalledBeforeIt(m, id);
    if (found.outcome == Outcome::Kept && (m.acrossSettled || maybeRecalled)) found = Outcome::Undecided;
    if (maybeRecalled && ownerOf(id) == m.author) return false;
    if (live.unsureWhen) return (r.have & Receipt::Ever) != 0 && r.stamp - lowHalf(m.fromAt) <= patience.count();
    return !(m.acrossSettled && device(id).began < lastSettled);
}

// Whether the device's session began while the message was being accepted, near enough for the offline store. alice's
// phone logs in between bob's send and what shows its acceptance: m1 is owed to it live or from the store, whichever.
bool Checker::State::mayHaveBeenOnline(const Live& live, DeviceId id, const Receipt& r) const {
    const MessageFacts& m = live.message;
    const DeviceFacts& d = device(id);
    if ((r.owed & Receipt::Unsure) == 0) return false;
    // Where both have one S, who was online at the acceptance is asked first, and names what is missed.
    if (isOwedAtLogin(m, id) && (live.anyReceived || !isLoginWithSign(m, id))) return false;
    if (!d.online && !(live.anyReceived && side(id).ended > m.until)) return false;
    return d.began >= m.from() && d.began <= m.until && side(id).beganAt <= m.fromAt + storeAge(id);
}

void Checker::State::lookAtRecall(const Due& d) {
    const RecallFacts& r = recalls[d.subject];
    if (r.accepted && r.until == d.place) lookAtRecall(d.subject, d.place, d.arose);
}

// Once: whoever must show it is asked no more after that.
void Checker::State::lookAtRecall(std::uint32_t number, Place since, Instant arose) {
    RecallFacts& r = recalls[number];
    const std::vector<std::pair<DeviceId, std::uint16_t>> owed = std::exchange(r.owed, {});
    for (const auto& one : owed) lookAtRecallOn(r, one, since, arose, false);
}

void Checker::State::lookAtRecallOn(const RecallFacts& r, std::pair<DeviceId, std::uint16_t> owed, Place since,
                                    Instant arose, bool told) {
    const auto& [id, session] = owed;
    settle(r.regime.service == Service::On ? kRecallOnlineDevices : kRecallBasic, Claim{.message = r.message,
                                                                                        .device = id,
                                                                                        .user = ownerOf(id),
                                                                                        .place = since,
                                                                                        .arose = arose,
                                                                                        .lasts = lasts(id, session),
                                                                                        .told = told});
}

void Checker::State::lookAtReturn(const Due& d) {
    if (finishing && kRecallNoReturn.atEnd == AtEnd::NotLookedAt) return;
    const DeviceId device{d.subject};
    settle(kRecallNoReturn, Claim{.message = MessageId{d.detail},
                                  .device = device,
                                  .user = ownerOf(device),
                                  .place = d.place,
                                  .arose = d.arose,
                                  .origin = d.origin,
                                  .lasts = lasts(device, d.session)});
}

}  // namespace mdsync
