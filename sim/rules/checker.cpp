// Checker: takes the events of a trace in order, keeps the facts, and lets the rules look at each. What a rule demands
// is not here but in its family's file.
#include "mdsync/rules.hpp"

#include <algorithm>

#include "rules/judge.hpp"

namespace mdsync {

using namespace rules;

Checker::State::State(std::shared_ptr<Header> h, const CheckerOptions& options)
    : History(std::move(h), options), witness(options.witness) {
    limit = options.violationLimit;
    onFromTheStart = header->app.sync;
    logins.resize(devices.size());
    legal.resize(users.size());
}

// What became due before the event at hand; most events come before anything does.
void Checker::State::passTime() {
    if (timeMode && isDueBefore(now)) judgeBefore(now);
    ++place;
    if (isAnyPastHorizon()) letGo();
    alarm = Instant::max();
    if (!byAcceptance.empty()) wakeAfter(byAcceptance.front().second + kHorizon);
    if (!byAsking.empty()) wakeAfter(byAsking.front().second + kHorizon);
    if (!timeMode) return;
    if (!due.empty()) wakeAfter(due.front().arose + patience);
    if (!elsewhere.empty()) wakeAfter(elsewhere.front().arose + patience);
    if (!evictions.empty()) wakeAfter(Instant::min());
}

void Checker::State::feed(const Event& e) {
    now = e.t;
    origin = e.origin;
    if (now > alarm) [[unlikely]] {
        passTime();
    } else {
        ++place;
    }
    switch (e.kind) {
        case EventKind::Connect:
            return oweNow(DueKind::Connect, e.device.value);
        case EventKind::Online:
            return onOnline(e);
        case EventKind::Refused:
            sides[e.device.index()].answered = place;
            return limitRefused(e);
        case EventKind::Offline:
            return onOffline(e);
        case EventKind::Reinstall:
            return onReinstall(e);
        case EventKind::Send:
        case EventKind::Publish:
            ask(e);
            return oweNow(DueKind::Send, e.message.value);
        case EventKind::Accept:
            return onAccept(e);
        case EventKind::Reject:
            return onReject(e);
        [[likely]] case EventKind::Receive:
            if (!receivesAsOwed(e)) onReceive(e);
            return;
        case EventKind::CaughtUp:
            return onCaughtUp(e);
        case EventKind::Recall:
            return onRecall(e);
        case EventKind::RecallAccept:
            return onRecallAccept(e);
        case EventKind::RecallReject:
            return onRecallReject(e);
        case EventKind::Recalled:
            return onRecalled(e);
        case EventKind::Sync:
            return onSync(e);
        case EventKind::Set:
            return onSet(e);
        case EventKind::Join:
        case EventKind::Leave:
            return onMembership(e);
        case EventKind::Settled:
            return onSettled();
        case EventKind::Note:
            return;
        case EventKind::Device:
        case EventKind::Group:
        case EventKind::Room:
            declare(e);
            logins.resize(devices.size());
            legal.resize(users.size());
            return;
    }
}

// ---- Connections ------------------------------------------------------------------------------------------

void Checker::State::onOnline(const Event& e) {
    DeviceFacts& d = device(e.device);
    if (d.online) {
        tolerate(Tolerance::OnlineTwice);
        leave(e.device);
        lastOffline[e.device.index()] = place;
    }
    lookBackAtRecalls(e.device, false);
    d.regime = service.at(now);
    limitLogin(e.device);
    beginSession(e.device);
    logins[e.device.index()].session = d.session;
    temptAtLogin(e.device);
    oweNow(DueKind::Session, e.device.value, d.session);
    oweNow(DueKind::Login, e.device.value, d.session);
    loginQueue.push(LoginFacts(logins[e.device.index()]));
}

void Checker::State::onOffline(const Event& e) {
    if (e.reason == OfflineReason::Server) serverRestart = place;
    if (device(e.device).online) {
        if (e.reason == OfflineReason::Evicted || e.reason == OfflineReason::Replaced) limitOffline(e);
        leave(e.device);
    } else {
        tolerate(Tolerance::OfflineTwice);
    }
    lastOffline[e.device.index()] = place;
}

void Checker::State::onReinstall(const Event& e) {
    if (device(e.device).online) {
        tolerate(Tolerance::ReinstallOnline);
        leave(e.device);
        lastOffline[e.device.index()] = place;
    }
    lookBackAtRecalls(e.device, true);
    reinstall(e.device);
}

void Checker::State::onCaughtUp(const Event& e) {
    DeviceFacts& d = device(e.device);
    if (!d.online) return tolerate(Tolerance::CaughtUpOffline);
    d.caughtUp = true;
    if (e.annex == Event::kNoAnnex) return;
    const CatchUp& list = annex->catchUps[e.annex];
    if (!list.hasConversations || d.listed) return;
    d.listed = true;
    judgeConversations(*this, *this, e.device, list);
    pastThreads[e.device.index()] = {};
    strays[e.device.index()] = {};
}

// ---- Messages and recalls ---------------------------------------------------------------------------------

void Checker::State::onAccept(const Event& e) {
    MessageFacts& m = grown(e.message);
    if (m.state == MessageState::Asked) {
        // Who learns of it when alice does knows only that m1 was accepted at some time since she sent it.
        accept(e.message, !header->acceptSeen);
        oweAccepted(e.message);
    } else if (!m.late || !header->acceptSeen) {
        tolerate(m.late ? Tolerance::LateAcceptance : Tolerance::SecondAnswer);
    }
    m.late = false;
}

void Checker::State::onReject(const Event& e) {
    MessageFacts& m = grown(e.message);
    if (m.state != MessageState::Asked) return tolerate(Tolerance::SecondAnswer);
    m.state = MessageState::Rejected;
    noMoreWaiting(m);
}

void Checker::State::accept(MessageId id, bool exact) {
    setAccepted(id, exact);
    temptAtAcceptance(id);
}

void Checker::State::onRecall(const Event& e) {
    const std::uint32_t number = askRecall(e);
    const MessageFacts& m = message(e.message);
    if (m.state == MessageState::Asked && e.device.exists()) noteStray(m, e.device);  // perhaps a tombstone soon
    oweNow(DueKind::RecallAnswer, number, static_cast<std::uint32_t>(recalls[number].requests.size() - 1));
}

void Checker::State::onRecallAccept(const Event& e) {
    const MessageFacts& m = grown(e.message);
    if (m.recall == MessageFacts::kNone) return tolerate(Tolerance::SecondAnswer);
    RecallFacts& r = recalls[m.recall];
    const Answered a = answeredRequest(r);
    if (!a.any && r.shownSomewhere && header->acceptSeen) return;
    if (!a.any) return tolerate(r.shownSomewhere ? Tolerance::LateAcceptance : Tolerance::SecondAnswer);
    if (r.accepted) return answerRecall(r, a);
    acceptRecall(m.recall, a.request, a.certain ? a.request : r.requests.size(), !header->acceptSeen);
    answerRecall(r, a);
    if (!r.owed.empty()) oweNow(DueKind::Recall, m.recall);
}

void Checker::State::onRecallReject(const Event& e) {
    const MessageFacts& m = grown(e.message);
    if (m.recall == MessageFacts::kNone) return tolerate(Tolerance::SecondAnswer);
    const Answered a = answeredRequest(recalls[m.recall]);
    if (!a.any) return tolerate(Tolerance::SecondAnswer);
    answerRecall(recalls[m.recall], a);
}

void Checker::State::acceptRecall(std::uint32_t number, std::size_t earliest, std::size_t request, bool exact) {
    setRecallAccepted(number, earliest, request, exact);
    const RecallFacts& r = recalls[number];
    const MessageFacts& m = message(r.message);
    if (m.state == MessageState::Asked && r.device.exists())
        noteStray(m, r.device);  // a tombstone, and nothing else yet
    if (m.state != MessageState::Accepted || !m.synchronizable()) return;
    temptNoReturn(*this, *this, r);
    if (r.regimeSure && r.regime.service == Service::Off) temptRecallStaysLocal(*this, *this, r, DeviceId{});
}

// ---- Groups and rooms -------------------------------------------------------------------------------------

void Checker::State::onMembership(const Event& e) {
    if (e.refused) return;
    if (e.to.kind == AddressKind::Group) return changeMembership(e);
    if (e.kind == EventKind::Leave) return leaveRoom(e.device, e.to.room());
    if (!isInRoom(e.device, e.to.room())) temptChatroom(*this, *this, e.to.room());
    enterRoom(e.device, e.to.room());
}

// ---- The face ---------------------------------------------------------------------------------------------

Checker::Checker(const Header& header, CheckerOptions options)
    : state_(std::make_unique<State>(std::make_shared<Header>(header), options)) {}
Checker::Checker(const Checker& other) : state_(std::make_unique<State>(*other.state_)) {}
Checker& Checker::operator=(const Checker& other) {
    if (this != &other) *state_ = *other.state_;
    return *this;
}
Checker::Checker(Checker&&) noexcept = default;
Checker& Checker::operator=(Checker&&) noexcept = default;
Checker::~Checker() = default;

void Checker::feed(const Event& event, const Lexicon& lexicon, const Annex& annex) {
    feed(std::span(&event, 1), lexicon, annex);
}

namespace {

// The records that an event needs are scattered over more memory than a cache holds: those of the next events are asked
// for while the ones before them are judged, first the message's, then what it points to. So many events at a time:
constexpr std::size_t kStride = 6;

std::span<const Event> strideFrom(std::size_t begin, std::span<const Event> events) {
    const std::span<const Event> rest = events.subspan(std::min(begin, events.size()));
    return rest.first(std::min(rest.size(), kStride));
}

}  // namespace

void Checker::feed(std::span<const Event> events, const Lexicon& lexicon, const Annex& annex) {
    state_->words = &lexicon;
    state_->annex = &annex;
    for (std::size_t i = 0; i < events.size(); i += kStride) {
        state_->expect(strideFrom(i + 2 * kStride, events));
        state_->expectReceipts(strideFrom(i + kStride, events));
        for (const Event& event : strideFrom(i, events)) state_->feed(event);
    }
}

void Checker::finish(const Lexicon& lexicon) {
    state_->words = &lexicon;
    state_->finish();
}

const Checker::State& Checker::state() const {
    return *state_;
}
const RuleCounts& Checker::counts() const {
    return state_->counts;
}
void Checker::countOnFrom(const RuleCounts& counts) {
    state_->counts = counts;
}
const std::vector<Violation>& Checker::violations() const {
    return state_->violations;
}
const ToleranceCounts& Checker::tolerances() const {
    return state_->tolerances;
}
std::uint64_t Checker::openDuties() const {
    return state_->open;
}
std::uint64_t Checker::events() const {
    return state_->place;
}

std::uint64_t Checker::looks() const {
    return state_->looks;
}

std::size_t Checker::memory() const {
    const State& s = *state_;
    return sizeof(State) + s.History::memory() + s.logins.capacity() * sizeof(LoginFacts) + s.due.memory() +
           s.elsewhere.capacity() * sizeof(Due);
}

}  // namespace mdsync
