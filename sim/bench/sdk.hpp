// Measuring the emulator of the vendor's service beside an echo server on the same port.
#pragma once

#include "mdsync/bench.hpp"

namespace mdsync {

// What an interrupt cuts short has no figures that count.
[[nodiscard]] SdkFigures measureSdk(const BenchOptions& options, const Interrupt& interrupt);

}  // namespace mdsync
