// Wants: what rules about a message and a device ask for, one condition after the other, so that one can say how far a
// message came and what was missing then.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "story/pair.hpp"

namespace mdsync::story {

// A View is a message beside a device, with the words for the two.
struct View {
    const Knowledge& k;
    const Pair& p;
    std::string message, device, user;
};

// A Want is one condition of a rule: what it asks for, and what was so instead.
struct Want {
    bool (*isMet)(const View&);
    std::string_view asks;                // `a device that is offline when the message is accepted`
    std::string (*instead)(const View&);  // `alice/phone was online when m1 was accepted`
};

// What the rule asks for, in order; empty where it is not about a message and a device.
[[nodiscard]] std::span<const Want* const> wantsOf(RuleId rule);

}  // namespace mdsync::story
