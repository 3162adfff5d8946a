// Hearing: what each rule said to one event, in order, and why.
#pragma once

#include "mdsync/story.hpp"
#include "story/knowledge.hpp"

namespace mdsync::story {

// As Inquiry::hearNext() gives it.
[[nodiscard]] Hearing hearNext(Knowledge& k);

}  // namespace mdsync::story
