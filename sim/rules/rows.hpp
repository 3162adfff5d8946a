// The rows of the catalogue, one table a family, in the order of RuleId; catalogue.cpp joins them and adds the
// examples, which are files (examples.hpp).
#pragma once

#include <span>

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

extern const std::span<const Rule> kOffRules;
extern const std::span<const Rule> kOnlineRules;
extern const std::span<const Rule> kLimitRules;
extern const std::span<const Rule> kWebRules;
extern const std::span<const Rule> kStatusRules;
extern const std::span<const Rule> kServiceRules;
extern const std::span<const Rule> kCompensationRules;
extern const std::span<const Rule> kRecallRules;
extern const std::span<const Rule> kApiRules;
extern const std::span<const Rule> kChatroomRules;
extern const std::span<const Rule> kDeliveryRules;

}  // namespace mdsync
