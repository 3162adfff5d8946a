// Order: in which order the bans are asked.
#pragma once

#include <span>

#include "rules/rule.hpp"

namespace mdsync::rules {

[[nodiscard]] std::span<const Ban* const> bansOnReceive();
[[nodiscard]] std::span<const Ban* const> bansOnRecalled();

}  // namespace mdsync::rules
