// Diff: what changed from one result to another, for people and as the document `diff/1`.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "mdsync/report.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kColumn = 48;  // where the changes begin
constexpr std::size_t kShown = 20;   // of a kind, unless -v
constexpr std::string_view kRun = "(the whole run)";

class DiffWriter {
public:
    explicit DiffWriter(const ConsoleOptions& options) : options_(options), paint_(options.color) {}

    std::string write(const Diff& diff) {
        section(paint_.red("worse"), diff.worse);
        section(paint_.red("no longer checked"), diff.unchecked);
        if (options_.verbosity >= 0) {
            section(paint_.green("better"), diff.better);
            section(paint_.bold("appeared"), diff.appeared);
            section(paint_.yellow("checked by fewer cases"), diff.rarer);
        }
        last(diff);
        return std::move(text_);
    }

private:
    void section(const std::string& title, const std::vector<CaseChange>& changes) {
        if (changes.empty()) return;
        text_ += title + "\n";
        const std::size_t shown = options_.verbosity > 0 ? changes.size() : std::min(changes.size(), kShown);
        for (std::size_t i = 0; i < shown; ++i) {
            const CaseChange& change = changes[i];
            const std::string where = change.scenario.empty() ? std::string(kRun) : printable(change.scenario);
            const std::size_t pad = where.size() < kColumn ? kColumn - where.size() : 0;
            text_ += fmt::format("  {}{}  {}\n", where, std::string(pad, ' '), printable(change.text));
        }
        if (shown < changes.size()) text_ += fmt::format("  {} more: -v\n", changes.size() - shown);
        text_ += "\n";
    }

    void last(const Diff& diff) {
        const std::string word = diff.regressed() ? paint_.red("WORSE") : paint_.green("NOT WORSE");
        text_ += fmt::format("{}  {} worse, {} no longer checked, {} better, {} appeared; {} without a change\n", word,
                             diff.worse.size(), diff.unchecked.size(), diff.better.size(), diff.appeared.size(),
                             counted(diff.same, "case"));
    }

    const ConsoleOptions& options_;
    Paint paint_;
    std::string text_;
};

Json asJson(const std::vector<CaseChange>& changes) {
    Json list = Json::array();
    for (const CaseChange& change : changes) {
        const auto orNull = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
        list.push_back({{"scenario", orNull(change.scenario)},
                        {"rule", change.rule ? Json(std::string(rule(*change.rule).name)) : Json(nullptr)},
                        {"device", orNull(change.device)},
                        {"text", change.text}});
    }
    return list;
}

}  // namespace

std::string diffText(const Diff& diff, const ConsoleOptions& options) {
    return DiffWriter(options).write(diff);
}

std::string diffJson(const Diff& diff) {
    const Json document = {{"mdsync", "diff/1"},
                           {"verdict", diff.regressed() ? "worse" : "notWorse"},
                           {"worse", asJson(diff.worse)},
                           {"noLongerChecked", asJson(diff.unchecked)},
                           {"better", asJson(diff.better)},
                           {"appeared", asJson(diff.appeared)},
                           {"checkedByFewer", asJson(diff.rarer)},
                           {"unchanged", diff.same}};
    return documentText(document);
}

}  // namespace mdsync
