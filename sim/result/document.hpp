// A document of ours as a tree of keys and values that know their places; the readers of each kind share it.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/diagnostic.hpp"
#include "scenario/mistakes.hpp"

namespace mdsync {

// A Document is the text of a file and what it holds. Members that are missing or of the wrong kind are mistakes, and
// read as nothing.
class Document {
public:
    using Node = json::Node;

    // Reads the file at `path`, which must be an object whose key `mdsync` says `kind`. A pipe that stays silent is
    // unreadable once `stop` is set, if it is not null.
    Document(const std::string& path, std::string_view kind, const std::atomic<bool>* stop = nullptr);
    Document(const Document&) = delete;
    Document& operator=(const Document&) = delete;

    // Whether there is an object to read from.
    [[nodiscard]] bool readable() const { return readable_; }
    [[nodiscard]] const Node& root() const { return tree_->root(); }

    // All that is wrong so far.
    [[nodiscard]] std::vector<Diagnostic> diagnostics();

    [[nodiscard]] json::Children children(const Node& node) const { return tree_->children(node); }
    [[nodiscard]] std::string_view key(const Node& node) const { return tree_->key(node); }

    // The member of an object, or null.
    [[nodiscard]] const Node* find(const Node& object, std::string_view key) const { return tree_->find(object, key); }

    // A member of the given kind; null, and a mistake if it is of another kind or is missing though `needed`. A value
    // of `null` is as good as missing.
    [[nodiscard]] const Node* member(const Node& object, std::string_view key, json::Kind kind, bool needed);

    [[nodiscard]] std::string text(const Node& object, std::string_view key, bool needed = false);
    [[nodiscard]] std::string textOf(const Node& node) const { return std::string(tree_->text(node)); }
    // The text of the file that `node` is read from.
    [[nodiscard]] std::string_view bytesOf(const Node& node) const { return tree_->bytes(node); }
    [[nodiscard]] std::int64_t whole(const Node& object, std::string_view key);
    [[nodiscard]] std::uint64_t natural(const Node& object, std::string_view key);
    [[nodiscard]] std::uint32_t small(const Node& object, std::string_view key);
    [[nodiscard]] bool truth(const Node& object, std::string_view key);

    // Whether `node`, an element of a list, is of this kind; a mistake if not.
    [[nodiscard]] bool is(const Node& node, json::Kind kind, std::string_view what);

    void mistake(scenario::Mistake what, const scenario::Place& place, std::string message, std::string hint = {});

    // A diagnostic that only says where: span and excerpt are set.
    [[nodiscard]] Diagnostic placeOf(const scenario::Place& place) const;

private:
    void read(std::string_view kind, const std::atomic<bool>* stop);
    template <class Number>
    [[nodiscard]] Number number(const Node& object, std::string_view key);

    std::string path_;
    std::string bytes_;
    std::vector<Diagnostic> outside_;  // about the file as a whole
    std::optional<scenario::Mistakes> mistakes_;
    std::optional<json::Document> tree_;
    bool readable_ = false;
};

}  // namespace mdsync
