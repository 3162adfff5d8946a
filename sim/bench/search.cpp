// See search.hpp.
#include "bench/search.hpp"

#include "bench/stopwatch.hpp"
#include "mdsync/exhaustive.hpp"
#include "mdsync/explore.hpp"

namespace mdsync {

namespace {

void measureExplore(const BenchOptions& options, SearchFigures& figures) {
    ExploreOptions exploring;
    exploring.runs = options.scenarios;
    exploring.firstSeed = options.seed;
    exploring.server = options.server;
    const Interrupt never;
    const Stopwatch watch;
    const Explored explored = explore(exploring, never);
    figures.scenarios = explored.runs;
    figures.scenariosPerSecond = static_cast<double>(explored.runs) / watch.seconds();
    figures.found += explored.failed;
}

void measureExhaustive(const BenchOptions& options, SearchFigures& figures) {
    ExhaustiveOptions searching;
    searching.bounds.steps = options.steps;
    searching.server = options.server;
    const Stopwatch watch;
    const Certificate certificate = searchExhaustively(searching);
    const double seconds = watch.seconds();
    for (const ExhaustiveRound& round : certificate.rounds) figures.states += round.states;
    figures.statesPerSecond = static_cast<double>(figures.states) / seconds;
    figures.found += certificate.findings.size();
}

}  // namespace

SearchFigures measureSearch(const BenchOptions& options, double heapEventsPerSecond) {
    SearchFigures figures;
    measureExplore(options, figures);
    measureExhaustive(options, figures);
    figures.heapEventsPerScenario = heapEventsPerSecond / figures.scenariosPerSecond;
    figures.heapEventsPerState = heapEventsPerSecond / figures.statesPerSecond;
    return figures;
}

}  // namespace mdsync
