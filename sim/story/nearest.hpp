// Nearest: what came nearest to putting a rule to the test that nothing did.
#pragma once

#include <string>

#include "story/knowledge.hpp"

namespace mdsync::story {

// As Inquiry::nearest() gives it.
[[nodiscard]] std::string nearestTo(const Knowledge& k, RuleId rule);

}  // namespace mdsync::story
