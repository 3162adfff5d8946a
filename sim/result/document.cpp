// Document: a file of ours as a tree of keys and values that know their places.
#include "result/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/file_kind.hpp"
#include "base/input_file.hpp"
#include "mdsync/documents.hpp"

namespace mdsync {

using scenario::Mistake;

namespace {

// A document of this size is no document of ours: a result of half a million scenarios is smaller.
constexpr std::size_t kMostBytes = std::size_t{256} * 1024 * 1024;

std::string systemMessage(int error) {
    if (error == EISDIR) return "this is a folder, not a file";
    return fmt::format("can't read the file: {}", std::strerror(error));
}

Diagnostic aboutWhole(const std::string& path, std::string code, std::string message) {
    Diagnostic found;
    found.code = std::move(code);
    found.message = std::move(message);
    found.file = path;
    return found;
}

}  // namespace

std::string documentKind(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return {};  // a pipe can be read only once
    constexpr std::size_t kBeginning = 256;
    std::string begin(kBeginning, '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
    begin.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
    std::size_t at = begin.find_first_not_of(" \t\r\n");
    for (const std::string_view part : {"{", "\"mdsync\"", ":", "\""}) {
        if (at == std::string::npos || begin.compare(at, part.size(), part) != 0) return {};
        at = begin.find_first_not_of(" \t\r\n", at + part.size());
    }
    if (at == std::string::npos) return {};
    return begin.substr(at, begin.find('"', at) - at);
}

Document::Document(const std::string& path, std::string_view kind, const std::atomic<bool>* stop) : path_(path) {
    read(kind, stop);
}

void Document::read(std::string_view kind, const std::atomic<bool>* stop) {
    WholeFile whole = readFile(path_, kMostBytes, stop);
    if (whole.tooLarge) {
        outside_.push_back(aboutWhole(path_, "document.too-large", "the file has more than 256 MiB"));
        return;
    }
    if (whole.error != 0) {
        outside_.push_back(aboutWhole(path_, "document.unreadable", systemMessage(whole.error)));
        return;
    }
    bytes_ = std::move(whole.bytes);
    mistakes_.emplace(bytes_, path_, "document");
    if (bytes_.find_first_not_of(" \t\r\n") == std::string::npos) {
        mistakes_->add(Mistake::NotJson, {0, 0}, "the file is empty");
        return;
    }
    if (const std::string_view other = fileKind(bytes_); other == "trace") {  // of which no line but one is read here
        Diagnostic wrong = placeOf({0, 1});
        wrong.code = "document.wrong-kind";
        wrong.message = fmt::format("{}, not \"{}\"", fileNoun(other), kind);
        wrong.hint = fileUse(other, printable(path_));
        outside_.push_back(std::move(wrong));
        return;
    }
    tree_.emplace();
    if (!scenario::readJson(*tree_, bytes_, *mistakes_)) return;
    if (!is(root(), json::Kind::Object, "a document is one JSON object")) return;
    const Node* word = member(root(), "mdsync", json::Kind::String, true);
    if (word == nullptr) return;
    if (tree_->text(*word) != kind) {
        Diagnostic wrong = placeOf(word->place);
        wrong.code = "document.wrong-kind";
        wrong.message = fmt::format("this document is \"{}\", not \"{}\"", printable(tree_->text(*word)), kind);
        wrong.hint = fileUse(fileKind(bytes_), printable(path_));
        outside_.push_back(std::move(wrong));
        return;
    }
    readable_ = true;
}

std::vector<Diagnostic> Document::diagnostics() {
    std::vector<Diagnostic> all = outside_;
    if (mistakes_) {
        std::vector<Diagnostic> found = mistakes_->take();
        all.insert(all.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
    }
    return all;
}

namespace {

std::string_view spell(json::Kind kind) {
    switch (kind) {
        case json::Kind::Null:
            return "null";
        case json::Kind::Boolean:
            return "true or false";
        case json::Kind::Number:
            return "a number";
        case json::Kind::String:
            return "a text";
        case json::Kind::List:
            return "a list";
        case json::Kind::Object:
            return "an object";
    }
    return "";
}

}  // namespace

const Document::Node* Document::member(const Node& object, std::string_view key, json::Kind kind, bool needed) {
    const Node* found = find(object, key);
    if (found == nullptr || found->kind == json::Kind::Null) {
        if (needed) {
            mistake(Mistake::MissingKey, {object.place.offset, 1}, fmt::format("the key \"{}\" is missing", key));
        }
        return nullptr;
    }
    if (found->kind == kind) return found;
    mistake(Mistake::WrongType, found->place,
            fmt::format("\"{}\" takes {}, not {}", key, spell(kind), spell(found->kind)));
    return nullptr;
}

std::string Document::text(const Node& object, std::string_view key, bool needed) {
    const Node* found = member(object, key, json::Kind::String, needed);
    return found == nullptr ? std::string() : textOf(*found);
}

template <class Number>
Number Document::number(const Node& object, std::string_view key) {
    Number value{};
    const Node* found = member(object, key, json::Kind::Number, false);
    if (found == nullptr) return value;
    const std::string_view digits = tree_->text(*found);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc{} && end == digits.data() + digits.size()) return value;
    mistake(Mistake::WrongType, found->place, fmt::format("\"{}\" takes a whole number within its bounds", key));
    return Number{};
}

std::int64_t Document::whole(const Node& object, std::string_view key) {
    return number<std::int64_t>(object, key);
}

std::uint64_t Document::natural(const Node& object, std::string_view key) {
    return number<std::uint64_t>(object, key);
}

std::uint32_t Document::small(const Node& object, std::string_view key) {
    return number<std::uint32_t>(object, key);
}

bool Document::truth(const Node& object, std::string_view key) {
    const Node* found = member(object, key, json::Kind::Boolean, false);
    return found != nullptr && found->truth;
}

bool Document::is(const Node& node, json::Kind kind, std::string_view what) {
    if (node.kind == kind) return true;
    mistake(Mistake::WrongType, {node.place.offset, 1}, std::string(what));
    return false;
}

void Document::mistake(Mistake what, const scenario::Place& place, std::string message, std::string hint) {
    mistakes_->add(what, place, std::move(message), std::move(hint));
}

Diagnostic Document::placeOf(const scenario::Place& place) const {
    Diagnostic found;
    found.file = path_;
    found.span = mistakes_->spanOf(place);
    const std::size_t begin = found.span.offset - (found.span.column - 1);
    const std::size_t end = std::min(bytes_.find('\n', begin), bytes_.size());
    setExcerpt(found, std::string_view(bytes_).substr(begin, end - begin));
    return found;
}

}  // namespace mdsync
