// Verdicts and exit codes: what the command line promises.
#include "mdsync/result.hpp"

#include <doctest/doctest.h>

using namespace mdsync;

namespace {

// A case that put one rule to the test once and kept it.
CaseResult passing() {
    CaseResult c;
    c.counts[0].checked = 1;
    c.verdict = conclude(c);
    return c;
}

CaseResult withVerdict(Verdict verdict) {
    CaseResult c;
    c.verdict = verdict;
    return c;
}

int exitOf(std::initializer_list<CaseResult> cases) {
    Result result;
    result.cases = cases;
    return exitCodeOf(result);
}

}  // namespace

TEST_CASE("a violation, an unmet expectation or a rule that was not exercised fails a case") {
    CaseResult violated;
    violated.counts[3] = {.checked = 1, .violated = 1};
    CHECK(conclude(violated) == Verdict::Fail);

    CaseResult unmet;
    unmet.expectations.push_back({.met = false, .step = 0, .span = {}, .excerpt = {}, .excerptColumn = 1, .text = {}});
    CHECK(conclude(unmet) == Verdict::Fail);

    CaseResult idle;
    idle.notExercised.push_back(RuleId::WebTenTabs);
    CHECK(conclude(idle) == Verdict::Fail);

    CHECK(conclude(passing()) == Verdict::Pass);
}

TEST_CASE("open duties and lost lines make a case inconclusive unless it failed") {
    CaseResult open;
    open.openDuties = 1;
    CHECK(conclude(open) == Verdict::Inconclusive);

    CaseResult lost;
    lost.linesLost = 1;
    CHECK(conclude(lost) == Verdict::Inconclusive);
    lost.counts[0] = {.checked = 1, .violated = 1};
    CHECK(conclude(lost) == Verdict::Fail);
}

TEST_CASE("undecided checks never change a verdict") {
    CaseResult c = passing();
    c.counts[1].undecided = 100;
    CHECK(conclude(c) == Verdict::Pass);
}

TEST_CASE("the exit code is the first that applies of 3, 1, 5, 4, 0") {
    const CaseResult fail = withVerdict(Verdict::Fail);
    const CaseResult error = withVerdict(Verdict::Error);
    const CaseResult inconclusive = withVerdict(Verdict::Inconclusive);
    const CaseResult notApplicable = withVerdict(Verdict::NotApplicable);
    CHECK(exitOf({passing()}) == 0);
    CHECK(exitOf({passing(), notApplicable}) == 0);
    CHECK(exitOf({notApplicable}) == 4);
    CHECK(exitOf({}) == 4);
    CHECK(exitOf({withVerdict(Verdict::Pass)}) == 4);
    CHECK(exitOf({passing(), inconclusive}) == 5);
    CHECK(exitOf({inconclusive, fail}) == 1);
    CHECK(exitOf({fail, error, passing()}) == 3);
}

TEST_CASE("a met expectation counts as something checked") {
    CaseResult c;
    c.expectations.push_back(
        {.met = true, .step = 1, .span = {}, .excerpt = {}, .excerptColumn = 1, .text = "alice/phone is online"});
    c.verdict = conclude(c);
    CHECK(exitOf({c}) == 0);
}

TEST_CASE("a file that gave no case is an error, a warning is not") {
    Result result;
    result.cases = {passing()};
    result.diagnostics.emplace_back().severity = Severity::Warning;
    CHECK(exitCodeOf(result) == 0);
    result.diagnostics.emplace_back();
    CHECK(exitCodeOf(result) == 3);
}

TEST_CASE("an interruption goes before everything but an internal error") {
    Result result;
    result.cases = {withVerdict(Verdict::Error)};
    result.interrupted = true;
    result.interruptSignal = 2;
    CHECK(exitCodeOf(result) == 130);
    result.interruptSignal = 15;
    CHECK(exitCodeOf(result) == 143);
}

TEST_CASE("a required rule that no case exercised fails the run") {
    Result result;
    result.cases = {passing()};
    result.required = {RuleId{0}};
    CHECK(exitCodeOf(result) == 0);
    result.required = {RuleId{0}, RuleId{5}};
    CHECK(missingOf(result) == std::vector{RuleId{5}});
    CHECK(verdictOf(result) == Verdict::Fail);
    CHECK(exitCodeOf(result) == 1);
}

TEST_CASE("the summary adds up what the cases counted") {
    CaseResult a = passing();
    a.events = 10;
    a.tolerances[1] = 2;
    CaseResult b;
    b.counts[0] = {.checked = 4, .violated = 1, .undecided = 2, .lapsed = 3};
    b.expectations = {{.met = true, .step = 1, .span = {}, .excerpt = {}, .excerptColumn = 1, .text = {}},
                      {.met = false, .step = 2, .span = {}, .excerpt = {}, .excerptColumn = 1, .text = {}}};
    b.verdict = conclude(b);
    Result result;
    result.cases = {a, b};
    const Summary sum = summarize(result);
    CHECK(sum.scenarios == 2);
    CHECK(sum.passed == 1);
    CHECK(sum.failed == 1);
    CHECK(sum.checks == 5);
    CHECK(sum.violations == 1);
    CHECK(sum.undecided == 2);
    CHECK(sum.lapsed == 3);
    CHECK(sum.expectations == 2);
    CHECK(sum.unmet == 1);
    CHECK(sum.tolerated == 2);
    CHECK(sum.events == 10);
    CHECK(totalCounts(result)[0].checked == 5);
}
