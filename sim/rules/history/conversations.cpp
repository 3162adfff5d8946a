// Conversations: who joins and leaves, and the numbering of the devices that have to do with one.
#include <algorithm>

#include "rules/history/history.hpp"

namespace mdsync::rules {

void History::changeMembership(const Event& e) {
    const bool join = e.kind == EventKind::Join;
    GroupFacts& g = groups[e.to.number];
    const std::uint64_t key = pairKey(e.to.number, e.user.value);
    std::uint32_t history = memberOf.find(key);
    if (history == FlatMap::kAbsent) {
        if (!join) return;
        history = static_cast<std::uint32_t>(memberships.size());
        memberships.emplace_back();
        memberAt.push_back(0);
        memberOf.set(key, history);
    }
    const bool inside = memberships[history].size() % 2 == 1;
    if (inside == join) return;
    memberships[history].push_back(place);
    ++g.version;
    if (join) {
        memberAt[history] = static_cast<std::uint32_t>(g.members.size());
        g.members.push_back(e.user);
        return;
    }
    // What is asked for by now may be accepted later, at a time when she was a member still: alice keeps her slots.
    addToThread(groupThread(e.to), e.user);
    g.lastLeave = place;
    g.members[memberAt[history]] = g.members.back();
    memberAt[memberOf.find(pairKey(e.to.number, g.members.back().value))] = memberAt[history];
    g.members.pop_back();
}

bool History::isInRoom(DeviceId id, RoomId room) const {
    const std::uint32_t number = stayOf.find(pairKey(room.value, id.value));
    return number != FlatMap::kAbsent && stays[number].inside;
}

void History::enterRoom(DeviceId id, RoomId room) {
    const std::uint64_t key = pairKey(room.value, id.value);
    std::uint32_t number = stayOf.find(key);
    if (number == FlatMap::kAbsent) {
        number = static_cast<std::uint32_t>(stays.size());
        stays.emplace_back();
        stayOf.set(key, number);
        rooms[room.index()].visitors.push_back(id);
    }
    if (stays[number].inside || !device(id).online) return;
    stays[number].inside = true;
    stays[number].since = place;
    stays[number].at = static_cast<std::uint32_t>(rooms[room.index()].inside.size());
    rooms[room.index()].inside.push_back(id);
    roomsOf[id.index()].push_back(room);
}

void History::leaveRoom(DeviceId id, RoomId room) {
    const std::uint32_t number = stayOf.find(pairKey(room.value, id.value));
    if (number == FlatMap::kAbsent || !stays[number].inside) return;
    stays[number].inside = false;
    stays[number].left = place;
    std::vector<DeviceId>& inside = rooms[room.index()].inside;
    inside[stays[number].at] = inside.back();  // the last one takes its place: a crowd may leave one by one
    stays[stayOf.find(pairKey(room.value, inside.back().value))].at = stays[number].at;
    inside.pop_back();
    std::erase(roomsOf[id.index()], room);
}

void History::addToThread(std::uint32_t thread, UserId u) {
    const std::uint64_t key = pairKey(thread, u.value);
    if (slotOf.find(key) != FlatMap::kAbsent) return;
    Thread& t = threads[thread];
    slotOf.set(key, t.slots);
    t.users.push_back({u, t.slots});
    t.slots += user(u).slots;
}

std::uint32_t History::newThread(const Address& address) {
    threads.emplace_back();
    threads.back().address = address;
    return static_cast<std::uint32_t>(threads.size() - 1);
}

std::uint32_t History::privateThread(const MessageFacts& m) {
    const std::uint64_t key = privateKey(m);
    std::uint32_t thread = privateThreads.find(key);
    if (thread != FlatMap::kAbsent) return thread;
    thread = newThread({});
    privateThreads.set(key, thread);
    Thread& t = threads[thread];
    t.isPrivate = true;
    t.a = std::min(m.author, m.to.user());
    t.b = std::max(m.author, m.to.user());
    t.slots = user(t.a).slots + (t.b == t.a ? 0U : user(t.b).slots);
    return thread;
}

std::uint32_t History::groupThread(const Address& group) {
    GroupFacts& g = groups[group.number];
    if (g.thread == MessageFacts::kNone) g.thread = newThread(group);
    return g.thread;
}

// The conversation of a message, with slots for everybody it now concerns.
std::uint32_t History::threadOf(const MessageFacts& m) {
    if (m.to.kind == AddressKind::User) return privateThread(m);
    if (m.to.kind == AddressKind::Group) {
        const GroupFacts& g = groups[m.to.number];
        const std::uint32_t thread = groupThread(m.to);
        if (threads[thread].version != g.version) {
            for (const UserId u : g.members) addToThread(thread, u);
            threads[thread].version = g.version;
        }
        addToThread(thread, m.author);
        return thread;
    }
    RoomFacts& room = rooms[m.to.number];
    if (room.thread == MessageFacts::kNone) room.thread = newThread(m.to);
    for (const DeviceId d : room.inside) addToThread(room.thread, ownerOf(d));
    if (!m.exact) {
        for (const DeviceId d : room.visitors) {
            if (mayHaveBeenThere(m, d)) addToThread(room.thread, ownerOf(d));
        }
    }
    addToThread(room.thread, m.author);
    return room.thread;
}

}  // namespace mdsync::rules
