// World: the face of the simulated system. See mdsync/world.hpp.
#include "mdsync/world.hpp"

#include <algorithm>

#include "world/canonical.hpp"
#include "world/client.hpp"
#include "world/network.hpp"
#include "world/server.hpp"
#include "world/state.hpp"

namespace mdsync {
namespace world {
namespace {

Answer ok() {
    return Answer{};
}
Answer pending() {
    return Answer{Answer::Kind::Pending, {}, false};
}
Answer refused(const State& s, TextId code) {
    return Answer{Answer::Kind::Refused, s.lexicon->texts[code], false};
}
Answer unlessRefused(const State& s, TextId code) {
    return code.exists() ? refused(s, code) : ok();
}

// Whether the device can reach the server: in a session, and with its network.
bool reaches(const State& s, DeviceId d) {
    return s.at(d).online && s.at(d).linkUp;
}

// What acts at the server at once comes after what is due now.
void bringUpToNow(State& s) {
    runUntil(s, s.now());
}

Answer startLogin(State& s, DeviceId d) {
    Device& device = s.at(d);
    if (device.connecting || reaches(s, d)) return refused(s, s.say.online);
    if (device.online) endSession(s, d, OfflineReason::Drop);
    device.connecting = true;
    // A new connection does not wait for the old one's packets, unless a logout still sends them.
    if (s.side(d).flushed != device.session) s.side(d).up.next = s.now();
    sendUp(s, Packet{d, MessageId{}, 0, 0, PacketKind::Connect, Via::Unknown});
    return pending();
}

Answer startLogout(State& s, DeviceId d) {
    if (!reaches(s, d)) return refused(s, s.say.offline);
    endSession(s, d, OfflineReason::Logout);
    return ok();
}

Answer startDrop(State& s, DeviceId d, Millis noticedAfter) {
    if (!reaches(s, d)) return refused(s, s.say.offline);
    Device& device = s.at(d);
    if (noticedAfter <= Millis{0}) {
        endSession(s, d, OfflineReason::Drop);
        return ok();
    }
    device.linkUp = false;
    device.live = 0;
    ++s.unnoticed;
    ++s.notices;
    const Packet notice{d, MessageId{}, device.session, 0, PacketKind::Notice, Via::Unknown};
    if (s.handedOver) {
        putOnLine(s, notice);
    } else {
        s.wheel.push(s.now() + noticedAfter, notice);
    }
    return ok();
}

Answer startReinstall(State& s, DeviceId d) {
    if (s.at(d).online) endSession(s, d, OfflineReason::Uninstall);
    wipe(s, d);
    return ok();
}

Answer startHold(State& s, DeviceId d) {
    s.at(d).onHold = true;
    s.at(d).live = 0;
    return ok();
}

// A record of what is asked for, or none if the id is in use. It is, too, while a packet says it that is more than eight
// days on its way, or waits that long behind a hold: what it brings would be taken for the new message.
Message* beginMessage(State& s, const Op& op) {
    forgetOld(s);
    if (s.messages.knows(op.message)) {
        const Message& old = s.messages[op.message];
        const bool over = old.fate != Fate::Accepted && s.now() > old.acceptedAt + horizon();
        if ((old.fate != Fate::Unknown && !over) || isUnderWay(s, op.message)) return nullptr;
    }
    const bool status = decide<&Decisions::isStatus>(s, op);
    Message& m = s.messages.begin(op.message);
    m.acceptedAt = s.now();
    m.fate = Fate::UnderWay;
    m.to = op.to;
    m.text = op.text;
    m.payload = fingerprint(op.text.exists() ? std::string_view{s.lexicon->texts[op.text]} : std::string_view{});
    m.payloadKind = PayloadKind::Text;
    m.status = status;
    return &m;
}

Answer startSend(State& s, const Op& op) {
    if (!reaches(s, op.device)) return refused(s, s.say.offline);
    Message* m = beginMessage(s, op);
    if (m == nullptr) return refused(s, s.say.used);
    m->author = s.at(op.device).user;
    m->from = op.device;
    sendUp(s, Packet{op.device, op.message, 0, s.side(op.device).installation, PacketKind::Send, Via::Unknown});
    return ok();
}

Answer startPublish(State& s, const Op& op) {
    Message* m = beginMessage(s, op);
    if (m == nullptr) return refused(s, s.say.used);
    m->author = op.user;
    m->includeSender = op.includeSender;
    sendFromBackend(s, Packet{DeviceId{}, op.message, 0, 0, PacketKind::Publish, Via::Unknown});
    return ok();
}

Answer startRecall(State& s, const Op& op) {
    if (!op.device.exists()) {
        s.openRecalls.push_back(OpenRecall{op.message, op.user, DeviceId{}, false});
        sendFromBackend(s, Packet{DeviceId{}, op.message, 0, 0, PacketKind::ApiRecall, Via::Unknown});
        return ok();
    }
    if (!reaches(s, op.device)) return refused(s, s.say.offline);
    s.openRecalls.push_back(OpenRecall{op.message, s.at(op.device).user, op.device, false});
    sendUp(s, Packet{op.device, op.message, 0, 0, PacketKind::Recall, Via::Unknown});
    return ok();
}

Answer startMembership(State& s, const Op& op) {
    const bool joins = op.kind == OpKind::Join;
    if (op.to.kind == AddressKind::Group) {
        (joins ? joinGroup : leaveGroup)(s, op.to.group(), op.user);
        return ok();
    }
    if (!reaches(s, op.device)) return refused(s, s.say.offline);
    (joins ? joinRoom : leaveRoom)(s, op.to.room(), op.device);
    return ok();
}

Answer startOp(State& s, const Op& op) {
    switch (op.kind) {
        case OpKind::Login:
            return startLogin(s, op.device);
        case OpKind::Logout:
            return startLogout(s, op.device);
        case OpKind::Drop:
            return startDrop(s, op.device, op.noticedAfter);
        case OpKind::Reinstall:
            return startReinstall(s, op.device);
        case OpKind::Hold:
            return startHold(s, op.device);
        case OpKind::Release:
            bringUpToNow(s);
            release(s, op.device);
            return ok();
        case OpKind::Send:
            return startSend(s, op);
        case OpKind::Publish:
            return startPublish(s, op);
        case OpKind::Recall:
            return startRecall(s, op);
        case OpKind::Sync:
            bringUpToNow(s);
            return unlessRefused(s, turnSwitch(s, op.enabled));
        case OpKind::Set:
            bringUpToNow(s);
            return unlessRefused(s, changeSettings(s, op.settings));
        case OpKind::Join:
        case OpKind::Leave:
            bringUpToNow(s);
            return startMembership(s, op);
        case OpKind::Network:
            setConditions(s, op.network, op.on);
            return ok();
        case OpKind::ServerRestart:
            bringUpToNow(s);
            restart(s);
            return ok();
    }
    return Answer{Answer::Kind::Unsupported, "unknown operation", false};
}

}  // namespace
}  // namespace world

using world::State;

World::World(const Header& header, Lexicon& lexicon, const ServerPolicy& policy, std::uint64_t seed)
    : state_(std::make_unique<State>(header, lexicon, policy, world::Chance{seed})) {}

World::World(const Header& header, Lexicon& lexicon, const ServerPolicy& policy, std::unique_ptr<Choices> choices)
    : state_(std::make_unique<State>(header, lexicon, policy, world::Chance{std::move(choices)})) {}

World::World(const World& other) : state_(std::make_unique<State>(*other.state_)) {}
World& World::operator=(const World& other) {
    // Into the room that is there already: search copies worlds by the million.
    if (state_ == nullptr) state_ = std::make_unique<State>(*other.state_);
    if (this != &other) *state_ = *other.state_;
    return *this;
}
World::World(World&& other) noexcept = default;
World& World::operator=(World&& other) noexcept = default;
World::~World() = default;

Answer World::start(const Op& op) {
    return world::startOp(*state_, op);
}

Answer World::login(const Op& op) {
    State& s = *state_;
    Answer begun = world::startOp(s, op);
    if (begun.kind != Answer::Kind::Pending) return begun;
    const world::Device& device = s.at(op.device);
    const std::uint32_t before = device.session;
    world::Packet p;
    while (device.connecting && s.flying() > 0 && s.wheel.pop(Instant::max(), p)) world::dispatch(s, p);
    if (device.session != before) return world::ok();
    if (s.events.empty() || s.events.back().kind != EventKind::Refused || s.events.back().device != op.device) {
        return world::pending();
    }
    const TextId code = s.events.back().code;
    s.events.pop_back();
    return world::refused(s, code);
}

Answer World::settle() {
    State& s = *state_;
    world::Packet p;
    while (s.flying() > 0 && s.wheel.pop(Instant::max(), p)) world::dispatch(s, p);
    s.receipts.acknowledgeAll();
    Answer answer;
    answer.held = s.unnoticed > 0 || world::holdsBack(s);
    return answer;
}

void World::advance(Millis duration) {
    State& s = *state_;
    const Instant end = s.now() + duration;
    world::runUntil(s, end);
    s.wheel.moveTo(end);
}

Instant World::now() const {
    return state_->now();
}
std::vector<Event>& World::events() {
    return state_->events;
}
Annex& World::annex() {
    return state_->annex;
}
world::State& World::state() {
    return *state_;
}
const world::State& World::state() const {
    return *state_;
}
bool World::activated() const {
    return state_->activated;
}
std::size_t World::inFlight() const {
    return state_->flying();
}
std::size_t World::bytes() const {
    return world::bytesOf(*state_);
}
std::string World::canonical() const {
    return world::canonicalBytes(*state_);
}

}  // namespace mdsync
