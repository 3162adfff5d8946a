// Clock: the time of an emulator: the real one, or one that begins where it is told and can be moved; in between it goes
// on as the real one, or stands still.
#pragma once

#include <chrono>

#include "mdsync/time.hpp"
#include "system/wall_clock.hpp"

namespace mdsync::sdk {

class Clock {
public:
    // The real time.
    Clock() : base_(wallClock()), begun_(std::chrono::steady_clock::now()) {}
    // One that is `start` now, and goes on as the real one unless it stands.
    Clock(Instant start, bool stands)
        : base_(start), begun_(std::chrono::steady_clock::now()), isVirtual_(true), stands_(stands) {}

    // Never earlier than it said before.
    [[nodiscard]] Instant now() const {
        if (stands_) return base_;
        const auto passed = std::chrono::steady_clock::now() - begun_;
        return base_ + std::chrono::duration_cast<Millis>(passed);
    }
    [[nodiscard]] bool isVirtual() const { return isVirtual_; }
    // REQUIRES: isVirtual().
    void advance(Millis duration) { base_ += duration; }

private:
    Instant base_;
    std::chrono::steady_clock::time_point begun_;
    bool isVirtual_ = false;
    bool stands_ = false;
};

}  // namespace mdsync::sdk
