// The catalogue's rows of the family `off`: with the service off, the default. Texts only, no judgement.
#include "rules/catalogue_rows.hpp"

namespace mdsync {

constinit const std::array<Rule, 5> kOffRules{{
    {
        .id = RuleId::OffSingleDevice,
        .name = "off.single-device",
        .level = Level::MustNot,
        .source = "seed, \"Multi-Device Message Synchronization\"",
        .quote = "By default, RC does not synchronize messages between devices. Once a new message is received "
                 "by one device, other devices cannot receive the same message.",
        .statement = "While the service is off, a second device of a recipient must not receive a normal "
                     "message that another terminal of theirs already has.",
        .reading = "Another terminal has a message if it sent it, or if it received it and that session still "
                   "lasts or its installation was online at a settled moment since: where the session broke at "
                   "once the server cannot know that the message arrived, and may give it to another device. "
                   "Which device gets the message is not asked. For a device online from acceptance on, the "
                   "service must be off at acceptance; for one that came later, at acceptance and at the "
                   "beginning of its session with no turn of the switch in between; receipts for which this "
                   "does not hold count neither as the first nor as the second. A copy that a login brings is "
                   "off.no-compensation's. Status and chatroom messages are judged by rules of their own.",
        .tempted = "A normal message is accepted while two devices of one of its recipients are online.",
    },
    {
        .id = RuleId::OffNoSentSync,
        .name = "off.no-sent-sync",
        .level = Level::MustNot,
        .source = "seed, \"Multi-Device Message Synchronization\"",
        .quote = "By default, RC does not synchronize messages between devices.",
        .statement = "While the service is off, another device of the author must not receive a normal message "
                     "that one of the author's devices sent.",
        .reading = "Only what a device sent counts: a copy of a server-API message is ruled by isIncludeSender "
                   "(api.*). The state of the switch decides as for off.single-device. A copy that a session of the "
                   "time of off brings of a message accepted before it is off.no-compensation's.",
        .tempted = "A normal message of a client is accepted while another device of its author is online.",
    },
    {
        .id = RuleId::OffNoCompensation,
        .name = "off.no-compensation",
        .level = Level::MustNot,
        .source = "seed, \"Impact on Offline Compensation\"",
        .quote = "After enabling the Multi-Device Message Synchronization service, RC's server automatically "
                 "enables the offline compensation mechanism for the app.",
        .statement = "A session that began while the service was off must not bring a device a normal message "
                     "that was accepted before the session and that another terminal of the user has.",
        .reading = "The mechanism is enabled together with the service, so without the service it must not "
                   "work. Only the state at the session's beginning is asked, not that at acceptance. An "
                   "earlier installation of the same device is another terminal too: a reinstall brings "
                   "nothing back. What no device of the user has received is the offline store's business, "
                   "which works on or off; that a later login, which did not begin in OFF, brings it to another "
                   "terminal while it is on its way is undecided.",
        .tempted = "A session begins while the service is off, on a device that lacks such a message.",
    },
    {
        .id = RuleId::OffRecallStaysLocal,
        .name = "off.recall-stays-local",
        .level = Level::MustNot,
        .source = "seed, \"Impact on Message Recall\"",
        .quote = "When the Multi-Device Message Synchronization service is not enabled, message recalls cannot "
                 "be synchronized across multiple devices.",
        .statement = "While the service is off, a recall must not be shown on more devices than one per user: "
                     "of the recalling user the recalling device, of every other user any one.",
        .reading = "Only devices that hold the message count; what is shown for a message that is not held is "
                   "a tombstone and invisible. After a recall through the server API any one device of the "
                   "recalling user is allowed. The state of the switch decides at the acceptance of the "
                   "recall, for a device that came online later also at the beginning of its session, with no "
                   "turn in between.",
        .tempted = "More devices than are allowed hold the message and are online when the recall is accepted "
                   "or come online later.",
    },
    {
        .id = RuleId::OffApiOnlineOnly,
        .name = "off.api-online-only",
        .level = Level::MustNot,
        .source = "seed, \"Impact on Server API Message Sending\"",
        .quote = "When the Multi-Device Message Synchronization service is not enabled, messages sent via the "
                 "server API can only be synchronized to the sender's online client in real-time if the sender "
                 "is logged in. Offline clients cannot receive the message.",
        .statement = "While the service is off, a device of the sender that was not online when a server-API "
                     "message with isIncludeSender was accepted must not receive it.",
        .reading = "The service must be off at acceptance and at the beginning of the session that brings the "
                   "message, with no turn in between; otherwise the rule leaves it undecided. Without "
                   "isIncludeSender no device of the sender may receive the message at all "
                   "(api.exclude-sender). A message through a status endpoint is status.api-online-only's.",
        .tempted = "A device of the sender that was offline at acceptance comes online afterwards.",
    },
}};

}  // namespace mdsync
