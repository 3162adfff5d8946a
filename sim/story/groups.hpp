// Groups: what has the same reason is told in one sentence.
#pragma once

#include <span>
#include <vector>

#include "mdsync/story.hpp"
#include "story/knowledge.hpp"

namespace mdsync::story {

// As Inquiry::reasons() gives them.
[[nodiscard]] std::vector<Because> toldTogether(const Knowledge& k, std::span<const Doubt> doubts);

// The reason of one, without the name of what it is about.
[[nodiscard]] Because toldAlone(const Knowledge& k, const Doubt& doubt);

}  // namespace mdsync::story
