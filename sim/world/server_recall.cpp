// Recall. See server.hpp.
//
// Who has the message, or is getting it, is told behind it on the same link, also who left the group since; who lacks
// it will never get it. Who has it and is away is told at the next login (server_catchup.cpp).
#include <algorithm>

#include "world/audience.hpp"
#include "world/server.hpp"

namespace mdsync::world {
namespace {

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
    const User& user = s.at(u);
    for (const DeviceId d : onlineNewestFirst(s, u)) {
        const std::uint32_t place = standing.place + (d.value - user.first.value);
        if (!s.messages.has(m, m.sent, place) || s.messages.shown(m, place)) continue;
        const bool toldAlready = s.messages.hasAny(m, s.messages.aftermath(m).told, standing.place, user.devices);
        const Reach reach{d, on, false};
        if (decide<&Decisions::tellsOnline>(s, m, standing, reach, toldAlready)) tellRecalled(s, id, d, place);
    }
}

void noteRecall(State& s, Message& m, const OpenRecall& asked) {
    m.recalled = true;
    Aftermath& after = s.messages.aftermath(m, placesOf(s, m));
    after.recaller = asked.recaller;
    after.recallerDevice = asked.device;
    after.recalledAt = s.now();
}

// The first open request to recall this message. It is open no more.
OpenRecall takeRequest(State& s, MessageId id) {
    const auto found = std::find_if(s.openRecalls.begin(), s.openRecalls.end(),
                                    [id](const OpenRecall& open) { return open.message == id; });
    const OpenRecall request = *found;
    s.openRecalls.erase(found);
    return request;
}

}  // namespace

void recall(State& s, MessageId id) {
    forgetOld(s);
    const OpenRecall asked = takeRequest(s, id);
    if (!decide<&Decisions::answersRecall>(s)) return;
    const bool known = s.messages.knows(id) && s.messages[id].fate == Fate::Accepted;
    const bool accepted = decide<&Decisions::saysRecalled>(s, known);
    Event& event = s.emit(accepted ? EventKind::RecallAccept : EventKind::RecallReject);
    event.message = id;
    if (!accepted) event.code = s.say.unknown;
    if (!known) return;
    id = decide<&Decisions::meantBy>(s, id);
    Message& m = s.messages[id];
    if (m.recalled) {
        perform<&Deeds::atSecondRecall>(s, id);
        return;
    }
    noteRecall(s, m, asked);
    const bool on = decide<&Decisions::serviceOn>(s);
    forEachConcerned(s, m, [&](UserId u, const Standing& standing) { tellUser(s, id, u, standing, on || m.toRoom()); });
    perform<&Deeds::afterRecall>(s, id);
}

void loseRecall(State& s, const Packet& p) {
    const auto found = std::find_if(s.openRecalls.begin(), s.openRecalls.end(), [&p](const OpenRecall& open) {
        return open.message == p.message && open.device == p.device && !open.isLost;
    });
    if (found == s.openRecalls.end()) return;
    const Device& device = s.at(p.device);
    if (p.session == device.session && device.online) {
        found->isLost = true;
    } else {
        s.openRecalls.erase(found);
    }
}

}  // namespace mdsync::world
