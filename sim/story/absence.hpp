// Absence: why a message is not there, or its recall is not shown. The first answer that fits, from what makes all others
// pointless to what presupposes it: who was never online is not asked about the window of a login.
#pragma once

#include "story/reasons.hpp"

namespace mdsync::story {

[[nodiscard]] Reason whyItLacks(const Knowledge& k, DeviceId device, MessageId message);
[[nodiscard]] Reason whyNotRecalled(const Knowledge& k, DeviceId device, MessageId message);
[[nodiscard]] Reason whyNotAccepted(const Knowledge& k, MessageId message);
[[nodiscard]] Reason whyOffline(const Knowledge& k, DeviceId device);

// `; web.evict-earliest is violated: ...`, where a limit on connections of the device's user is; else nothing.
[[nodiscard]] std::string brokenLimit(const Knowledge& k, DeviceId device);

}  // namespace mdsync::story
