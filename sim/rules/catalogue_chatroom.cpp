// The catalogue's rows of the family `chatroom`: chatrooms. Texts only, no judgement.
#include "rules/catalogue_rows.hpp"

namespace mdsync {

constinit const std::array<Rule, 1> kChatroomRules{{
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
                   "device's offline may still arrive until the next settled moment (delivery.only-online). "
                   "The seed names chatrooms without saying what changes for them, so only this rule and "
                   "delivery.* judge their messages, status types included.",
        .tempted = "A device comes online or joins the room after a message of the room was accepted.",
    },
}};

}  // namespace mdsync
