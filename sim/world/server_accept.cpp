// The server takes a message and sends it to whoever gets it at once. See server.hpp.
#include "world/audience.hpp"
#include "world/fault.hpp"
#include "world/network.hpp"
#include "world/server.hpp"

namespace mdsync::world {
namespace {

// Whether a wrong server did something else when it should have sent something.
bool doesSomethingElse(State& s, DeviceId d) {
    if (s.policy.mutant == nullptr) [[likely]]
        return false;
    const auto deed = s.policy.mutant->fault->deeds.insteadOfSending;
    return deed != nullptr && deed(s, d);
}

[[gnu::always_inline]] inline void send(State& s, Message& m, const Packet& p) {
    if (doesSomethingElse(s, p.device)) return;
    s.messages.add(m, m.sent, p.place);
    sendDown(s, p);
}

// The user's devices that are online get it: all, or the chosen one.
void fanOut(State& s, MessageId id, UserId u, const Standing& standing, bool on) {
    Message& m = s.messages[id];
    // Who the one device is matters only where one device is picked out.
    const bool picks = !on || s.policy.mutant != nullptr;
    const DeviceId chosen = picks ? chosenDevice(s, u) : DeviceId{};
    std::uint32_t place = standing.place;
    for (const DeviceId d : DeviceRange{s.at(u)}) {
        if (s.at(d).online || isStillConnected(s, d)) {
            const Reach reach{d, on, d == chosen};
            const bool reached = standing.author ? decide<&Decisions::reachesAuthor>(s, m, reach)
                                                 : decide<&Decisions::reachesRecipient>(s, m, reach);
            if (reached) send(s, m, Packet{d, id, 0, place, PacketKind::Deliver, Via::Live});
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
        sendMessage(s, Packet{d, id, 0, place, PacketKind::Deliver, Via::Live});
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

void answer(State& s, MessageId id) {
    const bool accepts = decide<&Decisions::saysAccepted>(s, s.messages[id]);
    Event& event = s.emit(accepts ? EventKind::Accept : EventKind::Reject);
    event.message = id;
    if (!accepts) event.code = s.say.unknown;
}

}  // namespace

void accept(State& s, MessageId id, std::uint32_t installation) {
    forgetOld(s);
    Message& m = s.messages[id];
    if (!decide<&Decisions::answersSend>(s, m)) return;
    const bool on = decide<&Decisions::serviceOn>(s);
    m.fate = Fate::Accepted;
    m.acceptedAt = decide<&Decisions::acceptanceOf>(s, m);
    m.acceptedOff = !on;
    takeDownAudience(s, m);
    answer(s, id);
    const Body body = decide<&Decisions::bodyOf>(s, m);
    m.payload = body.payload;
    m.text = body.text;
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
    perform<&Deeds::afterAcceptance>(s, id);
}

void sendMessage(State& s, const Packet& p) {
    send(s, s.messages[p.message], p);
}

void tellRecalled(State& s, MessageId id, DeviceId d, std::uint32_t place) {
    if (doesSomethingElse(s, d)) return;
    Message& m = s.messages[id];
    s.messages.add(m, s.messages.aftermath(m, 0).told, place);
    sendDown(s, Packet{d, id, 0, place, PacketKind::Recalled, Via::Unknown});
}

void forgetOld(State& s) {
    while (s.acceptedBegin < s.accepted.size()) {
        const MessageId id = s.accepted[s.acceptedBegin];
        Message& m = s.messages[id];
        if (!isOver(s, m)) break;
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
