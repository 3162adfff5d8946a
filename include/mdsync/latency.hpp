// Latency: how long a system with a clock of its own took to deliver, to let in and to catch up.
//
// A conformance run against staging is a measurement, too: bob sends m1, and alice's phone has it 40 ms later. Where the
// clock is virtual a latency is what the scenario asked for, and nothing is collected.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "mdsync/time.hpp"

namespace mdsync {

// Delivery: from a request to send or publish until a device that was online all the time received it. Login: from the
// request to connect until the device was online. CatchUp: from there until its catch-up had ended.
enum class Lag : std::uint8_t { Delivery, Login, CatchUp };
inline constexpr std::array<std::string_view, 3> kLagWords{"delivery", "login", "catch-up"};

// A Latency is how often which time was seen, of one Lag.
class Latency {
public:
    void add(Millis took, std::uint64_t times = 1) {
        seen_[took] += times;
        count_ += times;
    }
    Latency& operator+=(const Latency& other) {
        for (const auto& [took, times] : other.seen_) add(took, times);
        return *this;
    }

    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] const std::map<Millis, std::uint64_t>& seen() const { return seen_; }

    // The least time that `permille` of a thousand did not exceed: 500 is the median, 1000 the longest. REQUIRES:
    // count() > 0.
    [[nodiscard]] Millis percentile(unsigned permille) const;

private:
    std::map<Millis, std::uint64_t> seen_;
    std::uint64_t count_ = 0;
};

using Latencies = std::array<Latency, kLagWords.size()>;

// A bound that --max-latency sets: `p99=500ms` is one of deliveries, `login.p50=1s` of logins, `catch-up.max=5s`.
struct LatencyBound {
    Lag lag = Lag::Delivery;
    unsigned permille = 990;
    std::string percentile;  // as it was written: `p99`
    Millis most{0};
    bool operator==(const LatencyBound&) const = default;
};

// Nothing: that is no bound.
[[nodiscard]] std::optional<LatencyBound> findLatencyBound(std::string_view text);
[[nodiscard]] std::string spell(const LatencyBound& bound);

// `the p99 of 120 deliveries is 612ms, and 500ms is allowed`; `no login was measured`. Empty: `bound` is kept.
[[nodiscard]] std::string whyExceeded(const LatencyBound& bound, const Latencies& latencies);

}  // namespace mdsync
