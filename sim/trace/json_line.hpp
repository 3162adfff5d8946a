// One line of JSON as a flat tree with positions, strictly by RFC 8259.
//
// The slow half of reading: every value is validated, also those that nobody looks at, and every mistake has a column.
// The tree is used again for the next line, so that nothing is allocated once it has grown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mdsync {

enum class JsonKind : std::uint8_t { Null, False, True, Integer, Number, String, Object, Array };

// A node stands before its children; an object's are key, value, key, value. `next` is the node after all of them.
struct JsonNode {
    JsonKind kind = JsonKind::Null;
    bool escaped = false;     // a string whose text is kept apart
    std::uint32_t begin = 0;  // bytes of the line, quotes and brackets included
    std::uint32_t end = 0;
    std::uint32_t next = 0;
    std::uint32_t textAt = 0;  // strings: where the text is, in the line or among the escaped texts
    std::uint32_t textSize = 0;
};

struct JsonFault {
    enum class Why : std::uint8_t { Syntax, Utf8, TooDeep, TooMany };
    Why why = Why::Syntax;
    std::uint32_t at = 0;
    bool atEnd = false;       // the line ended too early
    std::string_view wanted;  // what was expected or is wrong
};

class JsonLine {
public:
    static constexpr std::size_t kDepth = 1024;
    static constexpr std::size_t kNodes = std::size_t{1} << 22U;

    // Parses `line`, which must stay while this is used. False: fault() says why.
    bool parse(std::string_view line);
    [[nodiscard]] const JsonFault& fault() const { return fault_; }

    // The nodes; 0 is the root. REQUIRES: parse() was true.
    [[nodiscard]] const JsonNode& operator[](std::size_t node) const { return nodes_[node]; }
    // The text of a string.
    [[nodiscard]] std::string_view text(std::size_t node) const;
    // The value of an Integer, if 64 bits hold it.
    [[nodiscard]] std::optional<std::int64_t> integer(std::size_t node) const;
    [[nodiscard]] std::string_view line() const { return line_; }

    // Calls each(key node, value node) for the members of an object.
    template <class Each>
    void members(std::size_t object, Each each) const {
        for (std::size_t key = object + 1; key < nodes_[object].next; key = nodes_[key + 1].next) each(key, key + 1);
    }
    // Calls each(node) for the items of an array.
    template <class Each>
    void items(std::size_t array, Each each) const {
        for (std::size_t item = array + 1; item < nodes_[array].next; item = nodes_[item].next) each(item);
    }

private:
    bool fail(std::string_view wanted, JsonFault::Why why = JsonFault::Why::Syntax);
    bool parseValue(std::size_t depth);
    bool parseObject(std::size_t depth);
    bool parseArray(std::size_t depth);
    bool parseString();
    bool parseEscape();
    bool parseUnicode();
    bool parseHex(std::uint32_t& unit);
    bool parseNumber();
    bool parseWord(std::string_view word, JsonKind kind);
    bool digits();
    void skipBlanks();
    [[nodiscard]] bool at(char c) const { return at_ < line_.size() && line_[at_] == c; }
    std::size_t open(JsonKind kind);
    void close(std::size_t node);

    std::string_view line_;
    std::size_t at_ = 0;
    std::vector<JsonNode> nodes_;
    std::string texts_;
    JsonFault fault_;
};

}  // namespace mdsync
