// What exploring gave, as text. See mdsync/explore.hpp.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "mdsync/again.hpp"
#include "random/explored.hpp"
#include "result/search_document.hpp"

namespace mdsync {

namespace {

using Json = nlohmann::ordered_json;

std::string counted(std::uint64_t number, std::string_view noun) {
    return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::uint64_t perSecond(std::uint64_t number, Millis elapsed) {
    return number * 1000 / static_cast<std::uint64_t>(std::max<std::int64_t>(1, elapsed.count()));
}

void appendFound(std::string& out, const Found& found) {
    out += fmt::format("FOUND {}\n\n  {}\n  {}; first by seed {}, in {}\n\n", spell(found.failure), found.text,
                       fmt::format("{} (of {}){}", counted(found.steps, "step"), found.stepsBefore,
                                   found.needsSeed ? ", needs its seed" : ""),
                       found.seed, counted(found.times, "scenario"));
    if (!found.file.empty()) {
        out += fmt::format("  again:    {}\n", spell(Again{.path = found.file, .server = found.server}));
    }
    out += fmt::format("  why:      mdsync explain {}\n\n", rule(found.failure.rule).name);
}

void appendRules(std::string& out, const Explored& explored) {
    std::size_t checked = 0;
    const Rule* rarest = nullptr;
    std::uint64_t least = 0;
    std::string idle;
    for (const Rule& row : catalogue()) {
        const std::uint64_t count = explored.counts[static_cast<std::size_t>(row.id)].checked;
        if (count == 0) {
            idle += fmt::format("{}{}", idle.empty() ? "" : ", ", row.name);
            continue;
        }
        ++checked;
        if (rarest != nullptr && count >= least) continue;
        rarest = &row;
        least = count;
    }
    out += fmt::format("rules  {} of {} put to the test", checked, kRules);
    if (rarest != nullptr) out += fmt::format("; least often {}, {} times", rarest->name, least);
    out += '\n';
    if (!idle.empty() && checked > 0) out += fmt::format("       not exercised: {}\n", idle);
}

void appendCases(std::string& out, const Explored& explored) {
    if (explored.runs == 0) return;
    out += fmt::format("cases  {} different ones; the next 1000 scenarios would show about {} new ones\n",
                       explored.cases, explored.casesOnce * 1000 / explored.runs);
}

}  // namespace

std::string exploreReport(const Explored& explored) {
    std::string out;
    for (const Found& found : explored.found) appendFound(out, found);
    appendRules(out, explored);
    appendCases(out, explored);
    if (!explored.leftOut.empty()) {
        out += fmt::format("target  takes none of these, and scenarios do without: {}\n",
                           fmt::join(explored.leftOut, "; "));
    }
    if (!explored.difference.empty()) out += fmt::format("NOT REPEATABLE  {}\n", explored.difference);
    const bool isCutShort = explored.interrupted && explored.found.empty();
    const char* verdict = explored.errors > 0                       ? "ERROR"
                          : isCutShort                              ? "INTERRUPTED"
                          : explored.runs == explored.notApplicable ? "NOTHING"
                          : explored.found.empty()                  ? "PASS"
                                                                    : "FAIL";
    out += fmt::format("{}  {}, {}, {}; {} failed, {}; {} repeated\n", verdict, counted(explored.runs, "scenario"),
                       counted(explored.steps, "step"), counted(explored.events, "event"), explored.failed,
                       counted(explored.found.size(), "distinct failure"), explored.repeated);
    if (explored.notApplicable > 0) out += fmt::format("{} not applicable\n", explored.notApplicable);
    if (explored.errors > 0) out += fmt::format("the target broke {} times\n", explored.errors);
    if (!explored.reason.empty()) out += fmt::format("  {}\n", explored.reason);
    if (explored.interrupted) out += "interrupted: the seeds up to here were explored\n";
    return out;
}

std::string exploreSpeed(const Explored& explored) {
    return fmt::format("{} in {}, {} scenarios a second\n", counted(explored.runs, "scenario"),
                       spellDuration(explored.elapsed), perSecond(explored.runs, explored.elapsed));
}

std::string exploreJson(const Explored& explored) {
    Json document = {{"mdsync", "explore/1"},
                     {"runs", explored.runs},
                     {"failed", explored.failed},
                     {"steps", explored.steps},
                     {"events", explored.events},
                     {"repeated", explored.repeated},
                     {"notApplicable", explored.notApplicable},
                     {"errors", explored.errors},
                     {"runsPerSecond", perSecond(explored.runs, explored.elapsed)},
                     {"cases", explored.cases},
                     {"casesSeenOnce", explored.casesOnce},
                     {"interrupted", explored.interrupted}};
    if (!explored.difference.empty()) document["difference"] = explored.difference;
    if (!explored.leftOut.empty()) document["leftOut"] = explored.leftOut;
    document["failures"] = Json::array();
    for (const Found& found : explored.found) document["failures"].push_back(search::failureJson(found));
    document["rules"] = ruleCountsJson(explored.counts);
    return documentText(document);
}

int exitCodeOf(const Explored& explored) {
    if (!explored.difference.empty()) return 70;
    if (explored.interrupted) return 128 + explored.interruptSignal;
    if (explored.errors > 0) return 3;
    if (!explored.found.empty()) return 1;
    return explored.runs == explored.notApplicable ? 4 : 0;
}

}  // namespace mdsync
