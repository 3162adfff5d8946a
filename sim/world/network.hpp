// Network: links that delay, lose and double packets, but keep their order while both ends stay connected.
//
// Each device has a link to the server and one back, the app's backend one to the server. A lost packet is sent again
// by the transport, and what follows waits for it. Doubled packets are dropped by the client.
#pragma once

#include <algorithm>

#include "world/state.hpp"

namespace mdsync::world {

// How long the transport waits before it sends a lost packet again, and how often at most.
inline constexpr Millis kRetryAfter{200};
inline constexpr int kMostRetries = 50;
inline constexpr std::uint32_t kMillion = 1000000;

// Latency drawn for one packet, the time for sending it again included.
[[nodiscard]] inline Millis drawLatency(State& s, Link& link) {
    const NetworkConditions& c = s.conditions[link.conditions];
    Millis latency = c.latencyLow;
    if (c.latencyHigh > c.latencyLow) {
        const auto spread = static_cast<std::uint32_t>((c.latencyHigh - c.latencyLow).count()) + 1;
        latency += Millis{s.chance.draw(link.latencyKey, link.latencyDraws, spread)};
    }
    if (c.lossPpm != 0) {
        const std::uint64_t key = s.chance.keyOf(streamOf(Purpose::Loss, link.entity));
        // Drawn so that 0, the plainest, means that nothing is lost.
        for (int i = 0; i < kMostRetries && s.chance.draw(key, link.lossDraws, kMillion) >= kMillion - c.lossPpm; ++i) {
            latency += kRetryAfter;
        }
    }
    return latency;
}

// When what is sent over `link` now arrives.
[[nodiscard]] inline Instant arrival(State& s, Link& link) {
    const Instant at = std::max(link.next, s.now() + drawLatency(s, link));
    link.next = at;
    return at;
}

// Sends a packet from the server to its device. `p.session` is filled in.
inline void sendDown(State& s, Packet p) {
    Device& device = s.at(p.device);
    p.session = device.session;
    Instant at = arrival(s, device.down);
    if (s.policy.change == Change::Reorders) at = s.decide(Change::Reorders, at, at + Millis{100});
    s.wheel.push(at, p);
    const NetworkConditions& c = s.conditions[device.down.conditions];
    if (c.duplicatePpm == 0 && s.policy.change != Change::DeliversDuplicates) return;
    DeviceSide& side = s.side(p.device);
    const std::uint64_t key = s.chance.keyOf(streamOf(Purpose::Duplicate, device.down.entity));
    const bool drawn =
        c.duplicatePpm != 0 && s.chance.draw(key, side.duplicateDraws, kMillion) >= kMillion - c.duplicatePpm;
    if (!drawn) return;
    if (!s.decide(Change::DeliversDuplicates, false, true)) p.kind = PacketKind::Duplicate;
    s.wheel.push(at, p);
}

// Sends a packet from a device, or from the backend, to the server.
inline void sendUp(State& s, Packet p) {
    p.session = s.at(p.device).session;
    s.wheel.push(arrival(s, s.side(p.device).up), p);
}
inline void sendFromBackend(State& s, const Packet& p) {
    s.wheel.push(arrival(s, s.backend), p);
}

// Changes the conditions of the links of some devices, or, if none is named, of all and the backend's.
void setConditions(State& s, const NetworkConditions& conditions, const std::vector<DeviceId>& on);

// Puts a packet that has arrived where it goes.
void dispatch(State& s, const Packet& p);

// Runs what is due at `until` or before.
void runUntil(State& s, Instant until);

}  // namespace mdsync::world
