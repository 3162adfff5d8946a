// Runner: who writes which event, what is skipped, and what a target's answers lead to.
#include <doctest/doctest.h>

#include "cases.hpp"

using namespace mdsync;
using Kinds = std::vector<std::string>;

namespace {

struct Ran {
    CaseResult result;
    Trace trace;
};

Ran runOn(System& target, const Case& scenario, const Capabilities& capabilities = {}) {
    Ran ran;
    ran.result = runCase(scenario, target, capabilities, {}, &ran.trace).value();
    return ran;
}

Ran runInWorld(const Case& scenario, std::optional<std::uint64_t> seed = {}) {
    const std::unique_ptr<System> target = makeWorldSystem({});
    RunOptions options;
    options.seed = seed;
    Ran ran;
    ran.result = runCase(scenario, *target, {}, options, &ran.trace).value();
    return ran;
}

Answer refused(const std::string& code) {
    return {Answer::Kind::Refused, code, false};
}

}  // namespace

TEST_CASE("a request's event stands before what it caused, an answer's event behind it") {
    CaseBuilder build;
    build.login(kPhone);
    Op reinstall = CaseBuilder::ofDevice(OpKind::Reinstall, kPhone);
    build.act(reinstall);
    ScriptedSystem target;
    target.turns = {{{}, {ScriptedSystem::ofDevice(EventKind::Online, kPhone)}},
                    {},
                    {{}, {ScriptedSystem::ofDevice(EventKind::Offline, kPhone)}}};
    const Ran ran = runOn(target, build.get());
    CHECK(kindsOf(ran.trace) == Kinds{"connect", "online", "settled", "offline", "reinstall", "settled"});
    CHECK(ran.trace.events[0].origin == 1);
    CHECK(ran.trace.events[4].origin == 2);
}

TEST_CASE("a refused answer to login, send, publish and recall stands for the event that the target leaves out") {
    CaseBuilder build;
    build.login(kPhone);
    build.send("m1", kPhone, Address::of(kBob));
    Op publish;
    publish.kind = OpKind::Publish;
    publish.user = kAlice;
    publish.message = build.message("m2");
    publish.to = Address::of(kBob);
    build.act(publish);
    Op recall = CaseBuilder::ofDevice(OpKind::Recall, kPhone);
    recall.message = build.message("m1");
    build.act(recall);
    for (Step& step : build.get().steps) step.settle = false;
    ScriptedSystem target;
    for (int i = 0; i < 4; ++i) target.turns.push_back({refused("4711"), {}});
    const Ran ran = runOn(target, build.get());
    CHECK(kindsOf(ran.trace) ==
          Kinds{"connect", "refused", "send", "reject", "publish", "reject", "recall", "recall-reject"});
    CHECK(ran.trace.lexicon.texts[ran.trace.events[1].code] == "4711");
    CHECK(ran.trace.events[7].message == build.message("m1"));
}

TEST_CASE("a refused switch or setting is an event that says so, a refused logout leaves none") {
    CaseBuilder build;
    Op sync;
    sync.kind = OpKind::Sync;
    sync.enabled = true;
    build.act(sync);
    Op set;
    set.kind = OpKind::Set;
    set.settings.compensationDays = 8;
    build.act(set);
    Op hold = CaseBuilder::ofDevice(OpKind::Hold, kPhone);
    build.act(hold);
    ScriptedSystem target;
    target.turns = {{refused("unpaid"), {}}, {}, {refused("range"), {}}, {}, {refused("no"), {}}};
    const Ran ran = runOn(target, build.get());
    CHECK(kindsOf(ran.trace) == Kinds{"sync", "settled", "set", "settled", "settled"});
    CHECK(ran.trace.events[0].refused);
    CHECK(ran.trace.annex.settings[ran.trace.events[2].annex].compensationDays == 8);
}

