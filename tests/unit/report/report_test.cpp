// Reports: what people, programs and CI servers get to read.
#include "mdsync/report.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace mdsync;

namespace {

using Json = nlohmann::json;

Instant at(int milliseconds) {
    return Instant{std::chrono::milliseconds{1714525200000 + milliseconds}};
}

// The case of the mock-up: the second tab was evicted instead of the first.
CaseResult evictedSecond() {
    CaseResult c;
    c.id = c.file = "scenarios/web/eleventh-tab.json";
    c.name = "Eleven tabs";
    c.seed = 7;
    c.runHash = "00000000000000ff";
    c.events = 60;
    c.again = "mdsync run scenarios/web/eleventh-tab.json --seed 7";
    c.counts[static_cast<std::size_t>(RuleId::WebEvictEarliest)] = {.checked = 2, .violated = 1};
    ReportedViolation v;
    v.rule = RuleId::WebEvictEarliest;
    v.t = at(11040);
    v.event = 57;
    v.device = "alice/tab2";
    v.user = "alice";
    v.step = 12;
    v.span = {.offset = 4, .length = 26, .line = 41, .column = 5};
    v.excerpt = "    { \"login\": \"alice/tab11\" },";
    v.text = "alice/tab2 was disconnected; alice/tab1 is older";
    v.because = {{3, at(1020), 1, "alice/tab1 online"}, {57, at(11040), 12, "alice/tab2 offline"}};
    c.violations.push_back(v);
    c.verdict = conclude(c);
    return c;
}

CaseResult passing(const std::string& id) {
    CaseResult c;
    c.id = c.file = id;
    c.counts[0].checked = 3;
    c.verdict = conclude(c);
    return c;
}

CaseResult notApplicable(const std::string& id, const std::string& reason) {
    CaseResult c;
    c.id = c.file = id;
    c.verdict = Verdict::NotApplicable;
    c.reason = reason;
    return c;
}

Result of(std::vector<CaseResult> cases) {
    Result result;
    result.cases = std::move(cases);
    return result;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string lastLine(const std::string& text) {
    const std::size_t end = text.rfind('\n');
    const std::size_t begin = text.rfind('\n', end - 1);
    return text.substr(begin + 1, end - begin - 1);
}

}  // namespace

TEST_CASE("a failure shows rule, sentence, place, chain and the lines to paste") {
    const std::string text = consoleReport(of({evictedSecond()}), {});
    CHECK(contains(text, "FAIL  scenarios/web/eleventh-tab.json                   web.evict-earliest\n"));
    CHECK(contains(text, "alice/tab2 was disconnected; alice/tab1 is older\n"));
    CHECK(contains(text,
                   "  --> scenarios/web/eleventh-tab.json:41:5\n"
                   "   |\n"
                   "41 |     { \"login\": \"alice/tab11\" },\n"
                   "   |     ^^^^^^^^^^^^^^^^^^^^^^^^^^ this step\n"
                   "   = seed, \"Impact on Web Platform Connection Count\"\n"));
    CHECK(contains(text, "  09:00:01.020  alice/tab1 online\n> 09:00:11.040  alice/tab2 offline\n"));
    CHECK(contains(text,
                   "  again:    mdsync run scenarios/web/eleventh-tab.json --seed 7\n"
                   "  why:      mdsync explain web.evict-earliest\n"));
    CHECK(lastLine(text) == "FAIL  1 case: 0 passed, 1 failed; 2 checks of 1 rule, 1 violation; 0 not applicable");
}

TEST_CASE("times of a chain that spans days carry their date") {
    CaseResult c = evictedSecond();
    c.violations[0].because[0].t = at(0) - std::chrono::hours{24};
    CHECK(contains(consoleReport(of({c}), {}), "  2024-04-30 09:00:00.000  alice/tab1 online\n"));
}

TEST_CASE("local times are those of the app") {
    CaseResult c = evictedSecond();
    c.timezone = Zone::find("Z").value();
    CHECK(contains(consoleReport(of({c}), {}), "  01:00:01.020  alice/tab1 online\n"));
}

TEST_CASE("a long chain is cut in the middle unless everything is asked for") {
    CaseResult c = evictedSecond();
    for (int i = 0; i < 20; ++i) {
        c.violations[0].because.insert(c.violations[0].because.begin() + 1, Because{10, at(5000), 2, "link"});
    }
    const std::string text = consoleReport(of({c}), {});
    CHECK(contains(text, "  (14 more: -v)\n"));
    CHECK(contains(text, "alice/tab1 online"));
    CHECK(contains(text, "> 09:00:11.040"));
    CHECK_FALSE(contains(consoleReport(of({c}), {.color = false, .verbosity = 1}), "more: -v"));
}

TEST_CASE("a rule that only accompanies another is told in its block") {
    CaseResult c = evictedSecond();
    c.counts[static_cast<std::size_t>(RuleId::ServiceTakesEffect)] = {.checked = 1, .violated = 1};
    ReportedViolation company = c.violations[0];
    company.rule = RuleId::ServiceTakesEffect;
    c.violations.push_back(company);
    const std::string text = consoleReport(of({c}), {});
    CHECK(contains(text, "This violates service.takes-effect too.\n"));
    CHECK_FALSE(contains(text, "mdsync explain service.takes-effect"));
}

TEST_CASE("an unmet expectation and a rule that was not exercised are failures of their own") {
    CaseResult c = passing("a.json");
    c.expectations.push_back({.met = false,
                              .step = 3,
                              .span = {.offset = 0, .length = 10, .line = 9, .column = 1},
                              .excerpt = "{\"expect\": 1}",
                              .excerptColumn = 1,
                              .text = "alice/tab1 is online, expected offline"});
    c.notExercised.push_back(RuleId::WebTenTabs);
    c.verdict = conclude(c);
    const std::string text = consoleReport(of({c}), {});
    CHECK(contains(text, "expectation\n\n  alice/tab1 is online, expected offline\n"));
    CHECK(contains(text, " --> a.json:9:1\n"));
    CHECK(contains(text, "web.ten-tabs is listed in \"rules\", but nothing put it to the test.\n"));
    CHECK(contains(text, "why:      mdsync explain web.ten-tabs\n"));
}

TEST_CASE("cases of one file share a line when they passed") {
    CaseResult one = passing("a.json");
    one.id = "a.json#n=1";
    CaseResult two = one;
    two.id = "a.json#n=2";
    CHECK(contains(consoleReport(of({one, two}), {}),
                   "ok    a.json                                            2 cases, 6 checks\n"));
    const std::string verbose = consoleReport(of({one, two}), {.color = false, .verbosity = 1});
    CHECK(contains(verbose, "ok    a.json#n=1"));
    CHECK(contains(verbose, "ok    a.json#n=2"));
}

TEST_CASE("the last line says how many cases were not applicable and why") {
    const std::string text = consoleReport(
        of({passing("a.json"), notApplicable("b.json", "real clock"), notApplicable("c.json", "real clock")}), {});
    CHECK(contains(lastLine(text), "2 not applicable (real clock: 2)"));
    CHECK(contains(text, "n/a   b.json"));
}

TEST_CASE("quiet keeps failures and the last line") {
    const std::string text = consoleReport(of({passing("a.json"), evictedSecond()}), {.color = false, .verbosity = -1});
    CHECK_FALSE(contains(text, "a.json   "));
    CHECK(contains(text, "web.evict-earliest"));
    CHECK(contains(lastLine(text), "2 cases"));
}

TEST_CASE("colours are escapes that frame words, and absent unless asked for") {
    CHECK_FALSE(contains(consoleReport(of({evictedSecond()}), {}), "\x1b"));
    CHECK(contains(consoleReport(of({evictedSecond()}), {.color = true}), "\x1b[31;1mFAIL  \x1b[0m"));
}

TEST_CASE("control characters from a file never reach the terminal") {
    CaseResult c = evictedSecond();
    c.violations[0].text = "evil \x1b[2J text";
    c.id = "a\x07.json";
    const std::string text = consoleReport(of({c}), {});
    CHECK_FALSE(contains(text, "\x1b"));
    CHECK_FALSE(contains(text, "\x07"));
}

TEST_CASE("the JSON document has the promised keys") {
    const std::string text = jsonReport(of({evictedSecond()}), "0.1.0");
    const Json document = Json::parse(text);
    CHECK(document["mdsync"] == "result/1");
    CHECK(document["version"] == "0.1.0");
    CHECK(document["verdict"] == "fail");
    for (const char* key :
         {"scenarios", "passed", "failed", "inconclusive", "notApplicable", "errors", "checks", "violations",
          "undecided", "lapsed", "notExercised", "expectations", "unmet", "tolerated", "events"}) {
        CHECK(document["summary"].contains(key));
    }
    CHECK(document["rules"]["web.evict-earliest"] ==
          Json({{"checked", 2}, {"violated", 1}, {"undecided", 0}, {"lapsed", 0}, {"aspects", Json::array()}}));
    const Json& scenario = document["scenarios"][0];
    CHECK(scenario["id"] == "scenarios/web/eleventh-tab.json");
    CHECK(scenario["case"] == Json::object());
    CHECK(scenario["seed"] == 7);
    CHECK(scenario["runHash"] == "00000000000000ff");
    CHECK(scenario["notExercised"] == Json::array());
    const Json& violation = scenario["violations"][0];
    CHECK(violation["rule"] == "web.evict-earliest");
    CHECK(violation["t"] == 1714525211040);
    CHECK(violation["event"] == 57);
    CHECK(violation["device"] == "alice/tab2");
    CHECK(violation["message"].is_null());
    CHECK(violation["step"] == 12);
    CHECK(violation["line"] == 41);
    CHECK(violation["because"][0]["event"] == 3);
    CHECK(violation["because"][0]["text"] == "alice/tab1 online");
}

TEST_CASE("the JSON document is JSON whatever the names contain") {
    CaseResult c = evictedSecond();
    c.id = "bad\xff\xc3name\"\\\x01";
    CHECK(Json::accept(jsonReport(of({c}), "0")));
}

TEST_CASE("JUnit counts failures, errors and skipped cases, a suite a folder") {
    CaseResult broken;
    broken.id = broken.file = "other/broken.json";
    broken.verdict = Verdict::Error;
    broken.diagnostics.emplace_back().message = "not JSON";
    CaseResult open = passing("other/open.json");
    open.verdict = Verdict::Inconclusive;
    open.reason = "1 duty was open when the trace ended";
    const std::string xml =
        junitReport(of({evictedSecond(), broken, open, notApplicable("other/na.json", "real clock")}));
    CHECK(contains(xml, "<testsuites name=\"mdsync\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"2\">"));
    CHECK(contains(xml, "<testsuite name=\"other\" tests=\"3\" failures=\"0\" errors=\"1\" skipped=\"2\">"));
    CHECK(contains(xml,
                   "<failure type=\"web.evict-earliest\" message=\"web.evict-earliest: alice/tab2 was disconnected; "
                   "alice/tab1 is older\">"));
    CHECK(contains(xml, "<error type=\"error\" message=\"not JSON\">"));
    CHECK(contains(xml, "<skipped message=\"inconclusive: 1 duty was open when the trace ended\"/>"));
    CHECK(contains(xml, "<skipped message=\"not applicable: real clock\"/>"));
}

TEST_CASE("in JUnit a rule that was not exercised is a failure, listed or required") {
    CaseResult c = passing("a.json");
    c.notExercised.push_back(RuleId::WebTenTabs);
    c.verdict = conclude(c);
    Result result = of({c});
    result.required = {RuleId::OnlineSent};
    const std::string xml = junitReport(result);
    CHECK(contains(xml, "<failure type=\"notExercised\" message=\"web.ten-tabs was not exercised\">"));
    CHECK(contains(xml, "online.sent was not exercised by the whole run"));
    CHECK(contains(xml, "failures=\"2\""));
}

TEST_CASE("XML carries no character that XML forbids") {
    CaseResult c = evictedSecond();
    c.violations[0].text = "<&\">\x01\xff\xef\xbf\xbf end";
    const std::string xml = junitReport(of({c}));
    CHECK(contains(xml, "&lt;&amp;&quot;&gt;???"));
    CHECK_FALSE(contains(xml, "\x01"));
}

TEST_CASE("the rules are listed, told at length, and given as JSON") {
    CHECK(contains(rulesTable(), "web.evict-earliest"));
    const std::string text = ruleText(rule(RuleId::WebEvictEarliest), {});
    for (const char* part : {"How it is read", "Checked when", "A smallest trace that violates it", "evicted by"}) {
        CHECK(contains(text, part));
    }
    CHECK(Json::parse(rulesJson(catalogue()))["rules"].size() == kRules);
}
