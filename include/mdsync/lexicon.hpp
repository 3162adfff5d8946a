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

namespace mdsync {

// A Words gives each distinct string a number, counted from 0 in the order of first mention, and the string of a
// number. References that it hands out stay valid as long as it lives; what they say changes with rename() only.
template <class WordId>
class Words {
public:
    WordId intern(std::string_view word) {
        if (2 * (words_.size() + 1) > slots_.size()) grow();
        const std::uint32_t hash = hashOf(word);
        const std::size_t at = slotOf(word, hash);
        if (slots_[at].number != kEmpty) return WordId{slots_[at].number};
        slots_[at] = {hash, static_cast<std::uint32_t>(words_.size())};
        words_.emplace_back(word);
        return WordId{words_.size() - 1};
    }
    // The number of `word`, or none if it was never interned.
    [[nodiscard]] WordId find(std::string_view word) const {
        if (slots_.empty()) return {};
        const Slot& slot = slots_[slotOf(word, hashOf(word))];
        return slot.number == kEmpty ? WordId{} : WordId{slot.number};
    }
    // Puts `word` in the place of the string behind `id`, for producers that run so long that they use numbers again.
    // REQUIRES: `id` came from this object, and `word` is not interned.
    void rename(WordId id, std::string_view word) {
        remove(id);
        words_[id.index()] = word;
        const std::uint32_t hash = hashOf(word);
        slots_[slotOf(word, hash)] = {hash, id.value};
    }
    // REQUIRES: `id` came from this object.
    [[nodiscard]] const std::string& operator[](WordId id) const { return words_[id.index()]; }
    [[nodiscard]] std::size_t size() const { return words_.size(); }

private:
    static constexpr std::uint32_t kEmpty = 0xffffffffU;
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t number = kEmpty;
    };

    // FNV-1a with its high half folded in. Which slot a word gets decides nothing.
    static std::uint32_t hashOf(std::string_view word) {
        std::uint64_t hash = 0xcbf29ce484222325ULL;
        for (const char c : word) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
        return static_cast<std::uint32_t>(hash ^ (hash >> 32U));
    }
    // Where `word` is, or the empty slot where it belongs: linear probing.
    std::size_t slotOf(std::string_view word, std::uint32_t hash) const {
        const std::size_t mask = slots_.size() - 1;
        std::size_t at = hash & mask;
        while (slots_[at].number != kEmpty && (slots_[at].hash != hash || words_[slots_[at].number] != word)) {
            at = (at + 1) & mask;
        }
        return at;
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
    // Empties the slot of `id` and moves up what had probed past it.
    void remove(WordId id) {
        const std::size_t mask = slots_.size() - 1;
        std::size_t hole = slotOf(words_[id.index()], hashOf(words_[id.index()]));
        for (std::size_t at = (hole + 1) & mask; slots_[at].number != kEmpty; at = (at + 1) & mask) {
            const std::size_t home = slots_[at].hash & mask;
            if (((at - home) & mask) < ((at - hole) & mask)) continue;
            slots_[hole] = slots_[at];
            hole = at;
        }
        slots_[hole] = {};
    }

    std::deque<std::string> words_;
    std::vector<Slot> slots_;  // open addressing, a power of two, at most half full
};

struct Lexicon {
    Words<MessageId> messages;
    Words<TextId> texts;
};

}  // namespace mdsync
