// Facts: what a trace has established so far, in the words of the rules.
//
// Sessions, installations, who is in which group, what was accepted when, who received and who shows what. Facts judge
// nothing; the rules (one file a family) ask them. A Place is the number of an event in the trace, counted from 1: of
// two events with the same clock, the place decides which came first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/blocks.hpp"
#include "base/fifo.hpp"
#include "base/flat_map.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/trace.hpp"

namespace mdsync::rules {

using Place = std::uint64_t;

// "Nothing may bring a message after it, nothing is owed about it any more": 8 x 24 h after acceptance.
inline constexpr Millis kHorizon = std::chrono::hours{8 * 24};

// Half of a time, for records that must be small: differences of up to 49 days survive.
[[nodiscard]] inline std::uint32_t lowHalf(Instant t) {
    return static_cast<std::uint32_t>(t.time_since_epoch().count());
}

// ---- The service switch -----------------------------------------------------------------------------------

enum class Service : std::uint8_t { Off, On, Changing };

// What the service was at a moment, and by how many turns of the switch it had come to that.
struct Regime {
    Service service = Service::Off;
    std::uint32_t turns = 0;
    friend bool operator==(const Regime&, const Regime&) = default;
};

// Which rules apply: those of OFF, those of ON, or neither.
enum class Decides : std::uint8_t { Off, On, Nothing };

[[nodiscard]] inline Decides decidedBy(Regime regime) {
    if (regime.service == Service::Changing) return Decides::Nothing;
    return regime.service == Service::On ? Decides::On : Decides::Off;
}

// The console switch of the app: CHANGING from a turn until the delay has passed, the delay's last millisecond
// excluded.
class Switch {
public:
    Switch(bool on, Millis delay) : target_(on), delay_(delay) {}
    [[nodiscard]] Regime at(Instant t) const {
        if (turns_ > 0 && t < turnedAt_ + delay_) return {Service::Changing, turns_};
        return {target_ ? Service::On : Service::Off, turns_};
    }
    [[nodiscard]] bool target() const { return target_; }
    // Whether the last turn comes into force at `t`.
    [[nodiscard]] bool inForceFrom(Instant t) const { return turns_ > 0 && t == turnedAt_ + delay_; }
    // How long the turn in force still takes.
    [[nodiscard]] Millis changingFor(Instant t) const {
        return turns_ > 0 && t < turnedAt_ + delay_ ? turnedAt_ + delay_ - t : Millis{0};
    }
    // REQUIRES: `on` differs from target().
    void turn(bool on, Instant t) {
        target_ = on;
        turnedAt_ = t;
        ++turns_;
    }

private:
    bool target_;
    Millis delay_;
    Instant turnedAt_{};
    std::uint32_t turns_ = 0;
};

// The aspects of a state: what it is, and how it came about.
[[nodiscard]] inline Aspects aspectsOf(Service service) {
    if (service == Service::On) return bit(Aspect::On);
    return service == Service::Off ? bit(Aspect::Off) : bit(Aspect::Changing);
}
[[nodiscard]] inline Aspects aspectsOf(Regime regime) {
    return regime.turns > 0 ? bit(Aspect::Turned) : bit(Aspect::Unturned);
}

// ---- Devices ----------------------------------------------------------------------------------------------

enum class DeviceClass : std::uint8_t { Mobile, Web, Desktop, Miniprogram };
[[nodiscard]] DeviceClass classOf(Platform platform);
[[nodiscard]] std::string_view spell(DeviceClass deviceClass);

// A DeviceFacts is a device with its installation and its session: the running one, or the last. It is what every
// `receive` and every acceptance looks at, two to a cache line; the rest is in its DeviceSide.
struct alignas(32) DeviceFacts {
    UserId user;
    std::uint16_t session = 0;  // number of the session, from 1
    std::uint16_t ordinal = 0;  // among the user's devices
    Place began = 0;            // the session
    Regime regime;              // at the session's beginning
    std::uint32_t installation = 0;
    DeviceClass deviceClass = DeviceClass::Mobile;
    bool online : 1 = false;
    bool caughtUp : 1 = false;        // the session has had its `caught-up`
    bool holdsSomething : 1 = false;  // this installation received or sent a normal private or group message
    bool reinstalled : 1 = false;     // this installation was begun by a `reinstall`
    bool firstSession : 1 = false;    // the session is the first of its installation
    bool listed : 1 = false;          // this installation has had a `caught-up` with conversations
    bool stray : 1 = false;           // ... received what somebody may have sent long ago
};
static_assert(sizeof(DeviceFacts) == 32);

struct DeviceSide {
    Place ended = 0;  // of the last session that ended
    Instant endedAt{};
    Place heldUntil = 0;  // this installation holds whatever of its mailbox was accepted up to here
    Instant beganAt{};    // of the session
    Place answered = 0;   // the last `online` or `refused`
    std::uint32_t beganOrigin = 0;
    std::uint32_t endedOrigin = 0;
    std::uint32_t beganSettled = 0;   // how many `settled` there had been when the session began
    std::uint32_t settledOnline = 0;  // of the last `settled` that found this installation online, in ended sessions
    int compensationDays = 1;         // as they were at the login
    int offlineDays = 7;
};

// ---- Messages ---------------------------------------------------------------------------------------------

// A Receipt is what one device has to do with one message. The rules' hottest record: 8 bytes.
struct Receipt {
    enum : std::uint8_t {   // have
        Received = 1,       // by this installation
        Tainted = 2,        // ... in violation of a ban: it raises no duty
        OffDecided = 4,     // ... and OFF decided about it
        Earlier = 8,        // an earlier installation of the device has it
        EarlierClean = 16,  // ... and raised duties
        Ever = 32,          // any installation received it
        Shown = 64,         // this installation shows it recalled
        ShownOff = 128      // ... and OFF decided about that
    };
    enum : std::uint8_t {    // owed
        Online = 1,          // at acceptance, for certain
        Unsure = 2,          // whether online at acceptance
        Owed = 4,            // live, at acceptance
        InRoom = 8,          // a chatroom message: online and in the room at acceptance
        NoMore = 16,         // a violated duty was reported: the message is owed no more
        RecallNoMore = 32,   // the same of its recall
        LackedAtRecall = 64  // did not hold it when its recall was accepted
    };
    std::uint32_t stamp = 0;    // when received: number of `settled` before, or in time mode the low half of the time
    std::uint16_t session = 0;  // in which it was received; before that, the one it is owed to
    std::uint8_t have = 0;
    std::uint8_t owed = 0;
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
    bool toSelf : 1 = false;         // through the API: judged by delivery.* alone
    bool regimeSure : 1 = false;     // the regime was one and the same wherever acceptance lies
    bool senderOffline : 1 = false;  // its device was offline when it asked
    bool senderUnsure : 1 = false;   // reinstalled between `send` and `accept`
    bool late : 1 = false;           // taken as accepted without an `accept` in time
    bool exact : 1 = false;          // `from` and `until` are one place
    bool atTurnEdge : 1 = false;     // accepted in the millisecond in which a turn of the switch came into force
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
    std::uint32_t senderInstallation = 0;
    std::uint32_t askedOrigin = 0;
    Place asked = 0;
    Instant askedAt{};

