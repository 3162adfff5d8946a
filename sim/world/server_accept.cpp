// The server takes a message and sends it to whoever gets it at once. See server.hpp.
#include "world/audience.hpp"
#include "world/decisions.hpp"
#include "world/network.hpp"
#include "world/server.hpp"

namespace mdsync::world {
namespace {

void sendLive(State& s, MessageId id, Message& m, DeviceId d, std::uint32_t place) {
    if (fabricates(s, d)) return;
    s.messages.add(m, m.sent, place);
    sendDown(s, Packet{d, id, 0, place, PacketKind::Deliver, Via::Live});
}

// A wrong server goes on sending to a session that has ended.
bool keepsSending(State& s, const Message& m, DeviceId d) {
    if (s.policy.change != Change::DeliversAfterEnd) return false;
    return s.decide(Change::DeliversAfterEnd, false, s.at(d).session > 0, {s.at(d).deviceClass, m.to.kind});
}

// The user's devices that are online get it: all, or the chosen one.
void fanOut(State& s, MessageId id, UserId u, const Standing& standing, bool on) {
    Message& m = s.messages[id];
    // Who the one device is matters only where one device is picked out.
    const bool picks = !on || s.policy.change != Change::None;
    const DeviceId chosen = picks ? chosenDevice(s, u) : DeviceId{};
    std::uint32_t place = standing.place;
    for (const DeviceId d : DeviceRange{s.at(u)}) {
        if (s.at(d).online || keepsSending(s, m, d)) {
            const bool reached =
                standing.author ? reachesAuthor(s, m, d, on, d == chosen) : reachesRecipient(s, m, d, on, d == chosen);
            if (reached) sendLive(s, id, m, d, place);
        }
        ++place;
    }
}

// Everybody in the room gets it, device by device.
void fanOutInRoom(State& s, MessageId id) {
    Message& m = s.messages[id];
    Room& room = s.rooms[m.to.room().index()];
    room.last = id;
    const bool silentToAuthor = (m.byApi() && !m.includeSender) || !s.policy.knobs.roomEchoesToAuthor;
    for (const DeviceId d : room.devices) {
        const UserId u = s.at(d).user;
        if (d == m.from || (u == m.author && silentToAuthor) || !s.at(d).online) continue;
        const std::uint32_t place = standingOf(s, m, u).place + (d.value - s.at(u).first.value);
        sendLive(s, id, m, d, place);
    }
}

// The oldest entry of the mailbox goes.
void forgetOldest(User& user) {
    ++user.mailboxBegin;
    if (user.mailboxBegin < 64 || std::size_t{2} * user.mailboxBegin < user.mailbox.size()) return;
    user.mailbox.erase(user.mailbox.begin(), user.mailbox.begin() + static_cast<std::ptrdiff_t>(user.mailboxBegin));
    user.mailboxBegin = 0;
}

void keep(State& s, MessageId id) {
    const Message& m = s.messages[id];
    forEachConcerned(s, m, [&](UserId u, const Standing&) { s.at(u).mailbox.push_back(id); });
}

// The author's own device has what it sent, unless it was reinstalled meanwhile.
void noteOwn(State& s, Message& m, std::uint32_t installation) {
    if (m.byApi() || s.side(m.from).installation != installation) return;
    const std::uint32_t place = standingOf(s, m, m.author).place + (m.from.value - s.at(m.author).first.value);
    s.messages.add(m, m.held, place);
    s.messages.add(m, m.sent, place);
}

// A wrong server shows a message to somebody whom it does not concern.
void leak(State& s, MessageId id) {
    const Message& m = s.messages[id];
    if (m.toRoom() || m.status || s.policy.change != Change::LeaksToOthers) return;
    for (std::size_t i = 0; i < s.devices.size(); ++i) {
        const Device& device = s.devices[i];
        if (!device.online || standingOf(s, m, device.user).any()) continue;
        if (!s.decide(Change::LeaksToOthers, false, true, {device.deviceClass, m.to.kind})) continue;
        sendDown(s, Packet{DeviceId{i}, id, 0, kNoPlace, PacketKind::CatchUp, Via::Live});
        return;
    }
}

// What a wrong server makes of a body.
void alterBody(State& s, Message& m) {
    const Facts facts{std::nullopt, m.to.kind};
    const std::uint64_t before = m.payload;
    m.payload = s.decide(Change::CutsBody, before, fingerprint({}), facts);
    if (m.payload != before) m.text = s.say.empty;
    if (s.policy.change != Change::SwapsBodies || s.accepted.size() == s.acceptedBegin) return;
    const Message& previous = s.messages[s.accepted.back()];
    m.payload = s.decide(Change::SwapsBodies, m.payload, previous.payload, facts);
    if (m.payload != before) m.text = previous.text;
}

void answer(State& s, MessageId id) {
    const Facts facts{std::nullopt, s.messages[id].to.kind};
    const bool rejects = s.decide(Change::RejectsAndDelivers, false, true, facts);
    Event& event = s.emit(rejects ? EventKind::Reject : EventKind::Accept);
    event.message = id;
    if (rejects) event.code = s.say.unknown;
}

}  // namespace

void accept(State& s, MessageId id, std::uint32_t installation) {
    forgetOld(s);
    Message& m = s.messages[id];
    if (!answersSend(s, m)) return;
    const bool on = serviceOn(s);
    m.fate = Fate::Accepted;
    m.acceptedAt = s.decide(Change::WindowBySendTime, s.now(), m.acceptedAt);
    m.acceptedOff = !on;
    takeDownAudience(s, m);
    answer(s, id);
    alterBody(s, m);
    noteOwn(s, m, installation);
    s.accepted.push_back(id);
    if (m.to.kind == AddressKind::Group) s.groups[m.to.group().index()].last = id;
    if (m.kept()) keep(s, id);
    if (m.toRoom()) {
        fanOutInRoom(s, id);
    } else {
        forEachConcerned(s, m, [&](UserId u, const Standing& standing) { fanOut(s, id, u, standing, on); });
    }
    const bool mayMove = !on && s.policy.knobs.offEchoesToOne && m.byApi() && m.includeSender && m.kept();
    if (mayMove) s.messages.aftermath(s.messages[id], placesOf(s, s.messages[id])).sessions = s.sessions;
    leak(s, id);
}

bool fabricates(State& s, DeviceId d) {
    if (!s.decide(Change::Lying, false, true)) return false;
    Message& m = s.messages[s.say.madeUp];
    m.acceptedAt = s.now();
    m.text = s.say.empty;
    m.payload = fingerprint({});
    sendDown(s, Packet{d, s.say.madeUp, 0, kNoPlace, PacketKind::CatchUp, Via::Live});
    return true;
}

void forgetOld(State& s) {
    while (s.acceptedBegin < s.accepted.size()) {
        const MessageId id = s.accepted[s.acceptedBegin];
        Message& m = s.messages[id];
        if (!beyondHorizon(s, m)) break;
        ++s.acceptedBegin;
        if (m.kept()) {
            forEachConcerned(s, m, [&](UserId u, const Standing&) { forgetOldest(s.at(u)); });
        }
        const std::uint32_t places = placesOf(s, m);
        releaseAudience(s, m);
        s.messages.forget(m, places);
    }
    // Give the room back now and then, without moving more than was forgotten.
    if (s.acceptedBegin > 1024 && s.acceptedBegin * 2 > s.accepted.size()) {
        s.accepted.erase(s.accepted.begin(), s.accepted.begin() + static_cast<std::ptrdiff_t>(s.acceptedBegin));
        s.acceptedBegin = 0;
    }
}

}  // namespace mdsync::world
