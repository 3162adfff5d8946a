// Cast: who takes part in a generated scenario, and how the app is set.
//
// Everything is drawn; what comes out is a legal header of a scenario file.
#pragma once

#include "mdsync/scenario.hpp"
#include "random/drawing.hpp"
#include "random/untaken.hpp"
#include "random/vocabulary.hpp"

namespace mdsync::search {

// Fills header, network and readings of `into`, all of whose earlier content goes. What is untaken is drawn all the same,
// and then made plain: the rest is as it would be without.
void drawCast(Drawing& draw, const Without& without, const Untaken& untaken, Case& into);

// Link conditions as a `network` step or the file may have them.
[[nodiscard]] NetworkConditions drawConditions(Drawing& draw, const Without& without);

}  // namespace mdsync::search
