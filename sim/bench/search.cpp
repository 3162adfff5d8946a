// See search.hpp.
#include "bench/search.hpp"

#include "bench/stopwatch.hpp"
#include "mdsync/exhaustive.hpp"
#include "mdsync/explore.hpp"

namespace mdsync {

namespace {

void measureExplore(const BenchOptions& options, const Interrupt& interrupt, SearchFigures& figures) {
    ExploreOptions exploring;
    exploring.runs = options.scenarios;
    exploring.firstSeed = options.seed;
    exploring.server = options.server;
    const Stopwatch watch;
    const Explored explored = explore(exploring, interrupt);
    if (explored.interrupted) return;
    figures.scenarios = explored.runs;
    figures.scenariosPerSecond = static_cast<double>(explored.runs) / watch.seconds();
    figures.found += explored.failed;
}

void measureExhaustive(const BenchOptions& options, const Interrupt& interrupt, SearchFigures& figures) {
    ExhaustiveOptions searching;
    searching.bounds.steps = options.steps;
    searching.server = options.server;
    searching.goOn = [&interrupt](std::uint32_t, std::uint64_t) { return !interrupt.flag().load(); };
    const Stopwatch watch;
    const Certificate certificate = searchExhaustively(searching);
    const double seconds = watch.seconds();
    if (interrupt.flag().load()) return;
    for (const ExhaustiveRound& round : certificate.rounds) figures.states += round.states;
    figures.statesPerSecond = static_cast<double>(figures.states) / seconds;
    figures.found += certificate.findings.size();
}

}  // namespace

SearchFigures measureSearch(const BenchOptions& options, double heapEventsPerSecond, const Interrupt& interrupt) {
    SearchFigures figures;
    measureExplore(options, interrupt, figures);
    measureExhaustive(options, interrupt, figures);
    if (figures.scenarios > 0) figures.heapEventsPerScenario = heapEventsPerSecond / figures.scenariosPerSecond;
    if (figures.states > 0) figures.heapEventsPerState = heapEventsPerSecond / figures.statesPerSecond;
    return figures;
}

}  // namespace mdsync
