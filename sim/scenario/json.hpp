// A JSON text as a tree in which every key and value knows its place in the file.
//
// Strict RFC 8259 with `//` and `/* */` comments on top. Not a general JSON library: there is no way to build or print
// a tree, and numbers stay as they are spelled, so that 0.05 and 18446744073709551615 lose nothing.
//
// (nlohmann/json's SAX interface tells where a token ends, but not where it began: between two tokens lie blanks and
// comments that one would have to read oneself. A test compares the two on what is and what is not JSON.)
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "scenario/mistakes.hpp"

namespace mdsync::json {

using scenario::Mistakes;
using scenario::Place;

enum class Kind : std::uint8_t { Null, Boolean, Number, String, List, Object };

// A Node is a value, and, in an object, its key.
struct Node {
    static constexpr std::uint32_t kNone = 0xffffffffU;

    Kind kind = Kind::Null;
    bool truth = false;             // of a Boolean
    Place place;                    // the value, with its quotes or brackets
    Place keyPlace;                 // the key, with its quotes; length 0 outside objects
    std::uint32_t decoded = kNone;  // the string, where escapes made it differ from the file's bytes
    std::uint32_t keyDecoded = kNone;
    std::uint32_t first = kNone;  // the first child
    std::uint32_t next = kNone;   // the next child of the same parent
    std::uint32_t count = 0;      // how many children
};

// A Document is a parsed text. It refers to that text, which must outlive it.
class Document {
public:
    // Reads `text`. Whatever is wrong is added to `mistakes`; false if there is no usable tree then (a repeated key is
    // a mistake, but leaves one: the first of them stays in the tree).
    [[nodiscard]] bool read(std::string_view text, Mistakes& mistakes);

    [[nodiscard]] const Node& root() const { return nodes_.front(); }

    // The characters of a String, the spelling of a Number; `true`, `false`, `null`.
    [[nodiscard]] std::string_view text(const Node& node) const;
    [[nodiscard]] std::string_view key(const Node& node) const;

    // A list or object without blanks and comments; of other values their text().
    [[nodiscard]] std::string compact(const Node& node) const;

    class Iterator {
    public:
        Iterator(const Document* document, std::uint32_t at) : document_(document), at_(at) {}
        const Node& operator*() const { return document_->nodes_[at_]; }
        Iterator& operator++() {
            at_ = document_->nodes_[at_].next;
            return *this;
        }
        friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

    private:
        const Document* document_;
        std::uint32_t at_;
    };
    struct Children {
        Iterator first, last;
        [[nodiscard]] Iterator begin() const { return first; }
        [[nodiscard]] Iterator end() const { return last; }
    };
    // The members of an object or list, in the order of the file; nothing for other kinds.
    [[nodiscard]] Children children(const Node& node) const {
        return {Iterator{this, node.first}, Iterator{this, Node::kNone}};
    }

private:
    friend class Parser;
    void appendCompact(const Node& node, std::string& out) const;

    std::string_view text_;
    std::deque<Node> nodes_;  // a deque: sixteen mebibytes of `1,1,1` must not be copied as they grow
    std::deque<std::string> strings_;
};

}  // namespace mdsync::json
