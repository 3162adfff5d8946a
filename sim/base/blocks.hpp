// Blocks: a growing array in blocks, so that growth copies nothing that is large and touches no memory twice. Small
// ones are one vector, cheap to copy.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace mdsync {

template <class T>
class Blocks {
public:
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] T& operator[](std::size_t i) { return blocks_[i / kBlock][i % kBlock]; }
    [[nodiscard]] const T& operator[](std::size_t i) const { return blocks_[i / kBlock][i % kBlock]; }

    // Makes room for at least `size` elements; references stay valid only where a block was full already.
    void grow(std::size_t size) {
        while (size_ < size) {
            if (size_ % kBlock == 0) blocks_.emplace_back();
            std::vector<T>& last = blocks_.back();
            const std::size_t wanted = std::min(kBlock, last.size() + (size - size_));
            if (blocks_.size() > 1) last.reserve(kBlock);
            size_ += wanted - last.size();
            last.resize(wanted);
        }
    }

    [[nodiscard]] std::size_t memory() const {
        std::size_t sum = blocks_.capacity() * sizeof(std::vector<T>);
        for (const std::vector<T>& block : blocks_) sum += block.capacity() * sizeof(T);
        return sum;
    }

private:
    static constexpr std::size_t kBlock = 4096;
    std::vector<std::vector<T>> blocks_;
    std::size_t size_ = 0;
};

}  // namespace mdsync
