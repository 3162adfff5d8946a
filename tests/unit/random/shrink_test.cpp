// Shrinking: small, legal, and failing in the same way.
#include <doctest/doctest.h>

#include <algorithm>

#include "mdsync/shrink.hpp"
#include "random/generator.hpp"
#include "shrink/edit.hpp"
#include "shrink/legal.hpp"

using namespace mdsync;
using namespace mdsync::search;

namespace {

Case caseOf(const std::string& text) {
    ScenarioFile file = parseScenario(text, "test.json", ruleNames());
    for (const Diagnostic& diagnostic : file.diagnostics) MESSAGE(render(diagnostic));
    REQUIRE(file.cases.size() == 1);
    return file.cases.front();
}

// Eleven tabs amid much else.
const char* const kNoise = R"({
  "name": "noise", "app": {"sync": true, "compensationDays": 3, "timezone": "Europe/Berlin", "limits": {"mobile": 3}},
  "network": {"latency": "5ms..80ms"}, "messageTypes": {"app:Poke": "status"}, "chatrooms": ["lobby"],
  "users": {"alice": {"tab{1..12}": "web", "phone": "ios"}, "bob": {"phone": "harmony", "mac": "macos"}, "carol": {}},
  "groups": {"team": ["alice", "bob", "carol"]},
  "steps": [
    {"login": ["bob/phone", "alice/phone", "bob/mac"]},
    {"join": "chatroom:lobby", "by": "bob/mac"},
    {"repeat": 60, "steps": [{"publish": "a${i}", "from": "bob", "to": "group:team", "includeSender": true}]},
    {"concurrently": [{"login": "alice/tab1"}, {"login": "alice/tab2"}]},
    {"note": "that was it"},
    {"login": ["alice/tab3", "alice/tab4", "alice/tab5"]},
    {"repeat": 60, "steps": [{"send": "b${i}", "from": "alice/phone", "to": "bob", "text": "x"}]},
    {"drop": "bob/mac", "noticedAfter": "5s"},
    {"login": ["alice/tab6", "alice/tab7", "alice/tab8", "alice/tab9"], "settle": false},
    {"wait": "36h"},
    {"expect": {"device": "alice/phone", "online": true}},
    {"login": ["alice/tab10", "alice/tab11"]},
    {"repeat": 60, "steps": [{"recall": "b${i}", "by": "alice/phone"}]},
    {"logout": "alice/phone"}
  ]})";

}  // namespace

TEST_CASE("a failure amid two hundred steps becomes the few that it takes") {
    const Case noise = caseOf(kNoise);
    CHECK(noise.steps.size() > 180);
    const auto prober = probeWorld(*findServer("mutant:evict-second"));
    const Failure failure{RuleId::WebEvictEarliest, Where::Web};
    const auto small = shrink(noise, failure, *prober, {.origin = "Made for a test"});
    REQUIRE(small);
    CHECK(small->complete);
    CHECK_FALSE(small->needsSeed);
    CHECK(small->tries < 3000);
    const Case& scenario = small->scenario;
    CAPTURE(writeScenario(scenario));
    CHECK(scenario.steps.size() <= 4);
    CHECK(scenario.header.users.size() == 1);
    CHECK(scenario.header.devices.size() == 11);
    CHECK(scenario.header.groups.empty());
    CHECK(scenario.header.rooms.empty());
    CHECK(scenario.header.messageTypes.empty());
    CHECK_FALSE(scenario.networkGiven);
    CHECK(scenario.header.app.compensationDays == 1);
    CHECK(scenario.header.app.timezone == Zone{});
    CHECK(scenario.rules == std::vector<std::string>{"web.evict-earliest"});
    CHECK(scenario.description == "Made for a test");

    // It is a legal file, and fails by the same rule.
    const Case read = caseOf(writeScenario(scenario));
    Lexicon lexicon = read.lexicon;
    CHECK(prober->ask(read, lexicon, 1, failure));
    // No single step can be left out.
    for (std::size_t i = 0; i < read.steps.size(); ++i) {
        const Case less = cutSteps(read, i, 1);
        CHECK_FALSE((isLegal(less) && prober->ask(less, lexicon, 1, failure)));
    }
}

