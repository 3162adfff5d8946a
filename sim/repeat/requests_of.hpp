// History: what a trace says was asked of the server, taken apart from what the server did by itself.
//
// A trace has events; a scenario has requests. A login is seen as `connect` and `online`, or as one of them; a lost
// network as the `offline` that the server noticed, or as the silence before the device's own next login; a restart as
// everybody's `offline`. History finds the requests, with the events that show when each was asked and when it took
// effect, and which packets must have been under way meanwhile. It judges nothing and knows no rule.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mdsync/system.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

// The number of an event, or none.
inline constexpr std::size_t kNoEvent = static_cast<std::size_t>(-1);

// A request, and the events that show it.
struct Request {
    Op op;                            // messages and texts by the numbers of the trace
    std::size_t asked = kNoEvent;     // `connect`, `send`, `offline` with reason logout, ...
    std::size_t answered = kNoEvent;  // `online`, `accept`, ...: where it took effect, if that is seen

    [[nodiscard]] std::size_t first() const { return asked != kNoEvent ? asked : answered; }
};

// Something on its way to a device did not arrive at once: from `from` on nothing got through until `until`. Where the
// device's session ended there (`lost`), it never arrived.
struct Delay {
    DeviceId device;
    std::size_t from = 0;   // the event that sent it: an acceptance, or the device's own `online`
    std::size_t until = 0;  // the event before which it had not arrived, or with which it was lost
    std::size_t mark = 0;   // the last event that must not find it arrived
    bool lost = false;
    bool dropped = false;  // the network was gone from `from` on and the server noticed at `until`
    bool relogin = false;  // `dropped`, and what ended it was the device's own next login
};

struct History {
    std::vector<Request> requests;  // by first()
    std::vector<Delay> delays;      // by `from`
    std::vector<std::size_t> settled;
    std::vector<std::size_t> notes;
    std::vector<DeviceId> doubled;     // devices whose line doubled packets: a message came twice in one session
    std::vector<std::string> remarks;  // what was seen and can't be asked for, in sentences
};

struct HistoryOptions {
    Millis latency{0};  // how long the network of the repeat takes; what is under way so long needs no delay
    Millis patience{std::chrono::seconds{5}};  // without `settled` lines, what is under way longer is not
};

// Whether the trace tells when nothing was in flight.
[[nodiscard]] bool tellsSettled(const Trace& trace);

// Takes `trace` apart. REQUIRES: a valid trace.
[[nodiscard]] History historyOf(const Trace& trace, const HistoryOptions& options);

// How long every request of `trace` was on its way, if all were seen and took equally long, and not 0.
[[nodiscard]] std::optional<Millis> steadyLatency(const Trace& trace);

}  // namespace mdsync
