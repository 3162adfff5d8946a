// Exploring: the same seeds find the same, however many threads there are.
#include <doctest/doctest.h>

#include "mdsync/explore.hpp"

using namespace mdsync;

namespace {

Explored exploreWith(std::string_view server, unsigned jobs, std::uint64_t runs) {
    ExploreOptions options;
    options.server = *findServer(server);
    options.jobs = jobs;
    options.runs = runs;
    const Interrupt interrupt;
    return explore(options, interrupt);
}

}  // namespace

TEST_CASE("a known-bad server is caught, with a scenario that shows it") {
    const Explored explored = exploreWith("mutant:evict-second", 1, 2000);
    REQUIRE_FALSE(explored.found.empty());
    const Found& found = explored.found.front();
    CHECK(found.seed > 0);
    CHECK(found.times > 0);
    CHECK_FALSE(found.text.empty());
    CHECK(exitCodeOf(explored) == 1);

    const auto target = makeWorldSystem(*findServer(found.server));
    Capabilities capabilities;
    (void)target->hello(capabilities);
    const auto result = runCase(found.scenario, *target, capabilities, {});
    REQUIRE(result);
    const std::vector<Failure> failures = failuresOf(found.scenario, *result);
    CHECK(std::count(failures.begin(), failures.end(), found.failure) == 1);
}

TEST_CASE("any number of threads finds the same") {
    const auto textOf = [](unsigned jobs) {
        Explored explored = exploreWith("mutant:evict-second", jobs, 1500);
        std::string text = exploreReport(explored);
        for (const Found& found : explored.found) text += writeScenario(found.scenario);
        return text;
    };
    const std::string one = textOf(1);
    CHECK(one == textOf(3));
    CHECK(one == textOf(8));
}

TEST_CASE("only failures of the rules that are asked for count") {
    ExploreOptions options;
    options.server = *findServer("mutant:evict-second");
    options.rules = {RuleId::WebEvictEarliest};
    options.runs = 1500;
    const Interrupt interrupt;
    const Explored explored = explore(options, interrupt);
    REQUIRE_FALSE(explored.found.empty());
    for (const Found& found : explored.found) CHECK(found.failure.rule == RuleId::WebEvictEarliest);
}

TEST_CASE("no more seeds are taken than there are") {
    ExploreOptions options;
    options.firstSeed = 10;
    options.lastSeed = 19;
    const Interrupt interrupt;
    CHECK(explore(options, interrupt).runs == 10);
    options.runs = 3;
    CHECK(explore(options, interrupt).runs == 3);
    options.runs = 0;
    const Explored nothing = explore(options, interrupt);
    CHECK(nothing.runs == 0);
    CHECK(exitCodeOf(nothing) == 4);
}
