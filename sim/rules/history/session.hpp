// Session: the words for who was online when: the service switch, a device with its installation and its session.
//
// A Place is the number of an event in the trace, counted from 1: of two events with the same clock, the place decides
// which came first. Where alice/phone comes online at place 3 and m1 is accepted at place 5, the session has lasted
// since before m1.
#pragma once

#include <cstdint>
#include <string_view>

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

// An answer between "for certain" and "certainly not".
enum class Tri : std::uint8_t { No, Yes, Maybe };
[[nodiscard]] inline Tri yes(bool b) {
    return b ? Tri::Yes : Tri::No;
}
[[nodiscard]] inline Tri opposite(Tri t) {
    return t == Tri::Maybe ? t : yes(t == Tri::No);
}

// How a device's session stands to the acceptance of a message or a recall: it has lasted since, it began after it, or
// the trace does not tell.
enum class Standing : std::uint8_t { Since, After, Unclear };

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
    bool showsSomething : 1 = false;  // ... shows some message recalled
    bool reinstalled : 1 = false;     // this installation was begun by a `reinstall`
    bool firstSession : 1 = false;    // the session, the running one or the last, is the first of its installation
    bool fresh : 1 = true;            // this installation has had no session
    bool listed : 1 = false;          // this installation has had a `caught-up` with conversations
    bool leftBehind : 1 = false;      // the installation before had something
    bool stray : 1 = false;           // this one ... received what somebody may have sent long ago
};
static_assert(sizeof(DeviceFacts) == 32);

[[nodiscard]] inline std::uint16_t nextSession(const DeviceFacts& d) {
    return static_cast<std::uint16_t>(d.session == 0xffff ? 1 : d.session + 1);
}

// A DeviceSide is what is asked for seldom about a device.
struct DeviceSide {
    Place ended = 0;  // of the last session that ended
    Instant endedAt{};
    Place heldUntil = 0;  // of its mailbox this installation holds, or is owed no more, what was accepted up to here
    Instant beganAt{};    // of the session
    Place answered = 0;   // the last `online` or `refused`
    std::uint32_t beganOrigin = 0;
    std::uint32_t endedOrigin = 0;
    std::uint32_t beganSettled = 0;   // how many `settled` there had been when the session began
    std::uint32_t settledOnline = 0;  // of the last `settled` that found this installation online, in ended sessions
    std::uint32_t waiting = 0;        // what this installation asked to send and has no answer to
    std::uint16_t foreign = 0;        // the last session of an earlier installation
    std::uint16_t foreignBefore = 0;  // ... of the installation before that which had this one
    int compensationDays = 1;         // as they were at the login
    int offlineDays = 7;
};

[[nodiscard]] inline Aspects aspectsOf(DeviceClass deviceClass) {
    return bit(Aspect::Mobile) << static_cast<unsigned>(deviceClass);
}

// Of a login: the first one, one after a reinstall, or a return.
[[nodiscard]] inline Aspects aspectsOf(const DeviceFacts& d) {
    if (!d.firstSession) return bit(Aspect::Return);
    return d.reinstalled ? bit(Aspect::Reinstall) : bit(Aspect::FirstLogin);
}

}  // namespace mdsync::rules
