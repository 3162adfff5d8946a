// Measuring the emulator of the vendor's service beside an echo server on the same port.
#pragma once

#include "mdsync/bench.hpp"

namespace mdsync {

[[nodiscard]] SdkFigures measureSdk(const BenchOptions& options);

}  // namespace mdsync
