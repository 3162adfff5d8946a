// Coverage: what the cases of some results put to the test, for people, as Markdown and as the document `coverage/1`.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "mdsync/report.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

using Json = nlohmann::ordered_json;

std::string percent(const Coverage& coverage) {
    return fmt::format("{}.{} %", coverage.permille() / 10, coverage.permille() % 10);
}

std::string words(const std::vector<Aspect>& aspects) {
    std::vector<std::string_view> list;
    for (const Aspect aspect : aspects) list.push_back(spell(aspect));
    return fmt::format("{}", fmt::join(list, ", "));
}

std::string share(const RuleCoverage& of) {
    return of.aspects.empty() ? "-" : fmt::format("{}/{}", of.covered(), of.total());
}

std::string sum(const Coverage& coverage) {
    std::uint64_t rules = 0;
    for (const RuleCoverage& of : coverage.rules) rules += of.checked > 0 ? 1 : 0;
    return fmt::format("{} of {} rules, {} of {} aspects ({}) put to the test by {}", rules, coverage.rules.size(),
                       coverage.covered(), coverage.total(), percent(coverage), counted(coverage.cases, "case"));
}

bool wanted(const RuleCoverage& of, std::optional<RuleId> only) {
    return !only || of.rule == *only;
}

// All there is to say of one rule: each aspect, and the cases that put it to the test.
std::string atLength(const RuleCoverage& of, const Paint& paint) {
    std::string text;
    for (const auto& [aspect, times] : of.aspects) {
        const std::string count = times > 0 ? counted(times, "case") : paint.red("never");
        text += fmt::format("    {:<14} {}: {}\n", spell(aspect), explain(aspect), count);
    }
    for (const auto& [id, checks] : of.cases) text += fmt::format("    {:>8}  {}\n", checks, printable(id));
    return text + "\n";
}

}  // namespace

std::string coverageText(const Coverage& coverage, std::optional<RuleId> only, const ConsoleOptions& options) {
    const Paint paint(options.color);
    std::string text = fmt::format("{:<28}{:>9}{:>7}{:>9}  {}\n", "rule", "checked", "cases", "aspects", "never");
    for (const RuleCoverage& of : coverage.rules) {
        if (!wanted(of, only)) continue;
        const std::string never = of.checked == 0 ? paint.red("not exercised") : words(of.missing());
        std::string line =
            fmt::format("{:<28}{:>9}{:>7}{:>9}  {}", rule(of.rule).name, of.checked, of.cases.size(), share(of), never);
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
        if (only || options.verbosity > 0) text += atLength(of, paint);
    }
    return text + sum(coverage) + "\n";
}

std::string coverageMarkdown(const Coverage& coverage, std::optional<RuleId> only) {
    std::string text = "| rule | checked | cases | aspects | never |\n|---|--:|--:|--:|---|\n";
    for (const RuleCoverage& of : coverage.rules) {
        if (!wanted(of, only)) continue;
        text += fmt::format("| {} | {} | {} | {} | {} |\n", rule(of.rule).name, of.checked, of.cases.size(), share(of),
                            of.checked == 0 ? "**not exercised**" : words(of.missing()));
    }
    return text + fmt::format("\n{}.\n", sum(coverage));
}

std::string coverageJson(const Coverage& coverage, std::optional<RuleId> only) {
    Json rules = Json::array();
    for (const RuleCoverage& of : coverage.rules) {
        if (!wanted(of, only)) continue;
        Json aspects = Json::object();
        for (const auto& [aspect, times] : of.aspects) aspects[std::string(spell(aspect))] = times;
        Json never = Json::array();
        for (const Aspect aspect : of.missing()) never.push_back(std::string(spell(aspect)));
        Json scenarios = Json::array();
        for (const auto& [id, checks] : of.cases) scenarios.push_back({{"id", id}, {"checked", checks}});
        rules.push_back({{"id", std::string(rule(of.rule).name)},
                         {"checked", of.checked},
                         {"aspects", aspects},
                         {"never", never},
                         {"scenarios", scenarios}});
    }
    const Json document = {{"mdsync", "coverage/1"},          {"cases", coverage.cases},
                           {"covered", coverage.covered()},   {"total", coverage.total()},
                           {"permille", coverage.permille()}, {"rules", rules}};
    return documentText(document);
}

}  // namespace mdsync
