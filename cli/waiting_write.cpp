// Writing to what somebody else must read: a pipe, a terminal, a socket.
#include "waiting_write.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <thread>

#include "mdsync/parallel.hpp"

namespace mdsync::cli {

namespace {

constexpr std::chrono::milliseconds kLook{50};  // between two looks at whether a signal came
constexpr int kLooksAfterSignal = 20;           // without a reader, after it

// A Patience lasts as long as no signal came, and a second longer.
class Patience {
public:
    [[nodiscard]] bool isOver() { return heardSignal() != 0 && ++looks_ > kLooksAfterSignal; }
    void renew() { looks_ = 0; }

private:
    int looks_ = 0;
};

}  // namespace

// Without O_NONBLOCK, open() itself waits for somebody who reads a FIFO.
int openToWrite(const std::string& path) {
    Patience patience;
    for (;;) {
        const int file = ::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (file >= 0 || errno != ENXIO) return file;
        if (patience.isOver()) break;
        std::this_thread::sleep_for(kLook);
    }
    errno = ECANCELED;
    return -1;
}

// A pipe that can be written to takes PIPE_BUF bytes without waiting, whoever opened it and how.
int writeWaiting(int descriptor, std::string_view text) {
    Patience patience;
    while (!text.empty()) {
        pollfd waiting{.fd = descriptor, .events = POLLOUT, .revents = 0};
        const int ready = ::poll(&waiting, 1, static_cast<int>(kLook.count()));
        if (ready < 0 && errno != EINTR) return errno;
        if (ready <= 0) {
            if (patience.isOver()) return ECANCELED;
            continue;
        }
        const ssize_t count = ::write(descriptor, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
        if (count < 0 && errno != EINTR && errno != EAGAIN) return errno;
        if (count <= 0) continue;
        patience.renew();
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return 0;
}

}  // namespace mdsync::cli
