// Coverage: which rules, and which kinds of case within each, the cases of some results put to the test.
#include "mdsync/coverage.hpp"

#include <algorithm>
#include <numeric>

namespace mdsync {

std::uint64_t RuleCoverage::total() const {
    return std::max<std::uint64_t>(1, aspects.size());
}

std::uint64_t RuleCoverage::covered() const {
    if (aspects.empty()) return checked > 0 ? 1 : 0;
    return static_cast<std::uint64_t>(
        std::count_if(aspects.begin(), aspects.end(), [](const auto& of) { return of.second > 0; }));
}

std::vector<Aspect> RuleCoverage::missing() const {
    std::vector<Aspect> list;
    for (const auto& [aspect, times] : aspects) {
        if (times == 0) list.push_back(aspect);
    }
    return list;
}

std::uint64_t Coverage::total() const {
    return std::accumulate(rules.begin(), rules.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const RuleCoverage& of) { return sum + of.total(); });
}

std::uint64_t Coverage::covered() const {
    return std::accumulate(rules.begin(), rules.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const RuleCoverage& of) { return sum + of.covered(); });
}

std::uint64_t Coverage::permille() const {
    return total() == 0 ? 0 : covered() * 1000 / total();
}

Coverage coverageOf(std::span<const Result> results) {
    Coverage coverage;
    for (const Rule& row : catalogue()) {
        RuleCoverage& of = coverage.rules.emplace_back();
        of.rule = row.id;
        for (const Aspect aspect : listed(aspectsOf(row.id))) of.aspects.emplace_back(aspect, 0);
    }
    for (const Result& result : results) {
        for (const CaseResult& c : result.cases) {
            bool any = false;
            for (RuleCoverage& of : coverage.rules) {
                const Counts& counts = c.counts[static_cast<std::size_t>(of.rule)];
                if (counts.checked == 0 || isAdapters(c, of.rule)) continue;
                any = true;
                of.checked += counts.checked;
                of.cases.emplace_back(c.id, counts.checked);
                for (auto& [aspect, times] : of.aspects) times += (counts.aspects & bit(aspect)) != 0 ? 1 : 0;
            }
            if (any) ++coverage.cases;
        }
    }
    return coverage;
}

}  // namespace mdsync
