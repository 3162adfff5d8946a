// Conversation: the words for who talks with whom: groups, rooms, users, and how far a device has come in a conversation.
#pragma once

#include <utility>
#include <vector>

#include "rules/history/message.hpp"

namespace mdsync::rules {

// How far a device has come in a conversation during its session, for each `via`: the latest acceptance among what it
// received. The low halves of places are kept; within a session they are compared by their difference. What came live
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

// A Progress is how far a device has come in a conversation by one `via`.
struct Progress {
    bool begun = false;  // it received something by it before, in this session
    std::uint32_t& latest;

    // Whether it received something that was accepted after `place`.
    [[nodiscard]] bool isPast(Place place) const {
        return static_cast<std::int32_t>(latest - static_cast<std::uint32_t>(place)) > 0;
    }
    void advance(Place place) const {
        if (!begun || static_cast<std::int32_t>(static_cast<std::uint32_t>(place) - latest) > 0)
            latest = static_cast<std::uint32_t>(place);
    }
};

// A Party is a user whom a message may concern, with the slot of their first device in the conversation.
struct Party {
    UserId user;
    std::uint32_t slot = 0;
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
};

// A device's stay in a room.
struct Stay {
    bool inside = false;
    Place since = 0;
    Place left = 0;
};

// The latest thing of a kind that a user has to do with, for what it tempts later.
struct Latest {
    Place place = 0;
    Instant t{};
    Aspects aspects = 0;
};

struct RoomFacts {
    std::vector<DeviceId> inside;
    std::uint32_t thread = MessageFacts::kNone;
    Latest message;
};

// What a user's rules need to find again without searching.
struct UserFacts {
    DeviceId firstDevice;
    std::uint16_t deviceCount = 0;
    std::uint16_t onlineCount = 0;
    std::uint32_t concerned = 0;     // live messages, of any kind, that they wrote or are the audience of
    std::vector<MessageId> mailbox;  // normal private and group messages they wrote or are the audience of, as accepted
    std::size_t mailboxHead = 0;     // before it all are past their horizon
    std::vector<MessageId> recalled;  // of these, the recalled ones
    Latest status;                    // a status message that a device sent,
    Latest statusApi;                 // one through a status endpoint,
    Latest excluded;                  // one through the API without includeSender
};

}  // namespace mdsync::rules
