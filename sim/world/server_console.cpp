// The console, tickets and the app's backend: what changes at the server at once. See server.hpp.
#include <algorithm>

#include "world/audience.hpp"
#include "world/server.hpp"

namespace mdsync::world {

TextId turnSwitch(State& s, bool enable) {
    const TextId refusal = decide<&Decisions::refusalOfTurn>(s, enable);
    Service& service = s.service;
    const bool isRepeated = service.app.sync == enable && !decide<&Decisions::repeatingTurns>(s);
    if (refusal.exists() || isRepeated || !decide<&Decisions::turnCounts>(s, enable)) return refusal;
    service.before = decide<&Decisions::serviceOn>(s);
    service.turned = true;
    service.turnedAt = s.now();
    service.app.sync = enable;
    return refusal;
}

TextId changeSettings(State& s, const SettingsChange& change) {
    const TextId refusal = decide<&Decisions::refusalOfSettings>(s, change);
    if (refusal.exists()) return refusal;
    App& app = s.service.app;
    if (change.compensationDays) app.compensationDays = static_cast<int>(*change.compensationDays);
    if (change.offlineDays) app.offlineDays = static_cast<int>(*change.offlineDays);
    if (change.mobileLimit) app.mobileLimit = static_cast<int>(*change.mobileLimit);
    if (change.miniprogramLimit) app.miniprogramLimit = static_cast<int>(*change.miniprogramLimit);
    if (change.prepaid) app.prepaid = *change.prepaid;
    perform<&Deeds::afterSetting>(s);
    return refusal;
}

void joinGroup(State& s, GroupId g, UserId u) {
    Group& group = s.groups[g.index()];
    if (group.has(u)) return;
    group.members.insert(std::lower_bound(group.members.begin(), group.members.end(), u), u);
    if (decide<&Decisions::noticesJoining>(s, g)) membershipChanged(s, group.roster);
    perform<&Deeds::afterJoin>(s, g, u);
}

void leaveGroup(State& s, GroupId g, UserId u) {
    Group& group = s.groups[g.index()];
    if (!group.has(u)) return;
    group.members.erase(std::lower_bound(group.members.begin(), group.members.end(), u));
    if (decide<&Decisions::noticesLeaving>(s, g)) membershipChanged(s, group.roster);
}

void joinRoom(State& s, RoomId r, DeviceId d) {
    std::vector<RoomId>& rooms = s.shelf(d).rooms;
    if (std::find(rooms.begin(), rooms.end(), r) != rooms.end()) return;
    rooms.push_back(r);
    Room& room = s.rooms[r.index()];
    room.devices.push_back(d);
    membershipChanged(s, room.roster);
    perform<&Deeds::afterEntry>(s, r, d);
}

void leaveRoom(State& s, RoomId r, DeviceId d) {
    std::vector<RoomId>& rooms = s.shelf(d).rooms;
    const auto found = std::find(rooms.begin(), rooms.end(), r);
    if (found == rooms.end()) return;
    rooms.erase(found);
    Room& room = s.rooms[r.index()];
    room.devices.erase(std::find(room.devices.begin(), room.devices.end(), d));
    membershipChanged(s, room.roster);
}

void leaveAllRooms(State& s, DeviceId d) {
    if (s.side(d).shelf == 0) return;
    const std::vector<RoomId> rooms = s.shelf(d).rooms;
    for (const RoomId r : rooms) leaveRoom(s, r, d);
}

}  // namespace mdsync::world
