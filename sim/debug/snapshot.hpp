// Snapshot: what a trace shows at a moment, from its events alone.
#pragma once

#include <map>
#include <vector>

#include "mdsync/trace.hpp"

namespace mdsync::debug {

struct DeviceSnapshot {
    const Event* last = nullptr;  // of `online`, `offline`, `reinstall`, `refused`; null: it never was online
    int installation = 1;
    std::map<MessageId, bool> has;  // in this installation; whether it is shown recalled
};

struct MessageSnapshot {
    const Event* asked = nullptr;     // `send` or `publish`; null: not known yet
    const Event* answered = nullptr;  // `accept` or `reject`
    const Event* recall = nullptr;
    const Event* recallAnswered = nullptr;
};

struct Snapshot {
    std::vector<DeviceSnapshot> devices;    // by number
    std::vector<MessageSnapshot> messages;  // by number
};

// After the first `position` events.
[[nodiscard]] Snapshot snapshotOf(const Trace& trace, std::uint64_t position);

}  // namespace mdsync::debug
