// Time: instants and durations in whole milliseconds, and their spellings.
//
// A run has one clock, in milliseconds since the Unix epoch. Nothing here reads the machine's clock.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace mdsync {

using Millis = std::chrono::milliseconds;       // a duration
using Instant = std::chrono::sys_time<Millis>;  // a moment

// The duration that `text` spells: `250ms`, `90s`, `30m`, `25h`, `2d`, or several of falling unit, `29m59s`,
// `1h0m0s250ms`. Nothing if it is not of that form, or beyond 100,000 days.
[[nodiscard]] std::optional<Millis> parseDuration(std::string_view text);

// The shortest spelling of `d` that parseDuration reads back: `29m59s`, `0ms`.
[[nodiscard]] std::string spellDuration(Millis d);

// The instant that `text` spells: `2024-05-01T09:00:00[.fff](Z|+hh:mm|-hh:mm)`. Nothing if it is not of that form or no
// such date exists.
[[nodiscard]] std::optional<Instant> parseInstant(std::string_view text);

// `t` in UTC or at `offset`: `2024-05-01T01:00:00.000Z`, `2024-05-01T09:00:00.000+08:00`.
[[nodiscard]] std::string spellInstant(Instant t, std::chrono::minutes offset = std::chrono::minutes{0});

}  // namespace mdsync
