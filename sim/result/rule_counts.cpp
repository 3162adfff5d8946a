#include "result/rule_counts.hpp"

#include <nlohmann/json.hpp>

namespace mdsync {

nlohmann::ordered_json ruleCountsJson(const RuleCounts& counts) {
    nlohmann::ordered_json rules = nlohmann::ordered_json::object();
    for (const Rule& row : catalogue()) {
        const Counts& of = counts[static_cast<std::size_t>(row.id)];
        rules[std::string(row.name)] = {
            {"checked", of.checked}, {"violated", of.violated}, {"undecided", of.undecided}, {"lapsed", of.lapsed}};
    }
    return rules;
}

}  // namespace mdsync
