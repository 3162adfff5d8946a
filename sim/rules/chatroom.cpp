// chatroom.*: a chatroom's messages are for who is in the room, and for nobody later.
#include <fmt/format.h>

#include "rules/families.hpp"
#include "rules/presence.hpp"

namespace mdsync::rules {

namespace {

Tri notInTheRoom(const History&, const Arrival& a) {
    if (!a.message.room || a.excused) return Tri::No;
    if (!a.device.online) return Tri::Yes;
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
