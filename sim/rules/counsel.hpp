// Counsel: what the rules would say of a message on a device now, for those who explain. Asking changes nothing.
#pragma once

#include <optional>
#include <vector>

#include "rules/rule.hpp"

namespace mdsync::rules {

// What the trace has established so far.
[[nodiscard]] const History& historyOf(const Checker& checker);

// Of a `receive` of the message on the device, if it came now: the first ban that forbids it or leaves it open.
struct Forbidding {
    RuleId rule;
    Tri broken;  // Yes or Maybe
};
[[nodiscard]] std::optional<Forbidding> ifItCame(const Checker& checker, MessageId message, DeviceId device);

// The rules by which the device, or any device of its user, is owed the message, or its recall, from now to the next
// settled moment.
[[nodiscard]] std::vector<RuleId> owedNow(const Checker& checker, MessageId message, DeviceId device);

}  // namespace mdsync::rules
