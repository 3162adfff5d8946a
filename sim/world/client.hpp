// Client: what a device does with what arrives, and what it knows.
#pragma once

#include "world/state.hpp"

namespace mdsync::world {

// The device's app gets a message. REQUIRES: the device is in the packet's session, with its network, and not on hold.
void receive(State& s, const Packet& p);

// Any packet from the server arrives at a device, whatever its state.
void arrive(State& s, const Packet& p);

// A message arrives where it cannot be handed over: the session is over, the network is gone, or a hold is on.
void arriveAside(State& s, const Packet& p);

// Empties the device's local store.
void wipe(State& s, DeviceId d);

// Hands over what waited during a hold.
void release(State& s, DeviceId d);

// Whether a hold holds something back, anywhere.
[[nodiscard]] bool holdsBack(State& s);

}  // namespace mdsync::world
