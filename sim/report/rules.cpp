// Rules: the catalogue for people and programs.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "mdsync/report.hpp"
#include "report/example.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

constexpr std::size_t kWidth = 96;

// The kinds of case within a rule, a line each.
std::string aspectList(RuleId id) {
    std::string text;
    for (const Aspect aspect : listed(aspectsOf(id))) {
        text += fmt::format("  {:<14} {}\n", spell(aspect), explain(aspect));
    }
    return text;
}

std::string_view levelOf(const Rule& rule) {
    return rule.level == Level::Must ? "must" : "must not";
}

std::string indented(std::string_view lines) {
    std::string text;
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find('\n'), lines.size());
        text += fmt::format("  {}\n", lines.substr(0, end));
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
    return text;
}

}  // namespace

std::string rulesTable() {
    std::string text;
    std::string_view family;
    for (const Rule& row : catalogue()) {
        const std::string_view of = row.name.substr(0, row.name.find('.'));
        if (of != family && !family.empty()) text += "\n";
        family = of;
        text += fmt::format("{:<28} {:<9} ", row.name, levelOf(row));
        const std::string indent(39, ' ');
        text += wrapped(row.statement, indent, kWidth - 26).substr(indent.size());
    }
    return text + fmt::format("\n{} rules. mdsync rules ID tells one at length.\n", kRules);
}

std::string ruleText(const Rule& rule, const ConsoleOptions& options) {
    const Paint paint(options.color);
    std::string text = fmt::format("{}  ({}; {})\n\n", paint.bold(rule.name), levelOf(rule), rule.source);
    text += wrapped(rule.statement, "  ", kWidth) + "\n";
    if (!rule.quote.empty())
        text += fmt::format("{}\n{}\n", paint.bold("The page says"), wrapped(rule.quote, "  | ", kWidth));
    if (!rule.reading.empty())
        text += fmt::format("{}\n{}\n", paint.bold("How it is read"), wrapped(rule.reading, "  ", kWidth));
    text += fmt::format("{}\n{}\n", paint.bold("Checked when"), wrapped(rule.tempted, "  ", kWidth));
    if (aspectsOf(rule.id) != 0) {
        text += fmt::format("{}\n{}\n", paint.bold("Aspects"), aspectList(rule.id));
    }
    if (rule.restsOn) {
        text +=
            fmt::format("{}\n{}\n", paint.bold("Behind an adapter"),
                        wrapped(fmt::format("An adapter that emulates \"{}\" is what this rule then judges, not the "
                                            "system behind it.",
                                            spell(*rule.restsOn)),
                                "  ", kWidth));
    }
    const LadderOptions ladder{.columns = options.width - 2, .color = options.color};
    text += fmt::format("{}\n{}\n", paint.bold("A smallest trace that keeps it"),
                        indented(exampleLadder(rule.passing, ladder)));
    text += fmt::format("{}\n{}", paint.bold("A smallest trace that violates it"),
                        indented(exampleLadder(rule.failing, ladder)));
    return text + fmt::format("\nThe traces themselves: mdsync rules {} --format json\n", rule.name);
}

std::string rulesJson(std::span<const Rule> rules) {
    nlohmann::ordered_json document = {{"mdsync", "rules/1"}, {"rules", nlohmann::ordered_json::array()}};
    for (const Rule& row : rules) {
        nlohmann::ordered_json aspects = nlohmann::ordered_json::array();
        for (const Aspect aspect : listed(aspectsOf(row.id))) aspects.push_back(std::string(spell(aspect)));
        document["rules"].push_back({{"id", std::string(row.name)},
                                     {"level", std::string(levelOf(row))},
                                     {"source", std::string(row.source)},
                                     {"quote", std::string(row.quote)},
                                     {"statement", std::string(row.statement)},
                                     {"reading", std::string(row.reading)},
                                     {"tempted", std::string(row.tempted)},
                                     {"aspects", aspects},
                                     {"passing", std::string(row.passing)},
                                     {"failing", std::string(row.failing)}});
    }
    return documentText(document);
}

}  // namespace mdsync
