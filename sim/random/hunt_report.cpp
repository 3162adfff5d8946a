// What a hunt gave, as text. See mdsync/explore.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "mdsync/explore.hpp"

namespace mdsync {

namespace {

std::string summaryOf(const std::vector<Hunted>& hunted, bool heldOut) {
    std::size_t count = 0;
    std::size_t caught = 0;
    std::vector<std::uint64_t> runs;
    for (const Hunted& one : hunted) {
        if (one.isHeldOut != heldOut) continue;
        ++count;
        if (one.runs == 0) continue;
        ++caught;
        runs.push_back(one.runs);
    }
    std::sort(runs.begin(), runs.end());
    if (runs.empty()) return fmt::format("{} of {} caught", caught, count);
    return fmt::format("{} of {} caught; half of them within {} scenarios, all within {}", caught, count,
                       runs[(runs.size() - 1) / 2], runs.back());
}

std::string rowOf(const Hunted& one) {
    const std::string runs = one.runs == 0 ? "escaped" : std::to_string(one.runs);
    const std::string steps = one.steps == 0 ? "" : std::to_string(one.steps);
    return fmt::format("| {}{} | {} | {} | {} |\n", one.name, one.isPartial ? " (partial)" : "", runs, steps,
                       one.runs == 0 ? "" : rule(one.rule).name);
}

std::string tableOf(const std::vector<Hunted>& hunted, bool heldOut) {
    std::string out = "| server | scenarios | steps | rule |\n|---|---|---|---|\n";
    for (const Hunted& one : hunted) {
        if (one.isHeldOut == heldOut) out += rowOf(one);
    }
    return out;
}

}  // namespace

std::string huntReport(const std::vector<Hunted>& hunted) {
    std::string out;
    for (const Hunted& one : hunted) {
        if (one.runs == 0) {
            out += fmt::format("ESCAPED  {:<34} active in {} scenarios, {} failed by other rules\n", one.name,
                               one.activated, one.otherwise);
            continue;
        }
        out += fmt::format("caught   {:<34} {:>7} scenarios {:>4} steps  {}{}\n", one.name, one.runs, one.steps,
                           rule(one.rule).name, one.isHeldOut ? "  (held out)" : "");
    }
    out += fmt::format("{}\nheld out: {}\n", summaryOf(hunted, false), summaryOf(hunted, true));
    return out;
}

std::string huntPage(const std::vector<Hunted>& hunted) {
    return fmt::format(
        "# What search makes of known-bad servers\n\n"
        "Printed by `mdsync explore --every-mutant --markdown`; a test says so when it is stale. Each known-bad server "
        "([mutants.md](mutants.md))\n"
        "runs generated scenarios, those of the seeds 1, 2, 3, ..., and none of the written ones, until a rule that it "
        "declares is\nviolated. *scenarios* is how many it took, *steps* how long the smallest of the first few "
        "failing ones is once it\nwas made small. *Partial* servers are wrong in some cases only: for one class of "
        "device, one kind of conversation, one time\nin a hundred.\n\n{}.\n\n{}\n"
        "## Held out\n\nTwelve servers, chosen by the hash of their names, were not looked at while the generator was "
        "tuned: what search makes of\nthem says more about the next server than the table above. {}.\n\n{}",
        summaryOf(hunted, false), tableOf(hunted, false), summaryOf(hunted, true), tableOf(hunted, true));
}

std::string huntJson(const std::vector<Hunted>& hunted) {
    nlohmann::ordered_json document = {{"mdsync", "hunt/1"}, {"mutants", nlohmann::ordered_json::array()}};
    for (const Hunted& one : hunted) {
        document["mutants"].push_back({{"name", one.name},
                                       {"partial", one.isPartial},
                                       {"heldOut", one.isHeldOut},
                                       {"caught", one.runs > 0},
                                       {"scenarios", one.runs},
                                       {"steps", one.steps},
                                       {"rule", one.runs > 0 ? rule(one.rule).name : ""},
                                       {"activated", one.activated},
                                       {"caughtByOther", one.otherwise}});
    }
    return documentText(document);
}

}  // namespace mdsync
