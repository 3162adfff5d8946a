// Drawing knobs: the legal choices of the reference server, drawn.
#pragma once

#include "mdsync/choices.hpp"
#include "mdsync/world.hpp"

namespace mdsync::search {

// Half of all times the reference's own, else each knob at random. A stream of its own: the scenario of a seed is the
// same whatever the server does.
[[nodiscard]] Knobs drawKnobs(Choices& choices);

}  // namespace mdsync::search
