// FlatMap: 64-bit key -> 32-bit number, open addressing, no removal. Not iterable, so its order can decide nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/fetch.hpp"

namespace mdsync {

class FlatMap {
public:
    static constexpr std::uint32_t kAbsent = 0xffffffffU;

    [[nodiscard]] std::uint32_t find(std::uint64_t key) const {
        if (cells_.empty()) return kAbsent;
        for (std::size_t i = place(key);; i = (i + 1) & (cells_.size() - 1)) {
            if (cells_[i].value == kAbsent) return kAbsent;
            if (cells_[i].key == key) return cells_[i].value;
        }
    }

    // Asks for the memory that find() will need.
    void fetch(std::uint64_t key) const {
        if (!cells_.empty()) mdsync::fetch(&cells_[place(key)]);
    }

    // Sets the number of `key`. REQUIRES: value != kAbsent.
    void set(std::uint64_t key, std::uint32_t value) {
        if (2 * (used_ + 1) > cells_.size()) grow();
        std::size_t i = place(key);
        while (cells_[i].value != kAbsent && cells_[i].key != key) i = (i + 1) & (cells_.size() - 1);
        used_ += cells_[i].value == kAbsent ? 1 : 0;
        cells_[i] = {key, value};
    }

    [[nodiscard]] std::size_t memory() const { return cells_.capacity() * sizeof(Cell); }

private:
    struct Cell {
        std::uint64_t key = 0;
        std::uint32_t value = kAbsent;
    };

    [[nodiscard]] std::size_t place(std::uint64_t key) const {
        return static_cast<std::size_t>((key * 0x9e3779b97f4a7c15ULL) >> 20U) & (cells_.size() - 1);
    }
    void grow() {
        std::vector<Cell> old(cells_.empty() ? 16 : cells_.size() * 2);
        old.swap(cells_);
        for (const Cell& cell : old) {
            if (cell.value == kAbsent) continue;
            std::size_t i = place(cell.key);
            while (cells_[i].value != kAbsent) i = (i + 1) & (cells_.size() - 1);
            cells_[i] = cell;
        }
    }

    std::vector<Cell> cells_;
    std::size_t used_ = 0;
};

// The key of a pair of numbers.
[[nodiscard]] constexpr std::uint64_t pairKey(std::uint32_t a, std::uint32_t b) {
    return (static_cast<std::uint64_t>(a) << 32U) | b;
}

}  // namespace mdsync
