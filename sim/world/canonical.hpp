// Canonical: a world as bytes, with times relative to now, so that search can tell states apart and alike.
#pragma once

#include <string>
#include <vector>

#include "base/encoder.hpp"
#include "world/state.hpp"

namespace mdsync::world {

// Writes the state under the given names. Worlds of one policy that give the same bytes have the same future, but for
// the names. Without the events, and without the state of chance. encodeDevice() writes what a device is by itself.
void encode(const State& s, const Naming& names, Encoder& out);
void encodeDevice(const State& s, const Naming& names, DeviceId d, Encoder& out);

// The state as bytes under everybody's own name.
[[nodiscard]] std::string canonicalBytes(const State& s);

// The memory a state holds, without its events.
[[nodiscard]] std::size_t bytesOf(const State& s);

}  // namespace mdsync::world
