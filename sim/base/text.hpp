// Text: UTF-8, names, and words as messages quote them. What is a name or a character is decided here and nowhere else.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mdsync {

// ---- UTF-8 (RFC 3629: no overlong forms, no surrogates) -------------------------------------------------------------

struct CodePoint {
    char32_t value = 0;
    std::size_t bytes = 0;  // 0: these bytes are not UTF-8
};

// The character that `text` begins with. REQUIRES: `text` is not empty.
[[nodiscard]] CodePoint decodeUtf8(std::string_view text);

// Appends the character `c`. REQUIRES: `c` is a code point and no surrogate.
void appendUtf8(std::string& out, char32_t c);

[[nodiscard]] bool isUtf8(std::string_view text);

// Where the first byte stands that is not UTF-8, or npos.
[[nodiscard]] std::size_t findInvalidUtf8(std::string_view text);

// ---- Names ----------------------------------------------------------------------------------------------------------

// Whether `text` may name a user, device, group, room or message: 1..64 bytes of UTF-8 without white space (Unicode's:
// the no-break space and its wide relatives too), control characters or any of `/ : { } * ,`. Scenarios and traces have
// the same names, so that each can be made from the other.
[[nodiscard]] bool isName(std::string_view text);
inline constexpr std::string_view kNameHint = "1..64 bytes without blanks and / : { } * ,";

// ---- Messages -------------------------------------------------------------------------------------------------------

// `text` in double quotes, cut to something that fits a message.
[[nodiscard]] std::string quoted(std::string_view text);

// `"a", "b" or "c"`.
[[nodiscard]] std::string alternatives(const std::vector<std::string_view>& words);

}  // namespace mdsync
