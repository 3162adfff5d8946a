// MessageUid: the ids that the vendor's server gives to messages: `D24F-9KEV-8004-0007`.
//
// Eighty bits, five a character: 42 of the time in milliseconds, 12 that count, 4 of the conversation's type, 22 of the
// conversation. So the order of ids that were given in different milliseconds is the order of time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mdsync/time.hpp"

namespace mdsync::sdk {

// The id of the message number `count` at `at`, in a conversation of this type (1 private, 3 group, 4 chatroom) and this
// number. Different for each (at, count modulo 4096, type).
[[nodiscard]] std::string messageUid(Instant at, std::uint32_t count, std::uint32_t type, std::uint32_t conversation);

// Whether `text` is spelled as such an id.
[[nodiscard]] bool isMessageUid(std::string_view text);

}  // namespace mdsync::sdk
