// Recall. See server.hpp.
//
// Who has the message, or is getting it, is told behind it on the same link; who lacks it will never get it. Who has it
// and is away is told at the next login (server_catchup.cpp).
#include <algorithm>

#include "world/audience.hpp"
#include "world/decisions.hpp"
#include "world/network.hpp"
#include "world/server.hpp"

namespace mdsync::world {
namespace {

void tell(State& s, MessageId id, Message& m, DeviceId d, std::uint32_t place) {
    s.messages.add(m, s.messages.aftermath(m, 0).told, place);
    sendDown(s, Packet{d, id, 0, place, PacketKind::Recalled, Via::Unknown});
}

// The user's online devices, most recently connected first: where only one of them is told, it is that one.
std::vector<DeviceId> onlineNewestFirst(const State& s, UserId u) {
    std::vector<DeviceId> online;
    for (const DeviceId d : DeviceRange{s.at(u)}) {
        if (s.at(d).online) online.push_back(d);
    }
    std::sort(online.begin(), online.end(), [&s](DeviceId a, DeviceId b) { return s.at(a).began > s.at(b).began; });
    return online;
}

void tellUser(State& s, MessageId id, UserId u, const Standing& standing, bool on) {
    Message& m = s.messages[id];
    if (!stillEntitled(s, m, u)) return;
    const User& user = s.at(u);
    for (const DeviceId d : onlineNewestFirst(s, u)) {
        const std::uint32_t place = standing.place + (d.value - user.first.value);
        if (!s.messages.has(m, m.sent, place) || s.messages.shown(m, place)) continue;
        const bool toldAlready = s.messages.hasAny(m, s.messages.aftermath(m).told, standing.place, user.devices);
        if (tellsOnline(s, m, standing, d, on, toldAlready)) tell(s, id, m, d, place);
    }
}

// The recalling device shows its own recall, if it has the message.
void noteRecaller(State& s, Message& m, const Aftermath& asked) {
    Aftermath& after = s.messages.aftermath(m, placesOf(s, m));
    after.recaller = asked.recaller;
    after.recallerDevice = asked.recallerDevice;
    after.recalledAt = s.now();
    if (!asked.recallerDevice.exists()) return;
    const Standing standing = standingOf(s, m, asked.recaller);
    if (!standing.any()) return;
    const std::uint32_t place = standing.place + (asked.recallerDevice.value - s.at(asked.recaller).first.value);
    if (!s.messages.has(m, m.held, place)) return;
    s.messages.add(m, after.told, place);
    s.messages.add(m, after.shown, place);
}

// The message accepted just before, if there is one and it is not recalled.
MessageId neighbour(const State& s, MessageId id) {
    for (std::size_t i = s.acceptedBegin + 1; i < s.accepted.size(); ++i) {
        const MessageId before = s.accepted[i - 1];
        if (s.accepted[i] == id && !s.messages[before].recalled) return before;
    }
    return id;
}

// A wrong server tells somebody whom it does not concern.
void leakRecall(State& s, MessageId id) {
    if (s.policy.change != Change::LeaksRecall) return;
    for (std::size_t i = 0; i < s.devices.size(); ++i) {
        if (!s.devices[i].online || standingOf(s, s.messages[id], s.devices[i].user).any()) continue;
        if (!s.decide(Change::LeaksRecall, false, true)) continue;
        sendDown(s, Packet{DeviceId{i}, id, 0, kNoPlace, PacketKind::Recalled, Via::Unknown});
        return;
    }
}

}  // namespace

void recall(State& s, MessageId id, UserId recaller, DeviceId device) {
    forgetOld(s);
    if (!answersRecall(s)) return;
    if (!s.messages.knows(id) || s.messages[id].fate != Fate::Accepted) {
        if (s.decide(Change::Lying, false, true)) {
            s.emit(EventKind::RecallAccept).message = id;
            return;
        }
        Event& event = s.emit(EventKind::RecallReject);
        event.message = id;
        event.code = s.say.unknown;
        return;
    }
    s.emit(EventKind::RecallAccept).message = id;
    if (s.policy.change == Change::RecallsAnother) id = s.decide(Change::RecallsAnother, id, neighbour(s, id));
    Message& m = s.messages[id];
    if (m.recalled) return;
    m.recalled = true;
    Aftermath asked;
    asked.recaller = recaller;
    asked.recallerDevice = device;
    noteRecaller(s, m, asked);
    const bool on = serviceOn(s);
    forEachConcerned(s, m, [&](UserId u, const Standing& standing) { tellUser(s, id, u, standing, on || m.toRoom()); });
    leakRecall(s, id);
}

}  // namespace mdsync::world
