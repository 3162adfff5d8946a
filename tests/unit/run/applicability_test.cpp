// Applicability: what a target cannot do or show is no fault of it.
#include <doctest/doctest.h>

#include "cases.hpp"

using namespace mdsync;

namespace {

Capabilities without(OpKind kind) {
    Capabilities capabilities;
    capabilities.ops.at(static_cast<std::size_t>(kind)) = false;
    return capabilities;
}

}  // namespace

TEST_CASE("a target that can do everything can run every case") {
    CaseBuilder build;
    build.login(kPhone).together({CaseBuilder::ofDevice(OpKind::Hold, kPhone)});
    CHECK(lacksFor(build.get(), {}).empty());
}

TEST_CASE("an op that the target lacks makes a case not applicable") {
    CaseBuilder build;
    build.login(kPhone).act(CaseBuilder::ofDevice(OpKind::Hold, kPhone));
    CHECK(lacksFor(build.get(), without(OpKind::Hold)) == std::vector<std::string>{"the target cannot hold"});
    CHECK(lacksFor(build.get(), without(OpKind::Drop)).empty());
}

TEST_CASE("network conditions of the file need the op network") {
    CaseBuilder build;
    build.login(kPhone);
    CHECK(lacksFor(build.get(), without(OpKind::Network)).empty());
    build.get().networkGiven = true;
    CHECK(lacksFor(build.get(), without(OpKind::Network)) ==
          std::vector<std::string>{"the target cannot change links (network)"});
}

TEST_CASE("a target without pipeline cannot run concurrent steps") {
    Capabilities capabilities;
    capabilities.pipeline = false;
    CaseBuilder build;
    build.login(kPhone);
    CHECK(lacksFor(build.get(), capabilities).empty());
    build.together({CaseBuilder::ofDevice(OpKind::Logout, kPhone)});
    CHECK(lacksFor(build.get(), capabilities) ==
          std::vector<std::string>{"the target cannot take concurrent requests"});
}

TEST_CASE("all that a target lacks is told, each once") {
    Capabilities capabilities = without(OpKind::Hold);
    capabilities.pipeline = false;
    CaseBuilder build;
    build.act(CaseBuilder::ofDevice(OpKind::Hold, kPhone)).act(CaseBuilder::ofDevice(OpKind::Hold, kWeb));
    build.together({CaseBuilder::ofDevice(OpKind::Logout, kPhone)});
    CHECK(lacksFor(build.get(), capabilities) ==
          std::vector<std::string>{"the target cannot hold", "the target cannot take concurrent requests"});
}

TEST_CASE("rules that need silent events make a case not applicable") {
    Capabilities capabilities;
    capabilities.silent.caughtUp = true;
    CaseBuilder build;
    build.get().rules = {"compensation.conversations"};
    CHECK_FALSE(lacksFor(build.get(), capabilities).empty());
    build.get().rules = {"delivery.answered"};
    CHECK(lacksFor(build.get(), capabilities).empty());
    capabilities.silent.recallAccept = true;
    CHECK_FALSE(lacksFor(build.get(), capabilities).empty());
}

TEST_CASE("only what the recalling device shows needs recall-accept") {
    Capabilities capabilities;
    capabilities.silent.recallAccept = true;
    CaseBuilder build;
    Op recall = CaseBuilder::ofDevice(OpKind::Recall, kPhone);
    recall.message = build.message("m1");
    build.act(recall);
    Expectation expect;
    expect.devices = {kWeb};
    expect.recalled = {recall.message};
    build.expect(expect);
    CHECK(lacksFor(build.get(), capabilities).empty());
    expect.devices = {kPhone};
    build.expect(expect);
    CHECK_FALSE(lacksFor(build.get(), capabilities).empty());
}

TEST_CASE("an expectation about acceptance needs accept") {
    Capabilities capabilities;
    capabilities.silent.accept = true;
    CaseBuilder build;
    Expectation expect;
    expect.subject = ExpectKind::Message;
    expect.message = build.message("m1");
    expect.oneOf = {kPhone};
    build.expect(expect);
    CHECK(lacksFor(build.get(), capabilities).empty());
    expect.accepted = true;
    build.expect(expect);
    CHECK_FALSE(lacksFor(build.get(), capabilities).empty());
}

TEST_CASE("a case that is not applicable does not start") {
    CaseBuilder build;
    build.login(kPhone).act(CaseBuilder::ofDevice(OpKind::Hold, kPhone));
    ScriptedSystem target;
    const std::optional<CaseResult> result = runCase(build.get(), target, without(OpKind::Hold), {});
    REQUIRE(result.has_value());
    CHECK(result->verdict == Verdict::NotApplicable);
    CHECK(result->reason == "the target cannot hold");
    CHECK(target.asked.empty());
}

TEST_CASE("a time limit finer than the target's clock makes a case not applicable") {
    CaseBuilder build;
    Expectation soon;
    soon.devices = {kPhone};
    soon.online = true;
    soon.within = Millis{20};
    build.login(kPhone).expect(soon);
    Capabilities capabilities;
    CHECK(lacksFor(build.get(), capabilities).empty());
    capabilities.tick = Millis{50};
    CHECK(lacksFor(build.get(), capabilities) ==
          std::vector<std::string>{
              "an expectation within 20ms needs a finer clock than one that moves by 50ms by itself"});
    build.get().steps.back().expect.within = Millis{2000};
    CHECK(lacksFor(build.get(), capabilities).empty());
}

TEST_CASE("of several waits the longest is told, and of what is too fine the first, for each is one lack") {
    CaseBuilder build;
    build.login(kPhone).wait(Millis{7001}).wait(std::chrono::hours{1}).wait(Millis{9001}).wait(std::chrono::minutes{5});
    Capabilities capabilities;
    capabilities.longestWait = std::chrono::minutes{1};
    capabilities.tick = Millis{50};
    CHECK(lacksFor(build.get(), capabilities) ==
          std::vector<std::string>{"a wait of 1h is longer than --max-wait 1m",
                                   "a wait of 7s1ms needs a finer clock than one that moves by 50ms by itself"});
}
