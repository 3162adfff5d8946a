// Tale: the story of one message on one device, event by event.
#pragma once

#include "mdsync/story.hpp"
#include "story/knowledge.hpp"

namespace mdsync::story {

// As Inquiry::story() gives it.
[[nodiscard]] MessageStory taleOf(const Knowledge& k, DeviceId device, MessageId message);

}  // namespace mdsync::story
