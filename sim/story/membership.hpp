// Membership: who was in a group or room when a message was accepted, and when they came and went.
#pragma once

#include "story/pair.hpp"
#include "story/reasons.hpp"

namespace mdsync::story {

// The last join or leave of the group by the user that was not refused; null if there was none.
[[nodiscard]] const Event* lastMembership(const Knowledge& k, GroupId group, UserId user);

// Why the user was not in the group at the place of an acceptance.
[[nodiscard]] Reason whyNotMember(const Knowledge& k, GroupId group, UserId user, rules::Place accepted);

// Why the device was not in the room, or not online, when the room's message was accepted.
[[nodiscard]] Reason whyNotInRoom(const Knowledge& k, const Pair& p);

}  // namespace mdsync::story
