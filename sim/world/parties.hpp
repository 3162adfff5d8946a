// Parties: the users, devices, groups and rooms of a world, as records that index each other by id.
//
// A Device is the part that every packet touches: one cache line. What is needed seldom is in its DeviceSide, and what
// few devices ever have in a Shelf.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "mdsync/ids.hpp"
#include "mdsync/policy.hpp"
#include "world/packet.hpp"

namespace mdsync::world {

// A Link is one direction of a connection: reliable and in order, as TCP is.
struct Link {
    Instant next{};                // nothing sent from now on arrives before
    std::uint64_t latencyKey = 0;  // of its stream of latencies, see Chance
    std::uint32_t latencyDraws = 0;
    std::uint32_t lossDraws = 0;
    std::uint32_t entity = 0;      // whose streams these are
    std::uint32_t conditions = 0;  // index into State::conditions
};

struct alignas(64) Device {
    std::uint32_t live = 0;     // the session, if what arrives can be handed over at once; else 0
    std::uint32_t session = 0;  // number of the last session that began; 0: none yet
    Link down;                  // server to device
    UserId user;
    std::uint32_t began = 0;        // the session's place in the order of all sessions; larger is more recent
    std::uint32_t lastReceipt = 0;  // its newest entry in Receipts; 0: none
    DeviceClass deviceClass = DeviceClass::Mobile;
    bool online = false;  // in a session, as the server believes
    bool linkUp = false;  // the network is there; false while a drop is not noticed
    bool onHold = false;
    bool connecting = false;  // a Connect is under way
    bool catchingUp = false;  // from `online` to `caught-up`
};
static_assert(sizeof(Device) == 64);

struct DeviceSide {
    Link up;            // device to server
    Instant beganAt{};  // of the session
    std::uint32_t installation = 1;
    std::uint32_t flushed = 0;     // the session that a logout ended: what it sent before still arrives
    std::uint32_t caught = 0;      // messages that the catch-up brought so far
    std::uint32_t firstBegan = 0;  // order of the device's first session of all
    std::uint32_t duplicateDraws = 0;
    int offlineDays = 7;       // as set when the session began
    std::uint32_t shelf = 0;   // index into State::shelves; 0: none
    std::uint32_t logins = 0;  // sessions of this installation, without one whose catch-up is being made
};

struct Shelf {
    std::vector<Packet> waiting;  // arrived while on hold
    std::vector<Packet> lost;     // arrived at a network that was gone, unnoticed
    std::vector<RoomId> rooms;    // the chatrooms it is in
};

struct User {
    DeviceId first;
    std::uint32_t devices = 0;
    std::uint32_t mailboxBegin = 0;  // entries before are forgotten
    std::vector<MessageId> mailbox;  // normal private and group messages from and to the user, in order of acceptance
};

// A Member of an audience, and where the user's devices begin in the message's list of places.
struct Member {
    UserId user;
    std::uint32_t place = 0;
};

// A Roster is a membership as it was at some acceptance: sorted by user, never changed afterwards.
struct Roster {
    std::vector<Member> members;
    std::uint32_t places = 0;
    std::uint32_t uses = 0;  // messages that refer to it
};

struct Group {
    std::vector<UserId> members;   // now; sorted
    std::vector<UserId> founders;  // at the start; sorted
    std::uint32_t roster = 0;      // of the present members; 0: none made yet
    MessageId last;                // the last message it took
    [[nodiscard]] bool has(UserId user) const { return std::binary_search(members.begin(), members.end(), user); }
};

struct Room {
    std::vector<DeviceId> devices;  // in the order of joining
    std::uint32_t roster = 0;
    MessageId last;  // the last message it took
};

}  // namespace mdsync::world
