// Canonical: a world as bytes, with times relative to now, so that search can tell states apart and alike.
#pragma once

#include <string>

#include "world/state.hpp"

namespace mdsync::world {

[[nodiscard]] std::string canonicalBytes(const State& s);

// The memory a state holds, without its events.
[[nodiscard]] std::size_t bytesOf(const State& s);

}  // namespace mdsync::world
