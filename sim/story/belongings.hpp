// Belongings: all that a device has, lacks and is owed.
#pragma once

#include "mdsync/story.hpp"
#include "story/knowledge.hpp"

namespace mdsync::story {

// As Inquiry::belongings() gives it.
[[nodiscard]] Belongings belongingsOf(const Knowledge& k, DeviceId device);

}  // namespace mdsync::story
