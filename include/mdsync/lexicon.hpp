// Lexicon: the words that events refer to by number.
//
// Message ids, message types, bodies, codes and API paths are interned here once; an Event then carries numbers only. A
// lexicon belongs to one run (or one trace file) and outlives its events.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "mdsync/ids.hpp"

namespace mdsync {

// A Words gives each distinct string a number, counted from 0 in the order of first mention, and the string of a number.
// References that it hands out stay valid as long as it lives.
template <class WordId>
class Words {
public:
    Words() = default;
    Words(const Words& other) { copy(other); }
    Words& operator=(const Words& other) {
        if (this != &other) copy(other);
        return *this;
    }
    Words(Words&&) = default;
    Words& operator=(Words&&) = default;

    WordId intern(std::string_view word) {
        if (auto found = numbers_.find(word); found != numbers_.end()) return found->second;
        const WordId id{words_.size()};
        numbers_.emplace(words_.emplace_back(word), id);
        return id;
    }
    // The number of `word`, or none if it was never interned.
    [[nodiscard]] WordId find(std::string_view word) const {
        const auto found = numbers_.find(word);
        return found == numbers_.end() ? WordId{} : found->second;
    }
    // REQUIRES: `id` came from this object.
    [[nodiscard]] const std::string& operator[](WordId id) const { return words_[id.index()]; }
    [[nodiscard]] std::size_t size() const { return words_.size(); }

private:
    void copy(const Words& other) {
        words_ = other.words_;
        numbers_.clear();
        for (std::size_t i = 0; i < words_.size(); ++i) numbers_.emplace(words_[i], WordId{i});
    }

    std::deque<std::string> words_;
    std::unordered_map<std::string_view, WordId> numbers_;  // looked up, never iterated: its order decides nothing
};

struct Lexicon {
    Words<MessageId> messages;
    Words<TextId> texts;
};

}  // namespace mdsync
