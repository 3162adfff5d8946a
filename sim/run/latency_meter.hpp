// LatencyMeter: takes the times of one run, for a system with a clock of its own.
#pragma once

#include <optional>
#include <vector>

#include "mdsync/latency.hpp"
#include "mdsync/op.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

class LatencyMeter {
public:
    explicit LatencyMeter(std::size_t devices) : devices_(devices) {}

    // What a `hold` keeps back is late because the scenario wants it so.
    void ask(const Op& op);
    // REQUIRES: events in the order of the trace.
    void see(const Event& event);

    [[nodiscard]] const Latencies& latencies() const { return latencies_; }

private:
    struct Device {
        std::optional<Instant> connecting;  // since
        std::optional<Instant> online;      // since
        std::optional<Instant> catchingUp;  // since
        bool isHeld = false;
    };

    void add(Lag lag, Millis took) { latencies_.at(static_cast<std::size_t>(lag)).add(took); }
    void seeReceive(const Event& event);

    std::vector<Device> devices_;
    std::vector<std::optional<Instant>> asked_;  // when a message was
    Latencies latencies_;
};

}  // namespace mdsync
