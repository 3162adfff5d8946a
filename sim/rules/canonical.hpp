// Canonical: what a Checker knows, as bytes, so that search can tell states apart and alike.
#pragma once

#include "base/encoder.hpp"
#include "mdsync/rules.hpp"

namespace mdsync::rules {

// Writes under the given names what can still decide a violation. Two checkers with equal bytes, that go on beside
// worlds with equal bytes, will find the same violations, but for the names; what they count (checked, undecided,
// lapsed) is left out, and so is what only those counts depend on. REQUIRES: settled mode, a trace of our own world
// with nothing silent, and no message id used twice.
void encode(const Checker& checker, const Naming& names, Encoder& out);

}  // namespace mdsync::rules
