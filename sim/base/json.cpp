#include "base/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "base/text.hpp"

namespace mdsync::json {

namespace {

constexpr std::size_t kManyKeys = 16;        // objects with more look their keys up instead of comparing each
constexpr std::size_t kMostRepeated = 1001;  // repeated keys that are told

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

Place placeOf(std::size_t offset, std::size_t length) {
    return {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(length)};
}

}  // namespace

// A Parser walks the text once, from left to right. Its functions return false once the text turned out not to be JSON;
// the fault is reported then.
class Parser {
public:
    Parser(std::string_view text, const Options& options, Document& document)
        : text_(text), options_(options), document_(document), nodes_(document.nodes_) {}

    bool parse() {
        const std::string_view own = text_.substr(options_.from);
        if (const std::size_t invalid = findInvalidUtf8(own); invalid != std::string_view::npos) {
            return notUtf8(options_.from + invalid);
        }
        at_ = options_.from;
        if (options_.byteOrderMark && own.starts_with("\xef\xbb\xbf")) at_ += 3;
        if (!skipBlanks()) return false;
        if (at_ == text_.size()) return fail(fmt::format("the {} is empty", options_.what));
        if (!value(0) || !skipBlanks()) return false;
        return at_ == text_.size() ||
               fail(fmt::format("expected the end of the {}, found {}", options_.what, found(at_)));
    }

private:
    // ---- Faults -----------------------------------------------------------------------------------------------------

    bool report(Fault::Why why, Place place, std::string message, std::string hint = {}) {
        document_.faults_.push_back({why,
                                     place,
                                     static_cast<std::uint32_t>(at_),
                                     at_ >= text_.size(),
                                     std::move(message),
                                     std::move(hint),
                                     {}});
        return false;
    }
    bool failFrom(std::size_t begin, std::size_t length, std::string message, std::string hint = {}) {
        return report(Fault::Why::Syntax, placeOf(begin, length), std::move(message), std::move(hint));
    }
    bool fail(std::string message, std::string hint = {}) {
        return failFrom(at_, foundLength(at_), std::move(message), std::move(hint));
    }

    bool notUtf8(std::size_t invalid) {
        at_ = invalid;
        const std::string_view own = text_.substr(options_.from);
        const bool isUtf16 = own.starts_with("\xff\xfe") || own.starts_with("\xfe\xff");
        return report(Fault::Why::NotUtf8, placeOf(invalid, 1),
                      fmt::format("the byte 0x{:02x} is not UTF-8", static_cast<unsigned char>(text_[invalid])),
                      fmt::format("{}save the file as UTF-8", isUtf16 ? "this looks like UTF-16: " : ""));
    }

    // The word or character that stands at `from`, as a message calls it.
    [[nodiscard]] std::size_t foundLength(std::size_t from) const {
        std::size_t length = 0;
        while (from + length < text_.size() && length < 40 && isWordCharacter(text_[from + length])) ++length;
        if (length == 0 && from < text_.size()) length = decodeUtf8(text_.substr(from)).bytes;
        return length;
    }
    [[nodiscard]] std::string found(std::size_t from) const {
        if (from == text_.size()) return fmt::format("the end of the {}", options_.what);
        const char c = text_[from];
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            return fmt::format("the control character 0x{:02x}", static_cast<unsigned char>(c));
        }
        return c == '"' ? "a string" : fmt::format("\"{}\"", text_.substr(from, foundLength(from)));
    }

    // ---- Blanks and comments ----------------------------------------------------------------------------------------

