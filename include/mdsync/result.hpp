// Result: what a run found, in the form that every report is made from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mdsync/diagnostic.hpp"
#include "mdsync/latency.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/shard.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

// Flaky: of several attempts at the same case some failed, and the last one passed.
enum class Verdict : std::uint8_t { Pass, Fail, Inconclusive, NotApplicable, Error, Nothing, Flaky };
[[nodiscard]] std::string_view spell(Verdict verdict);

// A violation with its numbers turned into names and its place into a line of the file.
struct ReportedViolation {
    RuleId rule{};
    Instant t{};
    std::uint64_t event = 0;
    std::string device, user, message;  // empty: none
    std::uint32_t step = 0;             // from 1; 0: none
    Span span;                          // the step in the scenario, or the line in the trace
    std::string excerpt;                // that line of the file, or a part of it
    std::uint32_t excerptColumn = 1;    // the column of the excerpt's first byte
    std::string text;
    std::vector<Because> because;
    std::string expected{};  // why a baseline expects it; empty: it does not
    std::string file{};      // where the step stands, if in a file that the scenario extends
};

// The number of the violation that number `i` only accompanies, if any: service.default-off and service.takes-effect
// are violated together with another rule, by one fault.
[[nodiscard]] std::optional<std::size_t> accompaniedBy(const std::vector<ReportedViolation>& violations, std::size_t i);

// An expectation of the scenario, or an action that was refused, not refused or skipped against its wish.
struct ExpectationResult {
    bool met = true;
    std::uint32_t step = 0;  // from 1
    Span span;
    std::string excerpt;
    std::uint32_t excerptColumn = 1;
    std::string text;        // `alice/tab1 is online, expected offline`
    std::string expected{};  // why a baseline expects it to be unmet; empty: it does not
    // Where it is unmet, why: `- m1, m3: alice/mac was never online`. What is missing begins with `-`, what is too much
    // with `+`.
    std::vector<Because> because{};
    std::string file{};  // as that of a violation
};

// The outcome of one case, or of one recorded trace.
struct CaseResult {
    std::string id;
    std::string file;
    std::vector<std::pair<std::string, std::string>> choice;
    std::string name;
    Verdict verdict = Verdict::Nothing;
    std::uint64_t seed = 0;
    std::string runHash;
    std::uint64_t events = 0;
    std::uint64_t openDuties = 0;
    std::vector<std::string> lacks;       // NotApplicable from the start: all that the target lacks
    std::string reason;                   // NotApplicable, Error, Inconclusive, Flaky: why, one sentence
    std::uint32_t attempts = 1;           // how often it was run; all else is of one of them
    std::uint32_t failedAttempts = 0;     // of several: those that failed or were in error
    std::optional<std::uint64_t> micros;  // how long it took, in microseconds, where that is wanted
    RuleCounts counts{};
    Emulations emulates;  // what of it the adapter did by itself
    Latencies latencies;  // of a system with a clock of its own
    ToleranceCounts tolerances{};
    std::vector<ReportedViolation> violations;
    std::uint64_t violationsBeyond = 0;                                // counted but not described
    std::vector<ExpectationResult> expectations;                       // all of them, met or not
    std::vector<RuleId> notExercised;                                  // listed in `rules`, never checked
    std::vector<std::pair<RuleId, std::string>> nearest;               // of these: what came nearest, a sentence
    std::vector<std::pair<RuleId, std::string>> notExercisedExpected;  // those that a baseline expects, and why
    bool beyondExpected = false;   // a baseline expects all that was counted but not described
    bool expectedFailure = false;  // it failed, and a baseline expects all that failed; or it is flaky, as expected
    std::vector<Diagnostic> diagnostics;  // why a trace or file is malformed; warnings
    std::string timeline;                 // where asked for; may be painted for a terminal
    std::string description;              // these three for the HTML page, where asked for
    std::vector<std::string> tags;
    std::string story;
    Zone timezone;                       // the app's: reports show local times
    std::uint64_t linesLost = 0;         // lenient reading skipped so many
    std::vector<std::string> lastLines;  // Error of a target: what was said last, for people
    std::string again;                   // the command line that repeats this; empty: unknown
};