    static constexpr std::uint32_t kNone = 0xffffffffU;

    [[nodiscard]] Place from() const { return exact ? until : notBefore; }

    // As the devices of `user` list it: the other party of a private one.
    [[nodiscard]] Address conversationOf(UserId user) const {
        if (to.kind != AddressKind::User) return to;
        return Address::of(user == author ? to.user() : author);
    }

    // Normal, private or group, not to oneself through the API: what online.*, off.*, compensation.* and recall.* are
    // about.
    [[nodiscard]] bool synchronizable() const { return kind == MessageSort::Normal && !room && !toSelf; }
};

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

[[nodiscard]] inline Aspects aspectsOf(DeviceClass deviceClass) {
    return bit(Aspect::Mobile) << static_cast<unsigned>(deviceClass);
}

// Of a login: the first one, one after a reinstall, or a return.
[[nodiscard]] inline Aspects aspectsOf(const DeviceFacts& d) {
    if (!d.firstSession) return bit(Aspect::Return);
    return d.reinstalled ? bit(Aspect::Reinstall) : bit(Aspect::FirstLogin);
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

static_assert(sizeof(MessageFacts) == 128 && offsetof(MessageFacts, notBefore) == 64);

// Somebody asked for a recall.
struct RecallRequest {
    DeviceId device;  // or
    UserId user;      // through the API
    bool open = true;
    bool maybeAnswered = false;  // there was an answer that may be this one's or another's
    bool deviceOffline = false;  // when it asked
    Place asked = 0;
    Place closed = 0;  // when it was answered
    Instant askedAt{};
    std::uint32_t origin = 0;
    Regime regime;
    std::vector<std::pair<DeviceId, std::uint16_t>> holders;  // at that moment, with the session if online, else 0
};

// A RecallFacts is what is known of the recalls of one message; the first that is accepted counts.
struct RecallFacts {
    MessageId message;
    bool accepted = false;
    bool regimeSure = false;
    bool shownSomewhere = false;
    Regime regime;
    Place from = 0, until = 0;
    Instant fromAt{}, untilAt{};
    std::uint32_t origin = 0;
    DeviceId device;  // of the request that was accepted; either may be none when that is undecided
    UserId user;      // whose recall it is
    bool byApi = false;
    std::vector<RecallRequest> requests;
    std::vector<std::pair<DeviceId, std::uint16_t>> owed;  // devices, with the sessions, that must show it

    [[nodiscard]] bool askedFor() const;  // by somebody, and not rejected throughout
};

// Of a recall: who asked for it, and whose message it is.
[[nodiscard]] inline Aspects aspectsOf(const MessageFacts& m, const RecallFacts& r) {
    const Aspects by = r.device.exists() ? bit(Aspect::Device) : r.byApi ? bit(Aspect::Api) : 0;
    return (aspectsOf(m) & ~(bit(Aspect::Device) | bit(Aspect::Api))) | by;
}

// ---- Conversations ----------------------------------------------------------------------------------------

// How far a device has come in a conversation during its session, for each `via`: the latest acceptance among what it
// received. The low halves of places are kept; within a session they are compared by their difference. What came live
// is asked for all the time, what came with a catch-up rarely: that stands apart.
struct OrderMark {
    std::uint32_t live = 0;
    std::uint16_t session = 0;
    std::uint8_t begun = 0;  // bit by via: whether anything was received
};
struct CatchUpMark {
    std::uint32_t offline = 0;
    std::uint32_t compensation = 0;
};

// A Thread is a conversation with a stable numbering of the devices that have to do with it: two users, or all who ever
// were in a group or room or wrote to it.
struct Thread {
    Address address;  // group or room; for a private one unused
    UserId a, b;      // private
    bool isPrivate = false;
    std::uint32_t slots = 0;
    std::vector<std::pair<UserId, std::uint32_t>> users;  // group and room: with the slot of their first device
    std::uint32_t marks = 0;                              // first of its order marks in the pool
    std::uint32_t markSlots = 0;                          // how many of them there are
    std::uint32_t version = 0;                            // of the group's membership for which all members have slots
};

struct GroupFacts {
    std::vector<UserId> members;
    std::uint32_t version = 1;
    std::uint32_t thread = MessageFacts::kNone;
};

// A device's stay in a room.
struct Stay {
    bool inside = false;
    Place since = 0;
    Place left = 0;
};

struct RoomFacts {
    std::vector<DeviceId> inside;
    std::uint32_t thread = MessageFacts::kNone;
    Place lastMessage = 0;
    Instant lastMessageAt{};
};

// What a user's rules need to find again without searching.
struct UserFacts {
    DeviceId firstDevice;
    std::uint16_t deviceCount = 0;
    std::uint16_t onlineCount = 0;
    std::uint32_t concerned = 0;     // live messages, of any kind, that they wrote or are the audience of
    std::vector<MessageId> mailbox;  // normal private and group messages they wrote or are the audience of, as accepted
    std::size_t mailboxHead = 0;     // before it all are past their horizon
    std::vector<MessageId> recalled;  // of these, the recalled ones
    Place lastStatus = 0, lastStatusApi = 0,
          lastExcluded = 0;  // latest status, API status, API message without includeSender
    Instant lastStatusAt{}, lastStatusApiAt{}, lastExcludedAt{};
    Aspects lastStatusAspects = 0, lastStatusApiAspects = 0, lastExcludedAspects = 0;
};

// ---- The window -------------------------------------------------------------------------------------------

// What compensation must bring begins at `demanded`; what it must not bring lies before `allowed`.
struct Window {
    Instant demanded{};
    Instant allowed{};
};
// seed, "Impact on Offline Compensation": "the specified number of recent days (default is 1 calendar day)".
[[nodiscard]] Window windowAt(Instant login, int days, WindowReading reading, const Zone& zone);

}  // namespace mdsync::rules
