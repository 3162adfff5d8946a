// status.*: messages that are never kept, such as "alice is typing": for who is online, and for nobody later.
#include <fmt/format.h>

#include "rules/families.hpp"
#include "rules/presence.hpp"

namespace mdsync::rules {

namespace {

// A device was not online at the acceptance of a status message and since.
Tri notOnline(const Arrival& a) {
    if (a.message.room || a.message.toSelf || a.message.kind != MessageSort::Status || a.excused) return Tri::No;
    if (!a.device.online) return Tri::Yes;
    return opposite(presentSince(a, Receipt::Online));
}

Tri sentByADevice(const History&, const Arrival& a) {
    return a.message.statusApi ? Tri::No : notOnline(a);
}
Tri sentByTheApi(const History&, const Arrival& a) {
    return a.message.statusApi ? notOnline(a) : Tri::No;
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
    if (n.missed(h, n.user.statusApi)) ledger.check(RuleId::StatusApiOnlineOnly, n.user.statusApi.aspects);
}

}  // namespace mdsync::rules
