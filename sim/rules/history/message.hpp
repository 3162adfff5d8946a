// Message: the words for one message, and for what one device has to do with it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "rules/history/session.hpp"

namespace mdsync::rules {

// A Receipt is what one device has to do with one message: what it has of it, and what it is owed. alice/phone was online
// when m1 was accepted: Online, and while the service is on Owed; once m1 has come: Received and Ever. The rules' hottest
// record: 8 bytes.
struct Receipt {
    enum : std::uint8_t {   // have
        Received = 1,       // by this installation
        Tainted = 2,        // ... in violation of a ban: it raises no duty; without Received: perhaps so
        OffDecided = 4,     // ... and OFF decided about it
        Earlier = 8,        // an earlier installation of the device has it
        EarlierClean = 16,  // ... and raised duties
        Ever = 32,          // any installation received it
        Shown = 64,         // this installation shows it recalled
        ShownOff = 128      // ... and OFF decided about that
    };
    enum : std::uint8_t {   // owed
        Online = 1,         // at acceptance, for certain
        Unsure = 2,         // whether online at acceptance
        Owed = 4,           // live, at acceptance
        InRoom = 8,         // a chatroom message: online and in the room at acceptance
        NoMore = 16,        // a violated duty was reported: the message is owed no more
        RecallNoMore = 32,  // the same of its recall
        TooLate = 64,       // did not hold it when its recall was accepted, or when its user left the group
        ByPrevious = 128    // the installation before this one received it
    };
    std::uint32_t stamp = 0;    // when received: number of `settled` before, or in time mode the low half of the time
    std::uint16_t session = 0;  // in which it was received; before that, the one it is owed to
    std::uint8_t have = 0;
    std::uint8_t owed = 0;

    // alice/phone leaves while m1 may be accepted, is installed anew, and m1 arrives: on its way to the installation before,
    // or in breach of a ban to this one.
    [[nodiscard]] bool perhapsReceived() const { return (have & (Received | Tainted)) == Tainted; }
};

enum class MessageState : std::uint8_t { Unknown, Asked, Accepted, Rejected, Forgotten };
enum class MessageSort : std::uint8_t { Normal, Status };

// A MessageFacts is one message. Its acceptance lies between two places; where the trace has a timely `accept`, they
// are the same.
struct alignas(64) MessageFacts {
    // What every `receive` looks at stands first, in one cache line.
    MessageState state = MessageState::Unknown;
    MessageSort kind = MessageSort::Normal;
    PayloadKind payloadKind = PayloadKind::Unknown;
    bool room : 1 = false;       // a chatroom's
    bool api : 1 = false;        // sent through the server API
    bool statusApi : 1 = false;  // ... through a status endpoint
    bool includeSender : 1 = false;
    bool includedLate : 1 = false;   // ... and received by its sender when who was online at acceptance had gone
    bool toSelf : 1 = false;         // through the API: judged by delivery.* alone
    bool regimeSure : 1 = false;     // the regime was one and the same wherever acceptance lies
    bool senderOffline : 1 = false;  // its device was offline when it asked
    bool late : 1 = false;           // taken as accepted without an `accept` in time
    bool exact : 1 = false;          // `from` and `until` are one place
    bool expected : 1 = false;       // what its acceptance owes is still to be looked at
    bool atTurnEdge : 1 = false;     // accepted in the millisecond in which a turn of the switch came into force
    bool deemed : 1 = false;         // nothing told of its acceptance by S, where `accept` is silent
    bool acrossSettled : 1 = false;  // there was a `settled` between its asking and the first sign of its acceptance
    bool missedByAll : 1 = false;    // a violated duty was reported, and it is owed no more to any device of some user
    UserId author;
    Address to;
    std::uint32_t receipts = 0;    // first of them in the pool
    std::uint32_t authorSlot = 0;  // of the author's first device; of a private message's recipient's:
    std::uint32_t recipientSlot = 0;
    std::uint32_t marks = 0;  // a private message's order marks; others ask their thread
    std::uint32_t recall = kNone;
    DeviceId sender;
    std::uint32_t slots = 0;  // receipts of the thread's first so many devices
    std::uint64_t payload = 0;
    Place until = 0;  // acceptance: not after ...

    // The second cache line.
    Place notBefore = 0;  // ... and not before: ask from()
    Instant untilAt{};
    Instant fromAt{};
    Regime regime;
    std::uint32_t thread = 0;
    std::uint32_t senderInstallation = 0;  // of its device when it asked,
    std::uint32_t senderLatest = 0;        // ... and at the latest when it was accepted
    std::uint32_t askedOrigin = 0;
    Place asked = 0;
    Instant askedAt{};

    static constexpr std::uint32_t kNone = 0xffffffffU;

    // Reinstalled between `send` and `accept`: which of its installations sent it is undecided.
    [[nodiscard]] bool senderUnsure() const { return senderLatest != senderInstallation; }

    [[nodiscard]] Place from() const { return exact ? until : notBefore; }

    // As the devices of `user` list it: the other party of a private one.
    [[nodiscard]] Address conversationOf(UserId user) const {
        if (to.kind != AddressKind::User) return to;
        return Address::of(user == author ? to.user() : author);
    }

    // What a device sends to its own user: on alice's other devices it may be a copy or a receipt.
    [[nodiscard]] bool isNote() const { return !api && to.kind == AddressKind::User && to.user() == author; }

    // Normal, private or group: what devices hold.
    [[nodiscard]] bool isKept() const { return kind == MessageSort::Normal && !room; }

    // Normal, private or group, not to oneself through the API: what online.*, off.*, compensation.* and recall.* are
    // about.
    [[nodiscard]] bool synchronizable() const { return isKept() && !toSelf; }
};
static_assert(sizeof(MessageFacts) == 128 && offsetof(MessageFacts, notBefore) == 64);

// Of a message: it was accepted in the very millisecond in which a turn of the switch came into force. No aspect of any
// rule but service.takes-effect, so a bit of its own.
inline constexpr Aspects kAtTurnEdge = Aspects{1} << 63U;

// The aspects of a message. Asked at every `receive`: a few bits, no branches to speak of.
[[nodiscard]] inline Aspects aspectsOf(const MessageFacts& m) {
    static_assert(bit(Aspect::Private) == 1 && bit(Aspect::Chatroom) == 4);  // in the order of AddressKind, None aside
    const Aspects conversation = (Aspects{1} << static_cast<unsigned>(m.to.kind)) >> 1U;
    return conversation | (m.api ? bit(Aspect::Api) : bit(Aspect::Device));
}
[[nodiscard]] inline Aspects edgeOf(const MessageFacts& m) {
    return m.atTurnEdge ? kAtTurnEdge : 0;
}

[[nodiscard]] inline Aspects sideOf(bool author) {
    return author ? bit(Aspect::Author) : bit(Aspect::Recipient);
}

[[nodiscard]] inline Aspects aspectsOf(Via via) {
    if (via == Via::Unknown) return 0;
    return bit(Aspect::Live) << (static_cast<unsigned>(via) - 1U);
}

[[nodiscard]] inline Aspects boundaryIf(bool atIt) {
    return atIt ? bit(Aspect::Boundary) : 0;
}

}  // namespace mdsync::rules
