// The catalogue's texts are there, and its examples do what they say: read as trace files and judged by the rules.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/rules.hpp"
#include "mdsync/trace_io.hpp"

namespace mdsync {
namespace {

// What came out of an example: the reader's complaints, the verdict's parts.
struct Judged {
    std::vector<std::string> mistakes;
    RuleCounts counts{};
    std::uint64_t open = 0;
};

Judged judged(std::string_view trace) {
    TraceReader reader = TraceReader::ofText(trace, "example");
    Checker checker(reader.header());
    for (auto batch = reader.next(); !batch.empty(); batch = reader.next()) {
        for (const Event& event : batch) checker.feed(event, reader.lexicon(), reader.annex());
    }
    checker.finish(reader.lexicon());
    Judged result;
    for (const Diagnostic& mistake : reader.diagnostics()) result.mistakes.push_back(mistake.message);
    result.counts = checker.counts();
    result.open = checker.openDuties();
    return result;
}

std::set<std::string_view> violated(const RuleCounts& counts) {
    std::set<std::string_view> names;
    for (const Rule& row : catalogue()) {
        if (counts.at(static_cast<std::size_t>(row.id)).violated > 0) names.insert(row.name);
    }
    return names;
}

// The rules that a violation of `row` brings about: itself and, for off and service rules, the one that goes with it.
std::set<std::string_view> expectedViolations(const Rule& row) {
    switch (row.id) {
        case RuleId::ServiceDefaultOff:
            return {row.name, "off.no-sent-sync"};
        case RuleId::ServiceTakesEffect:
            return {row.name, "online.received"};
        default:
            break;
    }
    if (row.name.starts_with("off.")) return {row.name, "service.default-off"};
    return {row.name};
}

}  // namespace

TEST_CASE("the catalogue has every rule once, in the order of the ids") {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < kRules; ++i) {
        const Rule& row = catalogue()[i];
        CHECK(static_cast<std::size_t>(row.id) == i);
        CHECK(names.insert(row.name).second);
        CHECK(&rule(row.id) == &row);
        CHECK(findRule(row.name) == row.id);
    }
    CHECK(ruleNames().size() == kRules);
    CHECK_FALSE(findRule("web.eleven-tabs"));
    CHECK_FALSE(findRule(""));
}

TEST_CASE("every rule has all its texts, as whole sentences") {
    for (const Rule& row : catalogue()) {
        CAPTURE(row.name);
        CHECK(row.name.find('.') != std::string_view::npos);
        for (const std::string_view text : {row.statement, row.reading, row.tempted}) {
            CHECK(text.size() > 15);
            CHECK(text.ends_with('.'));
            CHECK(text.find("  ") == std::string_view::npos);
        }
        CHECK(row.passing.starts_with("{\"mdsync\":\"trace/1\""));
        CHECK(row.failing.starts_with("{\"mdsync\":\"trace/1\""));
        CHECK(row.passing != row.failing);
    }
}

TEST_CASE("a rule of the seed is quoted in its words, and no other pretends to be") {
    for (const Rule& row : catalogue()) {
        CAPTURE(row.name);
        if (row.source.starts_with("seed, \"")) {
            CHECK(row.quote.size() > 20);
        } else {
            CHECK((row.source == "docs" || row.source == "derived"));
            CHECK(row.quote.empty());
        }
    }
}

TEST_CASE("the passing example puts its rule to the test and violates nothing") {
    for (const Rule& row : catalogue()) {
        CAPTURE(row.name);
        const Judged result = judged(row.passing);
        CHECK(result.mistakes == std::vector<std::string>{});
        CHECK(violated(result.counts) == std::set<std::string_view>{});
        CHECK(result.counts.at(static_cast<std::size_t>(row.id)).checked > 0);
        CHECK(result.open == 0);
    }
}

TEST_CASE("the failing example violates exactly its rule, and what goes with it") {
    for (const Rule& row : catalogue()) {
        CAPTURE(row.name);
        const Judged result = judged(row.failing);
        CHECK(result.mistakes == std::vector<std::string>{});
        CHECK(violated(result.counts) == expectedViolations(row));
        CHECK(result.open == 0);
    }
}

TEST_CASE("a check tells which aspects of its rule it had") {
    for (const Rule& row : catalogue()) {
        if (aspectsOf(row.id) == 0) continue;
        CAPTURE(row.name);
        const auto had = [&](std::string_view trace) {
            return judged(trace).counts.at(static_cast<std::size_t>(row.id)).aspects & aspectsOf(row.id);
        };
        CHECK(had(row.passing) != 0);
        CHECK(had(row.failing) != 0);
    }
}

TEST_CASE("every aspect has a word of its own, a text, and a rule that has it") {
    Aspects used = 0;
    for (const Rule& row : catalogue()) used |= aspectsOf(row.id);
    std::set<std::string_view> words;
    for (std::size_t i = 0; i < kAspects; ++i) {
        const auto aspect = static_cast<Aspect>(i);
        CAPTURE(spell(aspect));
        CHECK(words.insert(spell(aspect)).second);
        CHECK(findAspect(spell(aspect)) == aspect);
        CHECK_FALSE(explain(aspect).empty());
        CHECK((used & bit(aspect)) != 0);
    }
    CHECK_FALSE(findAspect("sunday"));
    CHECK(listed(bit(Aspect::Group) | bit(Aspect::Private)) == std::vector{Aspect::Private, Aspect::Group});
}

}  // namespace mdsync
