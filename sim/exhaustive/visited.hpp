// Visited: the set of states that the threads of a search have seen, by their fingerprints.
//
// Packed open addressing, sixteen bytes a state: 120 bits of the fingerprint, and in the last byte how much further a
// search goes from there at most. At most seven tenths full.
//
// The set lies in 256 parts, by the first byte of the fingerprint. Each has a lock and grows by itself. So whoever is first
// to insert a state is told so, and nobody else; two threads seldom want one part at once; and nobody waits while a large
// table grows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "base/fingerprint.hpp"

namespace mdsync::search {

class Visited {
public:
    struct Found {
        bool fresh = false;              // the state was not there before
        std::optional<unsigned> height;  // none: nobody is done with it yet
    };
    Found insert(const Fingerprint& state) {
        Part& part = partOf(state);
        const std::lock_guard lock(part.mutex);
        if (10 * (part.used + 1) > 7 * part.cells.size()) part.grow();
        Fingerprint& cell = part.cells[part.placeOf(state)];
        if (isEmpty(cell)) {
            cell = keyOf(state);
            ++part.used;
            return {true, std::nullopt};
        }
        if (const std::uint64_t height = cell.low & 0xffU; height != kOpen) return {false, heightOf(height)};
        return {openAgain_, std::nullopt};
    }
    // REQUIRES: the state is there.
    void setHeight(const Fingerprint& state, unsigned height) {
        Part& part = partOf(state);
        const std::lock_guard lock(part.mutex);
        Fingerprint& cell = part.cells[part.placeOf(state)];
        cell.low = (cell.low & ~std::uint64_t{0xff}) | (height < 0xfeU ? height + 1 : 0xffU);
    }

    // From now on a state without a height is as good as one that is not there. For one thread.
    void openAgain() { openAgain_ = true; }

    [[nodiscard]] std::uint64_t size() {
        std::uint64_t sum = 0;
        for (Part& part : parts_) {
            const std::lock_guard lock(part.mutex);
            sum += part.used;
        }
        return sum;
    }

private:
    // The last byte of a cell: the height and one, or that there is none yet.
    static constexpr std::uint64_t kOpen = 0;
    static unsigned heightOf(std::uint64_t byte) { return static_cast<unsigned>(byte) - 1; }

    // The key without the height; never that of an empty cell.
    static Fingerprint keyOf(const Fingerprint& state) { return {state.high | 1U, state.low & ~std::uint64_t{0xff}}; }
    static bool isEmpty(const Fingerprint& cell) { return cell.high == 0; }

    struct alignas(64) Part {
        std::mutex mutex;
        std::vector<Fingerprint> cells;
        std::size_t used = 0;

        [[nodiscard]] std::size_t placeOf(const Fingerprint& state) const {
            const Fingerprint key = keyOf(state);
            const std::size_t mask = cells.size() - 1;
            std::size_t at = static_cast<std::size_t>(state.low >> 8U) & mask;
            while (!isEmpty(cells[at]) && (cells[at].high != key.high || ((cells[at].low ^ key.low) >> 8U) != 0)) {
                at = (at + 1) & mask;
            }
            return at;
        }
        void grow() {
            std::vector<Fingerprint> old(cells.empty() ? 16 : 2 * cells.size());
            old.swap(cells);
            for (const Fingerprint& cell : old) {
                if (!isEmpty(cell)) cells[placeOf(cell)] = cell;
            }
        }
    };
    Part& partOf(const Fingerprint& state) { return parts_[state.high >> 56U]; }

    std::array<Part, 256> parts_;
    bool openAgain_ = false;
};

}  // namespace mdsync::search
