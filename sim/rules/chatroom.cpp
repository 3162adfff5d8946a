// chatroom.*: a chatroom's messages are for who is in the room, and for nobody later.
#include <fmt/format.h>

#include "rules/families.hpp"
#include "rules/rows.hpp"

namespace mdsync {

namespace {

constexpr Rule kChatroomRows[] = {
    {
        .id = RuleId::ChatroomLiveOnly,
        .name = "chatroom.live-only",
        .level = Level::MustNot,
        .source = "docs",
        .quote = "",
        .statement = "A device that was not online and in the room when a chatroom message was accepted, and "
                     "online since, must not receive it.",
        .reading = "A device leaves the room when its session ends and must join again. Leaving the room after "
                   "acceptance while staying online does not forbid the receipt. What was accepted before the "
                   "offline of a device that was in the room may still arrive until the next settled moment "
                   "(delivery.only-online). "
                   "The seed names chatrooms without saying what changes for them, so only this rule and "
                   "delivery.* judge their messages, status types included.",
        .tempted = "A device comes online or joins the room after a message of the room was accepted.",
        .aspects = kLogin | bit(Aspect::Join),
    },
};

}  // namespace

constinit const std::span<const Rule> kChatroomRules{kChatroomRows};

}  // namespace mdsync
#include "rules/presence.hpp"

namespace mdsync::rules {

namespace {

// Where it is open when it was accepted, carol/iphone may have been in the room then, but in a session that has ended, and
// online since, but not in the room.
Tri notInTheRoom(const History& h, const Arrival& a) {
    if (!a.message.room) return Tri::No;
    if (!a.device.online && !a.excused) return Tri::Yes;
    if (!a.excused && !h.cameToRoomInSession(a.message, a.deviceId)) return Tri::Yes;
    return opposite(presentSince(a, Receipt::InRoom));
}

std::string saysNotInTheRoom(const History& h, const Arrival& a) {
    return fmt::format(
        "{} received the chatroom message {} and has not been online and in the room since its acceptance",
        h.name(a.deviceId), h.name(a.id));
}

}  // namespace

constinit const Ban kChatroomLiveOnly{RuleId::ChatroomLiveOnly, notInTheRoom, saysNotInTheRoom};

void temptChatroom(const History& h, Ledger& ledger, const Newcomer& n) {
    if (n.live(h, h.roomMessage)) ledger.check(RuleId::ChatroomLiveOnly, n.login);
}

// A device joins a room after a message of the room was accepted.
void temptChatroom(const History& h, Ledger& ledger, RoomId joined) {
    if (Newcomer::live(h, h.room(joined).message)) ledger.check(RuleId::ChatroomLiveOnly, bit(Aspect::Join));
}

}  // namespace mdsync::rules
