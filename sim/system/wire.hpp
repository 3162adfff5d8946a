// Wire: lines to and from an adapter, whether it is a child process or behind a socket.
//
// It knows nothing of what the lines say. One thread uses it; nothing happens between two calls, except that the kernel
// keeps what the other side wrote, up to what its buffers hold.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/time.hpp"

namespace mdsync {

class Wire {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t kLongestLine = std::size_t{4} << 20U;  // bytes

    enum class Got {
        Line,         // `line` is it, without its end
        Timeout,      // the deadline came first
        Closed,       // nothing more will come
        Deaf,         // the other side takes nothing any more
        TooLong,      // more than kLongestLine bytes without an end
        Interrupted,  // `stop` was set
    };

    // Starts `words` as a child process, or connects to HOST and PORT. Nothing, and `problem` says why, if that fails.
    static std::unique_ptr<Wire> start(const std::vector<std::string>& words, const std::atomic<bool>* stop,
                                       std::string& problem);
    static std::unique_ptr<Wire> dial(const std::string& host, const std::string& port, Millis patience,
                                      const std::atomic<bool>* stop, std::string& problem);

    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;
    ~Wire();

    // Sends `text` as far as the other side takes it; the rest goes while receive() waits.
    void send(std::string_view text);

    // The next line, which stays until the next call.
    Got receive(std::string_view& line, Clock::time_point deadline);

    // Closes our side and gives a child `patience` to exit; after that it is killed. Returns what became of it: `exited
    // with code 0`; empty for a socket.
    std::string close(Millis patience);

    // Who is at the other end and what became of it: `it exited with code 3`, `it still runs`; empty for a socket.
    std::string fate();

    // From now on tells each line that a child writes to its standard error, as far as anybody waits here.
    void watchErrors(std::function<void(std::string_view)> told);

    // The beginning and the end of what a child wrote to its standard error, a line each, and what is left out between.
    [[nodiscard]] std::vector<std::string> errors() const;

private:
    struct State;
    explicit Wire(std::unique_ptr<State> state);
    static std::unique_ptr<State> makeState(const std::atomic<bool>* stop, std::string& problem);
    std::unique_ptr<State> state_;
};

}  // namespace mdsync
