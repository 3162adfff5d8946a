// What the generator makes is legal, and a trial judges it as a run of the file would.
#include "random/generator.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "base/arena.hpp"
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

TEST_CASE("what trials need lies in an arena, however many there were") {
    const Arena arena;
    if (!arena.usable()) return;  // under a sanitizer
    Generator generator{{}};
    FastRun trial;
    for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
        Case& made = generator.make(seed);
        trial.run(made, made.lexicon, ServerPolicy{}, seed);
        if (trial.events().empty()) continue;
        const auto at = reinterpret_cast<std::uintptr_t>(trial.events().data());
        REQUIRE(at - arena::detail::begin.load() < arena::kRange);
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

namespace {

// Whether anything of the scenario is one of the traits that TinyChat does not take.
bool asksMuch(const Case& made) {
    const App& app = made.header.app;
    if (!app.sync || app.onLimit == OnLimit::Refuse || app.timezone.named() || !made.header.rooms.empty()) return true;
    if (made.networkGiven && made.network.latencyHigh != Millis{0}) return true;
    for (const Step& step : made.steps) {
        for (const Action& action : step.actions) {
            const Op& op = action.op;
            if (op.kind == OpKind::Recall && op.user.exists()) return true;
            if (op.kind == OpKind::Network && op.network.latencyHigh != Millis{0}) return true;
            if (op.kind == OpKind::Send && made.lexicon.texts[op.type] == "RC:TypSts") return true;
            if (op.kind == OpKind::Set && op.settings.compensationDays) return true;
        }
    }
    return false;
}

// A system that cannot have several things, and says so as an adapter may: at a reset, or at a request.
class PickySystem : public System {
public:
    std::vector<std::string> cases;  // that it was told

    Answer hello(Capabilities&) override { return {}; }
    void announce(std::string_view id, std::span<const std::string> given) override {
        cases.emplace_back(id);
        given_.assign(given.begin(), given.end());
    }
    Answer reset(const Header& header, std::uint64_t, Lexicon&, Annex&) override {
        now_ = header.t;
        const bool isNamed = std::find(given_.begin(), given_.end(), "timezone") != given_.end();
        if (isNamed && header.app.timezone.named()) return no("no zones with a name");
        return header.app.sync ? Answer{} : no("it is always on");
    }
    Answer start(const Op& op) override {
        return op.kind == OpKind::Recall && op.user.exists() ? no("no API") : Answer{};
    }
    void startAll(std::span<const Op>, const std::function<void(std::size_t, const Answer&)>&) override {}
    Answer settle() override { return {}; }
    Answer advance(Millis) override { return {}; }
    [[nodiscard]] Instant now() const override { return now_; }
    void drain(std::vector<Event>&) override {}

private:
    static Answer no(const std::string& why) { return {Answer::Kind::Unsupported, why, false}; }
    Instant now_{};
    std::vector<std::string> given_;
};

}  // namespace

TEST_CASE("what a target does not take is not drawn, and all else as without") {
    GeneratorOptions options;
    for (const Trait trait : {Trait::SyncOff, Trait::RefusesAtLimit, Trait::NamedZones, Trait::Rooms, Trait::Delay,
                              Trait::StatusMessages, Trait::RecallByApi, Trait::SetCompensationDays}) {
        options.untaken.set(static_cast<std::size_t>(trait));
    }
    Generator plain{{}};
    Generator careful{options};
    std::size_t much = 0;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        much += asksMuch(plain.make(seed)) ? 1 : 0;
        Case& made = careful.make(seed);
        made.name = "generated";
        CAPTURE(seed);
        CHECK_FALSE(asksMuch(made));
        CHECK(parseScenario(writeScenario(made), "generated.json", {}).valid());
        CHECK(made.header.devices.size() == plain.make(seed).header.devices.size());
    }
    CHECK(much > 700);
}

TEST_CASE("what a target does not take is found out once, a trait a case") {
    PickySystem target;
    Capabilities capabilities;
    capabilities.ops.at(static_cast<std::size_t>(OpKind::Publish)) = false;
    const std::atomic<bool> stop{false};
    std::string broke;
    const Untaken untaken = learnUntaken(target, capabilities, stop, broke);
    CHECK(broke.empty());
    CHECK(wordsOf(untaken) ==
          std::vector<std::string>{"the service off", "time zones with a name", "recalls by the API"});
    CHECK(target.cases.front() == "explore: a plain world, the service on");
    CHECK(target.cases.size() == 1 + kTraits - 3);  // publish is not asked for
}

TEST_CASE("the keys that a file with these settings has are those that differ from the usual") {
    App app;
    CHECK(givenBy(app).empty());
    app.sync = true;
    app.miniprogramLimit = 2;
    CHECK(givenBy(app) == std::vector<std::string>{"sync", "limits"});
}
