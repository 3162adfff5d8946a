// What is done alike with what was explored.
#include "random/explored.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mdsync::search {

void add(RuleCounts& sum, const RuleCounts& counts) {
    for (std::size_t i = 0; i < kRules; ++i) sum[i] += counts[i];
}

void add(Tally& sum, const Tally& part) {
    sum.seeds += part.seeds;
    sum.runs += part.runs;
    sum.failed += part.failed;
    sum.steps += part.steps;
    sum.events += part.events;
    sum.notApplicable += part.notApplicable;
    if (sum.reason.empty() || (sum.errors == 0 && part.errors > 0)) sum.reason = part.reason;
    sum.errors += part.errors;
    sum.repeated += part.repeated;
    if (sum.difference.empty()) sum.difference = part.difference;
    sum.elapsed += part.elapsed;
    add(sum.counts, part.counts);
}

void sortFound(std::vector<Found>& found) {
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        return a.seed != b.seed ? a.seed < b.seed : a.failure < b.failure;
    });
}

nlohmann::ordered_json failureJson(const Found& found) {
    using Json = nlohmann::ordered_json;
    return {{"rule", rule(found.failure.rule).name},
            {"where", spell(found.failure.where)},
            {"scenario", found.file.empty() ? Json() : Json(found.file)},
            {"steps", found.steps},
            {"stepsBefore", found.stepsBefore},
            {"seed", found.seed},
            {"needsSeed", found.needsSeed},
            {"times", found.times},
            {"server", found.server},
            {"text", found.text}};
}

}  // namespace mdsync::search
