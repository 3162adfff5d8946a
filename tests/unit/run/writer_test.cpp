// Every scenario of ours, written out and read again, is the same case: it runs to the same bytes and the same verdict.
#include <doctest/doctest.h>

#include "mdsync/rules.hpp"
#include "mdsync/run.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/selection.hpp"

using namespace mdsync;

namespace {

CaseResult runOf(const Case& scenario) {
    const std::unique_ptr<System> target = makeWorldSystem({});
    Capabilities capabilities;
    REQUIRE(target->hello(capabilities).kind == Answer::Kind::Ok);
    return *runCase(scenario, *target, capabilities, {});
}

}  // namespace

TEST_CASE("every scenario file, written out and read again, runs alike") {
    const ListedFiles found = listScenarioFiles(MDSYNC_SCENARIOS);
    std::size_t count = 0;
    for (const std::string& path : found.paths) {
        const ScenarioFile file = readScenario(path, ruleNames());
        for (const Case& made : file.cases) {
            INFO(made.id);
            const std::string text = writeScenario(made);
            const ScenarioFile again = parseScenario(text, made.id, ruleNames());
            INFO(text);
            REQUIRE(again.valid());
            REQUIRE(again.cases.size() == 1);
            const Case& same = again.cases.front();
            CHECK(writeScenario(same) == text);
            REQUIRE(same.steps.size() == made.steps.size());
            CHECK(same.name == made.name);
            CHECK(same.description == made.description);
            CHECK(same.rules == made.rules);
            CHECK(same.tags == made.tags);
            const CaseResult first = runOf(made);
            const CaseResult second = runOf(same);
            CHECK(first.runHash == second.runHash);
            CHECK(first.verdict == second.verdict);
            CHECK(first.expectations.size() == second.expectations.size());
            ++count;
        }
    }
    CHECK(count > 400);
}
