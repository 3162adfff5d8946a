// InOrder: hands on the results of a run while it goes on, in the order of mention: each as soon as all before it are
// there, whichever thread was first.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "mdsync/result.hpp"

namespace mdsync {

class InOrder {
public:
    // `take` gets a result and its number, one at a time; once it returns false, it wants no more.
    using Take = std::function<bool(std::size_t, CaseResult&)>;
    InOrder(std::size_t count, Take take) : take_(std::move(take)) { taken_.reserve(count); }

    // Number `i` ended. Safe to use from threads.
    void ended(std::size_t i, CaseResult result) {
        const std::scoped_lock lock(mutex_);
        waiting_.emplace(i, std::move(result));
        while (!waiting_.empty() && waiting_.begin()->first == next_) handOn();
    }

    // Hands on what is left when the run is over, where others before it never ended. All that was taken.
    std::vector<CaseResult> finish() {
        while (!waiting_.empty()) handOn();
        return std::move(taken_);
    }

    // Whether no more is wanted.
    [[nodiscard]] bool enough() const {
        const std::scoped_lock lock(mutex_);
        return enough_;
    }

private:
    void handOn() {
        auto first = waiting_.extract(waiting_.begin());
        next_ = first.key() + 1;
        if (enough_) return;
        taken_.push_back(std::move(first.mapped()));
        enough_ = take_ && !take_(first.key(), taken_.back());
    }

    mutable std::mutex mutex_;
    std::map<std::size_t, CaseResult> waiting_;  // by number: for one before them
    std::vector<CaseResult> taken_;
    Take take_;
    std::size_t next_ = 0;
    bool enough_ = false;
};

}  // namespace mdsync