TEST_CASE("no settled is written while something is held") {
    CaseBuilder build;
    build.login(kPhone);
    ScriptedSystem target;
    target.turns = {{{}, {ScriptedSystem::ofDevice(EventKind::Online, kPhone)}}, {{Answer::Kind::Ok, {}, true}, {}}};
    CHECK(kindsOf(runOn(target, build.get()).trace) == Kinds{"connect", "online"});
}

TEST_CASE("a step with settle false is not settled after") {
    CaseBuilder build;
    build.login(kPhone);
    build.get().steps[0].settle = false;
    ScriptedSystem target;
    (void)runOn(target, build.get());
    CHECK(target.asked == Kinds{"login"});
}

TEST_CASE("a login of a device that the target left online is skipped, unmet, and the run goes on") {
    CaseBuilder build;
    build.login(kPhone).login(kPhone).login(kWeb);
    ScriptedSystem target;
    target.turns = {{{}, {ScriptedSystem::ofDevice(EventKind::Online, kPhone)}}};
    const Ran ran = runOn(target, build.get());
    CHECK(target.asked == Kinds{"login", "settle", "settle", "login", "settle"});
    REQUIRE(ran.result.expectations.size() == 1);
    CHECK_FALSE(ran.result.expectations[0].met);
    CHECK(ran.result.expectations[0].step == 2);
    CHECK(ran.result.expectations[0].text == "login of alice/phone was skipped: alice/phone is online");
    CHECK(ran.result.verdict == Verdict::Fail);
}

TEST_CASE("a logout of a device that the target cut is skipped") {
    CaseBuilder build;
    build.login(kPhone).logout(kPhone);
    ScriptedSystem target;
    target.turns = {{{}, {ScriptedSystem::ofDevice(EventKind::Online, kPhone)}},
                    {{}, {ScriptedSystem::ofDevice(EventKind::Offline, kPhone)}}};
    const Ran ran = runOn(target, build.get());
    CHECK(target.asked == Kinds{"login", "settle", "settle"});
    CHECK(ran.result.expectations.at(0).text == "logout of alice/phone was skipped: alice/phone is offline");
}

TEST_CASE("a device whose drop is not noticed yet may log in") {
    CaseBuilder build;
    build.login(kPhone);
    Op drop = CaseBuilder::ofDevice(OpKind::Drop, kPhone);
    drop.noticedAfter = std::chrono::minutes{1};
    build.act(drop).login(kPhone);
    const Ran ran = runInWorld(build.get());
    CHECK(ran.result.expectations.empty());
    CHECK(kindsOf(ran.trace) ==
          Kinds{"connect", "online", "caught-up", "settled", "connect", "offline", "online", "caught-up", "settled"});
}

TEST_CASE("a wanted refusal is met by the answer or by a later event, with its code") {
    CaseBuilder build;
    build.login(kPhone, {true, "31010"});
    build.send("m1", kPhone, Address::of(kBob), {true, ""});
    const MessageId m1 = build.message("m1");
    ScriptedSystem target;
    target.turns = {{refused("31010"), {}}, {}, {}, {{}, {ScriptedSystem::ofMessage(EventKind::Reject, m1)}}};
    const Ran ran = runOn(target, build.get());
    REQUIRE(ran.result.expectations.size() == 2);
    CHECK(ran.result.expectations[0].met);
    CHECK(ran.result.expectations[0].text == "login of alice/phone was refused (31010)");
    CHECK(ran.result.expectations[1].met);
}

TEST_CASE("a wanted refusal is unmet by another code, by acceptance, and by silence until it settled") {
    CaseBuilder build;
    build.login(kPhone, {true, "31010"});
    build.send("m1", kPhone, Address::of(kBob), {true, ""});
    build.send("m2", kPhone, Address::of(kBob), {true, ""});
    const MessageId m1 = build.message("m1");
    ScriptedSystem target;
    target.turns = {{refused("31023"), {}}, {}, {{}, {ScriptedSystem::ofMessage(EventKind::Accept, m1)}}};
    const Ran ran = runOn(target, build.get());
    REQUIRE(ran.result.expectations.size() == 3);
    CHECK(ran.result.expectations[0].text == "login of alice/phone was refused (31023), expected a refusal with 31010");
    CHECK(ran.result.expectations[1].text == "send of m1 by alice/phone was not refused, expected a refusal");
    CHECK(ran.result.expectations[2].text == "send of m2 by alice/phone was not refused, expected a refusal");
    for (const ExpectationResult& expectation : ran.result.expectations) CHECK_FALSE(expectation.met);
}

