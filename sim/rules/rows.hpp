// The rows of the catalogue, one array a family, in the order of RuleId; catalogue.cpp joins them and adds the
// examples, which are files (examples.hpp).
#pragma once

#include <array>

#include "mdsync/rules.hpp"

namespace mdsync {

// Aspects that many rules have together.
inline constexpr Aspects kConversation = bit(Aspect::Private) | bit(Aspect::Group);
inline constexpr Aspects kAnyConversation = bit(Aspect::Private) | bit(Aspect::Group) | bit(Aspect::Chatroom);
inline constexpr Aspects kOrigin = bit(Aspect::Device) | bit(Aspect::Api);
inline constexpr Aspects kSide = bit(Aspect::Recipient) | bit(Aspect::Author);
inline constexpr Aspects kClass =
    bit(Aspect::Mobile) | bit(Aspect::Web) | bit(Aspect::Desktop) | bit(Aspect::Miniprogram);
inline constexpr Aspects kSwitch = bit(Aspect::Unturned) | bit(Aspect::Turned);
inline constexpr Aspects kLogin = bit(Aspect::FirstLogin) | bit(Aspect::Return) | bit(Aspect::Reinstall);

extern const std::array<Rule, 5> kOffRules;
extern const std::array<Rule, 2> kOnlineRules;
extern const std::array<Rule, 4> kLimitRules;
extern const std::array<Rule, 3> kWebRules;
extern const std::array<Rule, 3> kStatusRules;
extern const std::array<Rule, 4> kServiceRules;
extern const std::array<Rule, 4> kCompensationRules;
extern const std::array<Rule, 4> kRecallRules;
extern const std::array<Rule, 3> kApiRules;
extern const std::array<Rule, 1> kChatroomRules;
extern const std::array<Rule, 8> kDeliveryRules;

}  // namespace mdsync
