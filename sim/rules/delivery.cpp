// delivery.order and delivery.intact, which are judged beside the bans.
#include <fmt/format.h>

#include "rules/state.hpp"

namespace mdsync {

using namespace rules;

// delivery.order: in one session, two normal messages of one conversation with the same `via` come in the order in
// which they were accepted. What comes with `offline` or `compensation` after the session's caught-up was sent again.
void Checker::State::judgeOrder(const Arrival& a, Via via) {
    const MessageFacts& m = a.message;
    if (m.kind != MessageSort::Normal || via == Via::Unknown || !a.device.online) return;
    if (via != Via::Live && (a.device.caughtUp || header->silent.caughtUp)) return;
    const std::size_t at = (m.to.kind == AddressKind::User ? m.marks : threads[m.thread].marks) +
                           static_cast<std::size_t>(a.receipt - &receipts[m.receipts]);
    OrderMark& mark = marks[at];
    if (mark.session != a.device.session) mark = OrderMark{0, a.device.session, 0};
    const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(via));
    const auto later = [](std::uint32_t one, std::uint32_t other) {
        return static_cast<std::int32_t>(one - other) > 0;
    };
    const auto until = static_cast<std::uint32_t>(m.until);
    const auto from = static_cast<std::uint32_t>(m.from());
    std::uint32_t& latest = via == Via::Live      ? mark.live
                            : via == Via::Offline ? catchUpMarks[at].offline
                                                  : catchUpMarks[at].compensation;
    if ((mark.begun & bit) == 0) {
        mark.begun |= bit;
        latest = from;
        return;
    }
    if (!later(latest, until)) {
        if (later(from, latest)) latest = from;
        return check(RuleId::DeliveryOrder, a.aspects);
    }
    finding(RuleId::DeliveryOrder, {}, a.aspects)
        .about(a.id, a.deviceId, a.device.user)
        .sent()
        .accepted()
        .here(fmt::format("{} receives {}", name(a.deviceId), name(a.id)))
        .file([&] {
            return fmt::format("{} received {} after a message of the same conversation that was accepted later",
                               name(a.deviceId), name(a.id));
        });
}

// Room for all devices of a conversation; what was noted in the old room moves along.
void Checker::State::makeMarks(Thread& thread) {
    const auto first = static_cast<std::uint32_t>(marks.size());
    marks.resize(marks.size() + thread.slots);
    std::copy_n(marks.begin() + thread.marks, thread.markSlots, marks.begin() + first);
    catchUpMarks.resize(marks.size());
    std::copy_n(catchUpMarks.begin() + thread.marks, thread.markSlots, catchUpMarks.begin() + first);
    thread.marks = first;
    thread.markSlots = thread.slots;
}

// delivery.intact: the received digest (or text) is the sent one. A digest is compared with a digest, a text with a
// text.
void Checker::State::judgeIntact(const Arrival& a, const Event& e) {
    const MessageFacts& m = a.message;
    if (e.payloadKind == PayloadKind::Unknown || e.payloadKind != m.payloadKind) return;
    if (e.payload == m.payload) return check(RuleId::DeliveryIntact, a.aspects);
    finding(RuleId::DeliveryIntact, {}, a.aspects)
        .about(a.id, a.deviceId, a.device.user)
        .sent()
        .here(fmt::format("{} receives {}", name(a.deviceId), name(a.id)))
        .file([&] {
            return fmt::format("{} received {} with another content than was sent", name(a.deviceId), name(a.id));
        });
}

}  // namespace mdsync
