#include "scenario/json.hpp"

#include <fmt/format.h>

#include <unordered_set>
#include <vector>

#include "base/text.hpp"

namespace mdsync::json {

using scenario::Mistake;

namespace {

constexpr int kDeepest = 64;
constexpr std::uint32_t kManyKeys = 16;     // objects with more look their keys up instead of comparing each
constexpr std::uint32_t kSearched = 10000;  // in larger ones nobody is told where a repeated key stood first

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}
bool isWordCharacter(char c) {
    return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

int hexValue(char c) {
    if (isDigit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

// A Parser walks the text once, from left to right. Its functions return false once the text turned out not to be JSON;
// the mistake is reported then.
class Parser {
public:
    Parser(std::string_view text, Mistakes& mistakes, Document& document)
        : text_(text), mistakes_(mistakes), document_(document) {}

    bool parse() {
        if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;  // a byte order mark says nothing in UTF-8, and does no harm
        if (!skipBlanks()) return false;
        if (at_ == text_.size()) return fail("the file is empty", "a scenario is one JSON object: { \"name\": ... }");
        std::uint32_t root = 0;
        if (!value(root, 0) || !skipBlanks()) return false;
        if (at_ < text_.size()) return fail(fmt::format("expected the end of the file, found {}", found()));
        return true;
    }

private:
    bool fail(std::string message, std::string hint = {}) {
        return failAt(at_, foundLength(), std::move(message), std::move(hint));
    }

    bool failAt(std::size_t offset, std::size_t length, std::string message, std::string hint = {}) {
        mistakes_.add(Mistake::NotJson, placeOf(offset, length), std::move(message), std::move(hint));
        return false;
    }

    static Place placeOf(std::size_t offset, std::size_t length) {
        return {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(length)};
    }

    [[nodiscard]] bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }

    // The word or character that stands here, as a message calls it.
    [[nodiscard]] std::size_t foundLength() const {
        std::size_t length = 0;
        while (at_ + length < text_.size() && length < 40 && isWordCharacter(text_[at_ + length])) ++length;
        if (length == 0 && at_ < text_.size()) length = decodeUtf8(text_.substr(at_)).bytes;
        return length;
    }
    [[nodiscard]] std::string found() const {
        if (at_ == text_.size()) return "the end of the file";
        const char c = text_[at_];
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            return fmt::format("the control character 0x{:02x}", static_cast<unsigned char>(c));
        }
        return c == '"' ? "a string" : fmt::format("\"{}\"", text_.substr(at_, foundLength()));
    }

    bool skipBlanks() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                ++at_;
            } else if (c == '/') {
                if (!skipComment()) return false;
            } else {
                break;
            }
        }
        return true;
    }

    bool skipComment() {
        const std::string_view rest = text_.substr(at_);
        if (rest.starts_with("//")) {
            const std::size_t end = text_.find('\n', at_);
            at_ = end == std::string_view::npos ? text_.size() : end;
            return true;
        }
        if (!rest.starts_with("/*")) return fail("a single \"/\" is not JSON", "comments begin with // or /*");
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return failAt(at_, 2, "this comment never ends", "close it with */");
        at_ = end + 2;
        return true;
    }

    Node& newNode(std::uint32_t& index) {
        index = static_cast<std::uint32_t>(document_.nodes_.size());
        return document_.nodes_.emplace_back();
    }

    bool value(std::uint32_t& index, int depth) {
        Node& node = newNode(index);
        const std::size_t begin = at_;
        if (!valueOf(node, depth)) return false;
        node.place = placeOf(begin, at_ - begin);
        return true;
    }

    bool valueOf(Node& node, int depth) {
        if (at_ == text_.size()) return fail("the file ends where a value is expected");
        const char c = text_[at_];
        if (c == '{' || c == '[') {
            if (depth == kDeepest) {
                mistakes_.add(Mistake::TooDeep, placeOf(at_, 1),
                              fmt::format("lists and objects are nested more than {} deep", kDeepest));
                return false;
            }
            return c == '{' ? object(node, depth) : list(node, depth);
        }
        if (c == '"') {
            node.kind = Kind::String;
            return string(node.decoded);
        }
        if (c == '-' || isDigit(c)) {
            node.kind = Kind::Number;
            return number();
        }
        return word(node);
    }

    bool word(Node& node) {
        const std::string_view here = text_.substr(at_, foundLength());
        if (here == "true" || here == "false") {
            node.kind = Kind::Boolean;
            node.truth = here == "true";
        } else if (here == "null") {
            node.kind = Kind::Null;
        } else if (at('\'')) {
            return fail("expected a value, found a single quote", "strings stand in double quotes");
        } else if (at(']') || at('}')) {
            return fail(fmt::format("expected a value, found {}", found()), "is there a comma too many?");
        } else {
            return fail(fmt::format("expected a value, found {}", found()),
                        !here.empty() && isWordCharacter(here[0]) ? "strings stand in double quotes" : "");
        }
        at_ += here.size();
        return true;
    }

    bool digits() {
        if (at_ == text_.size() || !isDigit(text_[at_])) return false;
        while (at_ < text_.size() && isDigit(text_[at_])) ++at_;
        return true;
    }

    bool number() {
        const std::size_t begin = at_;
        const auto broken = [&](std::string why) {
            return failAt(begin, at_ - begin + 1, "this is not a number", std::move(why));
        };
        if (at('-')) ++at_;
        if (at('0') && at_ + 1 < text_.size() && isDigit(text_[at_ + 1]))
            return broken("numbers have no leading zeros");
        if (!digits()) return broken("a digit follows the sign");
        if (at('.')) {
            ++at_;
            if (!digits()) return broken("a digit follows the point");
        }
        if (at('e') || at('E')) {
            ++at_;
            if (at('+') || at('-')) ++at_;
            if (!digits()) return broken("a digit follows the exponent");
        }
        if (at_ < text_.size() && isWordCharacter(text_[at_])) return broken("durations stand in quotes: \"10m\"");
        return true;
    }

    // A string; its characters go to `strings_` only where they are not the bytes between the quotes.
    bool string(std::uint32_t& decoded) {
        const std::size_t quote = at_++;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"') {
                ++at_;
                return true;
            }
            if (c == '\\') return stringWithEscapes(quote, decoded);
            if (static_cast<unsigned char>(c) < 0x20) return controlInString(quote);
            ++at_;
        }
        return failAt(quote, 1, "this string never ends", "close it with a double quote");
    }

    bool controlInString(std::size_t quote) {
        if (at('\n') || at('\r')) {
            return failAt(quote, at_ - quote, "this string does not end on its line",
                          "a line break in it is spelled \\n");
        }
        return fail(fmt::format("a string can't contain {}", found()), "spell it \\u00XX");
    }

    bool stringWithEscapes(std::size_t quote, std::uint32_t& decoded) {
        std::string characters{text_.substr(quote + 1, at_ - quote - 1)};
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"') {
                ++at_;
                decoded = static_cast<std::uint32_t>(document_.strings_.size());
                document_.strings_.push_back(std::move(characters));
                return true;
            }
            if (static_cast<unsigned char>(c) < 0x20) return controlInString(quote);
            if (c == '\\') {
                if (!escape(characters)) return false;
            } else {
                characters.push_back(c);
                ++at_;
            }
        }
        return failAt(quote, 1, "this string never ends", "close it with a double quote");
    }

    bool escape(std::string& out) {
        static constexpr std::string_view kLetters = "\"\\/bfnrt";
        static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
        const std::size_t begin = at_;
        const char letter = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        if (letter == 'u') return unicodeEscape(out);
        const std::size_t which = letter == '\0' ? std::string_view::npos : kLetters.find(letter);
        if (which == std::string_view::npos)
            return failAt(begin, 2, "there is no such escape", "a backslash is spelled \\\\");
        out.push_back(kMeanings[which]);
        at_ += 2;
        return true;
    }

    // Four hex digits behind `\u`, or -1.
    std::int32_t fourHex(std::size_t from) const {
        if (from + 6 > text_.size() || text_[from] != '\\' || text_[from + 1] != 'u') return -1;
        std::int32_t code = 0;
        for (std::size_t i = 2; i < 6; ++i) {
            const int digit = hexValue(text_[from + i]);
            if (digit < 0) return -1;
            code = code * 16 + digit;
        }
        return code;
    }

    bool unicodeEscape(std::string& out) {
        const std::int32_t high = fourHex(at_);
        if (high < 0) return failAt(at_, 2, "\\u is followed by four hexadecimal digits");
        if (high < 0xd800 || high > 0xdfff) {
            appendUtf8(out, static_cast<std::uint32_t>(high));
            at_ += 6;
            return true;
        }
        const std::int32_t low = fourHex(at_ + 6);
        if (high > 0xdbff || low < 0xdc00 || low > 0xdfff) return failAt(at_, 6, "this is half of a surrogate pair");
        appendUtf8(out, 0x10000U + ((static_cast<std::uint32_t>(high) - 0xd800U) << 10U) +
                            (static_cast<std::uint32_t>(low) - 0xdc00U));
        at_ += 12;
        return true;
    }

    void append(Node& parent, std::uint32_t& last, std::uint32_t child) {
        if (parent.count == 0) {
            parent.first = child;
        } else {
            document_.nodes_[last].next = child;
        }
        last = child;
        ++parent.count;
    }

    bool list(Node& node, int depth) {
        const std::size_t open = at_++;
        std::uint32_t last = Node::kNone;
        node.kind = Kind::List;
        if (!skipBlanks()) return false;
        if (at(']')) return ++at_, true;
        while (true) {
            std::uint32_t child = 0;
            if (!skipBlanks() || !value(child, depth + 1) || !skipBlanks()) return false;
            append(node, last, child);
            if (at(']')) return ++at_, true;
            if (!at(',')) return separatorMissing(open, "list", "]");
            ++at_;
        }
    }

    bool separatorMissing(std::size_t open, std::string_view what, std::string_view bracket) {
        if (at_ == text_.size()) {
            return fail(
                fmt::format("the file ends inside the {} that begins on line {}", what, mistakes_.lineOf(open)));
        }
        return fail(fmt::format("expected a comma or {}, found {}", bracket, found()));
    }

    bool object(Node& node, int depth) {
        const std::size_t open = at_++;
        std::uint32_t last = Node::kNone;
        std::unordered_set<std::string_view> keys;
        node.kind = Kind::Object;
        if (!skipBlanks()) return false;
        if (at('}')) return ++at_, true;
        while (true) {
            std::uint32_t child = 0;
            if (!skipBlanks() || !member(child, open, depth) || !skipBlanks()) return false;
            if (isNewKey(node, child, keys)) append(node, last, child);
            if (at('}')) return ++at_, true;
            if (!at(',')) return separatorMissing(open, "object", "}");
            ++at_;
        }
    }

    // One `"key": value`.
    bool member(std::uint32_t& child, std::size_t open, int depth) {
        if (at_ == text_.size()) return separatorMissing(open, "object", "}");
        if (!at('"')) {
            return fail(fmt::format("expected a key in double quotes, found {}", found()),
                        at('}') ? "is there a comma too many?" : "");
        }
        const std::size_t begin = at_;
        std::uint32_t keyDecoded = Node::kNone;
        if (!string(keyDecoded)) return false;
        const Place keyPlace = placeOf(begin, at_ - begin);
        if (!skipBlanks()) return false;
        if (!at(':')) return fail(fmt::format("expected a colon after the key, found {}", found()));
        ++at_;
        if (!skipBlanks() || !value(child, depth + 1)) return false;
        document_.nodes_[child].keyPlace = keyPlace;
        document_.nodes_[child].keyDecoded = keyDecoded;
        return true;
    }

    bool isNewKey(const Node& parent, std::uint32_t child, std::unordered_set<std::string_view>& keys) {
        const std::string_view key = document_.key(document_.nodes_[child]);
        if (parent.count < kManyKeys) {
            for (const Node& other : document_.children(parent)) {
                if (document_.key(other) == key) return repeatedKey(parent, child);
            }
            return true;
        }
        if (keys.empty()) {
            for (const Node& other : document_.children(parent)) keys.insert(document_.key(other));
        }
        return keys.insert(key).second ? true : repeatedKey(parent, child);
    }

    bool repeatedKey(const Node& parent, std::uint32_t child) {
        const Node& again = document_.nodes_[child];
        const std::string_view key = document_.key(again);
        std::string hint;
        if (parent.count < kSearched) {
            for (const Node& other : document_.children(parent)) {
                if (document_.key(other) != key) continue;
                hint = fmt::format("it stands on line {} already", mistakes_.lineOf(other.keyPlace.offset));
                break;
            }
        }
        mistakes_.add(Mistake::DuplicateKey, again.keyPlace, fmt::format("the key \"{}\" stands here twice", key),
                      hint);
        return false;
    }

    std::string_view text_;
    Mistakes& mistakes_;
    Document& document_;
    std::size_t at_ = 0;
};

