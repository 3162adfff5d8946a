// Measuring random and exhaustive search.
#pragma once

#include "mdsync/bench.hpp"

namespace mdsync {

// `heapEventsPerSecond`: what the yardstick makes on this machine, at this time.
[[nodiscard]] SearchFigures measureSearch(const BenchOptions& options, double heapEventsPerSecond);

}  // namespace mdsync
