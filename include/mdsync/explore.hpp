// Explore: find the scenario that nobody thought of, and hand it over small.
//
// explore() draws scenarios over the whole vocabulary of steps, runs each against a server and judges it by all rules.
// What fails is made as small as it gets without failing otherwise (shrink.hpp) and handed over as a Case, which
// writeScenario() makes a file of. The same seeds find the same, with any number of threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/parallel.hpp"
#include "mdsync/policy.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/shard.hpp"
#include "mdsync/shrink.hpp"
#include "mdsync/system.hpp"
#include "mdsync/time.hpp"
#include "mdsync/world.hpp"

namespace mdsync {

// ---- Exploring ------------------------------------------------------------------------------------------------------

// A failure with a scenario that shows it.
struct Found {
    Failure failure;
    std::uint64_t seed = 0;   // of the first scenario that failed so
    std::uint64_t times = 0;  // scenarios that failed so
    std::string server;       // as --server takes it
    std::string text;         // the violation's sentence
    std::uint64_t steps = 0;  // of the scenario once it was made small
    std::uint64_t stepsBefore = 0;
    bool needsSeed = false;
    std::string file;  // where the scenario was written; empty: nowhere
    Case scenario;     // made small; empty in a Found that was read from a file
};

// What is explored. With the same plan the same seeds are the same runs.
struct SearchPlan {
    std::uint64_t firstSeed = 1;
    std::uint64_t lastSeed = 0xffffffffffffffffULL;
    std::optional<std::uint64_t> runs;  // seeds at most, those of other shards among them
    Shard shard;                // every `of`-th of the seeds, from the `number`-th on; REQUIRES: of <= kMostShards
    std::vector<RuleId> rules;  // only their failures count; empty: all
    std::vector<std::string> without;  // words of searchWords() that scenarios do without
    ServerPolicy server;
    std::string target;   // of a system that is not ours: where it is, as --target takes it; empty: `server`
    bool freedom = true;  // against the plain reference server: each run with other legal choices of the server (Knobs)
    std::uint32_t mostSteps = 40;
};

struct ExploreProgress {
    std::uint64_t runs = 0;
    std::uint64_t failures = 0;  // distinct
    Millis elapsed{0};
};

struct Explored;

// How a plan is carried out. The callbacks are called from the worker threads, one at a time.
struct ExploreOptions : SearchPlan {
    std::optional<Millis> time;  // starts nothing more when it is over
    unsigned jobs = 1;
    // Where there is a `target`: makes the systems to run against, one for each thread.
    std::function<std::unique_ptr<System>()> makeSystem;
    const Explored* before = nullptr;  // what was explored of this plan already: goes on from there
    std::function<void(const ExploreProgress&)> progress;
    std::function<std::string(const Found&)> keep;    // writes a failure as soon as it is small; gives the file
    std::function<void(const Explored&)> checkpoint;  // about once a second, before a failure is made small, and last
};

// A sample of the cases that were met, by which what was not met is estimated: those whose number begins with
// `sparseness` zero bits.
struct CaseSample {
    unsigned sparseness = 0;
    std::vector<std::uint64_t> once;  // in one scenario only; both are in ascending order
    std::vector<std::uint64_t> again;
};

// What runs add up to.
struct Tally {
    std::uint64_t seeds = 0;  // of the plan, in its order, that were taken
    std::uint64_t runs = 0;
    std::uint64_t failed = 0;  // runs with a failure that counts
    std::uint64_t steps = 0;
    std::uint64_t events = 0;
    std::uint64_t notApplicable = 0;  // runs that the target could not be put to
    std::uint64_t errors = 0;         // runs in which it broke
    std::string reason;               // of the first that was not applicable, or, if there is one, of the first error
    std::uint64_t repeated = 0;       // runs that were made twice to see that they repeat
    std::string difference;           // the first that did not: its seed and first differing event; empty: all did
    Millis elapsed{0};
    RuleCounts counts{};
};

// What exploring gave.
struct Explored : Tally {
    // Cases: a step, the one before it, and the kinds of events that followed, as far as they can be told apart.
    std::uint64_t cases = 0;      // different ones
    std::uint64_t casesOnce = 0;  // seen in one scenario only: about casesOnce / runs new ones come with the next
    CaseSample sample;
    std::vector<Found> found;          // in the order of their seeds
    std::vector<std::string> leftOut;  // what the target refuses, and scenarios do without: `the service off`
    bool finished = false;             // all seeds of the plan were taken; or time was to end it, and did
    bool interrupted = false;
    int interruptSignal = 0;
};

// Whom the plan is against, by name: as --server takes it, or, with its `exec:` or `tcp:`, --target.
[[nodiscard]] std::string nameOf(const SearchPlan& plan);

// Whether the plan says how many seeds there are. Where it does not, time alone ends the search.
[[nodiscard]] bool isBounded(const SearchPlan& plan);

// How many seeds the plan has for its shard.
[[nodiscard]] std::uint64_t seedsOf(const SearchPlan& plan);

// The words that `without` takes: verbs and faults.
[[nodiscard]] std::vector<std::string_view> searchWords();

// Explores. REQUIRES: words of searchWords().
[[nodiscard]] Explored explore(const ExploreOptions& options, const Interrupt& interrupt);

// ---- Known-bad servers ----------------------------------------------------------------------------------------------

struct HuntOptions {
    std::uint64_t runs = 100'000;  // scenarios for each server, at most
    bool shrinks = true;           // whether the smallest scenario is looked for
    unsigned jobs = 1;
};

// What it took to catch a known-bad server with generated scenarios, seeds from 1 on.
struct Hunted {
    std::string_view name;
    bool isPartial = false;  // wrong in some cases only
    bool isHeldOut = false;
    std::uint64_t runs = 0;       // until a rule that it declares was violated; 0: it escaped
    RuleId rule{};                // that rule
    std::uint64_t steps = 0;      // of the smallest scenario among the first few, made small
    std::uint64_t activated = 0;  // runs in which it was wrong at all
    std::uint64_t otherwise = 0;  // runs until then in which only rules that it does not declare were violated
};

// The known-bad servers that nobody looks at while the generator is tuned, so that what it makes of them says how it
// does on servers it was not made for: those whose names have the lowest fingerprints.
[[nodiscard]] std::vector<std::string_view> heldOutMutants();

// Hunts every known-bad server. In the order of their table.
[[nodiscard]] std::vector<Hunted> huntMutants(const HuntOptions& options, const Interrupt& interrupt);

// The table: for people, as a Markdown page (docs/search-mutants.md), and as the document `hunt/1`.
[[nodiscard]] std::string huntReport(const std::vector<Hunted>& hunted);
[[nodiscard]] std::string huntPage(const std::vector<Hunted>& hunted);
[[nodiscard]] std::string huntJson(const std::vector<Hunted>& hunted);

// ---- Reports --------------------------------------------------------------------------------------------------------

// What was explored, for people: a failure a paragraph, with the line to paste, then what was put to the test. Says
// nothing about speed: the same seeds print the same.
[[nodiscard]] std::string exploreReport(const Explored& explored);

// How long it took and how fast it was, one line.
[[nodiscard]] std::string exploreSpeed(const Explored& explored);

// The document `explore/1`.
[[nodiscard]] std::string exploreJson(const Explored& explored);

// The exit code that the command line promises: 70 if a run did not repeat, 130 or 143 if interrupted, 3 if the target
// broke, 1 for a failure, 4 if nothing was judged, else 0.
[[nodiscard]] int exitCodeOf(const Explored& explored);

}  // namespace mdsync
