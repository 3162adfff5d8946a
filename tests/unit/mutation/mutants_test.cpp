// The matrix of known-bad servers as a C++ program gets it; what the command prints is tested from outside.
#include "mdsync/mutants.hpp"

#include <doctest/doctest.h>

#include "cases.hpp"
#include "mdsync/world.hpp"

using namespace mdsync;

namespace {

const std::atomic<bool> kGo{false};
const std::atomic<bool> kStop{true};

// Service on; both devices of alice get what bob sends.
Case twoDevices(const std::string& id) {
    CaseBuilder builder;
    builder.get().header.app.sync = true;
    builder.get().id = id;
    builder.login(kPhone).login(kWeb).login(kPixel).send("m1", kPixel, Address::of(kAlice));
    return builder.get();
}

// Nobody but bob.
Case alone(const std::string& id) {
    CaseBuilder builder;
    builder.get().id = id;
    builder.login(kPixel);
    return builder.get();
}

std::vector<KnownBad> named(const std::string& text) {
    return knownBadServers({{text}, {}});
}

}  // namespace

TEST_CASE("every known-bad server names rules that there are") {
    const std::vector<KnownBad> rows = knownBadServers();
    REQUIRE(rows.size() == mutants().size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CHECK(rows[i].name == mutants()[i].name);
        CHECK(rows[i].expected.size() == mutants()[i].expected.size());
    }
}

TEST_CASE("a filter keeps what fits one of its texts and one of its rules") {
    CHECK(named("EVICT-NEWEST").size() == 3);
    CHECK(knownBadServers({{"evict-newest"}, {RuleId::LimitNewestWins}}).size() == 2);
    CHECK(knownBadServers({{"evict-newest", "nine-tabs"}, {}}).size() == 4);
    CHECK(named("no such thing").empty());
    CHECK(named("evict-newest-tab").front().partial == "web tabs");
    CHECK(named("drops-one-in-thousand").front().partial == "one in 1000");
    CHECK(named("nine-tabs").front().partial.empty());
}

TEST_CASE("a server is caught in the first case that shows it, and activated where it decided otherwise") {
    const std::vector<Case> cases{alone("a"), twoDevices("b"), twoDevices("c")};
    const MutantMatrix matrix = runMutants(cases, named("on-delivers-to-one"), 1, kGo);
    REQUIRE(matrix.mutants.size() == 1);
    const MutantOutcome& outcome = matrix.mutants.front();
    CHECK(outcome.verdict == MutantVerdict::Caught);
    REQUIRE_FALSE(outcome.caughtBy.empty());
    CHECK(outcome.caughtBy.front().rule == RuleId::OnlineReceived);
    CHECK(outcome.caughtBy.front().declared);
    CHECK(outcome.caughtBy.front().scenario == "b");
    CHECK(outcome.failed == 2);
    CHECK(outcome.activated == 2);
    CHECK(outcome.activatedFirst == "b");
    CHECK(matrix.cases == 3);
    CHECK(matrix.distinct == 1);
    CHECK(matrix.idle.size() == kRules - 1);
    CHECK(allNoticed(matrix, false));
    CHECK_FALSE(allNoticed(matrix, true));
}

TEST_CASE("what escapes says where to look, and what has no occasion is not a failure of a part") {
    const std::vector<Case> cases{twoDevices("b")};
    const MutantMatrix escaped = runMutants(cases, named("newest-first"), 1, kGo);
    CHECK(escaped.mutants.front().verdict == MutantVerdict::Escaped);
    CHECK(escaped.mutants.front().activatedFirst == "b");
    CHECK(escaped.distinct == 0);
    CHECK_FALSE(allNoticed(escaped, false));
    const MutantMatrix idle = runMutants(cases, named("nine-tabs"), 1, kGo);
    CHECK(idle.mutants.front().verdict == MutantVerdict::NotActivated);
    CHECK(allNoticed(idle, false));
    CHECK_FALSE(allNoticed(idle, true));
}

TEST_CASE("servers that fail the same cases by the same rules count as one") {
    const std::vector<Case> cases{twoDevices("b")};
    const MutantMatrix matrix = runMutants(cases, knownBadServers({{"never-answers-login", "silent"}, {}}), 1, kGo);
    REQUIRE(matrix.mutants.size() == 2);
    CHECK(matrix.distinct == 1);
    CHECK(matrix.distinctPartial == 0);
    CHECK(matrix.coinciding == std::vector<std::vector<std::string_view>>{{"never-answers-login", "silent"}});
}

TEST_CASE("the matrix is the same for any number of threads") {
    const std::vector<Case> cases{twoDevices("a"), alone("b")};
    const MutantMatrix one = runMutants(cases, knownBadServers(), 1, kGo);
    const MutantMatrix many = runMutants(cases, knownBadServers(), 5, kGo);
    REQUIRE(one.mutants.size() == many.mutants.size());
    for (std::size_t i = 0; i < one.mutants.size(); ++i) {
        CHECK(one.mutants[i].server.name == many.mutants[i].server.name);
        CHECK(one.mutants[i].verdict == many.mutants[i].verdict);
        CHECK(one.mutants[i].caughtBy.size() == many.mutants[i].caughtBy.size());
    }
    CHECK(one.coinciding == many.coinciding);
    CHECK(one.idle == many.idle);
}

TEST_CASE("an interrupt leaves out whole servers and says so") {
    const std::vector<Case> cases{twoDevices("a")};
    const MutantMatrix matrix = runMutants(cases, knownBadServers(), 2, kStop);
    CHECK(matrix.interrupted);
    CHECK(matrix.mutants.empty());
}