bool Document::read(std::string_view text, Mistakes& mistakes) {
    text_ = text;
    nodes_.clear();
    strings_.clear();
    const std::size_t invalid = findInvalidUtf8(text);
    if (invalid != std::string_view::npos) {
        const bool wide = text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
        mistakes.add(Mistake::NotUtf8, {static_cast<std::uint32_t>(invalid), 1},
                     fmt::format("the byte 0x{:02x} is not UTF-8", static_cast<unsigned char>(text[invalid])),
                     wide ? "this looks like UTF-16: save the file as UTF-8" : "save the file as UTF-8");
        return false;
    }
    return Parser{text, mistakes, *this}.parse();
}

std::string_view Document::text(const Node& node) const {
    if (node.decoded != Node::kNone) return strings_[node.decoded];
    if (node.kind == Kind::String) return text_.substr(node.place.offset + 1, node.place.length - 2);
    return text_.substr(node.place.offset, node.place.length);
}

std::string_view Document::key(const Node& node) const {
    if (node.keyPlace.length == 0) return {};
    if (node.keyDecoded != Node::kNone) return strings_[node.keyDecoded];
    return text_.substr(node.keyPlace.offset + 1, node.keyPlace.length - 2);
}

std::string Document::compact(const Node& node) const {
    if (node.kind != Kind::List && node.kind != Kind::Object) return std::string{text(node)};
    std::string out;
    appendCompact(node, out);
    return out;
}

void Document::appendCompact(const Node& node, std::string& out) const {
    if (node.kind != Kind::List && node.kind != Kind::Object) {
        out += text_.substr(node.place.offset, node.place.length);
        return;
    }
    const bool isObject = node.kind == Kind::Object;
    out.push_back(isObject ? '{' : '[');
    bool first = true;
    for (const Node& child : children(node)) {
        if (!first) out.push_back(',');
        first = false;
        if (isObject) {
            out += text_.substr(child.keyPlace.offset, child.keyPlace.length);
            out.push_back(':');
        }
        appendCompact(child, out);
    }
    out.push_back(isObject ? '}' : ']');
}

}  // namespace mdsync::json