TEST_CASE("what the target does not support makes the case not applicable, and nothing of it is judged") {
    CaseBuilder build;
    build.login(kPhone).wait(std::chrono::hours{1}).login(kWeb);
    ScriptedSystem target;
    target.turns = {{}, {}, {{Answer::Kind::Unsupported, "real clock", false}, {}}};
    const Ran ran = runOn(target, build.get());
    CHECK(ran.result.verdict == Verdict::NotApplicable);
    CHECK(ran.result.reason == "real clock");
    CHECK(target.asked == Kinds{"login", "settle", "advance"});
    CHECK(ran.result.counts == RuleCounts{});
}

TEST_CASE("a target that broke makes the case an error and keeps the trace so far") {
    CaseBuilder build;
    build.login(kPhone).login(kWeb);
    ScriptedSystem target;
    target.turns = {{}, {}, {{Answer::Kind::Error, "it died", false}, {}}};
    const Ran ran = runOn(target, build.get());
    CHECK(ran.result.verdict == Verdict::Error);
    CHECK(ran.result.reason == "it died");
    CHECK(kindsOf(ran.trace) == Kinds{"connect", "settled", "connect"});
}

TEST_CASE("a stopped run has no result") {
    CaseBuilder build;
    build.login(kPhone);
    const std::atomic<bool> stop{true};
    RunOptions options;
    options.stop = &stop;
    ScriptedSystem target;
    CHECK_FALSE(runCase(build.get(), target, {}, options).has_value());
}

TEST_CASE("a wait until a moment ends there, and one that is over is unmet") {
    CaseBuilder build;
    build.wait(Millis{0}).wait(Millis{0});
    build.get().steps[0].until = build.get().header.t + std::chrono::hours{2};
    build.get().steps[1].until = build.get().header.t + std::chrono::hours{1};
    const Ran ran = runInWorld(build.get());
    CHECK(ran.trace.events.at(0).t == build.get().header.t + std::chrono::hours{2});
    REQUIRE(ran.result.expectations.size() == 1);
    CHECK(ran.result.expectations[0].text ==
          "cannot wait until 2024-05-01T10:00:00.000+08:00: it is 2024-05-01T11:00:00.000+08:00 already");
}

TEST_CASE("both orders of a two-step block appear within twenty seeds") {
    CaseBuilder build;
    build.login(kPhone).login(kPixel);
    build.together({build.sendOp("m1", kPhone, Address::of(kBob)), build.sendOp("m2", kPixel, Address::of(kAlice))});
    std::array<bool, 2> seen{};
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Ran ran = runInWorld(build.get(), seed);
        for (const Event& event : ran.trace.events) {
            if (event.kind != EventKind::Send) continue;
            seen.at(event.message == build.message("m1") ? 0 : 1) = true;
            break;
        }
    }
    CHECK(seen[0]);
    CHECK(seen[1]);
}

TEST_CASE("the same seed gives the same events, another seed another hash") {
    CaseBuilder build;
    build.get().networkGiven = true;
    build.get().network.latencyLow = Millis{5};
    build.get().network.latencyHigh = Millis{80};
    build.login(kPhone).login(kWeb).login(kPixel).send("m1", kPhone, Address::of(GroupId{0U}));
    CHECK(runInWorld(build.get(), 7).result.runHash == runInWorld(build.get(), 7).result.runHash);
    CHECK(runInWorld(build.get(), 7).result.runHash != runInWorld(build.get(), 8).result.runHash);
    CHECK(runInWorld(build.get(), 7).result.runHash.size() == 16);
}

