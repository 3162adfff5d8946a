// Visited: the set of states that a search has seen, by their fingerprints.
//
// Packed open addressing, sixteen bytes a state: 120 bits of the fingerprint, and in the last byte how much further a
// search goes from there at most. At most seven tenths full.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/fingerprint.hpp"

namespace mdsync::search {

class Visited {
public:
    // The place of the state; `fresh` if it was not there before. Places move with the next insert().
    struct Found {
        std::size_t place = 0;
        bool fresh = false;
    };
    Found insert(const Fingerprint& state) {
        if (10 * (used_ + 1) > 7 * cells_.size()) grow();
        const std::size_t place = placeOf(state);
        if (!empty(cells_[place])) return {place, false};
        cells_[place] = keyOf(state);
        ++used_;
        return {place, true};
    }
    // REQUIRES: the state is there.
    [[nodiscard]] std::size_t find(const Fingerprint& state) const { return placeOf(state); }

    [[nodiscard]] unsigned height(std::size_t place) const { return static_cast<unsigned>(cells_[place].low & 0xffU); }
    void setHeight(std::size_t place, unsigned height) {
        cells_[place].low = (cells_[place].low & ~std::uint64_t{0xff}) | (height < 0xffU ? height : 0xffU);
    }

    [[nodiscard]] std::uint64_t size() const { return used_; }
    [[nodiscard]] std::size_t bytes() const { return cells_.capacity() * sizeof(Fingerprint); }

private:
    // The key without the height; never that of an empty cell.
    static Fingerprint keyOf(const Fingerprint& state) { return {state.high | 1U, state.low & ~std::uint64_t{0xff}}; }
    static bool empty(const Fingerprint& cell) { return cell.high == 0; }

    [[nodiscard]] std::size_t placeOf(const Fingerprint& state) const {
        const Fingerprint key = keyOf(state);
        const std::size_t mask = cells_.size() - 1;
        std::size_t at = static_cast<std::size_t>(state.low >> 8U) & mask;
        while (!empty(cells_[at]) && (cells_[at].high != key.high || ((cells_[at].low ^ key.low) >> 8U) != 0)) {
            at = (at + 1) & mask;
        }
        return at;
    }
    void grow() {
        std::vector<Fingerprint> old(cells_.empty() ? 1024 : 2 * cells_.size());
        old.swap(cells_);
        for (const Fingerprint& cell : old) {
            if (!empty(cell)) cells_[placeOf(cell)] = cell;
        }
    }

    std::vector<Fingerprint> cells_;
    std::uint64_t used_ = 0;
};

}  // namespace mdsync::search
