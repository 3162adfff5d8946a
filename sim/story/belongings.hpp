// Belongings: all that a device has, lacks and is owed.
#pragma once

#include <vector>

#include "mdsync/story.hpp"
#include "story/knowledge.hpp"

namespace mdsync::story {

// As Inquiry::belongings() gives it.
[[nodiscard]] Belongings belongingsOf(const Knowledge& k, DeviceId device);

// As Inquiry::owed() gives it.
[[nodiscard]] std::vector<Owed> allOwed(const Knowledge& k);

}  // namespace mdsync::story
