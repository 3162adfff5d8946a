// Fifo: a queue in one block of memory, cheap to copy and to clear.
#pragma once

#include <cstddef>
#include <vector>

namespace mdsync {

template <class T>
class Fifo {
public:
    [[nodiscard]] bool empty() const { return head_ == items_.size(); }
    [[nodiscard]] std::size_t size() const { return items_.size() - head_; }
    [[nodiscard]] const T& front() const { return items_[head_]; }
    [[nodiscard]] const T& operator[](std::size_t i) const { return items_[head_ + i]; }
    void push(const T& item) { items_.push_back(item); }
    void pop() {
        ++head_;
        if (head_ == items_.size()) {
            items_.clear();
            head_ = 0;
        } else if (head_ >= 1024 && head_ * 2 >= items_.size()) {
            items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
            head_ = 0;
        }
    }
    [[nodiscard]] std::size_t memory() const { return items_.capacity() * sizeof(T); }

private:
    std::vector<T> items_;
    std::size_t head_ = 0;  // items before it are gone
};

}  // namespace mdsync
