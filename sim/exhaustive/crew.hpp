// Crew: the walks of one search, each on a thread of its own, and the work that they hand over.
//
// Work is a state, told as the moves that lead there, and the moves out of it that somebody has still to make. A walk that
// has none asks for some. Then the others are called: whoever notices first gives away half of what it would have come to
// last. When all ask, nothing is left.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace mdsync::search {

// A move with what was drawn by chance when it was made.
template <class Move>
struct MadeMove {
    Move move;
    std::vector<std::uint32_t> chance;
};

template <class Move>
class Crew {
public:
    struct Work {
        std::size_t root = 0;
        std::vector<MadeMove<Move>> path;  // from the root to the state
        std::vector<Move> moves;           // out of it; none: nobody has looked at the state
    };

    void add(Work work) {
        const std::lock_guard lock(mutex_);
        works_.push_back(std::move(work));
        call();
        changed_.notify_one();
    }

    // A walk is there, and will ask for work.
    void join() {
        const std::lock_guard lock(mutex_);
        ++walks_;
    }
    // Waits until there is some. None: there will be none.
    std::optional<Work> next() {
        std::unique_lock lock(mutex_);
        ++idle_;
        call();
        changed_.wait(lock, [this] { return isStopped() || !works_.empty() || idle_ == walks_; });
        if (isStopped() || works_.empty()) {
            changed_.notify_all();
            return std::nullopt;
        }
        --idle_;
        std::optional<Work> work(std::move(works_.front()));
        works_.pop_front();
        call();
        return work;
    }

    // Something is wanted of the walks that are at work: to give something away, or to stop. Cheap.
    [[nodiscard]] bool calls() const { return calls_.load(std::memory_order_relaxed); }
    [[nodiscard]] bool isStopped() const { return stopped_.load(std::memory_order_relaxed); }
    void stop() {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        call();
        changed_.notify_all();
    }

private:
    void call() { calls_ = isStopped() || idle_ > works_.size(); }

    std::mutex mutex_;  // of all that follows, but for asking
    std::condition_variable changed_;
    std::deque<Work> works_;
    std::size_t walks_ = 0;
    std::size_t idle_ = 0;  // walks that wait for work
    std::atomic<bool> stopped_{false};
    std::atomic<bool> calls_{false};
};

}  // namespace mdsync::search
