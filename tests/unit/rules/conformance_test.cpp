// The recorded traces of tests/conformance: a test case a family, a subcase a trace. One alone:
//
//     unit_rules -tc="traces: web" -sc='web.evict-earliest.by-before-online.bad.jsonl'
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "recorded.hpp"

namespace mdsync::recorded {
namespace {

void judgeFamily(const std::string& family) {
    for (const Recorded& trace : all()) {
        if (trace.family() != family) continue;
        SUBCASE(trace.name().c_str()) {
            const std::string found = differences(trace, judge(trace));
            CHECK_MESSAGE(found.empty(),
                          fmt::format("{}\n{}  why: {}", trace.path.string(), found, trace.expected.why));
        }
    }
}

constexpr std::array kFamilies{"off",  "online",    "limit",    "web",  "status", "service",   "compensation", "recall",
                               "api",  "chatroom",  "delivery", "edge", "open",   "accompany", "reading",      "silent",
                               "seen", "malformed", "layout",   "time", "follow", "precedence"};

const Recorded* find(const std::string& name) {
    const auto found = std::ranges::find_if(all(), [&](const Recorded& trace) { return trace.name() == name; });
    return found == all().end() ? nullptr : &*found;
}

// The lines after the first, and the first without its expectation.
std::vector<std::string> linesOf(const Recorded& trace) {
    std::vector<std::string> lines;
    std::istringstream stream(trace.text.substr(0, trace.text.find(R"(,"x-expect":)")) +
                              trace.text.substr(std::min(trace.text.size(), trace.text.find('\n'))));
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

// Whether one line was changed, removed or added between the two.
bool differInOneLine(const Recorded& one, const Recorded& other) {
    const std::vector<std::string> a = linesOf(one);
    const std::vector<std::string> b = linesOf(other);
    const auto begin = std::ranges::mismatch(a, b);
    const auto [endA, endB] = std::mismatch(a.rbegin(), std::make_reverse_iterator(begin.in1), b.rbegin(),
                                            std::make_reverse_iterator(begin.in2));
    const auto changedA = endA.base() - begin.in1;
    const auto changedB = endB.base() - begin.in2;
    return changedA <= 1 && changedB <= 1 && changedA + changedB > 0;
}

// Whether the trace violates the rule, and beside it only what must go with it.
bool violatesExactly(const std::string& rule, std::set<std::string> violated) {
    const std::set<std::string> accompanying{"service.default-off", "service.takes-effect"};
    if (violated.erase(rule) == 0) return false;
    if (accompanying.contains(rule)) return violated.size() == 1;
    std::erase_if(violated, [&](const std::string& name) { return accompanying.contains(name); });
    return violated.empty();
}

bool sameChain(const Violation& a, const Violation& b) {
    return std::ranges::equal(a.because, b.because, [](const Because& x, const Because& y) {
        return x.event == y.event && x.t == y.t && x.origin == y.origin && x.text == y.text;
    });
}

// Whether `companion` says of its service rule what `other` says of the rule that it accompanies.
bool accompanies(const Violation& companion, const Violation& other) {
    return companion.text.ends_with(fmt::format(": {} is violated", rule(other.rule).name)) &&
           companion.event == other.event && companion.t == other.t && companion.origin == other.origin &&
           companion.device == other.device && companion.user == other.user && companion.message == other.message &&
           companion.messageName == other.messageName && sameChain(companion, other);
}

}  // namespace

// clang-format off
TEST_CASE("traces: off") { judgeFamily("off"); }
TEST_CASE("traces: online") { judgeFamily("online"); }
TEST_CASE("traces: limit") { judgeFamily("limit"); }
TEST_CASE("traces: web") { judgeFamily("web"); }
TEST_CASE("traces: status") { judgeFamily("status"); }
TEST_CASE("traces: service") { judgeFamily("service"); }
TEST_CASE("traces: compensation") { judgeFamily("compensation"); }
TEST_CASE("traces: recall") { judgeFamily("recall"); }
TEST_CASE("traces: api") { judgeFamily("api"); }
TEST_CASE("traces: chatroom") { judgeFamily("chatroom"); }
TEST_CASE("traces: delivery") { judgeFamily("delivery"); }
TEST_CASE("traces: edge") { judgeFamily("edge"); }
TEST_CASE("traces: open") { judgeFamily("open"); }
TEST_CASE("traces: accompany") { judgeFamily("accompany"); }
TEST_CASE("traces: reading") { judgeFamily("reading"); }
TEST_CASE("traces: silent") { judgeFamily("silent"); }
TEST_CASE("traces: seen") { judgeFamily("seen"); }
TEST_CASE("traces: malformed") { judgeFamily("malformed"); }
TEST_CASE("traces: layout") { judgeFamily("layout"); }
TEST_CASE("traces: time") { judgeFamily("time"); }
TEST_CASE("traces: follow") { judgeFamily("follow"); }
TEST_CASE("traces: precedence") { judgeFamily("precedence"); }
// clang-format on

TEST_CASE("every trace belongs to a family that is judged above, and no family is empty") {
    std::set<std::string> families;
    for (const Recorded& trace : all()) families.insert(trace.family());
    CHECK(families == std::set<std::string>(kFamilies.begin(), kFamilies.end()));
}

TEST_CASE("a service rule names the line and the chain of what it accompanies") {
    for (const Recorded& trace : all()) {
        const std::vector<Violation> violations = judge(trace).violations;
        for (const Violation& companion : violations) {
            if (companion.rule != RuleId::ServiceDefaultOff && companion.rule != RuleId::ServiceTakesEffect) continue;
            CAPTURE(trace.name());
            CHECK_FALSE(companion.because.empty());
            CHECK(std::ranges::any_of(violations, [&](const Violation& v) { return accompanies(companion, v); }));
        }
    }
}

TEST_CASE("a bad trace is named after its rule and has a near miss, which differs in one line and is legal") {
    for (const Recorded& bad : all()) {
        std::string near = bad.name();
        const std::size_t end = near.rfind(".bad.jsonl");
        if (end == std::string::npos) continue;
        CAPTURE(near);
        CHECK(ruleOf(bad));
        const Recorded* good = find(near.replace(end, near.npos, ".good.jsonl"));
        REQUIRE(good != nullptr);
        CHECK(good->expected.verdict == "pass");
        CHECK(differInOneLine(bad, *good));
    }
}

TEST_CASE("every rule has a pair of traces that violates exactly it, and nearly") {
    for (const Rule& row : catalogue()) {
        CAPTURE(row.name);
        CHECK(std::ranges::any_of(all(), [&](const Recorded& trace) {
            return ruleOf(trace) == row.id && trace.name().ends_with(".bad.jsonl") &&
                   violatesExactly(std::string(row.name), trace.expected.rules);
        }));
    }
}

}  // namespace mdsync::recorded
