#include "mdsync/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "scenario/mistakes.hpp"
#include "scenario/word_expression.hpp"

namespace mdsync {

namespace {

// The number behind the last colon of `text`, which is cut off then; nothing if there is none.
std::optional<std::uint32_t> cutNumber(std::string& text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) return std::nullopt;
    std::uint32_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, number);
    if (error != std::errc{} || stop != end) return std::nullopt;
    text.resize(colon);
    return number;
}

bool has(const Case& scenario, std::string_view pair) {
    return std::any_of(scenario.choice.begin(), scenario.choice.end(), [pair](const auto& chosen) {
        return pair.size() == chosen.first.size() + 1 + chosen.second.size() && pair.starts_with(chosen.first) &&
               pair[chosen.first.size()] == '=' && pair.ends_with(chosen.second);
    });
}

// Whether every `key=value` of `wanted` is chosen in `scenario`.
bool agrees(const Case& scenario, std::string_view wanted) {
    while (true) {
        const std::size_t comma = wanted.find(',');
        if (!has(scenario, wanted.substr(0, comma))) return false;
        if (comma == std::string_view::npos) return true;
        wanted.remove_prefix(comma + 1);
    }
}

template <class Test>
std::vector<std::size_t> casesThat(const ScenarioFile& file, Test test) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < file.cases.size(); ++i) {
        if (test(file.cases[i])) out.push_back(i);
    }
    return out;
}

std::string lowered(std::string_view text) {
    std::string out{text};
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

bool contains(const std::vector<std::string>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

// Whether one of `expressions` is true, or there is none.
bool oneHolds(const std::vector<std::string>& expressions, const std::function<bool(std::string_view)>& isTrue) {
    return expressions.empty() || std::any_of(expressions.begin(), expressions.end(), [&](const std::string& text) {
               std::string ignored;
               return scenario::holds(text, isTrue, ignored);
           });
}

std::size_t linesOf(std::string_view text) {
    const auto ends = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    return ends + (text.empty() || text.ends_with('\n') ? 0 : 1);
}

}  // namespace

Selector parseSelector(const std::string& argument) {
    Selector selector{argument, std::nullopt, std::nullopt};
    std::error_code ignored;
    if (std::filesystem::exists(argument, ignored)) return selector;
    std::size_t hash = argument.find('#');
    for (std::size_t at = hash; at != std::string::npos; at = argument.find('#', at + 1)) {
        if (!std::filesystem::exists(argument.substr(0, at), ignored)) continue;  // a path may hold a # too
        hash = at;
        break;
    }
    if (hash != std::string::npos) {
        selector.path = argument.substr(0, hash);
        selector.choice = argument.substr(hash + 1);
        return selector;
    }
    const auto last = cutNumber(selector.path);
    if (!last) return selector;
    const auto first = cutNumber(selector.path);  // PATH:LINE:COLUMN
    selector.line = first ? first : last;
    return selector;
}

std::vector<std::size_t> selectCases(const ScenarioFile& file, const Selector& selector) {
    const auto all = [](const Case&) { return true; };
    if (selector.choice) {
        const std::string& wanted = *selector.choice;
        std::vector<std::size_t> exact =
            casesThat(file, [&wanted](const Case& scenario) { return choiceOf(scenario) == wanted; });
        if (!exact.empty()) return exact;
        return casesThat(file, [&wanted](const Case& scenario) { return agrees(scenario, wanted); });
    }
    if (selector.line) {
        const std::uint32_t line = *selector.line;
        if (line == 0 || (file.text && line > linesOf(file.text->own()))) return {};
        std::vector<std::size_t> holding = casesThat(file, [line](const Case& scenario) {
            return scenario.choiceSpan.line > 0 && scenario.choiceSpan.line <= line && line <= scenario.choiceLastLine;
        });
        if (!holding.empty()) return holding;
    }
    return casesThat(file, all);
}

std::string choiceOf(const Case& scenario) {
    std::string out;
    for (const auto& [key, text] : scenario.choice) out += fmt::format("{}{}={}", out.empty() ? "" : ",", key, text);
    return out;
}

std::string tidyPath(const std::string& path) {
    std::string tidy;
    std::string_view rest = path;
    while (!rest.empty()) {
        const std::string_view part = rest.substr(0, rest.find('/'));
        const bool isLast = part.size() == rest.size();
        rest.remove_prefix(part.size() + (isLast ? 0 : 1));
        const bool isRoot = part.empty() && tidy.empty();
        if (!isRoot && (part.empty() || part == ".")) continue;
        tidy += part;
        if (!isLast) tidy += '/';
    }
    if (tidy.empty()) return path.empty() ? path : ".";
    return tidy.front() == '-' ? "./" + tidy : tidy;
}

bool Filter::accepts(const Case& scenario) const {
    if (picks && !picks(scenario.file, scenario.id)) return false;
    const bool isRule = rules.empty() || std::any_of(rules.begin(), rules.end(), [&](const std::string& rule) {
                            return contains(scenario.rules, rule);
                        });
    if (!isRule) return false;
    if (!oneHolds(tags, [&](std::string_view tag) { return contains(scenario.tags, tag); })) return false;
    if (texts.empty()) return true;
    const std::string id = lowered(scenario.id);
    const std::string name = lowered(scenario.name);
    return oneHolds(texts, [&](std::string_view text) {
        const std::string wanted = lowered(text);
        return id.find(wanted) != std::string::npos || name.find(wanted) != std::string::npos;
    });
}

std::string wrongExpression(std::string_view text) {
    std::string mistake;
    (void)scenario::holds(
        text, [](std::string_view) { return true; }, mistake);
    return mistake.empty() ? "" : fmt::format("\"{}\": {}", text, mistake);
}

namespace {

// The files in `folder` and below that `isWanted`, by their names.
ListedFiles listFiles(const std::string& folder, bool (*isWanted)(std::string_view name)) {
    namespace fs = std::filesystem;
    ListedFiles found;
    std::error_code error;
    const auto complain = [&](const std::string& path) {
        found.diagnostics.push_back(scenario::aboutFile(
            scenario::Mistake::Unreadable, path, fmt::format("can't look into the folder: {}", error.message())));
    };
    std::vector<fs::path> waiting{fs::path{folder}};
    while (!waiting.empty()) {
        const fs::path here = waiting.back();
        waiting.pop_back();
        error.clear();
        fs::directory_iterator at{here, error};
        if (error) complain(here.string());
        for (; !error && at != fs::directory_iterator{}; at.increment(error)) {
            std::error_code ignored;
            if (at->is_directory(ignored) && !at->is_symlink(ignored)) {
                waiting.push_back(at->path());
            } else if (isWanted(at->path().filename().string()) && !at->is_directory(ignored)) {
                found.paths.push_back(at->path().string());
            }
        }
    }
    std::sort(found.paths.begin(), found.paths.end());
    return found;
}

// A file that is called `.json` has no ending.
bool hasEnding(std::string_view name, std::string_view ending) {
    return name.size() > ending.size() && name.ends_with(ending);
}

bool isScenarioName(std::string_view name) {
    return hasEnding(name, ".json");
}

bool isTraceName(std::string_view name) {
    return hasEnding(name, ".jsonl") || hasEnding(name, ".jsonl.gz") || hasEnding(name, ".jsonl.zst");
}

}  // namespace

ListedFiles listScenarioFiles(const std::string& folder) {
    return listFiles(folder, isScenarioName);
}

ListedFiles listTraceFiles(const std::string& folder) {
    return listFiles(folder, isTraceName);
}

}  // namespace mdsync
