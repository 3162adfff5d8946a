// online.*: several devices are online and the service is on: all receive, and all see what one of them sent.
#include "rules/families.hpp"
#include "rules/rows.hpp"

namespace mdsync {

namespace {

constexpr Rule kOnlineRows[] = {
    {
        .id = RuleId::OnlineReceived,
        .name = "online.received",
        .level = Level::Must,
        .source = "seed, \"Applicable Scenarios\"",
        .quote = "A single user account is simultaneously online on multiple devices (regardless of whether "
                 "they are the same platform), and the user wishes to synchronize message sending and "
                 "receiving.",
        .statement = "While the service is on, every device of each recipient that is online from the "
                     "acceptance of a normal message to the next settled moment has received it by then.",
        .reading = "The duty is looked at once. It lapses when the device's session ends before, when the "
                   "message is recalled before, and at the message's horizon. The service must be on at "
                   "acceptance. The members of a group are those at acceptance, without the author; who left "
                   "since is owed nothing more.",
        .tempted = "The duty was kept or violated: a recipient's device was online from acceptance until it "
                   "was due.",
        .aspects = kConversation | kOrigin | kClass | kSwitch,
        .names = Names::OnOrOff,
    },
    {
        .id = RuleId::OnlineSent,
        .name = "online.sent",
        .level = Level::Must,
        .source = "seed, \"Applicable Scenarios\"",
        .quote = "A single user account is simultaneously online on multiple devices (regardless of whether "
                 "they are the same platform), and the user wishes to synchronize message sending and "
                 "receiving.",
        .statement = "While the service is on, every other device of the author that is online from acceptance "
                     "to the next settled moment has received the normal message that one of the author's "
                     "devices sent.",
        .reading = "The sending device holds its message and is owed nothing. What the server API sent in the "
                   "author's name is ruled by isIncludeSender instead (api.*). The duty lapses as that of "
                   "online.received does.",
        .tempted = "The duty was kept or violated: another device of the author was online from acceptance "
                   "until it was due.",
        .aspects = kConversation | kClass | kSwitch,
        .names = Names::OnOrOff,
    },
};

}  // namespace

constinit const std::span<const Rule> kOnlineRules{kOnlineRows};

}  // namespace mdsync

namespace mdsync::rules {

constinit const Duty kOnlineReceived{
    .rule = RuleId::OnlineReceived, .says = missedLive, .because = sinceAcceptance, .noMore = NoMore::Message};

constinit const Duty kOnlineSent{
    .rule = RuleId::OnlineSent, .says = missedLive, .because = sinceAcceptance, .noMore = NoMore::Message};

}  // namespace mdsync::rules
