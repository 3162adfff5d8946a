// Guess: a guess of what goes on in a scenario that is being made.
//
// Who is probably online, what the time probably is, which messages there are, and which moments lie ahead at which
// something changes. It serves the generator only: nothing is judged by it, and where it is wrong a step is wasted.
#pragma once

#include <vector>

#include "mdsync/scenario.hpp"

namespace mdsync::search {

class Guess {
public:
    // Everybody is offline.
    void begin(const Case& scenario);

    // `action` is done at the present instant.
    void take(const Action& action);
    // Nothing is in flight any more.
    void settle();
    void pass(Millis duration) { now_ += duration; }
    void passUntil(Instant t) { now_ = t; }

    struct Seat {
        bool online = false;
        bool held = false;
        bool unnoticed = false;
        std::uint32_t began = 0;  // order of logins
    };
    [[nodiscard]] const Seat& at(DeviceId device) const { return seats_[device.index()]; }
    [[nodiscard]] bool isOn() const { return now_ < turnedAt_ + delay_ ? before_ : target_; }
    [[nodiscard]] bool target() const { return target_; }  // what the switch was last turned to
    [[nodiscard]] bool isTurning() const { return now_ < turnedAt_ + delay_; }
    [[nodiscard]] Instant now() const { return now_; }
    [[nodiscard]] Millis latency() const { return latency_; }  // of the slowest link

    // Whether `now` is exact: no link delays or loses anything so far.
    [[nodiscard]] bool isExact() const { return exact_; }

    struct Sent {
        MessageId message;
        DeviceId from;  // none: through the API
        UserId author;
        Instant at{};
    };
    [[nodiscard]] const std::vector<Sent>& sent() const { return sent_; }

    // Moments ahead, unsorted, at which something may change; with repetitions. `recent`: of what happened last.
    void momentsAhead(std::vector<Instant>& out, bool recent) const;

private:
    [[nodiscard]] std::uint32_t numberOf(Platform platform) const;
    void login(DeviceId device);

    const Header* header_ = nullptr;
    App app_;
    bool before_ = false;
    bool target_ = false;
    Instant turnedAt_{};
    Millis delay_{0};
    Instant now_{};
    Millis latency_{0};
    bool exact_ = true;
    bool busy_ = false;  // something may be in flight
    std::uint32_t logins_ = 0;
    std::vector<Seat> seats_;
    std::vector<Sent> sent_;
};

}  // namespace mdsync::search
