// Child: a process of ours, in a process group of its own, that never outlives us.
#include "system/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

namespace mdsync {

namespace {

constexpr Millis kAfterTerm{300};  // between SIGTERM and SIGKILL

// Pipes that no other child inherits, closed when nobody took their ends.
class Pipes {
public:
    Pipes() = default;
    Pipes(const Pipes&) = delete;
    Pipes& operator=(const Pipes&) = delete;
    ~Pipes() {
        for (const int end : ends_) {
            if (end >= 0) ::close(end);
        }
    }
    bool open() {
        for (std::size_t i = 0; i < ends_.size(); i += 2) {
            if (::pipe2(&ends_[i], O_CLOEXEC) != 0) return false;
        }
        return true;
    }
    [[nodiscard]] int reading(std::size_t pipe) const { return ends_[2 * pipe]; }
    [[nodiscard]] int writing(std::size_t pipe) const { return ends_[2 * pipe + 1]; }
    int takeReading(std::size_t pipe) { return std::exchange(ends_[2 * pipe], -1); }
    int takeWriting(std::size_t pipe) { return std::exchange(ends_[2 * pipe + 1], -1); }

private:
    std::array<int, 8> ends_{-1, -1, -1, -1, -1, -1, -1, -1};
};
enum Pipe : std::size_t { kInput, kOutput, kErrors, kFailure };

// In the child, between fork and exec: only what is safe there. Does not return.
void becomeProgram(const Pipes& pipes, char* const* arguments, pid_t parent) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() == parent) {
        for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGXFSZ}) ::signal(signal, SIG_DFL);
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        ::dup2(pipes.reading(kInput), STDIN_FILENO);
        ::dup2(pipes.writing(kOutput), STDOUT_FILENO);
        ::dup2(pipes.writing(kErrors), STDERR_FILENO);
        ::execvp(arguments[0], arguments);
    }
    const int error = errno;
    (void)!::write(pipes.writing(kFailure), &error, sizeof error);
    ::_exit(127);
}

// Holds signals back while there is a child that would still handle them as we do.
class SignalsHeld {
public:
    SignalsHeld() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    SignalsHeld(const SignalsHeld&) = delete;
    SignalsHeld& operator=(const SignalsHeld&) = delete;
    ~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

std::string fateOf(const siginfo_t& info) {
    if (info.si_code == CLD_EXITED) return fmt::format("exited with code {}", info.si_status);
    return fmt::format("was killed by signal {}", info.si_status);
}

}  // namespace

Child::Started Child::start(const std::vector<std::string>& words) {
    std::vector<std::string> copies = words;
    std::vector<char*> arguments;
    for (std::string& word : copies) arguments.push_back(word.data());
    arguments.push_back(nullptr);

    Pipes pipes;
    Started started;
    const pid_t parent = ::getpid();
    {
        const SignalsHeld held;
        if (pipes.open()) pid_ = ::fork();
        if (pid_ == 0) becomeProgram(pipes, arguments.data(), parent);
    }
    if (pid_ < 0) {
        started.problem = std::strerror(errno);
        return started;
    }
    ::setpgid(pid_, pid_);  // whoever of the two comes first
    ::close(pipes.takeWriting(kFailure));
    int error = 0;
    ssize_t size = -1;
    do size = ::read(pipes.reading(kFailure), &error, sizeof error);
    while (size < 0 && errno == EINTR);
    if (size == sizeof error) {
        started.problem = std::strerror(error);
        end(Millis{0});
        return started;
    }
    started.input = pipes.takeWriting(kInput);
    started.output = pipes.takeReading(kOutput);
    started.errors = pipes.takeReading(kErrors);
    return started;
}

// Leaves the child unreaped, so that its number, and its group's, stay its own until end().
bool Child::hasExited() {
    if (pid_ < 0) return true;
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT | WNOHANG) != 0 || info.si_pid == 0) {
        return false;
    }
    fate_ = fateOf(info);
    return true;
}

bool Child::exitsWithin(Millis patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (Millis pause{1}; !hasExited(); pause = std::min(2 * pause, Millis{20})) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(pause);
    }
    return true;
}

std::string Child::fate() {
    (void)hasExited();
    return fate_;
}

std::string Child::end(Millis patience) {
    if (pid_ < 0) return fate_;
    if (!exitsWithin(patience)) {
        ::kill(-pid_, SIGTERM);
        (void)exitsWithin(kAfterTerm);
    }
    ::kill(-pid_, SIGKILL);  // also what the child itself left behind
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) {
    }
    pid_ = -1;
    if (fate_.empty()) fate_ = fateOf(info);
    return fate_;
}

}  // namespace mdsync
