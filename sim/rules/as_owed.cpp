// As owed: the fast path. What ON owes live comes, to each device, and when it is looked at all of it is there: that is
// what most of a trace consists of, and there is nothing to say about it but that it was put to the test.
//
// Both functions answer "nothing to say here", or that they do not know; then they have changed nothing, and the rules
// are asked: in receive.cpp what comes, in duties.cpp what was owed. What they count is what the rules would have
// counted. A witness is to hear each rule, so with one nothing comes by here; a test judges traces with one and without.
#include "rules/judge.hpp"

namespace mdsync {

using namespace rules;

namespace {

// Private, and nothing about its acceptance, its audience or a recall is open.
bool isPlain(const MessageFacts& m) {
    return m.state == MessageState::Accepted && m.exact && m.kind == MessageSort::Normal &&
           m.to.kind == AddressKind::User && m.recall == MessageFacts::kNone;
}

}  // namespace

// alice/mac is online, is owed m1, and m1 comes live and whole, after what was accepted before it.
bool Checker::State::receivesAsOwed(const Event& e) {
    const bool isKnown = e.via == Via::Live && e.message.index() < messages.size();
    if (witness != nullptr || !isKnown || !surelyMarks.empty()) return false;
    const MessageFacts& m = message(e.message);
    DeviceFacts& d = device(e.device);
    const std::uint32_t base = isPlain(m) ? slotBase(m, d.user) : FlatMap::kAbsent;
    if (base == FlatMap::kAbsent) return false;
    Receipt& r = receipts[m.receipts + base + d.ordinal];
    if (!isAwaited(r, d)) return false;
    const bool isCompared = e.payloadKind != PayloadKind::Unknown && e.payloadKind == m.payloadKind;
    if (isCompared && e.payload != m.payload) return false;
    OrderMark& mark = marks[m.marks + base + d.ordinal];
    constexpr auto kLive = static_cast<std::uint8_t>(1U << static_cast<unsigned>(Via::Live));
    const std::uint8_t begun = mark.session == d.session ? mark.begun : std::uint8_t{0};
    const bool isFirst = (begun & kLive) == 0;
    const auto accepted = static_cast<std::uint32_t>(m.until);
    if (!isFirst && static_cast<std::int32_t>(mark.live - accepted) >= 0) return false;

    mark = OrderMark{accepted, d.session, static_cast<std::uint8_t>(begun | kLive)};
    r.stamp = stampNow();
    r.have |= Receipt::Received | Receipt::Ever;
    d.holdsSomething = true;
    countInOrder(*this, aspectsOf(m) | aspectsOf(Via::Live), !isFirst, isCompared);
    return true;
}

namespace {

// What the receipts of one user's devices say together.
struct Attendance {
    std::uint64_t owed = 0;       // to so many devices, live
    Aspects classes = 0;          // of these devices
    std::uint8_t allHave = 0xff;  // what all of their receipts have
    bool wasOnline = false;       // any device, at acceptance

    // Each device that is owed the message has received it: in time, as nobody asked for a recall.
    [[nodiscard]] bool isComplete() const { return (allHave & Receipt::Ever) != 0; }
};

Attendance attendanceOf(const History& h, const MessageFacts& m, const Party& party) {
    Attendance a;
    for (const auto& [id, r] : h.sharesOf(m, party)) {
        a.wasOnline |= (r.owed & Receipt::Online) != 0;
        if ((r.owed & Receipt::Owed) == 0) continue;
        a.allHave &= r.have;
        a.classes |= aspectsOf(h.device(id).deviceClass);
        ++a.owed;
    }
    return a;
}

}  // namespace

// m1 has come to all devices of alice and bob that were online when it was accepted.
bool Checker::State::cameAsOwed(const MessageFacts& m) {
    const bool isJudgedPlainly = isPlain(m) && m.regime.service == Service::On && !m.includeSender;
    if (witness != nullptr || !isJudgedPlainly || m.to.user() == m.author) return false;
    const Attendance author = attendanceOf(*this, m, {m.author, m.authorSlot});
    const Attendance recipient = attendanceOf(*this, m, {m.to.user(), m.recipientSlot});
    if (!author.isComplete() || !recipient.isComplete()) return false;
    const Aspects aspects = aspectsOf(m) | edgeOf(m) | aspectsOf(Service::On);
    if (author.owed > 0) checkOften(dutyToEach(m, true).rule, m.regime, aspects | author.classes, author.owed);
    if (recipient.owed > 0)
        checkOften(dutyToEach(m, false).rule, m.regime, aspects | recipient.classes, recipient.owed);
    // While ON each of them was owed it, or received it in a later session: so one did.
    if (recipient.wasOnline) check(kDeliveryNoLossOnline.rule, {}, aspects | bit(Aspect::Online));
    return true;
}

}  // namespace mdsync
