// InterruptibleInput: standard input that ends when the run is interrupted.
//
// Who reads a trace from a pipe that stays silent would never hear of Ctrl-C. While this lives, standard input is a
// pipe of our own, fed from the real one, and closed early once `stop` is set.
#pragma once

#include <atomic>
#include <thread>

namespace mdsync::cli {

class InterruptibleInput {
public:
    explicit InterruptibleInput(const std::atomic<bool>& stop);
    InterruptibleInput(const InterruptibleInput&) = delete;
    InterruptibleInput& operator=(const InterruptibleInput&) = delete;
    ~InterruptibleInput();

private:
    void feed() const;

    const std::atomic<bool>& stop_;
    std::atomic<bool> done_{false};
    int source_ = -1;  // the real standard input
    int sink_ = -1;    // the end of the pipe that is written to
    std::thread thread_;
};

}  // namespace mdsync::cli
