// The threads that run whole cases, and the signals that end a run early.
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <initializer_list>
#include <latch>
#include <memory>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

#include "mdsync/run.hpp"

namespace mdsync {

// ---- Threads --------------------------------------------------------------------------------------------------------

unsigned defaultJobs() {
    return std::max(1U, std::thread::hardware_concurrency());
}

namespace {

constexpr std::size_t kRoomToWork = 32U << 20U;

// As many of them as the machine allows: a container may have a limit of threads or of address space. `job` and
// `allStarted` must outlive them.
void startThreads(std::vector<std::thread>& threads, std::size_t wanted, const std::function<void()>& job,
                  std::latch& allStarted) {
    threads.reserve(wanted);
    // What their stacks would take of the last room is missing when they work. So nobody works before it is given back:
    // the first would find nothing left while the last are still being started.
    std::unique_ptr<char[]> room(new (std::nothrow) char[kRoomToWork]);
    try {
        while (threads.size() < wanted) {
            threads.emplace_back([&job, &allStarted] {
                allStarted.wait();
                job();
            });
        }
    } catch (const std::system_error&) {
    } catch (const std::bad_alloc&) {
    }
    room.reset();
    allStarted.count_down();
}

}  // namespace

void inParallel(unsigned jobs, std::size_t count, const std::atomic<bool>& stop,
                const std::function<void(std::size_t)>& work) {
    inParallel(jobs, count, stop,
               [&work]() -> std::function<void(std::size_t)> { return [&work](std::size_t number) { work(number); }; });
}

void inParallel(unsigned jobs, std::size_t count, const std::atomic<bool>& stop,
                const std::function<std::function<void(std::size_t)>()>& makeWorker) {
    const std::size_t wanted = std::clamp<std::size_t>(jobs, 1, std::max<std::size_t>(count, 1));
    std::vector<std::exception_ptr> failures(count + 1);  // and one of makeWorker()
    std::atomic<std::size_t> next{0};
    std::atomic_flag isBroken;
    const std::function<void()> job = [&] {
        std::function<void(std::size_t)> work;
        try {
            work = makeWorker();
        } catch (...) {
            if (!isBroken.test_and_set()) failures[count] = std::current_exception();
            return;
        }
        for (std::size_t number = next++; number < count && !stop.load(); number = next++) {
            try {
                work(number);
            } catch (...) {
                failures[number] = std::current_exception();
            }
        }
    };
    std::latch allStarted(1);
    std::vector<std::thread> threads;
    startThreads(threads, wanted, job, allStarted);
    if (threads.empty()) job();
    for (std::thread& thread : threads) thread.join();
    for (const std::exception_ptr& failure : failures) {
        if (failure) std::rethrow_exception(failure);
    }
}

// ---- Signals --------------------------------------------------------------------------------------------------------

namespace {

constexpr std::array<int, 2> kHeard{SIGINT, SIGTERM};
constexpr timespec kGrace{.tv_sec = 30, .tv_nsec = 0};
std::atomic<int> lastHeard{0};

sigset_t setOf(std::initializer_list<int> signals) {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : signals) ::sigaddset(&set, signal);
    return set;
}

// Waits for one of `signals`; which. 0 after `patience`, if there is any.
int waitFor(const sigset_t& signals, const timespec* patience) {
    for (;;) {
        const int got = ::sigtimedwait(&signals, nullptr, patience);
        if (got > 0) return got;
        if (errno == EAGAIN) return 0;  // else the process was stopped and goes on
    }
}

// Ends the process as if nobody had ever caught this signal.
void dieOf(int signal) {
    const sigset_t one = setOf({signal});
    ::signal(signal, SIG_DFL);
    ::pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
    ::raise(signal);
}

}  // namespace

// All threads hold the signals back, and one waits for them, so that they are heard whatever the others do. After the
// first one that thread holds nothing back any more: a second one ends the process. So does the first, a while later,
// if something that nobody can interrupt still waits then: a disk that does not answer.
struct Interrupt::State {
    std::atomic<bool> flag{false};
    std::atomic<int> signal{0};
    sigset_t before{};                                    // what was held back before
    std::array<struct sigaction, kHeard.size()> usual{};  // what the signals did before
    std::thread thread;

    static int wake() { return SIGRTMIN; }  // ends the thread

    void restore() const {
        for (std::size_t i = 0; i < kHeard.size(); ++i) ::sigaction(kHeard[i], &usual[i], nullptr);
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }

    void listen() {
        const sigset_t all = setOf({SIGINT, SIGTERM, wake()});
        const int got = waitFor(all, nullptr);
        if (got == wake()) return;
        signal = got;
        flag = true;
        lastHeard = got;
        const sigset_t heard = setOf({SIGINT, SIGTERM});
        ::pthread_sigmask(SIG_UNBLOCK, &heard, nullptr);
        const sigset_t end = setOf({wake()});
        if (waitFor(end, &kGrace) == 0) dieOf(got);
    }
};

Interrupt::Interrupt() : state_(std::make_unique<State>()) {
    State* state = state_.get();
    struct sigaction plain {};
    plain.sa_handler = SIG_DFL;
    for (std::size_t i = 0; i < kHeard.size(); ++i) ::sigaction(kHeard[i], &plain, &state->usual[i]);
    const sigset_t held = setOf({SIGINT, SIGTERM, State::wake()});
    ::pthread_sigmask(SIG_BLOCK, &held, &state->before);
    try {
        state->thread = std::thread([state] { state->listen(); });
    } catch (...) {
        state->restore();
        throw;
    }
}

Interrupt::~Interrupt() {
    ::pthread_kill(state_->thread.native_handle(), State::wake());
    state_->thread.join();
    state_->restore();
}

const std::atomic<bool>& Interrupt::flag() const {
    return state_->flag;
}

int Interrupt::signal() const {
    return state_->signal;
}

int heardSignal() {
    return lastHeard;
}

}  // namespace mdsync
