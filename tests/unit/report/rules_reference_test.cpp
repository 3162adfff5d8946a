// The rules reference: every rule, with its examples as ladders.
#include <doctest/doctest.h>

#include "mdsync/report.hpp"

using namespace mdsync;

TEST_CASE("the rules reference shows every rule with both its examples") {
    const std::string page = rulesReference();
    for (const Rule& row : catalogue()) {
        CAPTURE(row.name);
        const std::string name(row.name);
        CHECK(page.find("### " + name + "\n") != std::string::npos);
        for (const std::string_view text : {row.source, row.quote, row.statement, row.reading, row.tempted}) {
            CHECK(page.find(text) != std::string::npos);
        }
        CHECK(page.find("sim/rules/examples/" + name + ".keeps.jsonl") != std::string::npos);
        CHECK(page.find("sim/rules/examples/" + name + ".breaks.jsonl") != std::string::npos);
        // In the margin of the second ladder stands the rule; one that only goes with another, beneath that.
        const bool isCompanion = row.id == RuleId::ServiceDefaultOff || row.id == RuleId::ServiceTakesEffect;
        CHECK((isCompanion || page.find("! " + name + ": ") != std::string::npos));
    }
}
