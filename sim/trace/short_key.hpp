// Keys of sixteen bytes for short words, and a flat table of them: the hot lookups of reading are a device by its path
// and a message by its id, both mostly shorter than sixteen bytes.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "mdsync/trace.hpp"

namespace mdsync {

// A ShortKey holds a word of up to 15 bytes whole, with its length; a longer one by fingerprint and length, so that
// equal keys of long words need a look at the words themselves.
struct ShortKey {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    // REQUIRES: 16 bytes can be read at `word.data()` if the word is no longer than 15.
    static ShortKey ofPadded(std::string_view word) {
        const std::uint64_t size = word.size();
        if (size <= 8) return {load(word.data(), size), size << 56U};
        if (size <= 15) return {load(word.data(), 8), load(word.data() + 8, size - 8) | (size << 56U)};
        return {fingerprint(word), (std::uint64_t{0xff} << 56U) | size};
    }
    static ShortKey of(std::string_view word) {
        if (word.size() > 15) return ofPadded(word);
        char padded[16] = {};
        if (!word.empty()) std::memcpy(padded, word.data(), word.size());
        return ofPadded({padded, word.size()});
    }

    [[nodiscard]] bool isWhole() const { return high >> 56U != 0xff; }
    [[nodiscard]] std::uint64_t hash() const {
        std::uint64_t h = low * 0x9e3779b97f4a7c15ULL ^ high * 0xc2b2ae3d27d4eb4fULL;
        h = (h ^ (h >> 32U)) * 0xd6e8feb86659fd93ULL;
        return h ^ (h >> 32U);
    }
    friend bool operator==(const ShortKey&, const ShortKey&) = default;

private:
    // The first `size` of eight bytes, 0 < size <= 8; little end first on every machine is not needed, only sameness.
    static std::uint64_t load(const char* bytes, std::uint64_t size) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes, 8);
        if (size == 0) return 0;
        if constexpr (std::endian::native == std::endian::little) return word << (64 - 8 * size) >> (64 - 8 * size);
        return word >> (64 - 8 * size);
    }
};

// A KeyTable maps keys to numbers: open addressing, linear probing, at most half full. Numbers are not kNone.
class KeyTable {
public:
    static constexpr std::uint32_t kNone = 0xffffffffU;

    // The number of `key`, or kNone. For long words `same(number)` says whether it is really that word.
    template <class Same>
    [[nodiscard]] std::uint32_t find(const ShortKey& key, Same same) const {
        return slots_.empty() ? kNone : slots_[slotOf(key, same)].number;
    }
    // REQUIRES: the word is not in the table.
    void insert(const ShortKey& key, std::uint32_t number) {
        if (2 * (size_ + 1) > slots_.size()) grow();
        slots_[slotOf(key, [](std::uint32_t) { return false; })] = {key, number};
        ++size_;
    }
    // REQUIRES: `number` is in the table under `key`.
    void erase(const ShortKey& key, std::uint32_t number) {
        const std::size_t mask = slots_.size() - 1;
        std::size_t hole = key.hash() & mask;
        while (slots_[hole].number != number) hole = (hole + 1) & mask;
        for (std::size_t at = (hole + 1) & mask; slots_[at].number != kNone; at = (at + 1) & mask) {
            const std::size_t home = slots_[at].key.hash() & mask;
            if (((at - home) & mask) < ((at - hole) & mask)) continue;  // it does not reach back to the hole
            slots_[hole] = slots_[at];
            hole = at;
        }
        slots_[hole] = {};
        --size_;
    }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    struct Slot {
        ShortKey key;
        std::uint32_t number = kNone;
    };

    template <class Same>
    [[nodiscard]] std::size_t slotOf(const ShortKey& key, Same same) const {
        const std::size_t mask = slots_.size() - 1;
        std::size_t at = key.hash() & mask;
        while (slots_[at].number != kNone && (slots_[at].key != key || (!key.isWhole() && !same(slots_[at].number)))) {
            at = (at + 1) & mask;
        }
        return at;
    }
    void grow() {
        std::vector<Slot> old(slots_.empty() ? 16 : 2 * slots_.size());
        old.swap(slots_);
        for (const Slot& slot : old) {
            if (slot.number != kNone) slots_[slotOf(slot.key, [](std::uint32_t) { return false; })] = slot;
        }
    }

    std::vector<Slot> slots_;
    std::size_t size_ = 0;
};

}  // namespace mdsync
