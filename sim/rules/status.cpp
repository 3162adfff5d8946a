// status.*: messages that are never kept, such as "alice is typing": for who is online, and for nobody later.
#include <fmt/format.h>

#include "rules/families.hpp"
#include "rules/rows.hpp"

namespace mdsync {

namespace {

constexpr Rule kStatusRows[] = {
    {
        .id = RuleId::StatusOnlineOnly,
        .name = "status.online-only",
        .level = Level::MustNot,
        .source = "seed, \"Messages Supported for Synchronization Across Devices\"",
        .quote = "Status messages can only be synchronized across devices when they are simultaneously online. "
                 "Offline devices cannot receive status messages through Multi-Device Message Synchronization.",
        .statement = "A device that was not online from a status message's acceptance to the receipt must not "
                     "receive it, by any path, with the service on or off.",
        .reading =
            "A status message is one of type RC:TypSts, of a custom type declared `status`, or one sent "
            "through a status endpoint (status.api-online-only). A device that reconnected in between "
            "was not online throughout. Where it was online at acceptance, the message may still arrive "
            "after its offline until the next settled moment (delivery.only-online). Status messages in chatrooms "
            "are chatroom.live-only's.",
        .tempted = "A device of the audience or the author that was offline at acceptance comes online "
                   "afterwards.",
        .aspects = kConversation | kSide,
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
        .aspects = kConversation | kClass | kSwitch,
        .names = Names::OnOrOff,
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
        .aspects = kConversation | kSide,
    },
};

}  // namespace

constinit const std::span<const Rule> kStatusRules{kStatusRows};

}  // namespace mdsync
#include "rules/presence.hpp"

namespace mdsync::rules {

namespace {

// A device was not online at the acceptance of a status message and since.
Tri notOnline(const History&, const Arrival& a) {
    if (a.message.room || a.message.toSelf || a.message.kind != MessageSort::Status) return Tri::No;
    if (!a.device.online && !a.excused) return Tri::Yes;
    if (a.standing == Standing::After && !a.excused) return Tri::Yes;
    return opposite(presentSince(a, Receipt::Online));
}

Tri sentByADevice(const History& h, const Arrival& a) {
    return a.message.statusApi ? Tri::No : notOnline(h, a);
}
Tri sentByTheApi(const History& h, const Arrival& a) {
    return a.message.statusApi ? notOnline(h, a) : Tri::No;
}

std::string saysStatus(const History& h, const Arrival& a) {
    return fmt::format("{} received the status message {} and has not been online since its acceptance",
                       h.name(a.deviceId), h.name(a.id));
}
std::string saysStatusApi(const History& h, const Arrival& a) {
    return fmt::format("{} received {}, sent through a status endpoint, and has not been online since its acceptance",
                       h.name(a.deviceId), h.name(a.id));
}

}  // namespace

constinit const Ban kStatusOnlineOnly{RuleId::StatusOnlineOnly, sentByADevice, saysStatus};
constinit const Ban kStatusApiOnlineOnly{RuleId::StatusApiOnlineOnly, sentByTheApi, saysStatusApi};

constinit const Duty kStatusOnlineSync{
    .rule = RuleId::StatusOnlineSync, .says = missedLive, .because = sinceAcceptance, .noMore = NoMore::Message};

void temptStatus(const History& h, Ledger& ledger, const Newcomer& n) {
    if (n.missed(h, n.user.status)) ledger.check(RuleId::StatusOnlineOnly, n.user.status.aspects);
    if (!n.missed(h, n.user.statusApi)) return;
    ledger.check(RuleId::StatusOnlineOnly, n.user.statusApi.aspects);
    ledger.check(RuleId::StatusApiOnlineOnly, n.user.statusApi.aspects);
}

}  // namespace mdsync::rules
