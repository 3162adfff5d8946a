// Child: a process of ours, in a process group of its own, that never outlives us.
//
// Asio and Boost.Process stay out of it: Process 1.74 leaks the pipes of one child into another that starts at the same
// time, so that a child would not see the end of its input, and its waiting forks a process to keep the time.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "mdsync/time.hpp"

namespace mdsync {

class Child {
public:
    // What start() gave: the ends of the child's standard files that are ours to close, or why there is no child.
    struct Started {
        std::string problem;  // empty: it runs
        int input = -1;       // to write to
        int output = -1;      // to read from
        int errors = -1;
    };

    Child() = default;
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() { end(Millis{0}); }

    // Starts the program `words[0]`, looked for in PATH, with `words` as its arguments. REQUIRES: there is a word, and
    // none was started before. The thread that starts it must live as long as the child: the kernel kills it then.
    Started start(const std::vector<std::string>& words);

    // Waits at most `patience` for the child to exit by itself. Whether it has.
    bool exitsWithin(Millis patience);

    // Gives the child `patience` to exit, asks it with SIGTERM, and after a short while ends it and whatever is left of
    // its group. Returns how it ended: `exited with code 3`, `was killed by signal 9`.
    std::string end(Millis patience);

    // `exited with code 3`, `was killed by signal 9`, or an empty string while it runs.
    std::string fate();

private:
    [[nodiscard]] bool hasExited();

    pid_t pid_ = -1;
    std::string fate_;
};

}  // namespace mdsync
