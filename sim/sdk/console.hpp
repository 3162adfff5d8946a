// The console of the emulator, under /mdsync/: what there is, what happens and what the rules say, for people and
// programs; and whatever a test wants to do to the service: turn its switch, cut a network, let a day pass.
#pragma once

#include <optional>

#include "sdk/port.hpp"

namespace mdsync::sdk {

class Emulator;

// Nothing: the trace is followed, as server-sent events.
[[nodiscard]] std::optional<HttpAnswer> answerConsole(Emulator& emulator, const HttpRequest& request);

}  // namespace mdsync::sdk
