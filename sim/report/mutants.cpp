// Known-bad servers: the table of them, and which rules caught which, for people and programs.
#include "mdsync/matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "mdsync/again.hpp"
#include "mdsync/report.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> ruleNamesOf(const std::vector<RuleId>& ids) {
    std::vector<std::string> names;
    names.reserve(ids.size());
    for (const RuleId id : ids) names.emplace_back(rule(id).name);
    return names;
}

std::string list(const std::vector<RuleId>& ids) {
    return fmt::format("{}", fmt::join(ruleNamesOf(ids), ", "));
}

// A name that is code in Markdown.
std::string codes(const std::vector<RuleId>& ids) {
    std::string text;
    for (const RuleId id : ids) text += fmt::format("{}`{}`", text.empty() ? "" : ", ", rule(id).name);
    return text;
}

Json rowOf(const KnownBad& server) {
    return {{"name", std::string(server.name)},
            {"breaks", std::string(server.breaks)},
            {"partial", server.partial.empty() ? Json(nullptr) : Json(server.partial)},
            {"expected", ruleNamesOf(server.expected)}};
}

std::string dump(const Json& document) {
    // Scenarios' names may come from a file system and be no UTF-8.
    return documentText(document);
}

Json outcomeOf(const MutantOutcome& outcome) {
    Json document = rowOf(outcome.server);
    document["verdict"] = std::string(spell(outcome.verdict));
    document["caughtBy"] = Json::array();
    for (const Catch& by : outcome.caughtBy) {
        document["caughtBy"].push_back(
            {{"rule", std::string(rule(by.rule).name)}, {"scenario", by.scenario}, {"expected", by.declared}});
    }
    document["failed"] = outcome.failed;
    document["activated"] = outcome.activated;
    return document;
}

// What the whole run says: an interrupted one may still fail, never pass.
std::string_view wordFor(const MutantMatrix& matrix, bool whole) {
    if (!matrix.interrupted && (matrix.mutants.empty() || matrix.cases == 0)) return "nothing";
    if (!allNoticed(matrix, whole && !matrix.interrupted)) return "fail";
    return matrix.interrupted ? "inconclusive" : "pass";
}

// ---- For people -----------------------------------------------------------------------------------------------------

std::size_t longestName(const std::vector<MutantOutcome>& outcomes) {
    std::size_t width = 0;
    for (const MutantOutcome& outcome : outcomes) width = std::max(width, outcome.server.name.size());
    return width;
}

// `caught  evict-newest  web.evict-earliest  scenarios/web/eleventh-tab.json  (19 cases fail)`
std::string caughtLine(const MutantOutcome& outcome, std::size_t width, const Paint& paint) {
    const Catch& first = outcome.caughtBy.front();
    return fmt::format("{}   {:<{}}  {:<26}  {}{}\n", paint.green("caught"), outcome.server.name, width,
                       rule(first.rule).name, printable(first.scenario),
                       outcome.failed > 1 ? paint.faint(fmt::format("  and {} more", outcome.failed - 1)) : "");
}

// A server that no case gave an occasion to be wrong: there are many of these where little was asked for.
std::string idleLine(const MutantOutcome& outcome, const Paint& paint) {
    return fmt::format("{}   {}: {} ({})\n", paint.yellow("no occasion"), outcome.server.name, outcome.server.breaks,
                       list(outcome.server.expected));
}

// Where to look for why a server was not caught by a rule that it names.
std::string againFor(const MutantOutcome& outcome) {
    const bool other = outcome.verdict == MutantVerdict::CaughtByOther;
    const std::string server = fmt::format("mutant:{}", outcome.server.name);
    return spell(Again{.path = other ? outcome.caughtBy.front().scenario : outcome.activatedFirst,
                       .server = server,
                       .flags = "--timeline"});
}

// A server that escaped or was caught by other rules only, at length.
std::string faultText(const MutantOutcome& outcome, const Paint& paint) {
    const bool other = outcome.verdict == MutantVerdict::CaughtByOther;
    std::string text = fmt::format("{}  {}: {}\n", paint.red(other ? "OTHER  " : "ESCAPED"),
                                   paint.bold(outcome.server.name), outcome.server.breaks);
    text += fmt::format("         must be caught by {}\n", list(outcome.server.expected));
    text += fmt::format("         was wrong in {}, first in {}\n", counted(outcome.activated, "case"),
                        printable(outcome.activatedFirst));
    for (const Catch& by : outcome.caughtBy) {
        text += fmt::format("         caught by {} in {}\n", rule(by.rule).name, printable(by.scenario));
    }
    return text + fmt::format("         look:  {}\n", againFor(outcome));
}

// Servers that cannot be told apart here.
std::string sameLines(const MutantMatrix& matrix) {
    std::string text;
    for (const std::vector<std::string_view>& group : matrix.coinciding) {
        text +=
            fmt::format("same     {} fail the same cases by the same rules and count as one\n", fmt::join(group, ", "));
    }
    return text;
}

std::string idleRules(const MutantMatrix& matrix, const Paint& paint) {
    if (matrix.idle.empty()) return {};
    return fmt::format("{} {} caught no known-bad server that names {}:\n{}", paint.red("IDLE    "),
                       counted(matrix.idle.size(), "rule"), matrix.idle.size() == 1 ? "it" : "them",
                       wrapped(list(matrix.idle), "         ", 100));
}