TEST_CASE("a listed rule that nothing put to the test fails the case") {
    CaseBuilder build;
    build.get().rules = {"delivery.answered", "web.evict-earliest"};
    build.login(kPhone);
    const Ran ran = runInWorld(build.get());
    CHECK(ran.result.notExercised == std::vector{RuleId::WebEvictEarliest});
    CHECK(ran.result.verdict == Verdict::Fail);
}

TEST_CASE("a duty that is open at the end makes the case inconclusive") {
    CaseBuilder build;
    build.login(kPhone).login(kPixel);
    build.send("m1", kPhone, Address::of(kBob));
    build.get().steps.back().settle = false;
    const Ran ran = runInWorld(build.get());
    CHECK(ran.result.verdict == Verdict::Inconclusive);
    CHECK(ran.result.openDuties > 0);
}

TEST_CASE("readings given to the run win over the scenario's") {
    CaseBuilder build;
    Op sync;
    sync.kind = OpKind::Sync;
    sync.enabled = true;
    Expectation on;
    on.subject = ExpectKind::Service;
    on.state = "on";
    build.act(sync).wait(std::chrono::minutes{15}).expect(on);
    const std::unique_ptr<System> target = makeWorldSystem({});
    RunOptions options;
    CHECK_FALSE(runCase(build.get(), *target, {}, options)->expectations.at(0).met);
    REQUIRE(addReading("switch-delay=15m", options.readings).empty());
    CHECK(runCase(build.get(), *target, {}, options)->expectations.at(0).met);
}

TEST_CASE("a time limit counts from the beginning of the last step that does something") {
    CaseBuilder build;
    Expectation soon;
    soon.devices = {kPixel};
    soon.has = std::vector<MessageId>{build.message("m1")};
    soon.within = Millis{40};
    build.login(kPhone).login(kPixel).send("m1", kPhone, Address::of(kBob));
    build.wait(std::chrono::minutes{15}).expect(soon).expect(soon);
    build.logout(kPhone).expect(soon);
    soon.within = Millis{39};
    build.get().steps[5].expect = soon;
    const Ran ran = runInWorld(build.get());
    REQUIRE(ran.result.expectations.size() == 3);
    CHECK(ran.result.expectations[0].text == "bob/pixel has m1 within 40ms");
    CHECK(ran.result.expectations[1].text ==
          "bob/pixel got m1 40ms after the last step, line 3; within 39ms was asked");
    CHECK(ran.result.expectations[2].met);  // it had it before alice left
}

TEST_CASE("the step from which a time limit counts may stand in a file that the scenario extends") {
    CaseBuilder build;
    Expectation soon;
    soon.devices = {kPhone};
    soon.online = true;
    soon.within = Millis{1};
    build.login(kPhone).expect(soon);
    build.get().bases = {"cast.json"};
    build.get().steps[0].base = 1;
    CHECK(runInWorld(build.get()).result.expectations.at(0).text ==
          "alice/phone came online 20ms after the last step, cast.json:1; within 1ms was asked");
}

TEST_CASE("an order that cannot be judged without caught-up is no fault of a target that cannot see it") {
    CaseBuilder build;
    build.get().rules = {"delivery.order"};
    build.login(kPhone);
    Capabilities capabilities;
    const auto resultOf = [&] {
        ScriptedSystem target;
        target.turns = {{{}, {ScriptedSystem::ofDevice(EventKind::Online, kPhone)}}};
        return runOn(target, build.get(), capabilities).result;
    };
    CHECK(resultOf().verdict == Verdict::Fail);
    capabilities.silent.caughtUp = true;
    CHECK(resultOf().verdict == Verdict::NotApplicable);
    CHECK(resultOf().reason == "delivery.order needs caught-up, which the target cannot see");
    build.get().rules = {"delivery.order", "delivery.once"};
    CHECK(resultOf().verdict == Verdict::Fail);
}
