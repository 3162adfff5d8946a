// Lexicon: the words that events refer to by number.
//
// Message ids, message types, bodies, codes and API paths are interned here once; an Event then carries numbers only. A
// lexicon belongs to one run (or one trace file) and outlives its events.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/ids.hpp"
#include "mdsync/short_key.hpp"

namespace mdsync {

// A Words gives each distinct string a number, counted from 0 in the order of first mention, and the string of a
// number. References that it hands out stay valid as long as it lives; what they say changes with rename() only.
//
// Where a caller has the ShortKey of a word at hand, find() and intern() take it and need not make it again.
// REQUIRES: it is ShortKey::of(word).
template <class WordId>
class Words {
public:
    WordId intern(std::string_view word) { return intern(ShortKey::of(word), word); }
    WordId intern(const ShortKey& key, std::string_view word) {
        if (2 * (keys_.size() + 1) > slots_.size()) grow();
        Slot& slot = slots_[slotOf(key, word)];
        if (slot.number != kEmpty) return WordId{slot.number};
        slot = {hashOf(key), static_cast<std::uint32_t>(keys_.size())};
        keys_.push_back(key);
        words_.emplace_back(word);
        return WordId{slot.number};
    }
    // Interns `word`; false if it was there already.
    bool add(std::string_view word) {
        const std::size_t before = size();
        return intern(word).index() == before;
    }

    // The number of `word`, or none if it was never interned.
    [[nodiscard]] WordId find(std::string_view word) const { return find(ShortKey::of(word), word); }
    [[nodiscard]] WordId find(const ShortKey& key, std::string_view word) const {
        return slots_.empty() ? WordId{} : WordId{slots_[slotOf(key, word)].number};
    }
    // Where find() will look first, so that it can be fetched ahead; null if nothing was interned.
    [[nodiscard]] const void* placeOf(const ShortKey& key) const {
        return slots_.empty() ? nullptr : &slots_[hashOf(key) & (slots_.size() - 1)];
    }

    // For producers that run so long that they use numbers again. A released number keeps its string, but the word is
    // not found any more; a rename gives the number its next word. REQUIRES: `id` came from this object; release(): it
    // is not released yet; rename(): it is, and `word` is not interned.
    void release(WordId id) {
        const std::size_t mask = slots_.size() - 1;
        std::size_t hole = hashOf(keys_[id.index()]) & mask;
        while (slots_[hole].number != id.value) hole = (hole + 1) & mask;
        for (std::size_t at = (hole + 1) & mask; slots_[at].number != kEmpty; at = (at + 1) & mask) {
            const std::size_t home = slots_[at].hash & mask;
            if (((at - home) & mask) < ((at - hole) & mask)) continue;  // it does not reach back to the hole
            slots_[hole] = slots_[at];
            hole = at;
        }
        slots_[hole] = {};
    }
    void rename(WordId id, const ShortKey& key, std::string_view word) {
        keys_[id.index()] = key;
        words_[id.index()] = word;
        slots_[slotOf(key, word)] = {hashOf(key), id.value};
    }

    // REQUIRES: `id` came from this object.
    [[nodiscard]] const std::string& operator[](WordId id) const { return words_[id.index()]; }
    [[nodiscard]] std::size_t size() const { return keys_.size(); }

private:
    static constexpr std::uint32_t kEmpty = WordId::kNone;
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t number = kEmpty;
    };

    static std::uint32_t hashOf(const ShortKey& key) { return static_cast<std::uint32_t>(key.hash()); }
    // Where `word` is, or the empty slot where it belongs: linear probing.
    [[nodiscard]] std::size_t slotOf(const ShortKey& key, std::string_view word) const {
        const std::size_t mask = slots_.size() - 1;
        const std::uint32_t hash = hashOf(key);
        std::size_t at = hash & mask;
        while (slots_[at].number != kEmpty && (slots_[at].hash != hash || !is(slots_[at].number, key, word))) {
            at = (at + 1) & mask;
        }
        return at;
    }
    [[nodiscard]] bool is(std::uint32_t number, const ShortKey& key, std::string_view word) const {
        return keys_[number] == key && (key.isWhole() || words_[number] == word);
    }
    void grow() {
        std::vector<Slot> old(slots_.empty() ? 16 : 2 * slots_.size());
        old.swap(slots_);
        const std::size_t mask = slots_.size() - 1;
        for (const Slot& slot : old) {
            if (slot.number == kEmpty) continue;
            std::size_t at = slot.hash & mask;
            while (slots_[at].number != kEmpty) at = (at + 1) & mask;
            slots_[at] = slot;
        }
    }

    std::vector<Slot> slots_;     // open addressing, a power of two, at most half full
    std::vector<ShortKey> keys_;  // by number, as are
    std::deque<std::string> words_;
};

struct Lexicon {
    Words<MessageId> messages;
    Words<TextId> texts;
};

}  // namespace mdsync
