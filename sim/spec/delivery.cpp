// delivery.order and delivery.intact, which are judged beside the bans.
#include <fmt/format.h>

#include "spec/state.hpp"

namespace mdsync {

using namespace spec;

// delivery.order: in one session, two normal messages of one conversation with the same `via` come in the order in
// which they were accepted. What comes with `offline` or `compensation` after the session's caught-up was sent again.
void Checker::State::judgeOrder(const Arrival& a, Via via) {
    const MessageFacts& m = a.message;
    if (m.kind != MessageSort::Normal || via == Via::Unknown || !a.device.online) return;
    if (via != Via::Live && (a.device.caughtUp || header->silent.caughtUp)) return;
    Thread& thread = threads[m.thread];
    if (thread.marks.size() < thread.slots) thread.marks.resize(thread.slots);
    OrderMark& mark = thread.marks[slot(m, a.deviceId)];
    if (mark.session != a.device.session) mark = OrderMark{{0, 0, 0}, a.device.session};
    Place& latest = mark.latest[static_cast<std::size_t>(via) - 1];
    if (latest > 0) {
        if (m.until < latest) {
            Violation& v =
                violate(RuleId::DeliveryOrder, {},
                        fmt::format("{} received {} after a message of the same conversation that was accepted later",
                                    name(a.deviceId), name(a.id)));
            describe(v, a.id, a.deviceId, a.device.user);
            because(v, m.until, m.untilAt, m.askedOrigin, fmt::format("{} accepted", name(a.id)));
            because(v, latest, now, origin, "the later message accepted");
            because(v, place, now, origin, fmt::format("{} receives {}", name(a.deviceId), name(a.id)));
        } else {
            check(RuleId::DeliveryOrder, {});
        }
    }
    latest = std::max(latest, m.from);
}

// delivery.intact: the received digest (or text) is the sent one. A digest is compared with a digest, a text with a
// text.
void Checker::State::judgeIntact(const Arrival& a, const Event& e) {
    const MessageFacts& m = a.message;
    if (e.payloadKind == PayloadKind::Unknown || e.payloadKind != m.payloadKind) return;
    if (e.payload == m.payload) return check(RuleId::DeliveryIntact, {});
    Violation& v =
        violate(RuleId::DeliveryIntact, {},
                fmt::format("{} received {} with another content than was sent", name(a.deviceId), name(a.id)));
    describe(v, a.id, a.deviceId, a.device.user);
    because(v, m.asked, m.askedAt, m.askedOrigin, fmt::format("{} sent", name(a.id)));
    because(v, place, now, origin, fmt::format("{} receives {}", name(a.deviceId), name(a.id)));
}

}  // namespace mdsync