    [[nodiscard]] bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }

    bool skipBlanks() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                ++at_;
            } else if (c == '/' && options_.comments) {
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
            at_ = std::min(text_.find('\n', at_), text_.size());
            return true;
        }
        if (!rest.starts_with("/*")) return fail("a single \"/\" is not JSON", "comments begin with // or /*");
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return failFrom(at_, 2, "this comment never ends", "close it with */");
        at_ = end + 2;
        return true;
    }

    // ---- Values -----------------------------------------------------------------------------------------------------

    std::size_t open(Kind kind) {
        Node& node = nodes_.emplace_back();
        node.kind = kind;
        node.place.offset = static_cast<std::uint32_t>(at_);
        return nodes_.size() - 1;
    }
    bool close(std::size_t index) {
        Node& node = nodes_[index];
        node.place.length = static_cast<std::uint32_t>(at_) - node.place.offset;
        node.nodes = static_cast<std::uint32_t>(nodes_.size() - index);
        return true;
    }

    bool value(std::uint32_t depth) {
        if (at_ == text_.size()) return fail(fmt::format("the {} ends where a value is expected", options_.what));
        if (nodes_.size() >= options_.mostNodes) {
            return report(Fault::Why::TooMany, placeOf(at_, 1), fmt::format("more than {} values", options_.mostNodes));
        }
        const char c = text_[at_];
        if (c == '"') return string();
        if (c == '-' || isDigit(c)) return number();
        if (c != '{' && c != '[') return word();
        if (depth == options_.deepest) {
            return report(Fault::Why::TooDeep, placeOf(at_, 1),
                          fmt::format("lists and objects are nested more than {} deep", options_.deepest));
        }
        return c == '{' ? object(depth) : list(depth);
    }

    bool word() {
        static constexpr std::string_view kWords[] = {"true", "false", "null"};
        const std::size_t begin = at_;
        for (const std::string_view candidate : kWords) {
            if (candidate[0] != text_[begin]) continue;
            const std::size_t index = open(candidate == "null" ? Kind::Null : Kind::Boolean);
            nodes_[index].truth = candidate == "true";
            std::size_t same = 0;
            while (same < candidate.size() && at(candidate[same])) ++at_, ++same;
            if (same == candidate.size() && (at_ == text_.size() || !isWordCharacter(text_[at_]))) return close(index);
        }
        std::string hint;
        if (text_[begin] == ']' || text_[begin] == '}') hint = "is there a comma too many?";
        if (text_[begin] == '\'' || isWordCharacter(text_[begin])) hint = "strings stand in double quotes";
        return failFrom(begin, foundLength(begin), fmt::format("expected a value, found {}", found(begin)),
                        std::move(hint));
    }

    bool digits() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && isDigit(text_[at_])) ++at_;
        return at_ > begin;
    }

    bool number() {
        const std::size_t begin = at_;
        const auto broken = [&](std::string why) {
            return failFrom(begin, at_ - begin + 1, "this is not a number", std::move(why));
        };
        const std::size_t index = open(Kind::Number);
        if (at('-')) ++at_;
        const bool zero = at('0');
        if (!zero && !digits()) return broken("a digit follows the sign");
        if (zero) ++at_;
        if (zero && at_ < text_.size() && isDigit(text_[at_])) return broken("numbers have no leading zeros");
        const std::size_t wholeEnd = at_;
        if (at('.')) {
            ++at_;
            if (!digits()) return broken("a digit follows the point");
        }
        if (at('e') || at('E')) {
            ++at_;
            if (at('+') || at('-')) ++at_;
            if (!digits()) return broken("a digit follows the exponent");
        }
        if (at_ < text_.size() && isWordCharacter(text_[at_])) {
            return broken("a number with a unit stands in quotes: \"10m\"");
        }
        nodes_[index].isWhole = at_ == wholeEnd;
        return close(index);
    }

    // ---- Strings ----------------------------------------------------------------------------------------------------

    // Skips characters that stand for themselves.
    void skipPlain() {
        while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
               static_cast<unsigned char>(text_[at_]) >= 0x20) {
            ++at_;
        }
    }

    // A string; its characters are kept apart only where they are not the bytes between the quotes.
    bool string() {
        const std::size_t index = open(Kind::String);
        const std::size_t quote = at_++;
        skipPlain();
        if (at('\\') && !decode(index, quote)) return false;
        if (!at('"')) return stringNeverEnds(quote);
        ++at_;
        return close(index);
    }

    // The rest of a string in which an escape was found, up to the closing quote.
    bool decode(std::size_t index, std::size_t quote) {
        std::string& out = document_.characters_;
        const std::size_t begin = out.size();
        std::size_t plain = quote + 1;
        while (at('\\')) {
            out += text_.substr(plain, at_ - plain);
            if (!escape(out)) return false;
            plain = at_;
            skipPlain();
        }
        out += text_.substr(plain, at_ - plain);
        nodes_[index].decoded = static_cast<std::uint32_t>(document_.decoded_.size());
        document_.decoded_.push_back(placeOf(begin, out.size() - begin));
        return true;
    }

    bool stringNeverEnds(std::size_t quote) {
        if (at_ == text_.size()) return failFrom(quote, 1, "this string never ends", "close it with a double quote");
        if (at('\n') || at('\r')) {
            return failFrom(quote, at_ - quote, "this string does not end on its line",
                            "a line break in it is spelled \\n");
        }
        return fail(fmt::format("a string can't contain {}", found(at_)), "spell it \\u00XX");
    }

    bool escape(std::string& out) {
        static constexpr std::string_view kLetters = "\"\\/bfnrt";
        static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
        const std::size_t begin = at_++;
        if (at('u')) return unicodeEscape(begin, out);
        const std::size_t which = at_ == text_.size() ? std::string_view::npos : kLetters.find(text_[at_]);
        if (which == std::string_view::npos) {
            return failFrom(begin, 2, "there is no such escape", "a backslash is spelled \\\\");
        }
        out += kMeanings[which];
        ++at_;
        return true;
    }

    // Four hex digits behind the `u` that stands here.
    bool fourHex(std::uint32_t& code) {
        ++at_;
        code = 0;
        for (int i = 0; i < 4; ++i, ++at_) {
            const int digit = at_ < text_.size() ? hexValue(text_[at_]) : -1;
            if (digit < 0) return false;
            code = code * 16 + static_cast<std::uint32_t>(digit);
        }
        return true;
    }

    bool unicodeEscape(std::size_t begin, std::string& out) {
        std::uint32_t code = 0;
        std::uint32_t low = 0;
        const auto noDigits = [&] { return failFrom(begin, 2, "\\u is followed by four hexadecimal digits"); };
        const auto half = [&] { return failFrom(begin, 6, "this is half of a surrogate pair"); };
        if (!fourHex(code)) return noDigits();
        if (code >= 0xdc00 && code <= 0xdfff) return half();
        if (code >= 0xd800 && code <= 0xdbff) {
            if (!at('\\')) return half();
            ++at_;
            if (!at('u')) return half();
            if (!fourHex(low)) return noDigits();
            if (low < 0xdc00 || low > 0xdfff) return half();
            code = 0x10000 + ((code - 0xd800) << 10U) + (low - 0xdc00);
        }
        appendUtf8(out, code);
        return true;
    }

    // ---- Lists and objects ------------------------------------------------------------------------------------------

    bool list(std::uint32_t depth) {
        const std::size_t index = open(Kind::List);
        const std::size_t bracket = at_++;
        if (!skipBlanks()) return false;
        while (!at(']')) {
            if (!value(depth + 1) || !skipBlanks() || !separator(bracket, ']')) return false;
        }
        ++at_;
        return close(index);
    }

    bool object(std::uint32_t depth) {
        const std::size_t index = open(Kind::Object);
        const std::size_t bracket = at_++;
        Keys keys;
        if (!skipBlanks()) return false;
        while (!at('}')) {
            const std::size_t key = nodes_.size();
            if (!member(bracket, depth) || !skipBlanks()) return false;
            if (options_.uniqueKeys && !isNew(index, key, keys)) nodes_.resize(key);
            if (!separator(bracket, '}')) return false;
        }
        ++at_;
        return close(index);
    }

    // What stands behind an item or member: the closing bracket, which is left, or a comma and the next.
    bool separator(std::size_t bracket, char closing) {
        if (at(closing)) return true;
        if (!at(',')) return separatorMissing(bracket, closing);
        ++at_;
        if (!skipBlanks()) return false;
        if (!at(closing)) return true;
        return closing == ']' ? word() : keyMissing();  // a comma too many
    }

    bool separatorMissing(std::size_t bracket, char closing) {
        if (at_ < text_.size()) return fail(fmt::format("expected a comma or {}, found {}", closing, found(at_)));
        const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(bracket), '\n');
        return fail(fmt::format(
            "the {} ends inside the {} that begins {}", options_.what, closing == ']' ? "list" : "object",
            options_.what == "line" ? fmt::format("in column {}", bracket + 1) : fmt::format("on line {}", line)));
    }

    bool keyMissing() {
        return fail(fmt::format("expected a key in double quotes, found {}", found(at_)),
                    at('}')    ? "is there a comma too many?"
                    : at('\'') ? "write \" instead of '"
                               : "");
    }

    // One `"key": value`.
    bool member(std::size_t bracket, std::uint32_t depth) {
        if (at_ == text_.size()) return separatorMissing(bracket, '}');
        if (!at('"')) return keyMissing();
        if (!string() || !skipBlanks()) return false;
        if (!at(':')) return fail(fmt::format("expected a colon after the key, found {}", found(at_)));
        ++at_;
        if (!skipBlanks()) return false;
        const std::size_t index = nodes_.size();
        if (!value(depth + 1)) return false;
        nodes_[index].isMember = true;
        return true;
    }

    // ---- Repeated keys ----------------------------------------------------------------------------------------------

    // The keys of an object so far, once they are many.
    struct Keys {
        std::size_t count = 0;
        std::unordered_map<std::string, Place> places;
    };

    // Whether the member whose key is the node `key`, the last of the object, is the first of this key.
    bool isNew(std::size_t object, std::size_t key, Keys& keys) {
        const std::string_view name = document_.text(nodes_[key]);
        if (keys.count < kManyKeys) {
            for (std::size_t other = object + 1; other < key; other += 1 + nodes_[other + 1].nodes) {
                if (document_.text(nodes_[other]) == name) return repeated(key, nodes_[other].place);
            }
        } else {
            if (keys.places.empty()) rememberAll(object, key, keys);
            const auto [first, added] = keys.places.emplace(name, nodes_[key].place);
            if (!added) return repeated(key, first->second);
        }
        ++keys.count;
        return true;
    }

    void rememberAll(std::size_t object, std::size_t key, Keys& keys) {
        for (std::size_t other = object + 1; other < key; other += 1 + nodes_[other + 1].nodes) {
            keys.places.emplace(document_.text(nodes_[other]), nodes_[other].place);
        }
    }

    bool repeated(std::size_t key, Place first) {
        if (document_.faults_.size() >= kMostRepeated) return false;
        const Node& again = nodes_[key];
        report(Fault::Why::RepeatedKey, again.place,
               fmt::format("the key {} stands here twice", quoted(document_.text(again))));
        document_.faults_.back().first = first;
        return false;
    }

    std::string_view text_;
    const Options& options_;
    Document& document_;
    std::vector<Node>& nodes_;
    std::size_t at_ = 0;
};

