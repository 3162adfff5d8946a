// Search: find the scenario that nobody thought of, and hand it over small.
//
// explore() draws scenarios over the whole vocabulary of steps, runs each against a server and judges it by all rules.
// What fails is made as small as it gets without failing otherwise (shrink.hpp) and handed over as a Case, which
// writeScenario() makes a file of. The same seeds find the same, with any number of threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/run.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/spec.hpp"
#include "mdsync/time.hpp"

namespace mdsync {

// ---- Failures -------------------------------------------------------------------------------------------------------

// Where a rule was violated: the kind of conversation for a message, else the class of the device.
enum class Where : std::uint8_t { App, Private, Group, Chatroom, Mobile, Web, Desktop, Miniprogram };
[[nodiscard]] std::string_view spell(Where where);

// A Failure is what search holds for one fault: a rule, and the kind of place where it was violated.
struct Failure {
    RuleId rule{};
    Where where = Where::App;
    friend auto operator<=>(const Failure&, const Failure&) = default;
};
[[nodiscard]] std::string spell(const Failure& failure);  // `delivery.once, group`

// The distinct failures of a run of `scenario`, in the order of their first violation.
[[nodiscard]] std::vector<Failure> failuresOf(const Case& scenario, const std::vector<Violation>& violations);
[[nodiscard]] std::vector<Failure> failuresOf(const Case& scenario, const CaseResult& result);

// ---- Exploring ------------------------------------------------------------------------------------------------------

// A failure with a scenario that shows it.
struct Found {
    Failure failure;
    std::uint64_t seed = 0;   // of the first scenario that failed so
    std::uint64_t times = 0;  // scenarios that failed so
    std::string server;       // as --server takes it
    std::string text;         // the violation's sentence
    Case scenario;
};

struct ExploreProgress {
    std::uint64_t runs = 0;
    std::uint64_t failures = 0;  // distinct
    Millis elapsed{0};
};

struct ExploreOptions {
    std::uint64_t firstSeed = 1;
    std::uint64_t lastSeed = 0xffffffffffffffffULL;
    std::optional<std::uint64_t> runs;  // at most
    std::optional<Millis> time;         // starts nothing more when it is over
    unsigned jobs = 1;
    std::vector<RuleId> rules;         // only their failures count; empty: all
    std::vector<std::string> without;  // words of searchWords() that scenarios do without
    std::string server = "reference";
    bool freedom = true;  // against `reference`: each run with other legal choices of the server (Knobs)
    std::uint32_t mostSteps = 40;
    std::function<void(const ExploreProgress&)> progress;  // called from the worker threads, one at a time
};

// What exploring gave.
struct Explored {
    std::uint64_t runs = 0;
    std::uint64_t failed = 0;  // runs with a failure that counts
    std::uint64_t steps = 0;
    std::uint64_t events = 0;
    std::uint64_t repeated = 0;  // runs that were made twice to see that they repeat
    std::string difference;      // the first that did not: its seed and first differing event; empty: all did
    Millis elapsed{0};
    RuleCounts counts{};
    // Cases: a step, the one before it, and the kinds of events that followed, as far as they can be told apart.
    std::uint64_t cases = 0;      // different ones
    std::uint64_t casesOnce = 0;  // seen in one scenario only: about casesOnce / runs new ones come with the next
    std::vector<Found> found;     // in the order of their seeds
    bool interrupted = false;
    int interruptSignal = 0;
};

// The words that `without` takes: verbs and faults.
[[nodiscard]] std::vector<std::string_view> searchWords();

// Explores. REQUIRES: a server that findServer() knows, and words of searchWords().
[[nodiscard]] Explored explore(const ExploreOptions& options, const Interrupt& interrupt);

// What was explored, for people: a failure a paragraph, with the line to paste, then what was put to the test. `files`
// holds the file of each failure, in their order; an empty name where none was written. Says nothing about speed: the
// same seeds print the same.
[[nodiscard]] std::string exploreReport(const Explored& explored, const std::vector<std::string>& files);

// How long it took and how fast it was, one line.
[[nodiscard]] std::string exploreSpeed(const Explored& explored);

// The document `explore/1`.
[[nodiscard]] std::string exploreJson(const Explored& explored, const std::vector<std::string>& files);

// The exit code that the command line promises: 70 if a run did not repeat, 130 or 143 if interrupted, 1 for a failure,
// 4 if nothing ran, else 0.
[[nodiscard]] int exitCodeOf(const Explored& explored);

}  // namespace mdsync
