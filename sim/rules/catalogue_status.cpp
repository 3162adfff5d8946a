// The catalogue's rows of the family `status`: messages that are never kept. Texts only, no judgement.
#include "rules/catalogue_rows.hpp"

namespace mdsync {

constinit const std::array<Rule, 3> kStatusRules{{
    {
        .id = RuleId::StatusOnlineOnly,
        .name = "status.online-only",
        .level = Level::MustNot,
        .source = "seed, \"Messages Supported for Synchronization Across Devices\"",
        .quote = "Status messages can only be synchronized across devices when they are simultaneously online. "
                 "Offline devices cannot receive status messages through Multi-Device Message Synchronization.",
        .statement = "A device that was not online from a status message's acceptance to the receipt must not "
                     "receive it, by any path, with the service on or off.",
        .reading = "A status message is one of type RC:TypSts, of a custom type declared `status`, or one sent "
                   "through a status endpoint (status.api-online-only). A device that reconnected in between "
                   "was not online throughout. What was accepted before a device's offline may still arrive "
                   "there until the next settled moment (delivery.only-online). Status messages in chatrooms "
                   "are chatroom.live-only's.",
        .tempted = "A device of the audience or the author that was offline at acceptance comes online "
                   "afterwards.",
    },
    {
        .id = RuleId::StatusOnlineSync,
        .name = "status.online-sync",
        .level = Level::Must,
        .source = "seed, \"Messages Supported for Synchronization Across Devices\"",
        .quote = "Status messages can only be synchronized across devices when they are simultaneously online.",
        .statement = "While the service is on, every device of the recipients that is online from acceptance "
                     "to the next settled moment has received the status message that a client sent.",
        .reading = "The author's other devices may get it or not. How many online devices get a status message "
                   "while the service is off, or one that the server API sent, is never judged. The duty "
                   "lapses as that of online.received does.",
        .tempted = "The duty was kept or violated: a recipient's device was online from acceptance until it "
                   "was due.",
    },
    {
        .id = RuleId::StatusApiOnlineOnly,
        .name = "status.api-online-only",
        .level = Level::MustNot,
        .source = "seed, \"Messages Supported for Synchronization Across Devices\"",
        .quote = "All messages sent via the server API status message interface (regardless of message type) "
                 "do not support synchronization.",
        .statement = "A device that was not online from acceptance to the receipt must not receive a message "
                     "that was sent through a status endpoint of the server API, whatever its type.",
        .reading = "It is status.online-only for what went through `/statusmessage/...`. The seed prints "
                   "`/message/group/publish.json` as the group's status endpoint, which the vendor's API page "
                   "lists as the ordinary one: the reading `group-status-path` decides about that literal "
                   "path, by default for the API page.",
        .tempted = "A device of the audience or the author that was offline at acceptance comes online "
                   "afterwards.",
    },
}};

}  // namespace mdsync
