// Bench: how fast this machine simulates, judges, reads and serves, beside plain yardsticks in the same process.
//
// The load is a fan-out: users with five devices each, all online, the service on; every message goes to the
// recipient's five devices and the author's other four, over links of 5..80 ms. So much is always in flight that
// nothing ever settles: it is judged in time mode, by all rules. It runs the code of `run`, so a known-bad server shows
// its violations. Times are the machine's; compare ratios.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mdsync/diagnostic.hpp"
#include "mdsync/parallel.hpp"
#include "mdsync/policy.hpp"
#include "mdsync/rules.hpp"

namespace mdsync {

struct BenchOptions {
    ServerPolicy server;
    std::uint64_t seed = 1;
    // What is measured: the world, the trace reader and checker, random and exhaustive search.
    bool world = true;
    bool check = true;
    bool search = true;
    bool crowded = true;  // the world with 400,000 packets in flight, too
    bool scale = false;   // the world with 1,000 to 1,000,000 devices, too
    bool sdk = false;     // the emulator of the vendor's service
    // How much of it.
    std::uint32_t users = 1000;             // fewer where a short trace has no room for their logins
    std::uint64_t inFlight = 4'000;         // packets, about; of the world, but for the crowded one
    std::uint64_t deliveries = 9'000'000;   // about; of each of the two world figures
    std::uint64_t lines = 1'000'000;        // about; of the trace that is read, logins included
    std::uint64_t scenarios = 20'000;       // that are drawn and run
    std::uint32_t steps = 3;                // of the exhaustive search, in its default bounds
    std::uint32_t connections = 5'000;      // about; of the emulator: three pages a user
    std::uint64_t sdkDeliveries = 500'000;  // about; of each of its two runs
    unsigned rounds = 1;                    // how often all of this is measured: costs are the medians
};

// One run of the fan-out.
struct LoadFigures {
    std::uint32_t devices = 0;
    std::uint64_t inFlight = 0;  // packets, on average
    std::uint64_t deliveries = 0;
    double deliveriesPerSecond = 0;
    double heapEventsPerSecond = 0;  // a bare binary heap with as many events in flight
    double ratioToBareHeap = 0;      // the heap's rate by ours: smaller is better
    double bytesPerDevice = 0;       // of world and checker, with everybody online and nothing sent yet
    RuleCounts counts{};
    std::vector<std::string> violations;  // the first few, as sentences
};

// Reading and judging a recorded fan-out.
struct ReadFigures {
    std::uint64_t lines = 0;
    std::uint64_t bytes = 0;
    double linesPerSecond = 0;
    double bytesPerSecond = 0;
    double domLinesPerSecond = 0;    // nlohmann::json, one document a line
    double parseLinesPerSecond = 0;  // simdjson, one document a line
    double ratioToDom = 0;           // ours by theirs: larger is better
    double ratioToParse = 0;
    std::uint64_t violated = 0;
};

// The emulator of the vendor's service (emulator.hpp), on one thread, with clients that say what the vendor's SDK says: a
// message goes to the recipient's three pages and the author's other two; each is notified, pulls, and confirms.
struct SdkFigures {
    std::string problem;  // why there are no figures; empty: there are
    std::uint32_t connections = 0;
    std::uint64_t deliveries = 0;    // with eight under way to each page
    double deliveriesPerSecond = 0;  // of the emulator's processor time
    double pacedPerSecond = 0;       // deliveries a second, half as many as it can: for these
    double medianMillis = 0;         // from being sent to being had, half of the deliveries
    double slowestMillis = 0;        // and 99 in a hundred
    double echoesPerSecond = 0;      // what a server makes on the same port that sends back what it gets
    double ratioToEcho = 0;          // ours by its: larger is better
    RuleCounts counts{};             // the rules, on the trace of all this
};

// Searching, on one thread. What it costs is told in events of a bare binary heap with 4,000 in flight.
struct SearchFigures {
    std::uint64_t scenarios = 0;
    double scenariosPerSecond = 0;
    double heapEventsPerScenario = 0;
    std::uint64_t states = 0;  // that branch, in an exhaustive search (exhaustive.hpp); 0: it was interrupted
    double statesPerSecond = 0;
    double heapEventsPerState = 0;
    std::uint64_t found = 0;  // failures, of both
};

// What one figure costs, in what its yardstick costs in the same run: smaller is better.
struct BenchCost {
    std::string_view name;  // `world`, `crowded`, `check`, `sdk`, `explore`, `exhaustive`
    double cost = 0;
};

struct BenchFigures {
    std::vector<std::pair<std::string_view, std::uint64_t>> load;  // of what: `users`, `deliveries`, ...
    unsigned rounds = 1;                                           // that were measured
    bool interrupted = false;                                      // what had not ended has no figures
    bool hasWorld = false;
    LoadFigures world;
    bool hasCrowded = false;
    LoadFigures crowded;  // 400,000 in flight
    bool hasCheck = false;
    ReadFigures check;
    std::vector<LoadFigures> scale;  // by number of devices
    bool hasSearch = false;
    SearchFigures search;
    bool hasSdk = false;
    SdkFigures sdk;
    std::vector<RuleId> idle;               // rules of this load's kind that were never checked: the bench is broken
    std::vector<BenchCost> costs;           // of what was measured; of several rounds, the medians
    [[nodiscard]] bool conformant() const;  // no violation, nothing idle
};

// Runs the bench. REQUIRES: users >= 10; lines >= 1,000, so that ten users can log in. Takes seconds to minutes.
// An interrupt ends it soon: the figures are those of the whole rounds, or, in the first one, of what had been measured.
[[nodiscard]] BenchFigures runBench(const BenchOptions& options, const Interrupt& interrupt);

// The rules that this load puts to the test.
[[nodiscard]] const std::vector<RuleId>& rulesOfLoad();

// ---- Against an earlier run -----------------------------------------------------------------------------------------

// What an earlier run measured.
struct BenchBefore {
    std::string path;
    std::vector<std::pair<std::string, double>> costs;
    bool valid = false;
    std::vector<Diagnostic> diagnostics;
};

// Reads the "costs" of the document `bench/1` at `path`. It is an error if its "load" is another than that of `options`: then
// there is nothing to compare. What its "load" does not tell is as in BenchOptions{}: nobody could choose it then.
[[nodiscard]] BenchBefore readBench(const std::string& path, const BenchOptions& options);

// The load as the document names it.
[[nodiscard]] std::vector<std::pair<std::string_view, std::uint64_t>> loadOf(const BenchOptions& options);

// One cost then and now; 0: it was not measured.
struct CostChange {
    std::string name;
    double before = 0;
    double now = 0;
    [[nodiscard]] bool isKnown() const { return before > 0 && now > 0; }
    [[nodiscard]] double dearer() const { return isKnown() ? now / before - 1 : 0; }  // 0.05: by 5 %
};

// In the order of the figures, then what only the earlier run measured.
[[nodiscard]] std::vector<CostChange> compareBench(const BenchBefore& before, const BenchFigures& figures);

// The comparison as a table for people, in which more than `tolerated` is marked.
[[nodiscard]] std::string againstReport(const BenchBefore& before, const std::vector<CostChange>& changes,
                                        double tolerated);

// The figures as a table for people, and as the document `bench/1`.
[[nodiscard]] std::string benchReport(const BenchFigures& figures);
[[nodiscard]] std::string benchJson(const BenchFigures& figures);

}  // namespace mdsync
