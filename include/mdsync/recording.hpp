// Recording: what happened in a run or a recorded trace, and the lines of the file from which it came.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mdsync/time.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

struct Recording {
    Trace trace;                       // its header declares everything (declaredAtStart())
    std::string file;                  // as people call it
    std::vector<std::uint32_t> lines;  // of the steps, which count from 1; empty: an event's origin is its line
    std::optional<Millis> settle;      // judged in time mode with this delay, as CheckerOptions has it

    // The line of the file behind Event::origin; 0: none.
    [[nodiscard]] std::uint32_t lineOf(std::uint32_t origin) const {
        if (lines.empty()) return origin;
        return origin > 0 && origin <= lines.size() ? lines[origin - 1] : 0;
    }

    // How many events had happened by then: `41`, after all that line 41 of the file, and those before it, caused;
    // `09:00:30` of the first day, `2024-05-01 09:00`, local, or an exact `2024-05-01T09:00:00+08:00`. None:
    // it is not understood, or names no moment that can be.
    [[nodiscard]] std::optional<std::uint64_t> eventsUntil(const std::string& when) const;
};

// Whether eventsUntil() understands it, of a trace of our days.
[[nodiscard]] bool isWhen(const std::string& text);

}  // namespace mdsync
