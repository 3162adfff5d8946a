// Lines: the packets of a world whose network is in somebody else's hands.
//
// Usually a packet draws its latency when it sets off, and the clock brings it. Search wants every order of arrival
// instead: after handOver() a packet waits on its line until deliver() lets it arrive, at whatever time it is then. On
// one line packets keep their order, as in a connection; between lines there is no order. No latency is drawn; that a
// lost packet comes later, or that the server notices a drop later, is a later deliver().
#pragma once

#include <cstdint>

#include "world/packet.hpp"

namespace mdsync::world {

struct State;

// Where a packet waits: one line from the backend, and for each device one down, one up, and two for what keeps no
// order with them.
enum class Line : std::uint8_t {
    Backend,  // one for all
    Down,
    Up,
    Notice,  // the moment when the server notices a drop
    Astray   // what a wrong server lets overtake
};

struct Waiting {
    Packet packet;
    Line line = Line::Backend;
};

[[nodiscard]] inline Line lineOf(PacketKind kind) {
    switch (kind) {
        case PacketKind::Connect:
        case PacketKind::Send:
        case PacketKind::Recall:
            return Line::Up;
        case PacketKind::Publish:
        case PacketKind::ApiRecall:
            return Line::Backend;
        case PacketKind::Notice:
            return Line::Notice;
        default:
            return Line::Down;
    }
}

// From now on packets wait on their lines. REQUIRES: nothing is under way. Acknowledgements then count as taking a
// millisecond at most, none or one being drawn: so whether one arrived before its session broke stays open as long as
// the clock stands.
void handOver(State& s);

// Lets the packet at this place of State::lines arrive. REQUIRES: no packet before it waits on the same line.
void deliver(State& s, std::size_t place);

// Whether the packet does nothing when it arrives, now or later: what it belonged to is over.
[[nodiscard]] bool isDead(const State& s, const Waiting& waiting);

}  // namespace mdsync::world
