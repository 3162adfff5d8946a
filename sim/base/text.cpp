#include "base/text.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <array>

namespace mdsync {
namespace {

// What of ASCII may stand in a name.
constexpr std::array<bool, 128> kInNames = [] {
    std::array<bool, 128> may{};
    for (std::size_t c = 0x21; c < 0x7f; ++c) may[c] = true;
    for (const char c : std::string_view("/:{}*,")) may[static_cast<unsigned char>(c)] = false;
    return may;
}();

// Beyond ASCII, what Unicode calls White_Space.
bool isWideBlank(char32_t c) {
    return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
           c == 0x202f || c == 0x205f || c == 0x3000;
}

// Whether `text` is characters beyond ASCII that may stand in a name, mixed with ASCII that may.
bool isWideName(std::string_view text) {
    while (!text.empty()) {
        const CodePoint c = decodeUtf8(text);
        if (c.bytes == 0 || isWideBlank(c.value) || (c.value < 0x80 && !kInNames[c.value])) return false;
        text.remove_prefix(c.bytes);
    }
    return true;
}

}  // namespace

CodePoint decodeUtf8(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return {first, 1};
    const std::size_t bytes = first >= 0xf0 ? 4U : first >= 0xe0 ? 3U : 2U;
    if (first < 0xc2 || first > 0xf4 || text.size() < bytes) return {};
    char32_t value = first & (0xffU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) return {};
        value = (value << 6U) | (byte(i) & 0x3fU);
    }
    const bool overlong = (bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000);
    if (overlong || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return {};
    return {value, bytes};
}

void appendUtf8(std::string& out, char32_t c) {
    const auto put = [&](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (c < 0x80) return put(c);
    if (c < 0x800) {
        put(0xc0U | (c >> 6U));
    } else {
        if (c < 0x10000) {
            put(0xe0U | (c >> 12U));
        } else {
            put(0xf0U | (c >> 18U));
            put(0x80U | ((c >> 12U) & 0x3fU));
        }
        put(0x80U | ((c >> 6U) & 0x3fU));
    }
    put(0x80U | (c & 0x3fU));
}

bool isUtf8(std::string_view text) {
    return simdjson::validate_utf8(text.data(), text.size());
}

std::size_t findInvalidUtf8(std::string_view text) {
    if (isUtf8(text)) return std::string_view::npos;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t bytes = decodeUtf8(text.substr(at)).bytes;
        if (bytes == 0) break;
        at += bytes;
    }
    return at;
}

bool isName(std::string_view text) {
    if (text.empty() || text.size() > 64) return false;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80) return isWideName(text);
        if (!kInNames[byte]) return false;
    }
    return true;
}

std::string quoted(std::string_view text) {
    constexpr std::size_t kShown = 80;
    if (text.size() <= kShown) return fmt::format("\"{}\"", text);
    std::size_t cut = kShown;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0U) == 0x80U) --cut;  // not inside a character
    return fmt::format("\"{}...\"", text.substr(0, cut));
}

std::string alternatives(const std::vector<std::string_view>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
        text += quoted(words[i]);
    }
    return text;
}

}  // namespace mdsync
