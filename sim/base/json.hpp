// A JSON text as a tree in which every key and value knows its place: the one reader of JSON, for scenario files,
// documents, the lines of traces and those of adapters.
//
// Strict by RFC 8259 and in UTF-8. Not a general JSON library: there is no way to build or print a tree, and numbers
// stay as they are spelled, so that 0.05 and 18446744073709551615 lose nothing. The tree is one flat list of nodes that
// is used again for the next text, so that reading line after line allocates nothing.
//
// (Libraries know less: nlohmann/json's SAX interface tells where a token ends but not where it began, JsonCpp not where
// a key stands, and simdjson neither. Tests compare this reader with nlohmann/json and simdjson on what is JSON.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mdsync::json {

enum class Kind : std::uint8_t { Null, Boolean, Number, String, List, Object };

// A Place is a stretch of bytes of the text.
struct Place {
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
};

// A Node is a value or a key. It stands before all that is in it; a member's key stands right before its value.
struct Node {
    static constexpr std::uint32_t kNone = 0xffffffffU;

    Place place;                    // with quotes or brackets
    std::uint32_t nodes = 1;        // this one and all that are in it
    std::uint32_t decoded = kNone;  // number of the text, where escapes made it differ from the file's bytes
    Kind kind = Kind::Null;
    bool truth = false;     // of a Boolean
    bool isWhole = false;   // a Number without fraction and exponent
    bool isMember = false;  // the value of a key

    // REQUIRES: isMember.
    [[nodiscard]] const Node& key() const { return *(this - 1); }
    [[nodiscard]] Place keyPlace() const { return isMember ? key().place : Place{}; }
};

// The items of a list or the values of an object's members, in the order of the text; nothing for other kinds.
class Children {
public:
    explicit Children(const Node& parent)
        : first_{&parent + 1, parent.kind == Kind::Object}, end_(&parent + parent.nodes) {}

    class Iterator {
    public:
        Iterator(const Node* at, bool behindKey) : at_(at), behindKey_(behindKey ? 1 : 0) {}
        const Node& operator*() const { return at_[behindKey_]; }
        Iterator& operator++() {
            at_ += behindKey_ + at_[behindKey_].nodes;
            return *this;
        }
        friend bool operator==(const Iterator& a, const Node* end) { return a.at_ == end; }

    private:
        const Node* at_;  // the item, or the member's key
        std::ptrdiff_t behindKey_;
    };

    [[nodiscard]] Iterator begin() const { return first_; }
    [[nodiscard]] const Node* end() const { return end_; }
    [[nodiscard]] bool empty() const { return first_ == end_; }
    [[nodiscard]] std::size_t size() const {
        std::size_t count = 0;
        for (Iterator at = first_; at != end_; ++at) ++count;
        return count;
    }

private:
    Iterator first_;
    const Node* end_;
};

struct Options {
    std::string_view what = "file";  // as a message calls the text
    bool comments = false;           // allows // and /* */
    bool byteOrderMark = false;      // allows one at the beginning: in UTF-8 it says nothing, and does no harm
    bool uniqueKeys = false;         // refuses a key that an object has twice
    std::uint32_t deepest = 64;      // lists and objects within each other
    std::uint32_t mostNodes = 0xffffffffU;
    std::size_t from = 0;  // reading begins here: what stands before is another text
};

// What is wrong with a text.
struct Fault {
    enum class Why : std::uint8_t { Syntax, NotUtf8, TooDeep, TooMany, RepeatedKey };
    Why why = Why::Syntax;
    Place place;
    std::uint32_t at = 0;  // how far reading came: within `place`, or right behind
    bool atEnd = false;    // the text ended too early
    std::string message;
    std::string hint;  // may be empty
    Place first;       // RepeatedKey: where the key stands first
};

// A Document is a text that was read. It refers to the text, which must stay as long as the Document is asked.
class Document {
public:
    // Reads `text`, of less than 4 GiB. False if there is no usable tree: the last of faults() says why. A repeated key is
    // a fault, too, but leaves a tree, in which the first of them stays.
    [[nodiscard]] bool read(std::string_view text, const Options& options);
    [[nodiscard]] std::span<const Fault> faults() const { return faults_; }

    // ---- REQUIRES: read() was true.
    [[nodiscard]] const Node& root() const { return nodes_.front(); }
    // The characters of a String, of other values their bytes.
    [[nodiscard]] std::string_view text(const Node& node) const {
        if (node.decoded != Node::kNone) {
            const Place place = decoded_[node.decoded];
            return std::string_view(characters_).substr(place.offset, place.length);
        }
        const std::uint32_t quote = node.kind == Kind::String ? 1 : 0;
        return text_.substr(node.place.offset + quote, node.place.length - 2 * quote);
    }
    // The bytes of a value.
    [[nodiscard]] std::string_view bytes(const Node& node) const {
        return text_.substr(node.place.offset, node.place.length);
    }
    // The key of a member; empty for what is none.
    [[nodiscard]] std::string_view key(const Node& node) const {
        return node.isMember ? text(node.key()) : std::string_view{};
    }
    [[nodiscard]] Children children(const Node& node) const { return Children(node); }
    // The member of an object, or null.
    [[nodiscard]] const Node* find(const Node& object, std::string_view key) const;
    // The value of a whole Number, if 64 bits hold it.
    [[nodiscard]] std::optional<std::int64_t> integer(const Node& node) const;
    // A list or object without blanks and comments; of other values their text().
    [[nodiscard]] std::string compact(const Node& node) const;

private:
    friend class Parser;
    friend class Graft;
    void appendCompact(const Node& node, std::string& out) const;

    std::string_view text_;
    std::vector<Node> nodes_;
    std::vector<Place> decoded_;  // where in `characters_` the texts are that had escapes
    std::string characters_;
    std::vector<Fault> faults_;
};

// A Graft makes one tree of parts of several, all of which were read from the same text: what a scenario lacks comes
// from the file that it extends, and every key and value still knows its place.
class Graft {
public:
    // REQUIRES: `text` is the one that all trees were read from, and stays as long as `into` is asked.
    Graft(Document& into, std::string_view text);

    // Begins a list or object that stands where `node` of `from` stands, with its key, but without what is in it.
    void open(const Document& from, const Node& node);
    void close();
    // Adds `node` with its key, if it has one, and all that is in it.
    void add(const Document& from, const Node& node);
    // The same under the key of `keyed`.
    void addAs(const Document& from, const Node& node, const Document& keyedFrom, const Node& keyed);

private:
    void addKey(const Document& from, const Node& node);
    void copy(const Document& from, const Node* first, std::size_t count);

    Document& into_;
    std::vector<std::size_t> open_;  // numbers of the nodes that are not closed
};

}  // namespace mdsync::json
