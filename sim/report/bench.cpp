// The bench's figures: a table for people, the document `bench/1` for programs.
#include "mdsync/bench.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "mdsync/report.hpp"

namespace mdsync {

namespace {

using Json = nlohmann::ordered_json;

std::string perSecond(double rate) {
    if (rate >= 1e6) return fmt::format("{:.2f} M/s", rate / 1e6);
    return fmt::format("{:.0f} k/s", rate / 1e3);
}

void appendLoad(std::string& out, const LoadFigures& f) {
    out += fmt::format(
        "  {:>9} devices  {:>7} in flight  {:>10} judged deliveries  {:>11}   {:>5.2f} x the time of a bare heap ({})  "
        "{:>6.0f} B a device\n",
        f.devices, f.inFlight, f.deliveries, perSecond(f.deliveriesPerSecond), f.ratioToBareHeap,
        perSecond(f.heapEventsPerSecond), f.bytesPerDevice);
}

Json loadOf(const LoadFigures& f) {
    return {{"devices", f.devices},
            {"inFlight", f.inFlight},
            {"deliveries", f.deliveries},
            {"deliveriesPerSecond", f.deliveriesPerSecond},
            {"bareHeapPerSecond", f.heapEventsPerSecond},
            {"ratioToBareHeap", f.ratioToBareHeap},
            {"bytesPerDevice", f.bytesPerDevice}};
}

void appendViolations(std::string& out, const RuleCounts& counts) {
    for (const Rule& row : catalogue()) {
        const Counts& c = counts[static_cast<std::size_t>(row.id)];
        if (c.violated > 0) out += fmt::format("    {:<28} {:>8} violated\n", row.name, c.violated);
    }
}

void appendSearch(std::string& out, const SearchFigures& f) {
    out += "search: one thread, all rules on\n";
    out += fmt::format("  {:>9} drawn scenarios  {:>11}   each as dear as {:.0f} events of a bare heap\n", f.scenarios,
                       perSecond(f.scenariosPerSecond), f.heapEventsPerScenario);
    if (f.states > 0)
        out += fmt::format("  {:>9} branching states  {:>10}   each as dear as {:.0f} events of a bare heap\n",
                           f.states, perSecond(f.statesPerSecond), f.heapEventsPerState);
    if (f.found > 0) out += fmt::format("  {} failures found\n", f.found);
}

void appendSdk(std::string& out, const SdkFigures& f) {
    out += "sdk: the emulator on one thread, a message to 3 + 2 pages of the vendor's SDK, all rules on\n";
    if (!f.problem.empty()) {
        out += fmt::format("  failed: {}\n", f.problem);
        return appendViolations(out, f.counts);
    }
    out += fmt::format("  {:>9} connections  {:>10} deliveries  {:>11} of the emulator's processor time\n",
                       f.connections, f.deliveries, perSecond(f.deliveriesPerSecond));
    out += fmt::format("  {:.2f} x an echo on the same port ({})\n", f.ratioToEcho, perSecond(f.echoesPerSecond));
    out += fmt::format("  {:.1f} ms for half of the deliveries, {:.1f} ms for 99 of 100, at {}\n", f.medianMillis,
                       f.slowestMillis, perSecond(f.pacedPerSecond));
    appendViolations(out, f.counts);
}

Json violationsOf(const RuleCounts& counts) {
    Json violations = Json::object();
    for (const Rule& row : catalogue()) {
        const Counts& c = counts[static_cast<std::size_t>(row.id)];
        if (c.violated > 0) violations[std::string(row.name)] = c.violated;
    }
    return violations;
}

Json searchOf(const SearchFigures& f) {
    Json search = {{"scenarios", f.scenarios},
                   {"scenariosPerSecond", f.scenariosPerSecond},
                   {"heapEventsPerScenario", f.heapEventsPerScenario}};
    if (f.states > 0) {
        search["states"] = f.states;
        search["statesPerSecond"] = f.statesPerSecond;
        search["heapEventsPerState"] = f.heapEventsPerState;
    }
    search["found"] = f.found;
    return search;
}

Json sdkOf(const SdkFigures& f) {
    if (!f.problem.empty()) return {{"problem", f.problem}, {"violations", violationsOf(f.counts)}};
    return {{"connections", f.connections},
            {"deliveries", f.deliveries},
            {"deliveriesPerSecond", f.deliveriesPerSecond},
            {"echoesPerSecond", f.echoesPerSecond},
            {"ratioToEcho", f.ratioToEcho},
            {"latency", {{"deliveriesPerSecond", f.pacedPerSecond}, {"p50", f.medianMillis}, {"p99", f.slowestMillis}}},
            {"violations", violationsOf(f.counts)}};
}

}  // namespace

std::string benchReport(const BenchFigures& figures) {
    std::string out;
    if (figures.hasWorld) {
        out += "world: a fan-out to 5 + 4 devices, 5..80 ms, all rules on\n";
        appendLoad(out, figures.world);
        if (figures.hasCrowded) appendLoad(out, figures.crowded);
        out += fmt::format("  checks, with {} in flight\n", figures.world.inFlight);
        for (const Rule& row : catalogue()) {
            const Counts& c = figures.world.counts[static_cast<std::size_t>(row.id)];
            if (c.checked == 0 && c.violated == 0) continue;
            out += fmt::format("    {:<28} {:>10} checked  {:>8} violated\n", row.name, c.checked, c.violated);
        }
        for (const std::string& text : figures.world.violations) out += fmt::format("    {}\n", text);
    }
    if (figures.hasCheck) {
        const ReadFigures& c = figures.check;
        out += fmt::format("check: {} lines, {:.0f} bytes a line, all rules on\n", c.lines,
                           static_cast<double>(c.bytes) / static_cast<double>(c.lines));
        out += fmt::format("  {} read and judged, {:.0f} MB/s\n", perSecond(c.linesPerSecond), c.bytesPerSecond / 1e6);
        out +=
            fmt::format("  {:.2f} x a plain nlohmann DOM parse ({})\n", c.ratioToDom, perSecond(c.domLinesPerSecond));
        out +=
            fmt::format("  {:.2f} x a plain simdjson parse ({})\n", c.ratioToParse, perSecond(c.parseLinesPerSecond));
    }
    if (figures.hasSearch) appendSearch(out, figures.search);
    if (figures.hasSdk) appendSdk(out, figures.sdk);
    if (figures.hasCheck && figures.check.violated > 0) out += fmt::format("  {} violations\n", figures.check.violated);
    if (!figures.scale.empty()) {
        out += "scale: the same load over more devices\n";
        for (const LoadFigures& f : figures.scale) appendLoad(out, f);
    }
    if (figures.scale.size() > 1) {
        const double dearer = figures.scale.front().deliveriesPerSecond / figures.scale.back().deliveriesPerSecond;
        out += fmt::format("  a delivery is {:.2f} x dearer among {} devices than among {}\n", dearer,
                           figures.scale.back().devices, figures.scale.front().devices);
    }
    for (const RuleId idle : figures.idle) out += fmt::format("broken bench: {} was never checked\n", rule(idle).name);
    if (figures.interrupted) out += "interrupted: what had not ended is missing\n";
    return out;
}

std::string benchJson(const BenchFigures& figures) {
    Json document = {{"mdsync", "bench/1"}};
    if (figures.interrupted) document["interrupted"] = true;
    if (figures.hasWorld) {
        Json world = loadOf(figures.world);
        if (figures.hasCrowded) world["crowded"] = loadOf(figures.crowded);
        Json checked = Json::object();
        for (const Rule& row : catalogue()) {
            const Counts& c = figures.world.counts[static_cast<std::size_t>(row.id)];
            if (c.checked > 0) checked[std::string(row.name)] = c.checked;
        }
        world["checked"] = checked;
        world["violations"] = violationsOf(figures.world.counts);
        document["world"] = world;
    }
    if (figures.hasCheck) {
        const ReadFigures& c = figures.check;
        document["check"] = {
            {"lines", c.lines},           {"linesPerSecond", c.linesPerSecond}, {"bytesPerSecond", c.bytesPerSecond},
            {"ratioToDom", c.ratioToDom}, {"ratioToParse", c.ratioToParse},     {"violated", c.violated}};
    }
    if (figures.hasSearch) document["search"] = searchOf(figures.search);
    if (figures.hasSdk) document["sdk"] = sdkOf(figures.sdk);
    if (!figures.scale.empty()) {
        document["scale"] = Json::array();
        for (const LoadFigures& f : figures.scale) document["scale"].push_back(loadOf(f));
    }
    for (const auto& [name, value] : figures.load) document["load"][std::string(name)] = value;
    document["rounds"] = figures.rounds;
    for (const BenchCost& c : figures.costs) document["costs"][std::string(c.name)] = c.cost;
    return documentText(document);
}

std::string againstReport(const BenchBefore& before, const std::vector<CostChange>& changes, double tolerated) {
    constexpr double kPercent = 100;
    std::string out =
        fmt::format("against {}, in what the yardstick of each costs, medians of all rounds\n", before.path);
    for (const CostChange& c : changes) {
        if (c.isKnown()) {
            out += fmt::format("  {:<12} {:>9.2f} then  {:>9.2f} now  {:>+6.1f} %{}\n", c.name, c.before, c.now,
                               kPercent * c.dearer(), c.dearer() > tolerated ? "  DEARER" : "");
        } else {
            out += fmt::format("  {:<12} measured only {}\n", c.name, c.now > 0 ? "now" : "then");
        }
    }
    return out;
}

}  // namespace mdsync
