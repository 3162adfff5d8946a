// InterruptibleInput: standard input that ends when the run is interrupted.
#include "standard_input.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace mdsync::cli {

namespace {

constexpr int kPatience = 50;  // milliseconds between two looks at whether to stop

// Writes all of it; false if nobody reads any more.
bool writeAll(int file, const char* bytes, std::size_t count) {
    while (count > 0) {
        const ssize_t written = ::write(file, bytes, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes += written;
        count -= static_cast<std::size_t>(written);
    }
    return true;
}

}  // namespace

// Where there is no standard input, or no pipe to be had, nothing is changed.
InterruptibleInput::InterruptibleInput(const std::atomic<bool>& stop) : stop_(stop) {
    source_ = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    std::array<int, 2> ends{};
    if (source_ < 0 || ::pipe2(ends.data(), O_CLOEXEC) != 0) return;
    sink_ = ends[1];
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    thread_ = std::thread([this] {
        feed();
        ::close(sink_);
    });
}

// Putting the real input back closes the reading end, which frees a feeder that is stuck in writing.
InterruptibleInput::~InterruptibleInput() {
    done_ = true;
    if (source_ >= 0) ::dup2(source_, STDIN_FILENO);
    if (thread_.joinable()) thread_.join();
    if (source_ >= 0) ::close(source_);
}

void InterruptibleInput::feed() const {
    std::array<char, 65536> buffer{};
    while (!stop_.load() && !done_.load()) {
        pollfd waiting{.fd = source_, .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, kPatience) <= 0) continue;
        const ssize_t count = ::read(source_, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0 || !writeAll(sink_, buffer.data(), static_cast<std::size_t>(count))) return;
    }
}

}  // namespace mdsync::cli
