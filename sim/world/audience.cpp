// Who is concerned by a message. See audience.hpp.
#include "world/audience.hpp"

#include <algorithm>

namespace mdsync::world {
namespace {

// Members sorted by user -> a roster with their places.
std::uint32_t newRoster(State& s, const std::vector<UserId>& users) {
    std::uint32_t number = static_cast<std::uint32_t>(s.rosters.size());
    if (s.freeRosters.empty()) {
        s.rosters.emplace_back();
    } else {
        number = s.freeRosters.back();
        s.freeRosters.pop_back();
    }
    Roster& roster = s.rosters[number];
    roster.uses = 1;  // by the group or room itself, until its membership changes
    for (const UserId u : users) {
        roster.members.push_back(Member{u, roster.places});
        roster.places += s.at(u).devices;
    }
    return number;
}

void releaseRoster(State& s, std::uint32_t number) {
    Roster& roster = s.rosters[number];
    if (--roster.uses > 0) return;
    roster = Roster{};
    s.freeRosters.push_back(number);
}

std::vector<UserId> usersIn(const State& s, const Room& room) {
    std::vector<UserId> users;
    for (const DeviceId d : room.devices) users.push_back(s.at(d).user);
    std::sort(users.begin(), users.end());
    users.erase(std::unique(users.begin(), users.end()), users.end());
    return users;
}

const Member* find(const Roster& roster, UserId u) {
    const auto found = std::lower_bound(roster.members.begin(), roster.members.end(), u,
                                        [](const Member& member, UserId wanted) { return member.user < wanted; });
    return found != roster.members.end() && found->user == u ? &*found : nullptr;
}

}  // namespace

Standing standingOf(const State& s, const Message& m, UserId u) {
    const bool author = u == m.author;
    if (m.to.kind == AddressKind::User) {
        if (author) return Standing{0, true, false};
        return u == m.to.user() ? Standing{s.at(m.author).devices, false, true} : Standing{};
    }
    const Roster& roster = s.rosters[m.roster];
    if (const Member* member = find(roster, u)) return Standing{member->place, author, !author};
    return author ? Standing{roster.places, true, false} : Standing{};
}

std::uint32_t placesOf(const State& s, const Message& m) {
    const std::uint32_t author = s.at(m.author).devices;
    if (m.to.kind == AddressKind::User) {
        return m.to.user() == m.author ? author : author + s.at(m.to.user()).devices;
    }
    const Roster& roster = s.rosters[m.roster];
    return find(roster, m.author) != nullptr ? roster.places : roster.places + author;
}

void takeDownAudience(State& s, Message& m) {
    if (m.to.kind == AddressKind::Group) {
        Group& group = s.groups[m.to.group().index()];
        if (group.roster == 0) group.roster = newRoster(s, group.members);
        m.roster = group.roster;
    } else if (m.to.kind == AddressKind::Room) {
        Room& room = s.rooms[m.to.room().index()];
        if (room.roster == 0) room.roster = newRoster(s, usersIn(s, room));
        m.roster = room.roster;
    }
    if (m.roster != 0) ++s.rosters[m.roster].uses;
    s.messages.setPlaces(m, placesOf(s, m));
}

void releaseAudience(State& s, const Message& m) {
    if (m.roster != 0) releaseRoster(s, m.roster);
}

void membershipChanged(State& s, std::uint32_t& roster) {
    if (roster != 0) releaseRoster(s, roster);
    roster = 0;
}

bool stillEntitled(const State& s, const Message& m, UserId u) {
    if (m.to.kind != AddressKind::Group || s.policy.knobs.deliversToLeft) return true;
    // An author from outside the group, as the server API allows, has nothing to leave.
    const bool wasMember = find(s.rosters[m.roster], u) != nullptr;
    return !wasMember || s.groups[m.to.group().index()].has(u);
}

}  // namespace mdsync::world