std::string lastLine(const MutantMatrix& matrix, bool whole, const Paint& paint) {
    const std::string_view word = wordFor(matrix, whole);
    std::string text = word == "pass"       ? paint.green("PASS")
                       : word == "fail"     ? paint.red("FAIL")
                       : matrix.interrupted ? paint.yellow("INTERRUPTED")
                                            : paint.yellow("NOTHING");
    text += fmt::format("  {}: {} caught", counted(matrix.mutants.size(), "known-bad server"),
                        matrix.count(MutantVerdict::Caught));
    const auto add = [&](MutantVerdict verdict, std::string_view what) {
        if (const std::size_t count = matrix.count(verdict); count > 0) text += fmt::format(", {} {}", count, what);
    };
    add(MutantVerdict::CaughtByOther, "by another rule only");
    add(MutantVerdict::Escaped, "escaped");
    add(MutantVerdict::NotActivated, "not activated");
    text += fmt::format("; {} distinct", matrix.distinct);
    if (whole) text += fmt::format("; {} of {} rules catch one", kRules - matrix.idle.size(), kRules);
    return text + fmt::format("; {}\n", counted(matrix.cases, "case"));
}

}  // namespace

std::string knownBadTable(const std::vector<KnownBad>& servers, const ConsoleOptions& options) {
    const Paint paint(options.color);
    std::string text;
    for (const KnownBad& server : servers) {
        text += fmt::format("{}\n", paint.bold(server.name));
        text += wrapped(server.breaks, "    ", 92);
        if (!server.partial.empty()) text += fmt::format("    only: {}\n", server.partial);
        text += fmt::format("    {}\n", paint.faint(list(server.expected)));
    }
    return text + fmt::format("{}{}. mdsync mutants PATH... shows which rules catch them there.\n",
                              servers.empty() ? "" : "\n", counted(servers.size(), "known-bad server"));
}

std::string knownBadJson(const std::vector<KnownBad>& servers) {
    Json document = {{"mdsync", "mutant-list/1"}, {"mutants", Json::array()}};
    for (const KnownBad& server : servers) document["mutants"].push_back(rowOf(server));
    return dump(document);
}

std::string knownBadMarkdown(const std::vector<KnownBad>& servers) {
    std::string text = "| known-bad server | what it does wrong | only | must be caught by |\n|---|---|---|---|\n";
    for (const KnownBad& server : servers) {
        text += fmt::format("| `{}` | {} | {} | {} |\n", server.name, server.breaks, server.partial,
                            codes(server.expected));
    }
    return text;
}

std::string mutantsReport(const MutantMatrix& matrix, bool whole, const ConsoleOptions& options) {
    const Paint paint(options.color);
    const bool quiet = options.verbosity < 0;
    std::string caught;
    std::string idle;
    std::string faults;
    const std::size_t width = longestName(matrix.mutants);
    for (const MutantOutcome& outcome : matrix.mutants) {
        if (outcome.verdict == MutantVerdict::Caught) {
            caught += caughtLine(outcome, width, paint);
        } else if (outcome.verdict == MutantVerdict::NotActivated) {
            idle += idleLine(outcome, paint);
        } else {
            faults += faultText(outcome, paint);
        }
    }
    std::string text = quiet ? std::string() : caught + sameLines(matrix);
    if (whole || !quiet) text += idle;
    text += faults;
    if (whole && !matrix.interrupted) text += idleRules(matrix, paint);
    return text + lastLine(matrix, whole, paint);
}

std::string mutantsJson(const MutantMatrix& matrix, bool whole, std::string_view version) {
    Json document = {{"mdsync", "mutants/1"},
                     {"version", std::string(version)},
                     {"verdict", std::string(wordFor(matrix, whole))},
                     {"summary",
                      {{"mutants", matrix.mutants.size()},
                       {"cases", matrix.cases},
                       {"caught", matrix.count(MutantVerdict::Caught)},
                       {"caughtByOther", matrix.count(MutantVerdict::CaughtByOther)},
                       {"escaped", matrix.count(MutantVerdict::Escaped)},
                       {"notActivated", matrix.count(MutantVerdict::NotActivated)},
                       {"distinct", matrix.distinct},
                       {"distinctPartial", matrix.distinctPartial}}},
                     {"rulesThatCaughtNone", ruleNamesOf(matrix.idle)}};
    if (matrix.interrupted) document["interrupted"] = true;
    document["coinciding"] = Json::array();
    for (const std::vector<std::string_view>& group : matrix.coinciding) {
        document["coinciding"].push_back(std::vector<std::string>(group.begin(), group.end()));
    }
    document["mutants"] = Json::array();
    for (const MutantOutcome& outcome : matrix.mutants) document["mutants"].push_back(outcomeOf(outcome));
    document["guards"] = Json::array();
    for (const Guards& of : matrix.guards) {
        document["guards"].push_back(
            {{"rule", std::string(rule(of.rule).name)}, {"files", of.files}, {"servers", of.servers}});
    }
    return dump(document);
}

}  // namespace mdsync
