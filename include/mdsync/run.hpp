// Run: from cases to a Result.
//
// A case is run against a Target: the runner asks, writes down what it asked for, collects what happened, lets the
// Checker judge it while it happens and looks at the expectations. Many cases run side by side, each in a world of its
// own; what comes out does not depend on how many threads there were.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/choices.hpp"
#include "mdsync/result.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/selection.hpp"
#include "mdsync/spec.hpp"
#include "mdsync/target.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

// ---- Readings -------------------------------------------------------------------------------------------------------

// Readings given on the command line; each wins over the scenario's or trace's own.
struct ReadingChoice {
    std::optional<WindowReading> window;
    std::optional<Millis> switchDelay;
    std::optional<GroupStatusPath> groupStatusPath;

    void applyTo(Readings& readings) const;
};

// Adds `NAME=VALUE` to `choice`. Returns what is wrong with it, or an empty string.
[[nodiscard]] std::string addReading(std::string_view assignment, ReadingChoice& choice);

// ---- One case -------------------------------------------------------------------------------------------------------

struct RunOptions {
    std::optional<std::uint64_t> seed;  // instead of the scenario's
    ReadingChoice readings;
    CheckerOptions checker;
    ChoiceSource choices;                     // where chance comes from; nothing: from the seed
    const std::atomic<bool>* stop = nullptr;  // set by whoever wants the run to end early
};

// Runs `scenario` against `target`, to which hello() has been said with the answer `capabilities`. With `recording`,
// the whole trace is kept there. Nothing if `options.stop` was set before the end.
[[nodiscard]] std::optional<CaseResult> runCase(const Case& scenario, Target& target, const Capabilities& capabilities,
                                                const RunOptions& options, Trace* recording = nullptr);

// Why `scenario` cannot be judged on a target with these capabilities, or an empty string: an op that it lacks, a
// `concurrently` that it cannot take, a rule or an expectation that needs events that it cannot see.
[[nodiscard]] std::string whyNotApplicable(const Case& scenario, const Capabilities& capabilities);

// ---- Many cases -----------------------------------------------------------------------------------------------------

// An Interrupt turns the first SIGINT or SIGTERM into a flag while it lives; the second one ends the process as usual.
// At most one at a time.
class Interrupt {
public:
    Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    ~Interrupt();

    [[nodiscard]] const std::atomic<bool>& flag() const;
    [[nodiscard]] int signal() const;  // 0: none came

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Calls work(0) .. work(count - 1) on `jobs` threads (at least one), each number once, in no order that anything may
// depend on; starts no more once `stop` is set. The first exception by number is thrown again when all are done.
void inParallel(unsigned jobs, std::size_t count, const std::atomic<bool>& stop,
                const std::function<void(std::size_t)>& work);

// The same with something of its own for each thread: makeWorker() is called once in each of them, what it returns is
// called with the numbers, and destroyed, there.
void inParallel(unsigned jobs, std::size_t count, const std::atomic<bool>& stop,
                const std::function<std::function<void(std::size_t)>()>& makeWorker);

// How many threads this machine runs at once.
[[nodiscard]] unsigned defaultJobs();

// A Suite is what a command line names: cases, and the files that gave none because something is wrong with them.
struct Suite {
    std::vector<Case> cases;
    struct Broken {
        std::size_t before = 0;  // the number of the case before which the file was named
        CaseResult result;
    };
    std::vector<Broken> broken;
    std::vector<Diagnostic> warnings;
    std::vector<std::string> empty;  // arguments that named nothing: a folder without files, a choice that fits no case
    std::size_t files = 0;           // that were read
};

// Reads what `arguments` (PATH, PATH#CASE, PATH:LINE; `-` for the text `input`) name and keeps the cases that `filter`
// accepts, each case once, in the order of mention.
[[nodiscard]] Suite loadSuite(const std::vector<std::string>& arguments, const Filter& filter, unsigned jobs,
                              std::string_view input = {});

// How a suite is run. The callbacks are called from the worker threads.
struct SuiteOptions {
    std::string server = "reference";  // a name that makeWorldTarget knows
    // Where set: makes the systems to run against, one a thread and a fresh one when one broke, instead of `server`.
    std::function<std::unique_ptr<Target>()> makeTarget;
    RunOptions options;
    unsigned jobs = 1;
    std::string flags;            // what a command line needs, besides case and seed, to repeat a case
    std::string_view input = {};  // the text of the scenario `-`
    // Where asked for: receives each case's trace, and the case's number, as soon as it ended.
    std::function<void(std::size_t, const Trace&, CaseResult&)> recorded;
    std::function<void(const CaseResult&)> finished;
};

// Runs all cases; results stand in the order of mention, broken files among them. An interrupt stops what has not
// ended: such cases are missing from the result, which is marked.
[[nodiscard]] Result runSuite(const Suite& suite, const SuiteOptions& suiteOptions, const Interrupt& interrupt);

// ---- Recorded traces ------------------------------------------------------------------------------------------------

struct CheckOptions {
    std::optional<Millis> settle;
    ReadingChoice readings;
    bool lenient = false;
    Millis skew{0};
    unsigned jobs = 1;
    std::string flags;  // what a command line needs, besides the path, to repeat a check
    // Where asked for: receives each valid trace as a whole.
    std::function<void(const Trace&, CaseResult&)> recorded;
    std::function<void(const CaseResult&)> finished;
};

// Judges the trace files at `paths` (`-`: standard input), streaming; results stand in the order of the paths. A
// malformed or missing file gives a result with verdict Error and diagnostics.
[[nodiscard]] Result checkTraces(const std::vector<std::string>& paths, const CheckOptions& options,
                                 const Interrupt& interrupt);

// ---- Guards ---------------------------------------------------------------------------------------------------------

// Which files guard a rule: with one decision of the server that the rule must catch reversed, the file fails by it.
struct Guards {
    RuleId rule{};
    std::vector<std::string> files;    // in the order of the cases
    std::vector<std::string> servers;  // the known-bad servers that declare the rule
};

// For every rule its guards among the files of `cases`, in the order of the catalogue. A file guards no rule that it
// violates on the reference server. Incomplete if `stop` was set.
[[nodiscard]] std::vector<Guards> findGuards(std::span<const Case> cases, unsigned jobs, const std::atomic<bool>& stop);

// `word` as a shell takes it: quoted where that is needed.
[[nodiscard]] std::string shellWord(std::string_view word);

}  // namespace mdsync
