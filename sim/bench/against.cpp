// What a run of the bench costs beside an earlier one.
#include <cstdlib>

#include "mdsync/bench.hpp"
#include "result/document.hpp"

namespace mdsync {

BenchBefore readBench(const std::string& path) {
    BenchBefore before;
    before.path = path;
    Document document(path, "bench/1");
    const Document::Node* costs = nullptr;
    if (document.readable()) costs = document.member(document.root(), "costs", json::Kind::Object, true);
    if (costs != nullptr) {
        for (const Document::Node& cost : document.children(*costs)) {
            if (!document.is(cost, json::Kind::Number, "a cost")) continue;
            before.costs.emplace_back(document.key(cost), std::strtod(document.textOf(cost).c_str(), nullptr));
        }
    }
    before.diagnostics = document.diagnostics();
    before.valid = before.diagnostics.empty();
    return before;
}

std::vector<CostChange> compareBench(const BenchBefore& before, const BenchFigures& figures) {
    std::vector<CostChange> changes;
    for (const BenchCost& now : figures.costs) {
        for (const auto& [name, cost] : before.costs) {
            if (name == now.name && cost > 0) changes.push_back({now.name, cost, now.cost});
        }
    }
    return changes;
}

}  // namespace mdsync
