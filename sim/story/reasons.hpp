// Reasons: why a device has a message or lacks it, shows it recalled or not, is online or offline; a sentence each.
#pragma once

#include <optional>
#include <string>

#include "mdsync/story.hpp"
#include "story/knowledge.hpp"

namespace mdsync::story {

// A Reason is a sentence and the event on which it rests. What is said of several things alike differs in the moment
// only, for which kMoment stands: `accepted \1, before the window of alice/phone's login`.
struct Reason {
    static constexpr char kMoment = '\1';
    std::string text;
    const Event* event = nullptr;  // null: it rests on no event
    std::optional<Instant> moment{};
};

[[nodiscard]] Reason reasonOf(const Knowledge& k, const Doubt& doubt);

// The sentence with the moment filled in.
[[nodiscard]] std::string spell(const Knowledge& k, const Reason& reason);

}  // namespace mdsync::story
