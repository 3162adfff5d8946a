// Measuring random and exhaustive search.
#pragma once

#include "mdsync/bench.hpp"

namespace mdsync {

// `heapEventsPerSecond`: what the yardstick makes on this machine, at this time. An interrupt leaves out the search in which it
// came, and what follows.
[[nodiscard]] SearchFigures measureSearch(const BenchOptions& options, double heapEventsPerSecond,
                                          const Interrupt& interrupt);

}  // namespace mdsync
