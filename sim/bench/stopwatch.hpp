// Stopwatch: what something costs.
#pragma once

#include <ctime>

namespace mdsync {

// Seconds of this process's processor time: what is measured runs on one thread, and does not count while it has to wait.
class Stopwatch {
public:
    [[nodiscard]] double seconds() const { return static_cast<double>(std::clock() - begin_) / CLOCKS_PER_SEC; }

private:
    std::clock_t begin_ = std::clock();
};

}  // namespace mdsync
