// Store: how a History is kept. Records of users, devices and messages stand side by side; a message has a block of
// receipts, one for each device of its conversation, in a pool with free lists. No rule sees any of it.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/blocks.hpp"
#include "base/fifo.hpp"
#include "base/flat_map.hpp"
#include "rules/history/conversation.hpp"
#include "rules/history/message.hpp"
#include "rules/history/recall.hpp"
#include "rules/history/session.hpp"

namespace mdsync::rules {

// An OrderMark is how far a device has come in a conversation during its session, for each `via`: the latest acceptance
// among what it received. The low halves of places are kept; within a session they are compared by their difference. What came live
// is asked for all the time, what came with a catch-up rarely: that stands apart.
struct OrderMark {
    std::uint32_t live = 0;
    std::uint16_t session = 0;
    std::uint8_t begun = 0;  // bit by via: whether anything was received
};
struct CatchUpMark {
    std::uint32_t offline = 0;
    std::uint32_t compensation = 0;
};

// A SurelyMark is by when one of what a device received was accepted for certain, for each `via`: the least there is. 0:
// what OrderMark says.
struct SurelyMark {
    std::array<std::uint32_t, 4> by{};
};

// A StrangersMark is the same of a device that has no part in the conversation, for each `via`.
struct StrangersMark {
    std::uint16_t session = 0;
    std::array<bool, 4> begun{};
    std::array<std::uint32_t, 4> latest{};
    std::array<std::uint32_t, 4> surely{};
};

// A Thread is a conversation with a stable numbering of the devices that have to do with it: two users, or all who ever
// were in a group or room or wrote to it.
struct Thread {
    Address address;  // group or room; for a private one unused
    UserId a, b;      // private
    bool isPrivate = false;
    std::uint32_t slots = 0;
    std::vector<Party> users;     // group and room
    std::uint32_t marks = 0;      // first of its order marks in the pool
    std::uint32_t markSlots = 0;  // how many of them there are
    std::uint32_t version = 0;    // of the group's membership for which all members have slots
};

struct GroupFacts {
    std::vector<UserId> members;
    std::uint32_t version = 1;
    std::uint32_t thread = MessageFacts::kNone;
    Place lastLeave = 0;
};

// A device's stay in a room.
struct Stay {
    bool inside = false;
    std::uint32_t at = 0;  // its place among those inside
    Place since = 0;
    Place left = 0;
};

struct Store {
    std::vector<DeviceFacts> devices;
    std::vector<DeviceSide> sides;  // of the devices
    std::vector<UserFacts> users;
    std::vector<GroupFacts> groups;
    std::vector<RoomFacts> rooms;
    Blocks<MessageFacts> messages;
    std::vector<RecallFacts> recalls;
    std::vector<std::uint32_t> freeRecalls;
    std::vector<Thread> threads;
    std::vector<OrderMark> marks;
    std::vector<CatchUpMark> catchUpMarks;  // beside them
    std::vector<SurelyMark> surelyMarks;    // beside them, once an acceptance was an interval; empty until then
    std::vector<StrangersMark> strangersMarks;
    std::vector<std::pair<Place, std::uint32_t>> strangersReceipts;  // which message, by which installation
    FlatMap strangers, strangersMarkOf;  // by message and device, by conversation and device
    std::vector<Receipt> receipts;
    std::vector<std::vector<std::uint32_t>> freeReceipts;  // by number of slots
    std::vector<std::vector<Place>> memberships;           // joins and leaves in turn
    std::vector<std::uint32_t> memberAt;                   // beside them: whose place among the group's members it is
    std::vector<Stay> stays;
    std::vector<std::vector<RoomId>> roomsOf;             // by device
    std::vector<std::vector<MessageId>> unaccepted;       // by device: what it asked to send or recall, lately
    std::vector<std::vector<std::uint32_t>> pastThreads;  // by device: conversations of forgotten messages it held
    std::vector<std::vector<Address>> strays;             // by device: conversations of what it should not have
    std::vector<std::vector<MessageId>> owedToSender;     // by device: api.include-sender-offline of its session
    std::vector<Place> lastOffline;                       // by device: any `offline`
    std::vector<bool> statusTypes;                        // by TextId
    std::vector<bool> knownTypes;
    FlatMap privateThreads, memberOf, slotOf, stayOf;
    Fifo<std::pair<MessageId, Instant>> byAcceptance;  // for the horizon
    Fifo<std::pair<MessageId, Instant>> byAsking;      // for that of what is never accepted
    Instant alarm = Instant::max();                    // until then no time that passes makes anything due
    Latest roomMessage;
    std::uint32_t liveMessages = 0;
    std::uint32_t onlineUsers = 0;
};

}  // namespace mdsync::rules
