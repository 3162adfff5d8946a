// Progress: a line on a terminal's standard error that says how far a run is. Elsewhere it stays silent.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace mdsync::cli {

// `123/475 cases, 2 failed; 40s left; web/slow.json 12s`: what is done, what failed so far, about how long the rest
// takes, and what has been running for longest. Safe to use from threads.
class Progress {
public:
    Progress(std::size_t total, std::string_view noun, bool quiet);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();

    void start(const std::string& name);
    // `name` ended; empty where nothing was started.
    void step(bool failed, const std::string& name = {});

    // Takes the line away while `say` prints something; it comes back with the next drawing.
    void aside(const std::function<void()>& say);

    // Takes the line away for good.
    void stop();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mdsync::cli
