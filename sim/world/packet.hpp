// Packet: one thing under way between a device, the server and the app's backend; or a moment that the world waits for.
#pragma once

#include <cstdint>

#include "mdsync/ids.hpp"
#include "mdsync/trace.hpp"

namespace mdsync::world {

enum class PacketKind : std::uint8_t {
    Deliver,    // server to device: a message that was accepted while the device was online
    CatchUp,    // server to device: a message that was accepted before, or is sent again
    Recalled,   // server to device: show it recalled
    CaughtUp,   // server to device: the catch-up of this login is complete
    Duplicate,  // server to device: a packet that the network doubled
    Connect,    // device to server
    Send,       // device to server
    Recall,     // device to server
    Publish,    // backend to server
    ApiRecall,  // backend to server
    Notice      // the server notices that the device's network went
};

// The place of a device that has none, because the message does not concern it: only a wrong server sends it there.
inline constexpr std::uint32_t kNoPlace = 0xffffffffU;

// A Packet is what the queue holds: 20 bytes, without its time.
struct Packet {
    DeviceId device;  // whose link it travels on; ApiRecall: none
    MessageId message;
    std::uint32_t session = 0;  // of the device, when the packet set off
    // Deliver, CatchUp, Recalled: the device's place in the message's list of devices. Send: the installation that
    // sends.
    std::uint32_t place = 0;
    PacketKind kind = PacketKind::Deliver;
    Via via = Via::Live;
};
static_assert(sizeof(Packet) == 20);

}  // namespace mdsync::world
