// See json_line.hpp.
#include "trace/json_line.hpp"

#include <charconv>

#include "base/text.hpp"

namespace mdsync {
namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

bool JsonLine::parse(std::string_view line) {
    line_ = line;
    at_ = 0;
    nodes_.clear();
    texts_.clear();
    fault_ = {};
    if (const std::size_t invalid = findInvalidUtf8(line); invalid != std::string_view::npos) {
        at_ = invalid;
        return fail("the bytes are not UTF-8", JsonFault::Why::Utf8);
    }
    skipBlanks();
    if (!parseValue(0)) return false;
    skipBlanks();
    return at_ == line_.size() || fail("expected the end of the line");
}

std::string_view JsonLine::text(std::size_t node) const {
    const JsonNode& n = nodes_[node];
    return (n.escaped ? std::string_view(texts_) : line_).substr(n.textAt, n.textSize);
}

std::optional<std::int64_t> JsonLine::integer(std::size_t node) const {
    const JsonNode& n = nodes_[node];
    std::int64_t value = 0;
    const auto [rest, error] = std::from_chars(line_.data() + n.begin, line_.data() + n.end, value);
    if (error != std::errc{} || rest != line_.data() + n.end) return std::nullopt;
    return value;
}

bool JsonLine::fail(std::string_view wanted, JsonFault::Why why) {
    fault_ = {why, static_cast<std::uint32_t>(at_), at_ >= line_.size(), wanted};
    return false;
}

std::size_t JsonLine::open(JsonKind kind) {
    JsonNode& node = nodes_.emplace_back();
    node.kind = kind;
    node.begin = static_cast<std::uint32_t>(at_);
    return nodes_.size() - 1;
}

void JsonLine::close(std::size_t node) {
    nodes_[node].end = static_cast<std::uint32_t>(at_);
    nodes_[node].next = static_cast<std::uint32_t>(nodes_.size());
}

void JsonLine::skipBlanks() {
    while (at_ < line_.size() && (line_[at_] == ' ' || line_[at_] == '\t' || line_[at_] == '\r')) ++at_;
}

bool JsonLine::parseValue(std::size_t depth) {
    if (at_ == line_.size()) return fail("expected a value");
    if (nodes_.size() >= kNodes) return fail("too many values", JsonFault::Why::TooMany);
    switch (line_[at_]) {
        case '{':
            return parseObject(depth);
        case '[':
            return parseArray(depth);
        case '"':
            return parseString();
        case 't':
            return parseWord("true", JsonKind::True);
        case 'f':
            return parseWord("false", JsonKind::False);
        case 'n':
            return parseWord("null", JsonKind::Null);
        default:
            return parseNumber();
    }
}

bool JsonLine::parseObject(std::size_t depth) {
    if (depth == kDepth) return fail("nested too deeply", JsonFault::Why::TooDeep);
    const std::size_t object = open(JsonKind::Object);
    ++at_;
    skipBlanks();
    for (bool first = true; !at('}'); first = false) {
        if (!first) {
            if (!at(',')) return fail("expected `,` or `}`");
            ++at_;
            skipBlanks();
        }
        if (!at('"')) return fail("expected a key in quotes");
        if (!parseString()) return false;
        skipBlanks();
        if (!at(':')) return fail("expected `:`");
        ++at_;
        skipBlanks();
        if (!parseValue(depth + 1)) return false;
        skipBlanks();
    }
    ++at_;
    close(object);
    return true;
}

bool JsonLine::parseArray(std::size_t depth) {
    if (depth == kDepth) return fail("nested too deeply", JsonFault::Why::TooDeep);
    const std::size_t array = open(JsonKind::Array);
    ++at_;
    skipBlanks();
    for (bool first = true; !at(']'); first = false) {
        if (!first) {
            if (!at(',')) return fail("expected `,` or `]`");
            ++at_;
            skipBlanks();
        }
        if (!parseValue(depth + 1)) return false;
        skipBlanks();
    }
    ++at_;
    close(array);
    return true;
}

bool JsonLine::parseString() {
    const std::size_t node = open(JsonKind::String);
    const std::size_t textAt = ++at_;
    while (at_ < line_.size() && line_[at_] != '"' && line_[at_] != '\\' &&
           static_cast<unsigned char>(line_[at_]) >= 0x20)
        ++at_;
    std::string_view plain = line_.substr(textAt, at_ - textAt);
    const std::size_t scratch = texts_.size();
    const bool escaped = at('\\');
    while (!at('"')) {
        if (escaped) texts_ += plain;
        if (at_ == line_.size()) return fail("expected the closing quote");
        if (line_[at_] != '\\') return fail("a control character in a string must be escaped");
        if (!parseEscape()) return false;
        const std::size_t from = at_;
        while (at_ < line_.size() && line_[at_] != '"' && line_[at_] != '\\' &&
               static_cast<unsigned char>(line_[at_]) >= 0x20)
            ++at_;
        plain = line_.substr(from, at_ - from);
    }
    if (escaped) texts_ += plain;
    nodes_[node].escaped = escaped;
    nodes_[node].textAt = static_cast<std::uint32_t>(escaped ? scratch : textAt);
    nodes_[node].textSize = static_cast<std::uint32_t>(escaped ? texts_.size() - scratch : at_ - textAt);
    ++at_;
    close(node);
    return true;
}

bool JsonLine::parseEscape() {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    ++at_;
    if (at_ == line_.size()) return fail("expected the rest of the escape");
    if (at('u')) return parseUnicode();
    const std::size_t letter = kLetters.find(line_[at_]);
    if (letter == std::string_view::npos) return fail("no such escape");
    texts_ += kMeanings[letter];
    ++at_;
    return true;
}

bool JsonLine::parseHex(std::uint32_t& unit) {
    ++at_;  // the u
    unit = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
        if (at_ == line_.size()) return fail("expected four hex digits");
        const char c = line_[at_];
        const char lower = static_cast<char>(c | 0x20);
        if (isDigit(c)) {
            unit = unit * 16 + static_cast<std::uint32_t>(c - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            unit = unit * 16 + static_cast<std::uint32_t>(lower - 'a' + 10);
        } else {
            return fail("expected four hex digits");
        }
    }
    return true;
}

bool JsonLine::parseUnicode() {
    std::uint32_t unit = 0;
    if (!parseHex(unit)) return false;
    if (unit >= 0xdc00 && unit <= 0xdfff) return fail("half a surrogate pair");
    if (unit >= 0xd800 && unit <= 0xdbff) {
        std::uint32_t low = 0;
        if (!at('\\')) return fail("half a surrogate pair");
        ++at_;
        if (!at('u')) return fail("half a surrogate pair");
        if (!parseHex(low)) return false;
        if (low < 0xdc00 || low > 0xdfff) return fail("half a surrogate pair");
        unit = 0x10000 + ((unit - 0xd800) << 10U) + (low - 0xdc00);
    }
    appendUtf8(texts_, unit);
    return true;
}

bool JsonLine::digits() {
    if (at_ == line_.size() || !isDigit(line_[at_])) return fail("expected a digit");
    while (at_ < line_.size() && isDigit(line_[at_])) ++at_;
    return true;
}

bool JsonLine::parseNumber() {
    if (!at('-') && !isDigit(line_[at_])) return fail("expected a value");
    const std::size_t node = open(JsonKind::Integer);
    if (at('-')) ++at_;
    if (at('0')) {
        ++at_;
    } else if (!digits()) {
        return false;
    }
    if (at('.')) {
        nodes_[node].kind = JsonKind::Number;
        ++at_;
        if (!digits()) return false;
    }
    if (at('e') || at('E')) {
        nodes_[node].kind = JsonKind::Number;
        ++at_;
        if (at('+') || at('-')) ++at_;
        if (!digits()) return false;
    }
    close(node);
    return true;
}

bool JsonLine::parseWord(std::string_view word, JsonKind kind) {
    const std::size_t node = open(kind);
    for (const char c : word) {
        if (!at(c)) return fail("expected a value");
        ++at_;
    }
    close(node);
    return true;
}

}  // namespace mdsync
