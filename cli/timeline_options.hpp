// TimelineOptions: which part of what happened is drawn.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "mdsync/timeline.hpp"

namespace mdsync::cli {

struct OutputOptions;

struct TimelineOptions {
    std::string part;  // all, fail, or nothing where none is asked for
    std::vector<std::string> only;

    [[nodiscard]] View view() const { return {.isAroundFailures = part == "fail", .only = only}; }
};

// `what` is what --timeline does there.
void addTimelineOptions(const CommandLine& line, TimelineOptions& options, const std::string& what);

// OnlyNames says which names of --only no case knows.
class OnlyNames {
public:
    explicit OnlyNames(const std::vector<std::string>& only) : unknown_(only.begin(), only.end()) {}

    void see(const Trace& trace);
    // Says it on standard error.
    void complain() const;

private:
    std::set<std::string> unknown_;
    std::set<std::string> known_;  // of what may have been meant
};

// Ladders draws the ladders of the cases that a command runs, where they are asked for.
class Ladders {
public:
    explicit Ladders(const OutputOptions& options);

    // Keeps the ladder in `result`. May be called from several threads.
    void draw(const Trace& trace, const Case* scenario, CaseResult& result);

    void complain() const { names_.complain(); }

private:
    bool isWanted_;
    LadderOptions options_;
    std::mutex mutex_;
    OnlyNames names_;
};

}  // namespace mdsync::cli
