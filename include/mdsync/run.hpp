// Run: from cases to a Result.
//
// A case is run against a System: the runner asks, writes down what it asked for, collects what happened, lets the
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

#include "mdsync/baseline.hpp"
#include "mdsync/choices.hpp"
#include "mdsync/parallel.hpp"
#include "mdsync/policy.hpp"
#include "mdsync/result.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/selection.hpp"
#include "mdsync/system.hpp"
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
    bool reasons = false;                     // say why an expectation is unmet
};

// Runs `scenario` against `target`, to which hello() has been said with the answer `capabilities`. With `recording`,
// the whole trace is kept there. Nothing if `options.stop` was set before the end.
[[nodiscard]] std::optional<CaseResult> runCase(const Case& scenario, System& target, const Capabilities& capabilities,
                                                const RunOptions& options, Trace* recording = nullptr);

// All that a target with these capabilities lacks to be judged by `scenario`: an op, a `concurrently` that it cannot take,
// events without which a rule or an expectation says nothing. Empty: it can be run.
[[nodiscard]] std::vector<std::string> lacksFor(const Case& scenario, const Capabilities& capabilities);

// ---- Many cases -----------------------------------------------------------------------------------------------------

// A NamedCase is a case that a command line names: what it is called, and what it is made from when it is wanted. Ten
// thousand cases with all their steps would be gigabytes; their files' texts are not, and are read only once.
struct NamedCase {
    std::string file;  // as in Case
    std::string id;
    std::vector<std::pair<std::string, std::string>> choice;
    std::string name;
    std::string description;
    std::vector<std::string> rules;
    std::vector<std::string> tags;
    std::size_t steps = 0;
    std::size_t number = 0;                    // among the cases of its file
    std::shared_ptr<const ScenarioText> text;  // of the file: its cases share it

    [[nodiscard]] Case make() const;
};

// A Suite is what a command line names, in the order of mention.
struct Suite {
    // A case, or a file that gave none because something is wrong with it.
    struct Entry {
        NamedCase scenario;  // of a broken file: `file` and `id`
        std::vector<Diagnostic> wrong;
        [[nodiscard]] bool isCase() const { return wrong.empty(); }
    };
    std::vector<Entry> entries;
    std::size_t cases = 0;   // of the entries
    std::size_t broken = 0;  // of the entries
    std::vector<Diagnostic> warnings;
    std::vector<Diagnostic> unused;  // warnings that are of interest only to who looks for what is superfluous
    // Arguments that named nothing: a folder without files, a choice that fits no case, a line that is not there.
    struct Empty {
        std::string argument;
        std::string why;  // where that is known
    };
    std::vector<Empty> empty;
    std::size_t files = 0;                      // that were read
    std::vector<std::string> unknownVariables;  // names of the values that no file with a case has in its matrix
    std::vector<std::string> variables;         // that there are
};

// Reads what `arguments` (PATH, PATH#CASE, PATH:LINE; `-` for the text `input`) name and keeps the cases that `filter`
// accepts, each case once, in the order of mention. A file of a folder that others are there to extend is no scenario.
// Nothing at all once `stop` is set, if it is not null.
[[nodiscard]] Suite loadSuite(const std::vector<std::string>& arguments, const Filter& filter, unsigned jobs,
                              std::string_view input = {}, const std::atomic<bool>* stop = nullptr,
                              const MatrixValues& values = {});

// All cases of `suite`, made.
[[nodiscard]] std::vector<Case> casesOf(const Suite& suite);

// How a suite is run. The callbacks are called from the worker threads.
struct SuiteOptions {
    ServerPolicy server;
    // Where set: makes the systems to run against, one a thread and a fresh one when one broke, instead of `server`.
    std::function<std::unique_ptr<System>()> makeSystem;
    RunOptions options;
    unsigned jobs = 1;
    // A case that fails, or is in error, is tried again so often; one that then passes is flaky.
    std::uint32_t retries = 0;
    // Each case is run so often, with seeds that count up from its own. The first failure is its result.
    std::uint32_t repeat = 1;
    // Where asked for: receives each case, its number among the suite's entries and its trace, as soon as it ended. Of
    // several attempts the trace is that of the first one that failed, if any did.
    std::function<void(std::size_t, const Case&, const Trace&, CaseResult&)> recorded;
    std::function<void(std::size_t)> started;   // a number is begun
    std::function<void(CaseResult&)> finished;  // may add what reports show
    // Where set: takes each result with its number as soon as all before it are there, one at a time and in order; none
    // is left in what the run returns. False: that is enough; no more are begun.
    std::function<bool(std::size_t, CaseResult)> next;
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
    // Where asked for: receives each valid trace as a whole.
    std::function<void(const Trace&, CaseResult&)> recorded;
    std::function<void(std::size_t)> started;   // a number is begun
    std::function<void(CaseResult&)> finished;  // may add what reports show
    // Where set: takes each result with its number as soon as all before it are there, one at a time and in order; none
    // is left in what the run returns. False: that is enough; no more are begun.
    std::function<bool(std::size_t, CaseResult)> next;
};

// Judges the trace files at `paths` (`-`: standard input), streaming; results stand in the order of the paths. A
// malformed or missing file gives a result with verdict Error and diagnostics.
[[nodiscard]] Result checkTraces(const std::vector<std::string>& paths, const CheckOptions& options,
                                 const Interrupt& interrupt);

// ---- Baselines ------------------------------------------------------------------------------------------------------

// For applyBaseline(): whether a scenario exists, selected by `suite` or not, and declares the device. Reads the files
// that entries name; keep `suite` as long as it is used.
[[nodiscard]] WhyUnknown unknownScenario(const Suite& suite);

// The same for recorded traces: whether the file exists.
[[nodiscard]] WhyUnknown unknownTrace();

}  // namespace mdsync
