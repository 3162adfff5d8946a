// The catalogue's rows of the family `api`: what the server API sends, and its sender. Texts only, no judgement.
#include "rules/catalogue_rows.hpp"

namespace mdsync {

constinit const std::array<Rule, 3> kApiRules{{
    {
        .id = RuleId::ApiIncludeSenderOnline,
        .name = "api.include-sender-online",
        .level = Level::Must,
        .source = "seed, \"Impact on Server API Message Sending\"",
        .quote = "When sending messages via the server API, some interfaces allow you to specify whether the "
                 "sender can receive the sent message on the client by using the isIncludeSender parameter.",
        .statement = "A normal server-API message with isIncludeSender reaches the sender who is online from "
                     "acceptance to the next settled moment: some device of theirs, and with the service on "
                     "each that was online throughout.",
        .reading = "With the service off one device of the sender is enough, whichever it is. A message that a "
                   "user sends to themself through the API is judged by delivery.* alone. A message through a "
                   "status endpoint is not meant.",
        .tempted = "The duty was kept or violated: a device of the sender was online from acceptance until it "
                   "was due.",
    },
    {
        .id = RuleId::ApiIncludeSenderOffline,
        .name = "api.include-sender-offline",
        .level = Level::Must,
        .source = "seed, \"Impact on Server API Message Sending\"",
        .quote = "After enabling the Multi-Device Message Synchronization service, if the sender is not logged "
                 "in (offline), messages sent via the server API can be synchronized to the sender's online "
                 "client after they log in again.",
        .statement = "While the service is on, a normal server-API message with isIncludeSender that no device "
                     "of the sender has received is held by one of them at the first settled moment of a "
                     "session of the sender that began after acceptance, if it is in the window then.",
        .reading = "The window is that of the login. As soon as one device has it, further devices are "
                   "compensation's. Violated once per user, the message is owed to that user no more. To "
                   "oneself through the API: judged by delivery.* alone.",
        .tempted = "The duty was kept or violated: such a session of the sender reached its first settled "
                   "moment.",
    },
    {
        .id = RuleId::ApiExcludeSender,
        .name = "api.exclude-sender",
        .level = Level::MustNot,
        .source = "docs",
        .quote = "",
        .statement = "Without isIncludeSender no device of the sender receives what the server API sent in the "
                     "sender's name.",
        .reading = "Normal and status messages alike, with the service on or off, live or at a login. A "
                   "message that a user sends to themself through the API is judged by delivery.* alone.",
        .tempted = "The sender has a device online at acceptance or later.",
    },
}};

}  // namespace mdsync
