// Network: links that delay, lose and double packets, but keep their order while both ends stay connected.
//
// Each device has a link to the server and one back, the app's backend one to the server. A lost packet is sent again
// by the transport, and what follows waits for it. Doubled packets are dropped by the client.
#pragma once

#include <algorithm>

#include "world/fault.hpp"

namespace mdsync::world {

// The time that the transport needs to send a packet again until it gets through, where packets are lost.
[[nodiscard]] Millis drawRetries(State& s, Link& link);

// Latency drawn for one packet, the time for sending it again included.
[[nodiscard]] inline Millis drawLatency(State& s, Link& link) {
    const NetworkConditions& c = s.conditions[link.conditions];
    Millis latency = c.latencyLow;
    if (c.latencyHigh > c.latencyLow) {
        constexpr Millis kWidest{0xfffffffe};
        const auto spread = static_cast<std::uint32_t>(std::min(c.latencyHigh - c.latencyLow, kWidest).count()) + 1;
        latency += Millis{s.chance.draw(link.latencyKey, link.latencyDraws, spread, Label::Latency)};
    }
    if (c.lossPpm != 0) latency += drawRetries(s, link);
    return latency;
}

// When what is sent over `link` now arrives.
[[nodiscard]] inline Instant arrival(State& s, Link& link) {
    const Instant at = std::max(link.next, s.now() + drawLatency(s, link));
    link.next = at;
    return at;
}

// Where the network doubles packets: perhaps puts the twin of a packet on its way that arrives at `at`.
void doubleSometimes(State& s, const Packet& p, Instant at);

// Puts a packet on its way where the network is in somebody else's hands.
void putOnLine(State& s, const Packet& p);

// Puts a packet to a device on its way a moment late, so that those behind it overtake it.
void putAside(State& s, const Packet& p);

// Sends a packet from the server to its device. `session` is filled in. Inlined: most of what a world does is this.
[[gnu::always_inline]] inline void sendDown(State& s, const Packet& packet) {
    Device& device = s.at(packet.device);
    Packet p = packet;
    p.session = device.session;
    if (decide<&Decisions::keepsAside>(s)) [[unlikely]]
        return putAside(s, p);
    if (s.handedOver) [[unlikely]]
        return putOnLine(s, p);
    const bool doubles = s.conditions[device.down.conditions].duplicatePpm != 0;
    const Instant at = arrival(s, device.down);
    s.wheel.push(at, p);
    if (doubles) [[unlikely]]
        doubleSometimes(s, p, at);
}

// Sends a packet from a device, or from the backend, to the server.
inline void sendUp(State& s, Packet p) {
    p.session = s.at(p.device).session;
    if (s.handedOver) [[unlikely]]
        return putOnLine(s, p);
    s.wheel.push(arrival(s, s.side(p.device).up), p);
}
inline void sendFromBackend(State& s, const Packet& p) {
    if (s.handedOver) [[unlikely]]
        return putOnLine(s, p);
    s.wheel.push(arrival(s, s.backend), p);
}

// Changes the conditions of the links of some devices, or, if none is named, of all and the backend's.
void setConditions(State& s, const NetworkConditions& conditions, const std::vector<DeviceId>& on);

// Whether what a device sent in this session still gets through: the session lasts and so does the network, or it ended
// with a logout, which waits for what is under way.
[[nodiscard]] bool getsThrough(const State& s, const Packet& p);

// Whether something of the message is still on its way, waits at a device, or may have to be sent again.
[[nodiscard]] bool isUnderWay(const State& s, MessageId id);

// Puts a packet that has arrived where it goes.
void dispatch(State& s, const Packet& p);

// Runs what is due at `until` or before.
void runUntil(State& s, Instant until);

}  // namespace mdsync::world
