// InOrder: hands on the results of a run while it goes on, in the order of mention: each as soon as all before it are
// there, whichever thread was first.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "mdsync/result.hpp"

namespace mdsync {

class InOrder {
public:
    // `take` gets a result and its number, one at a time; once it returns false, it wants no more.
    using Take = std::function<bool(std::size_t, CaseResult)>;
    explicit InOrder(Take take) : take_(std::move(take)) {}

    // Number `i` ended. Safe to use from threads.
    void ended(std::size_t i, CaseResult result) {
        const std::scoped_lock lock(mutex_);
        waiting_.emplace(i, std::move(result));
        while (!waiting_.empty() && waiting_.begin()->first == next_) handOn();
    }

    // Hands on what is left when the run is over, where others before it never ended.
    void finish() {
        const std::scoped_lock lock(mutex_);
        while (!waiting_.empty()) handOn();
    }

    // Whether no more is wanted.
    [[nodiscard]] bool enough() const {
        const std::scoped_lock lock(mutex_);
        return enough_;
    }

    // How many were handed on.
    [[nodiscard]] std::size_t taken() const {
        const std::scoped_lock lock(mutex_);
        return taken_;
    }

private:
    void handOn() {
        auto first = waiting_.extract(waiting_.begin());
        next_ = first.key() + 1;
        if (enough_) return;
        ++taken_;
        enough_ = !take_(first.key(), std::move(first.mapped()));
    }

    mutable std::mutex mutex_;
    std::map<std::size_t, CaseResult> waiting_;  // by number: for one before them
    Take take_;
    std::size_t next_ = 0;
    std::size_t taken_ = 0;
    bool enough_ = false;
};

// `wanted`, or what keeps them all in `result`.
[[nodiscard]] inline InOrder::Take takerOf(const InOrder::Take& wanted, Result& result) {
    if (wanted) return wanted;
    return [&result](std::size_t, CaseResult ended) {
        result.cases.push_back(std::move(ended));
        return true;
    };
}

}  // namespace mdsync
