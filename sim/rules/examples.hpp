// The smallest examples of the rules, whole traces in sim/rules/examples: RULE.keeps.jsonl puts its rule to the test
// and is legal, RULE.breaks.jsonl violates it. `mdsync check` opens them as they are.
#pragma once

#include <span>

#include "base/embedded.hpp"

namespace mdsync {

[[nodiscard]] std::span<const EmbeddedFile> ruleExamples();

}  // namespace mdsync
