// What a run of the bench costs beside an earlier one.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "mdsync/bench.hpp"
#include "result/document.hpp"

namespace mdsync {

namespace {

void readLoad(Document& document, const BenchOptions& options) {
    const Document::Node* load = document.member(document.root(), "load", json::Kind::Object, true);
    if (load == nullptr) return;
    const auto usual = loadOf(BenchOptions{});
    const auto now = loadOf(options);
    for (std::size_t i = 0; i < now.size(); ++i) {
        const auto& [name, value] = now[i];
        const Document::Node* told = document.member(*load, name, json::Kind::Number, false);
        const std::uint64_t then = told == nullptr ? usual[i].second : document.natural(*load, name);
        if (then == value) continue;
        document.mistake(scenario::Mistake::OutOfRange, told == nullptr ? load->place : told->place,
                         fmt::format("it was measured with {} {}, and this run has {}", then, name, value),
                         "measure both with the same options");
    }
}

void readCosts(Document& document, BenchBefore& before) {
    const Document::Node* costs = document.member(document.root(), "costs", json::Kind::Object, true);
    if (costs == nullptr) return;
    for (const Document::Node& cost : document.children(*costs)) {
        const double value = std::strtod(document.textOf(cost).c_str(), nullptr);
        if (cost.kind != json::Kind::Number || !(value > 0) || !std::isfinite(value)) {
            document.mistake(scenario::Mistake::OutOfRange, cost.place,
                             fmt::format("a cost is a number above 0, and \"{}\" is not", document.key(cost)));
            continue;
        }
        before.costs.emplace_back(document.key(cost), value);
    }
}

}  // namespace

BenchBefore readBench(const std::string& path, const BenchOptions& options) {
    BenchBefore before;
    before.path = path;
    Document document(path, "bench/1");
    if (document.readable()) {
        readLoad(document, options);
        readCosts(document, before);
    }
    before.diagnostics = document.diagnostics();
    before.valid = before.diagnostics.empty();
    return before;
}

std::vector<std::pair<std::string_view, std::uint64_t>> loadOf(const BenchOptions& options) {
    return {{"seed", options.seed},
            {"users", options.users},
            {"inFlight", options.inFlight},
            {"deliveries", options.deliveries},
            {"lines", options.lines},
            {"scenarios", options.scenarios},
            {"steps", options.steps},
            {"connections", options.connections},
            {"sdkDeliveries", options.sdkDeliveries}};
}

std::vector<CostChange> compareBench(const BenchBefore& before, const BenchFigures& figures) {
    std::vector<CostChange> changes;
    for (const BenchCost& now : figures.costs) changes.push_back({std::string(now.name), 0, now.cost});
    for (const auto& [name, cost] : before.costs) {
        const auto same = std::find_if(changes.begin(), changes.end(),
                                       [&wanted = name](const CostChange& change) { return change.name == wanted; });
        if (same == changes.end()) {
            changes.push_back({name, cost, 0});
        } else {
            same->before = cost;
        }
    }
    return changes;
}

}  // namespace mdsync
