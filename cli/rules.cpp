// mdsync rules: the rules, one at length, or those that too few scenario files guard.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "mdsync/documents.hpp"
#include "mdsync/mutants.hpp"
#include "mdsync/report.hpp"
#include "mdsync/run.hpp"
#include "output.hpp"
#include "selection_options.hpp"
#include "tell.hpp"
#include "terminal.hpp"

namespace mdsync::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kGuardsWanted = 3;

struct RulesFlags {
    std::string id;
    std::vector<std::string> unguarded;
    std::vector<std::string> coverage;
    std::optional<unsigned> minCoverage;
    bool verbose = false;
    std::string format = "human";
    std::string color = "auto";
    bool markdown = false;
    std::optional<unsigned> jobs;
};

std::string asJson(const std::vector<Guards>& guards) {
    Json document = {{"mdsync", "guards/1"}, {"wanted", kGuardsWanted}, {"rules", Json::array()}};
    for (const Guards& of : guards) {
        document["rules"].push_back({{"id", std::string(rule(of.rule).name)},
                                     {"guarded", of.files.size() >= kGuardsWanted},
                                     {"files", of.files},
                                     {"servers", of.servers}});
    }
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string asText(const std::vector<Guards>& guards) {
    std::string text;
    std::size_t missing = 0;
    for (const Guards& of : guards) {
        if (of.files.size() >= kGuardsWanted) continue;
        ++missing;
        text += fmt::format("{:<28} {} of {}", rule(of.rule).name, of.files.size(), kGuardsWanted);
        for (const std::string& file : of.files) text += "  " + printable(file);
        text += of.servers.empty() ? "  (no known-bad server breaks it)\n" : "\n";
    }
    return text +
           fmt::format("{} of {} rules are guarded by fewer than {} files\n", missing, guards.size(), kGuardsWanted);
}

// A rule is guarded by a file if a known-bad server that must be caught by the rule makes the file fail by it.
int unguarded(const RulesFlags& flags) {
    const Interrupt interrupt;
    const unsigned jobs = jobsOf(flags.jobs);
    const Suite suite = loadSuite(flags.unguarded, {}, jobs, {}, &interrupt.flag());
    complainOfEmpty(suite);
    for (const Suite::Entry& entry : suite.entries) complain(entry.wrong);
    const std::vector<Guards> guards = findGuards(casesOf(suite), jobs, interrupt.flag());
    if (interrupt.signal() != 0) return kSignalled + interrupt.signal();
    const bool written = print(flags.format == "json" ? asJson(guards) : asText(guards));
    const bool all =
        std::all_of(guards.begin(), guards.end(), [](const Guards& of) { return of.files.size() >= kGuardsWanted; });
    const int code = suite.broken > 0 ? kBadInput : suite.cases == 0 ? kNothing : all ? kOk : kFailed;
    return written ? code : withUnwritable(code);
}

// What some results put to the test.
int coverage(const RulesFlags& flags) {
    std::vector<Result> results;
    for (const std::string& path : flags.coverage) {
        ResultFile file = readResult(path);
        complain(file.diagnostics);
        if (!file.valid) return kBadInput;
        results.push_back(std::move(file.result));
    }
    const Coverage found = coverageOf(results);
    const std::optional<RuleId> only = flags.id.empty() ? std::nullopt : findRule(flags.id);
    const ConsoleOptions console{wantsColor(flags.color, stdout), flags.verbose ? 1 : 0};
    const bool written = print(flags.markdown           ? coverageMarkdown(found, only)
                               : flags.format == "json" ? coverageJson(found, only)
                                                        : coverageText(found, only, console));
    const bool enough = found.permille() >= 10 * std::uint64_t{flags.minCoverage.value_or(0)};
    if (!enough) tell("mdsync: the coverage is below {} %\n", *flags.minCoverage);
    const int code = found.cases == 0 ? kNothing : enough ? kOk : kFailed;
    return written ? code : withUnwritable(code);
}

int show(const RulesFlags& flags) {
    const bool json = flags.format == "json";
    std::string text;
    if (flags.markdown) {
        text = rulesReference();
    } else if (flags.id.empty()) {
        text = json ? rulesJson(catalogue()) : rulesTable();
    } else {
        const Rule& row = rule(*findRule(flags.id));
        text = json ? rulesJson({&row, 1})
                    : ruleText(row, {.color = wantsColor(flags.color, stdout), .width = columnsOf(stdout)});
    }
    return print(text) ? kOk : kUnwritable;
}

}  // namespace

Command addRules(Program& program) {
    const CommandLine line = program.command("rules", "List the rules, or tell one at length");
    const auto flags = std::make_shared<RulesFlags>();
    line.value("rule", flags->id, "RULE", "Tell this rule at length").check(isRule);
    line.values("--unguarded", flags->unguarded, "PATH",
                "List the rules that fewer than three of these files guard: with the server broken in one decision, "
                "the file fails by the rule. Exit 1 if there are any");
    const Option covered =
        line.values("--coverage", flags->coverage, "RESULT",
                    "What these results put to the test, rule by rule and aspect by aspect, and what never was");
    line.number("--min-coverage", flags->minCoverage, 0, 100,
                "Exit 1 if less than N % of all aspects were put to the test")
        .needs(covered);
    line.flag("-v,--verbose", flags->verbose, "With --coverage: each aspect, and the cases").needs(covered);
    line.flag("--markdown", flags->markdown, "The whole catalogue, or the coverage, in Markdown");
    line.format(flags->format);
    line.color(flags->color);
    line.jobs(flags->jobs, "Files");
    line.example(
        "Examples:\n"
        "  mdsync rules web.evict-earliest\n"
        "  mdsync rules --unguarded scenarios\n"
        "  mdsync run scenarios --report json=r.json; mdsync rules --coverage r.json --min-coverage 90\n");
    return {line, [flags] {
                if (!flags->coverage.empty()) return coverage(*flags);
                return flags->unguarded.empty() ? show(*flags) : unguarded(*flags);
            }};
}

}  // namespace mdsync::cli
