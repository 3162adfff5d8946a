// The catalogue: every rule with its texts, in the order of RuleId.
//
// The rows stand at the beginning of FAMILY.cpp, their examples in examples/. Nothing here judges: the rules themselves are in
// the files of their families.
#include <algorithm>
#include <cassert>
#include <cstddef>
#include <string>

#include "mdsync/rules.hpp"
#include "rules/examples.hpp"
#include "rules/rows.hpp"

namespace mdsync {

namespace {

std::string_view exampleOf(const Rule& rule, std::string_view what) {
    const auto text = textOf(ruleExamples(), std::string(rule.name).append(what).append(".jsonl"));
    assert(text);
    return text.value_or("");
}

std::array<Rule, kRules> joined() {
    std::array<Rule, kRules> all{};
    std::size_t next = 0;
    const auto add = [&](std::span<const Rule> rows) {
        for (const Rule& row : rows) {
            assert(static_cast<std::size_t>(row.id) == next);
            all.at(next) = row;
            all.at(next).passing = exampleOf(row, ".keeps");
            all.at(next).failing = exampleOf(row, ".breaks");
            ++next;
        }
    };
    add(kOffRules);
    add(kOnlineRules);
    add(kLimitRules);
    add(kWebRules);
    add(kStatusRules);
    add(kServiceRules);
    add(kCompensationRules);
    add(kRecallRules);
    add(kApiRules);
    add(kChatroomRules);
    add(kDeliveryRules);
    assert(next == kRules);
    return all;
}

}  // namespace

std::span<const Rule, kRules> catalogue() {
    static const std::array<Rule, kRules> rules = joined();
    return rules;
}

const Rule& rule(RuleId id) {
    return catalogue()[static_cast<std::size_t>(id)];
}

std::optional<RuleId> findRule(std::string_view name) {
    const auto rules = catalogue();
    const auto found = std::find_if(rules.begin(), rules.end(), [&](const Rule& row) { return row.name == name; });
    if (found == rules.end()) return std::nullopt;
    return found->id;
}

std::vector<std::string_view> ruleNames() {
    std::vector<std::string_view> names;
    names.reserve(kRules);
    for (const Rule& row : catalogue()) names.push_back(row.name);
    return names;
}

}  // namespace mdsync
