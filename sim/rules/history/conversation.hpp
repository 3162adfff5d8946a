// Conversation: the words for who talks with whom: users, rooms, and how far a device has come in a conversation.
#pragma once

#include <utility>
#include <vector>

#include "rules/history/message.hpp"

namespace mdsync::rules {

// A Progress is how far a device has come in a conversation by one `via`.
struct Progress {
    bool begun = false;  // it received something by it before, in this session
    std::uint32_t& latest;
    std::uint32_t* surely = nullptr;  // by when something of that was accepted for certain

    // Whether it received something that was accepted before `place` for certain.
    [[nodiscard]] bool isSurelyBefore(Place place) const {
        const std::uint32_t by = surely != nullptr && *surely != 0 ? *surely : latest;
        return begun && static_cast<std::int32_t>(by - static_cast<std::uint32_t>(place)) < 0;
    }

    // Whether it received something that was accepted after `place`.
    [[nodiscard]] bool isPast(Place place) const {
        return static_cast<std::int32_t>(latest - static_cast<std::uint32_t>(place)) > 0;
    }
    // It received something that was accepted in between.
    void advance(Place from, Place until) const {
        const auto first = static_cast<std::uint32_t>(from);
        const auto last = static_cast<std::uint32_t>(until);
        if (surely != nullptr) {
            const std::uint32_t by = *surely != 0 ? *surely : latest;
            *surely = begun && static_cast<std::int32_t>(last - by) > 0 ? by : last;
        }
        if (!begun || static_cast<std::int32_t>(first - latest) > 0) latest = first;
    }
};

// A Party is a user whom a message may concern, with the slot of their first device in the conversation.
struct Party {
    UserId user;
    std::uint32_t slot = 0;
};

// A Latest is the last message of a kind. bob is away while a status message goes to alice and him: when he logs in, it
// tempts status.online-only.
struct Latest {
    Place place = 0;
    Instant t{};
    Aspects aspects = 0;
};

struct RoomFacts {
    std::vector<DeviceId> inside;
    std::vector<DeviceId> visitors;  // who was ever inside
    std::uint32_t thread = MessageFacts::kNone;
    Latest message;
};

// A UserFacts is a user with what they have to do with: devices, live messages, recalls.
struct UserFacts {
    DeviceId firstDevice;
    std::uint16_t deviceCount = 0;  // in all, as declared by now
    std::uint16_t onlineCount = 0;
    std::uint16_t laterCount = 0;    // of these, by events
    std::uint16_t slots = 0;         // for how many of them a conversation has room
    std::uint32_t concerned = 0;     // live messages, of any kind, that they wrote or are the audience of
    std::vector<MessageId> mailbox;  // normal private and group messages they wrote or are the audience of, as accepted
    std::size_t mailboxHead = 0;     // before it all are past their horizon
    std::vector<MessageId> recalled;  // of these, the recalled ones
    std::vector<std::pair<MessageId, Place>>
        included;      // ... those that the API sent to others in their name, and to them
    Latest status;     // a status message that a device sent,
    Latest statusApi;  // one through a status endpoint,
    Latest excluded;   // one through the API without includeSender
};

}  // namespace mdsync::rules
