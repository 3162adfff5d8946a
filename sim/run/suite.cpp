// Suite: from the words of a command line to cases.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "mdsync/run.hpp"

namespace mdsync {

namespace {

// A file to be read, and which of its cases are wanted.
struct Wanted {
    std::string path;
    Selector selector;
    std::size_t argument = 0;
};

void addBroken(Suite& suite, const std::string& path, std::vector<Diagnostic> wrong) {
    Suite::Entry& entry = suite.entries.emplace_back();
    entry.scenario.file = entry.scenario.id = path;
    entry.wrong = std::move(wrong);
    ++suite.broken;
}

// The files that the arguments name; a folder stands for all scenario files below it.
std::vector<Wanted> filesOf(const std::vector<std::string>& arguments, Suite& suite) {
    std::vector<Wanted> files;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        Selector selector = arguments[i] == "-" ? Selector{"-", {}, {}} : parseSelector(arguments[i]);
        if (selector.path != "-") selector.path = tidyPath(selector.path);
        std::error_code error;
        if (selector.path == "-" || !std::filesystem::is_directory(selector.path, error)) {
            files.push_back({selector.path, selector, i});
            continue;
        }
        FoundFiles found = listScenarioFiles(selector.path);
        for (const std::string& path : found.paths) files.push_back({tidyPath(path), Selector{}, i});
        for (Diagnostic& diagnostic : found.diagnostics) addBroken(suite, diagnostic.file, {diagnostic});
    }
    return files;
}

NamedCase nameOf(const Case& scenario, std::size_t number, const std::shared_ptr<const std::string>& text) {
    return {.file = scenario.file,
            .id = scenario.id,
            .choice = scenario.choice,
            .name = scenario.name,
            .description = scenario.description,
            .rules = scenario.rules,
            .tags = scenario.tags,
            .steps = scenario.steps.size(),
            .number = number,
            .text = text};
}

// What is kept of a file: its text, and the names of its cases that are wanted.
struct Read {
    bool valid = false;
    bool isNamed = false;  // the selector fits something
    std::string why;       // it does not
    std::vector<NamedCase> cases;
    std::vector<Diagnostic> diagnostics;
};

// `it has 12 lines`, or which cases there are.
std::string whyNothing(const ScenarioFile& file, const Selector& selector) {
    constexpr std::size_t kShown = 8;
    if (selector.line) return "the file has no such line";
    if (file.cases.size() == 1 && file.cases.front().choice.empty()) return "the file has no matrix";
    std::vector<std::string> choices;
    for (std::size_t i = 0; i < std::min(file.cases.size(), kShown); ++i) choices.push_back(choiceOf(file.cases[i]));
    const std::size_t more = file.cases.size() - choices.size();
    return fmt::format("there are {}{}", fmt::join(choices, " "), more == 0 ? "" : fmt::format(" and {} more", more));
}

Read read(const Wanted& wanted, const Filter& filter, const std::shared_ptr<const std::string>& input,
          const std::atomic<bool>* stop) {
    ScenarioFile file;
    if (wanted.path == "-") {
        file = parseScenario(*input, "-", ruleNames());
        file.text = input;
    } else {
        file = readScenario(wanted.path, ruleNames(), stop);
    }
    Read read;
    read.valid = file.valid();
    read.isNamed = !read.valid;
    if (read.valid) {
        const std::vector<std::size_t> numbers = selectCases(file, wanted.selector);
        read.isNamed = !numbers.empty();
        if (numbers.empty()) read.why = whyNothing(file, wanted.selector);
        for (const std::size_t number : numbers) {
            const Case& scenario = file.cases[number];
            if (filter.accepts(scenario)) read.cases.push_back(nameOf(scenario, number, file.text));
        }
    }
    read.diagnostics = std::move(file.diagnostics);
    return read;
}

}  // namespace

Suite loadSuite(const std::vector<std::string>& arguments, const Filter& filter, unsigned jobs, std::string_view input,
                const std::atomic<bool>* stop) {
    Suite suite;
    const std::vector<Wanted> wanted = filesOf(arguments, suite);
    std::vector<Read> files(wanted.size());
    const auto text = std::make_shared<const std::string>(input);
    const std::atomic<bool> never{false};
    inParallel(jobs, wanted.size(), stop == nullptr ? never : *stop,
               [&](std::size_t i) { files[i] = read(wanted[i], filter, text, stop); });
    if (stop != nullptr && stop->load()) return {};  // what is missing would look as if it were not there

    std::set<std::string_view> seenFiles;
    std::set<std::string> seenCases;
    std::set<std::string_view> warned;
    std::vector<bool> named(arguments.size(), false);
    std::vector<std::string> why(arguments.size());
    for (std::size_t i = 0; i < files.size(); ++i) {
        Read& file = files[i];
        const std::string& path = wanted[i].path;
        const bool first = seenFiles.insert(path).second;
        if (first) ++suite.files;
        if (file.isNamed) named[wanted[i].argument] = true;
        why[wanted[i].argument] = file.why;
        if (!file.valid) {
            const bool isWanted = !filter.picks || filter.picks(path, path);
            if (first && isWanted) addBroken(suite, path, std::move(file.diagnostics));
            continue;
        }
        const std::size_t before = suite.cases;
        for (NamedCase& scenario : file.cases) {
            if (!seenCases.insert(scenario.id).second) continue;
            suite.entries.push_back({std::move(scenario), {}});
            ++suite.cases;
        }
        if (suite.cases > before && warned.insert(path).second) {
            suite.warnings.insert(suite.warnings.end(), file.diagnostics.begin(), file.diagnostics.end());
        }
    }
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (!named[i]) suite.empty.push_back({arguments[i], why[i]});
    }
    return suite;
}

Case NamedCase::make() const {
    return parseCase(*text, file, number, ruleNames());
}

std::vector<Case> casesOf(const Suite& suite) {
    std::vector<Case> cases;
    cases.reserve(suite.cases);
    for (const Suite::Entry& entry : suite.entries) {
        if (entry.isCase()) cases.push_back(entry.scenario.make());
    }
    return cases;
}

}  // namespace mdsync
