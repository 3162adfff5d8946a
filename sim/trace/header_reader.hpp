// The first line of a trace: who has which devices, and the app's settings.
#pragma once

#include "mdsync/trace.hpp"
#include "trace/fault.hpp"

namespace mdsync {

// Reads `json`, the parsed first line, into `header`, all mistakes into `faults`.
void readHeader(const json::Document& json, Header& header, Faults& faults);

}  // namespace mdsync