// What a baseline meant for a run (mdsync/baseline.hpp).
struct BaselineOutcome {
    std::string file;
    std::uint64_t entries = 0;
    std::uint64_t used = 0;         // whose failure came
    std::uint64_t idle = 0;         // whose scenario was not judged in this run
    std::vector<Diagnostic> wrong;  // entries that do not hold: baseline.unexpected-pass, .unused, .expired
};

// The outcome of a whole run: the cases in the order in which they were named.
struct Result {
    std::vector<CaseResult> cases;
    std::vector<Diagnostic> diagnostics;  // of files that gave no case
    bool interrupted = false;
    int interruptSignal = 0;
    std::size_t notRun = 0;            // cases and files that were left out because enough had failed
    bool namedNothing = false;         // an argument of the command line selected nothing
    std::vector<std::string> paths;    // what the command line named
    std::optional<Shard> shard;        // of which only a part was run
    bool failsOnFlaky = false;         // a flaky case that no baseline expects is a failure of the run
    std::vector<LatencyBound> bounds;  // --max-latency: the whole run must keep them
    std::vector<RuleId> required;      // --require: must have been exercised over the whole run
    std::optional<BaselineOutcome> baseline;
};

// The verdict that follows from what `result` found: fail for a violation, an unmet expectation or a listed rule that
// was not exercised; inconclusive for open duties or lost lines; else pass. What made the case not applicable or an
// error is known to the runner only.
[[nodiscard]] Verdict conclude(const CaseResult& result);

// What `result` adds to the verdict of the whole run: its own, unless a baseline expects that it fails or is flaky; then a
// pass, or inconclusive where something stayed open.
[[nodiscard]] Verdict weightOf(const CaseResult& result);

// The sums over all cases that reports print.
struct Summary {
    std::uint64_t scenarios = 0, passed = 0, failed = 0, inconclusive = 0, notApplicable = 0, errors = 0;
    std::uint64_t checks = 0, violations = 0, undecided = 0, lapsed = 0;
    std::uint64_t notExercised = 0, expectations = 0, unmet = 0, tolerated = 0, events = 0;
    std::uint64_t expectedFailures = 0;  // of the failed
    std::uint64_t flaky = 0;
};
[[nodiscard]] Summary summarize(const Result& result);
[[nodiscard]] RuleCounts totalCounts(const Result& result);

// What made cases not applicable: so many, and so many of these for no other reason that is known.
struct Lack {
    std::string what;
    std::uint64_t cases = 0;
    std::uint64_t alone = 0;
};
// All of them; those first that keep most cases from being judged alone, then most cases.
[[nodiscard]] std::vector<Lack> lacksOf(const Result& result);

// Whether what `id` says of the case is said of the adapter: it emulates what the rule rests on.
[[nodiscard]] bool isAdapters(const CaseResult& result, RuleId id);

// Those of totalCounts() that are said of an adapter.
[[nodiscard]] RuleCounts emulatedCounts(const Result& result);

// The rules of `result.required` that no case put to the test. What an adapter emulates does not count.
[[nodiscard]] std::vector<RuleId> missingOf(const Result& result);

// What all cases took together.
[[nodiscard]] Latencies latenciesOf(const Result& result);
[[nodiscard]] bool isEmpty(const Latencies& latencies);

// The bounds of `result` that were not kept, a sentence each.
[[nodiscard]] std::vector<std::string> exceededOf(const Result& result);

// The verdict of the whole run: the worst of error, fail (a baseline that does not hold is one, and a bound), inconclusive and pass;
// `nothing` if nothing was checked.
[[nodiscard]] Verdict verdictOf(const Result& result);

// The exit code that the command line promises for `result` (docs/exit-codes.md): 130 or 143 if interrupted, 3, 1, 5,
// 4, 0, the first that applies. A report that could not be written (6) is the caller's to add.
[[nodiscard]] int exitCodeOf(const Result& result);

}  // namespace mdsync
