// The ring of receipts. See receipts.hpp.
#include "world/receipts.hpp"

#include <utility>

namespace mdsync::world {

// Out of line: it is called a few times in the life of a world, and would make add() slower where it stands.
void Receipts::grow() {
    const std::size_t before = ring_.size();
    std::vector<Receipt> larger(before == 0 ? 16 : before * 2);
    for (std::size_t age = 1; age <= before; ++age) {
        const std::uint32_t number = head_ - static_cast<std::uint32_t>(age);
        larger[number & (larger.size() - 1)] = ring_[number & (before - 1)];
    }
    ring_ = std::move(larger);
    mask_ = static_cast<std::uint32_t>(ring_.size() - 1);
}

}  // namespace mdsync::world