bool Document::read(std::string_view text, const Options& options) {
    text_ = text;
    nodes_.clear();
    decoded_.clear();
    characters_.clear();
    faults_.clear();
    return Parser{text, options, *this}.parse();
}

const Node* Document::find(const Node& object, std::string_view key) const {
    for (const Node& child : children(object)) {
        if (this->key(child) == key) return &child;
    }
    return nullptr;
}

std::optional<std::int64_t> Document::integer(const Node& node) const {
    const std::string_view digits = bytes(node);
    std::int64_t value = 0;
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || rest != digits.data() + digits.size()) return std::nullopt;
    return value;
}

std::string Document::compact(const Node& node) const {
    if (node.kind != Kind::List && node.kind != Kind::Object) return std::string{text(node)};
    std::string out;
    appendCompact(node, out);
    return out;
}

void Document::appendCompact(const Node& node, std::string& out) const {
    if (node.kind != Kind::List && node.kind != Kind::Object) {
        out += bytes(node);
        return;
    }
    const bool isObject = node.kind == Kind::Object;
    out += isObject ? '{' : '[';
    for (const Node& child : children(node)) {
        if (out.back() != '{' && out.back() != '[') out += ',';
        if (isObject) (out += bytes(child.key())) += ':';
        appendCompact(child, out);
    }
    out += isObject ? '}' : ']';
}

