// Parallel: work on several threads, and the signal that ends it early.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>

namespace mdsync {

// An Interrupt turns the first SIGINT or SIGTERM into a flag while it lives; the second one ends the process as usual,
// and so does the first if the process is still there half a minute later. At most one at a time, and before other
// threads are started.
class Interrupt {
public:
    Interrupt();  // throws std::system_error where there is no thread to be had
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    ~Interrupt();

    [[nodiscard]] const std::atomic<bool>& flag() const;
    [[nodiscard]] int signal() const;  // 0: none came

private:
    struct State;
    std::unique_ptr<State> state_;
};

// The last signal that an Interrupt heard in this process; 0: none. After one nobody is waited for any more.
[[nodiscard]] int heardSignal();

// Calls work(0) .. work(count - 1) on `jobs` threads, or as many as the machine allows, be it none but the caller's;
// each number once, in no order that anything may depend on; starts no more once `stop` is set. The first exception by
// number is thrown again when all are done.
void inParallel(unsigned jobs, std::size_t count, const std::atomic<bool>& stop,
                const std::function<void(std::size_t)>& work);

// The same with something of its own for each thread: makeWorker() is called once in each of them, what it returns is
// called with the numbers, and destroyed, there.
void inParallel(unsigned jobs, std::size_t count, const std::atomic<bool>& stop,
                const std::function<std::function<void(std::size_t)>()>& makeWorker);

// How many threads this machine runs at once.
[[nodiscard]] unsigned defaultJobs();

}  // namespace mdsync
