// Pool: the threads that run whole cases, and the signals that end a run early. Asio's headers stay in this file.
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <csignal>
#include <exception>
#include <thread>
#include <vector>

#include "mdsync/run.hpp"

namespace mdsync {

// ---- Threads --------------------------------------------------------------------------------------------------------

unsigned defaultJobs() {
    return std::max(1U, std::thread::hardware_concurrency());
}

void inParallel(unsigned jobs, std::size_t count, const std::atomic<bool>& stop,
                const std::function<void(std::size_t)>& work) {
    inParallel(jobs, count, stop,
               [&work]() -> std::function<void(std::size_t)> { return [&work](std::size_t number) { work(number); }; });
}

void inParallel(unsigned jobs, std::size_t count, const std::atomic<bool>& stop,
                const std::function<std::function<void(std::size_t)>()>& makeWorker) {
    const std::size_t threads = std::clamp<std::size_t>(jobs, 1, std::max<std::size_t>(count, 1));
    std::vector<std::exception_ptr> failures(count);
    std::atomic<std::size_t> next{0};
    boost::asio::thread_pool pool(threads);
    for (std::size_t i = 0; i < threads; ++i) {
        boost::asio::post(pool, [&] {
            const std::function<void(std::size_t)> work = makeWorker();
            for (std::size_t number = next++; number < count && !stop.load(); number = next++) {
                try {
                    work(number);
                } catch (...) {
                    failures[number] = std::current_exception();
                }
            }
        });
    }
    pool.join();
    for (const std::exception_ptr& failure : failures) {
        if (failure) std::rethrow_exception(failure);
    }
}

// ---- Signals --------------------------------------------------------------------------------------------------------

// A thread of its own waits for the signals, so that they are heard whatever the others do. After the first, the
// signals have their usual effect again: a second one ends the process.
struct Interrupt::State {
    boost::asio::io_context context;
    boost::asio::signal_set signals{context, SIGINT, SIGTERM};
    std::atomic<bool> flag{false};
    std::atomic<int> signal{0};
    std::thread thread;
};

Interrupt::Interrupt() : state_(std::make_unique<State>()) {
    State* state = state_.get();
    state->signals.async_wait([state](const boost::system::error_code& error, int signal) {
        if (error) return;
        state->signal = signal;
        state->flag = true;
        state->signals.clear();
    });
    state->thread = std::thread([state] { state->context.run(); });
}

Interrupt::~Interrupt() {
    State* state = state_.get();
    boost::asio::post(state->context, [state] { state->signals.cancel(); });
    state->thread.join();
}

const std::atomic<bool>& Interrupt::flag() const {
    return state_->flag;
}

int Interrupt::signal() const {
    return state_->signal;
}

}  // namespace mdsync
