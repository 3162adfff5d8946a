// What the generator makes is legal, and a trial judges it as a run of the file would.
#include "random/generator.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "drive/difference.hpp"
#include "drive/fast_run.hpp"
#include "mdsync/explore.hpp"
#include "mdsync/run.hpp"

using namespace mdsync;
using namespace mdsync::search;

TEST_CASE("two thousand generated scenarios, written out, are legal files") {
    Generator generator{{}};
    std::set<OpKind> verbs;
    std::set<Mode> modes;
    std::size_t longest = 0;
    for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
        Case& made = generator.make(seed);
        made.name = "generated";
        const std::string text = writeScenario(made);
        const ScenarioFile file = parseScenario(text, "generated.json", {});
        CAPTURE(seed);
        if (!file.valid()) FAIL(render(file.diagnostics.front()));
        modes.insert(generator.mode());
        longest = std::max(longest, made.steps.size());
        for (const Step& step : made.steps) {
            for (const Action& action : step.actions) verbs.insert(action.op.kind);
        }
    }
    CHECK(verbs.size() == kOpKinds);
    CHECK(modes.size() == 3);
    CHECK(longest > 35);
    CHECK(longest <= 40);
}

TEST_CASE("the same seed makes the same scenario, whatever was made before") {
    Generator one{{}};
    Generator two{{}};
    (void)two.make(99);
    (void)two.make(7);
    Case& a = one.make(42);
    Case& b = two.make(42);
    a.name = b.name = "x";
    CHECK(writeScenario(a) == writeScenario(b));
}

TEST_CASE("what a search does without does not come") {
    for (std::size_t word = 0; word < kWords; ++word) {
        GeneratorOptions options;
        options.without.set(word);
        Generator generator{options};
        for (std::uint64_t seed = 1; seed <= 60; ++seed) {
            Case& made = generator.make(seed);
            made.name = "x";
            std::string text = writeScenario(made);
            text.erase(0, text.find("\"steps\""));
            const std::string spelled{spell(static_cast<Word>(word))};
            const std::string key = spelled == "unnoticed"   ? "noticedAfter"
                                    : spelled == "unsettled" ? "settle"
                                                             : spelled;
            CAPTURE(seed);
            CAPTURE(text);
            CHECK(text.find('"' + key + '"') == std::string::npos);
        }
    }
}

TEST_CASE("a trial sees the same events as a run of the case, and judges them alike") {
    const auto target = makeWorldSystem({});
    Capabilities capabilities;
    (void)target->hello(capabilities);
    Generator generator{{}};
    FastRun trial;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        Case& made = generator.make(seed);
        Trace trace;
        const auto result = runCase(made, *target, capabilities, {}, &trace);
        REQUIRE(result);
        trial.run(made, made.lexicon, ServerPolicy{}, seed);
        CAPTURE(seed);
        const auto difference = firstDifference({trace.header, trace.lexicon, trace.annex, trace.events},
                                                {made.header, made.lexicon, trial.annex(), trial.events()});
        if (difference) FAIL(describe(*difference));
        REQUIRE(result->counts == trial.checker().counts());
        REQUIRE(result->events == trial.events().size());
    }
}

TEST_CASE("a step that blames is the same for a trial and a run") {
    const auto target = makeWorldSystem(*findServer("mutant:evict-second"));
    Capabilities capabilities;
    (void)target->hello(capabilities);
    Generator generator{{}};
    FastRun trial{1000};
    int failed = 0;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        Case& made = generator.make(seed);
        const auto result = runCase(made, *target, capabilities, {});
        REQUIRE(result);
        trial.run(made, made.lexicon, *findServer("mutant:evict-second"), seed);
        const auto& violations = trial.checker().violations();
        REQUIRE(violations.size() == result->violations.size());
        for (std::size_t i = 0; i < violations.size(); ++i) CHECK(violations[i].origin == result->violations[i].step);
        CHECK(failuresOf(made, violations) == failuresOf(made, *result));
        failed += violations.empty() ? 0 : 1;
    }
    CHECK(failed > 0);
}
