// Views: what the debugger shows of a moment, as lines for people.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "debug/snapshot.hpp"
#include "mdsync/recording.hpp"
#include "mdsync/story.hpp"
#include "report/text.hpp"

namespace mdsync::debug {

// A line a device: online or not since when, and what it has.
[[nodiscard]] std::string devicesText(const Recording& recording, const Snapshot& snapshot);

// A line a message: who sent it to whom, what was answered, who has it, whether it was recalled. `one`: that one alone.
[[nodiscard]] std::string storeText(const Recording& recording, const Snapshot& snapshot, std::optional<MessageId> one);

// What was asked and not answered, and what is on its way: it comes later in the trace, or is owed and never comes.
[[nodiscard]] std::string flightText(const Recording& recording, const Snapshot& snapshot, std::uint64_t position,
                                     std::span<const Owed> owed);

// What is owed, by rule, or to these devices alone.
[[nodiscard]] std::string owedText(const Recording& recording, std::span<const Owed> owed,
                                   std::span<const DeviceId> devices);

}  // namespace mdsync::debug
