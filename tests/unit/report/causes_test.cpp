// Causes: which failures look alike, and which only follow from another.
#include "report/causes.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "report/text.hpp"

using namespace mdsync;

namespace {

ReportedViolation violated(RuleId id, const std::string& message, const std::string& text) {
    ReportedViolation v;
    v.rule = id;
    v.message = message;
    v.text = text;
    return v;
}

ExpectationResult unmet(const std::string& text) {
    ExpectationResult e;
    e.met = false;
    e.text = text;
    return e;
}

}  // namespace

TEST_CASE("the shape of a sentence has no devices, targets, numbers and given names") {
    CHECK(shapeOf("alice/tab2 was disconnected; alice/tab1 is older", {}) == "... was disconnected; ... is older");
    CHECK(shapeOf("no device of bob received hello, though one of them is online", {"", "bob", "hello"}) ==
          "no device of ... received ..., though one of them is online");
    CHECK(shapeOf("recall.offline-devices asks for group:team", {}) == "recall.offline-devices asks for ...");
    CHECK(shapeOf("", {}).empty());
}

TEST_CASE("a list of names has the shape of one name, however long it is") {
    const std::string shape = "... lacks ..., expected it to have ...";
    CHECK(shapeOf("alice/phone lacks m1, expected it to have m1", {}) == shape);
    CHECK(shapeOf("alice/phone lacks m1, m3, g1, expected it to have m1, m3, g1", {}) == shape);
}

TEST_CASE("what a violation explains follows from it: the same message again, expectations, what was not exercised") {
    CaseResult c;
    c.violations = {violated(RuleId::OnlineReceived, "m1", "alice/phone did not receive m1"),
                    violated(RuleId::DeliveryNoLoss, "m1", "no device of alice received m1"),
                    violated(RuleId::OnlineReceived, "m2", "alice/phone did not receive m2")};
    c.expectations = {unmet("alice/phone lacks m1, expected it to have m1")};
    c.notExercised = {RuleId::WebTenTabs};
    const std::vector<ReportedFailure> failures = failuresOf(c);
    REQUIRE(failures.size() == 5);
    CHECK_FALSE(failures[0].isConsequence);
    CHECK(failures[1].isConsequence);
    CHECK_FALSE(failures[2].isConsequence);
    CHECK(failures[2].cause() == failures[0].cause());
    CHECK(failures[3].isConsequence);
    CHECK(failures[4].isConsequence);
}

TEST_CASE("without a violation an unmet expectation and a rule that was not exercised are causes") {
    CaseResult c;
    c.expectations = {unmet("alice/phone is online, expected offline")};
    c.notExercised = {RuleId::WebTenTabs};
    const std::vector<ReportedFailure> failures = failuresOf(c);
    REQUIRE(failures.size() == 2);
    CHECK_FALSE(failures[0].isConsequence);
    CHECK_FALSE(failures[1].isConsequence);
}

TEST_CASE("what a baseline expects is no failure") {
    CaseResult c;
    c.violations = {violated(RuleId::OnlineReceived, "m1", "alice/phone did not receive m1")};
    c.violations[0].expected = "a known fault";
    c.notExercised = {RuleId::WebTenTabs};
    c.notExercisedExpected = {{RuleId::WebTenTabs, "a known fault"}};
    CHECK(failuresOf(c).empty());
}

TEST_CASE("a clipped text is no longer than wanted and ends with a whole character") {
    CHECK(clipped("short", 5) == "short");
    CHECK(clipped("too long", 7) == "too ...");
    CHECK(clipped("\u00e4\u00e4\u00e4\u00e4", 6) == "\u00e4\u00e4\u00e4\u00e4");
    CHECK(clipped("\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4", 6) == "\u00e4\u00e4\u00e4...");
    CHECK(clipped("\u738b\u5c0f\u660e\u738b\u5c0f", 6) == "\u738b...");  // two columns each
}

TEST_CASE("what matters at its end loses its middle, between words") {
    CHECK(withoutMiddle("short enough", 12) == "short enough");
    CHECK(withoutMiddle("alice is online on a lot of tabs, and not on tab2", 30) == "alice is ... not on tab2");
}

TEST_CASE("an expectation that is unmet for the reason of one before it is a consequence") {
    const auto unmetFor = [](const std::string& text, const std::string& reason) {
        ExpectationResult e;
        e.met = false;
        e.text = text;
        e.because = {{.event = 1, .text = reason}};
        return e;
    };
    CaseResult c;
    c.expectations = {
        unmetFor("alice/mac lacks m1, expected it to have m1", "- m1: alice/mac was never online"),
        unmetFor("alice/mac has nothing, expected exactly m1, m2: - m1, m2", "- m1, m2: alice/mac was never online"),
        unmetFor("alice/phone lacks g1, expected it to have g1", "- g1: alice is not in group:team")};
    const std::vector<ReportedFailure> failures = failuresOf(c);
    REQUIRE(failures.size() == 3);
    CHECK_FALSE(failures[0].isConsequence);
    CHECK(failures[1].isConsequence);
    CHECK_FALSE(failures[2].isConsequence);
}