// ---- Grafting -------------------------------------------------------------------------------------------------------

Graft::Graft(Document& into, std::string_view text) : into_(into) {
    into_.text_ = text;
    into_.nodes_.clear();
    into_.decoded_.clear();
    into_.characters_.clear();
    into_.faults_.clear();
}

void Graft::copy(const Document& from, const Node* first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        Node node = first[i];
        if (node.decoded != Node::kNone) {
            const Place place = from.decoded_[node.decoded];
            node.decoded = static_cast<std::uint32_t>(into_.decoded_.size());
            into_.decoded_.push_back({static_cast<std::uint32_t>(into_.characters_.size()), place.length});
            into_.characters_ += std::string_view(from.characters_).substr(place.offset, place.length);
        }
        into_.nodes_.push_back(node);
    }
}

void Graft::addKey(const Document& from, const Node& node) {
    if (node.isMember) copy(from, &node.key(), 1);
}

void Graft::open(const Document& from, const Node& node) {
    addKey(from, node);
    open_.push_back(into_.nodes_.size());
    copy(from, &node, 1);
}

void Graft::close() {
    Node& node = into_.nodes_[open_.back()];
    node.nodes = static_cast<std::uint32_t>(into_.nodes_.size() - open_.back());
    open_.pop_back();
}

void Graft::add(const Document& from, const Node& node) {
    addKey(from, node);
    copy(from, &node, node.nodes);
}

void Graft::addAs(const Document& from, const Node& node, const Document& keyedFrom, const Node& keyed) {
    addKey(keyedFrom, keyed);
    const std::size_t at = into_.nodes_.size();
    copy(from, &node, node.nodes);
    into_.nodes_[at].isMember = keyed.isMember;
}

}  // namespace mdsync::json
