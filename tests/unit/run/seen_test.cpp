// What an adapter of a real server sees: acceptances that come late and in any order accuse nobody.
#include <doctest/doctest.h>

#include <numeric>
#include <string>
#include <vector>

#include "mdsync/run.hpp"
#include "mdsync/selection.hpp"
#include "mdsync/world.hpp"

using namespace mdsync;

namespace {

CaseResult runSeen(const Case& scenario, std::uint64_t seed, const ServerPolicy& server) {
    const std::unique_ptr<System> system = withSeenAcceptance(makeWorldSystem(server));
    Capabilities capabilities;
    REQUIRE(system->hello(capabilities).kind == Answer::Kind::Ok);
    RunOptions options;
    options.seed = seed;
    return *runCase(scenario, *system, capabilities, options);
}

std::uint64_t violatedIn(const CaseResult& result) {
    return std::accumulate(result.counts.begin(), result.counts.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const Counts& counts) { return sum + counts.violated; });
}

// All cases below `folder` of our scenarios.
template <class Each>
void eachCase(const std::string& folder, const Each& each) {
    for (const std::string& path : listScenarioFiles(std::string(MDSYNC_SCENARIOS) + folder).paths) {
        const ScenarioFile file = readScenario(path, ruleNames());
        REQUIRE(file.valid());
        for (const Case& scenario : file.cases) each(scenario);
    }
}

}  // namespace

TEST_CASE("acceptances that are seen late and in any order accuse nobody, and are nothing irregular") {
    eachCase("", [](const Case& scenario) {
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
            CAPTURE(scenario.id);
            CAPTURE(seed);
            const CaseResult result = runSeen(scenario, seed, {});
            INFO((result.violations.empty() ? "" : result.violations.front().text));
            CHECK(violatedIn(result) == 0);
            CHECK(std::accumulate(result.tolerances.begin(), result.tolerances.end(), std::uint64_t{0}) == 0);
        }
    });
}

TEST_CASE("a server that delivers out of order is named through acceptances that are only seen") {
    std::uint64_t disorder = 0;
    eachCase("/delivery", [&](const Case& scenario) {
        const CaseResult result = runSeen(scenario, 1, *findServer("mutant:reorders"));
        disorder += result.counts[static_cast<std::size_t>(RuleId::DeliveryOrder)].violated;
    });
    CHECK(disorder > 0);
}
