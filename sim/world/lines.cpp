// The network in somebody else's hands. See lines.hpp.
#include "world/lines.hpp"

#include "world/network.hpp"
#include "world/state.hpp"

namespace mdsync::world {

void handOver(State& s) {
    NetworkConditions conditions;
    conditions.latencyLow = Millis{0};
    conditions.latencyHigh = Millis{1};
    setConditions(s, conditions, {});
    s.longestLatency = conditions.latencyHigh;
    s.handedOver = true;
}

void deliver(State& s, std::size_t place) {
    const Packet p = s.lines[place].packet;
    s.lines.erase(s.lines.begin() + static_cast<std::ptrdiff_t>(place));
    dispatch(s, p);
}

bool isDead(const State& s, const Waiting& waiting) {
    const Packet& p = waiting.packet;
    if (!p.device.exists()) return false;
    const Device& device = s.at(p.device);
    switch (p.kind) {
        case PacketKind::Send:
        case PacketKind::Recall:
            return !getsThrough(s, p);
        case PacketKind::Notice:
            return device.session != p.session || !device.online;
        case PacketKind::Duplicate:
            return true;
        case PacketKind::Recalled:
        case PacketKind::CaughtUp:
            return device.session != p.session || !device.online;
        case PacketKind::Deliver:
        case PacketKind::CatchUp:
            return device.session != p.session;
        default:
            return false;
    }
}

}  // namespace mdsync::world