TEST_CASE("what does not fail is not made small") {
    const auto prober = probeWorld(*findServer("reference"));
    CHECK_FALSE(shrink(caseOf(kNoise), Failure{RuleId::WebEvictEarliest, Where::Web}, *prober));
}

TEST_CASE("an unmet expectation is kept while the rest goes") {
    const Case scenario =
        caseOf(R"({"name": "x", "users": {"alice": {"phone": "ios", "mac": "macos"}, "bob": {"pc": "linux"}},
      "steps": [{"login": "alice/phone"}, {"login": "bob/pc"}, {"login": "alice/mac"},
                {"send": "m1", "from": "bob/pc", "to": "alice"}, {"wait": "1h"},
                {"expect": {"device": "alice/mac", "has": ["m1"]}}, {"expect": {"device": "alice/phone", "has": ["m1"]}}]})");
    const auto prober = probeSystem(makeWorldSystem({}), {}, 1);
    Lexicon lexicon = scenario.lexicon;
    const auto findings = prober->findings(scenario, lexicon, 1);
    REQUIRE(findings.unmet.size() == 1);
    const auto small = shrink(scenario, findings.unmet.front(), *prober);
    REQUIRE(small);
    REQUIRE(small->scenario.steps.size() == 2);  // m1 is sent: a file may name no other message
    CHECK(small->scenario.steps.front().actions.front().op.kind == OpKind::Send);
    CHECK(small->scenario.steps.back().kind == StepKind::Expect);
}

TEST_CASE("generated failures become legal, small and steady, or say that they need their seed") {
    const auto policy = *findServer("mutant:evict-second");
    const auto prober = probeWorld(policy);
    Generator generator{{}};
    int made = 0;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        const Case& scenario = generator.make(seed);
        Lexicon words = scenario.lexicon;
        const auto failures = prober->findings(scenario, words, seed).failures;
        if (failures.empty()) continue;
        const auto small = shrink(scenario, failures.front(), *prober);
        REQUIRE(small);
        ++made;
        const std::string text = writeScenario(small->scenario);
        CAPTURE(text);
        const Case read = caseOf(text);
        CHECK(read.steps.size() <= 12);
        Lexicon lexicon = read.lexicon;
        for (std::uint64_t other = 0; other <= 5; ++other) {
            const bool fails = prober->ask(read, lexicon, read.seed + other, failures.front()).has_value();
            CHECK((fails || small->needsSeed));
        }
        CHECK(small->needsSeed == (read.description.find("needs its seed") != std::string::npos));
    }
    CHECK(made > 5);
}

TEST_CASE("cutting a user takes along what refers to it") {
    const Case scenario =
        caseOf(R"({"name": "x", "users": {"alice": {"phone": "ios"}, "bob": {"pc": "linux"}, "carol": {"pc": "linux"}},
      "groups": {"team": ["alice", "bob", "carol"]},
      "steps": [{"login": ["alice/phone", "bob/pc", "carol/pc"]}, {"send": "m1", "from": "carol/pc", "to": "bob"},
                {"send": "m2", "from": "carol/pc", "to": "group:team"}, {"send": "m3", "from": "bob/pc", "to": "alice"},
                {"network": {"latency": "1s"}, "on": "bob/pc"}, {"network": {"latency": "1s"}, "on": ["bob/pc", "carol/pc"]},
                {"join": "group:team", "user": "bob"}, {"expect": {"device": "bob/pc", "has": ["m1"]}}]})");
    Cut cut;
    cut.users = {false, true, false};
    Case less = cutOut(scenario, cut);
    less.lexicon = scenario.lexicon;
    CHECK(writeScenario(less) ==
          writeScenario(caseOf(R"({"name": "x", "users": {"alice": {"phone": "ios"}, "carol": {"pc": "linux"}},
      "groups": {"team": ["alice", "carol"]},
      "steps": [{"login": ["alice/phone", "carol/pc"]}, {"send": "m2", "from": "carol/pc", "to": "group:team"},
                {"network": {"latency": "1s"}, "on": "carol/pc"}]})")));
}

TEST_CASE("a flaky server is asked often enough") {
    CHECK(triesFor(5, 5) == 1);
    CHECK(triesFor(0, 5) == 1);
    CHECK(triesFor(1, 2) == 7);
    CHECK(triesFor(1, 10) == 44);
}
