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
    bool isOfFolder = false;
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
        ListedFiles found = listScenarioFiles(selector.path);
        for (const std::string& path : found.paths) files.push_back({tidyPath(path), Selector{}, i, true});
        for (Diagnostic& diagnostic : found.diagnostics) addBroken(suite, diagnostic.file, {diagnostic});
    }
    return files;
}

NamedCase nameOf(const Case& scenario, std::size_t number, const std::shared_ptr<const ScenarioText>& text) {
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
    ScenarioFile::Kind kind = ScenarioFile::Kind::Whole;
    std::vector<NamedCase> cases;
    std::vector<Diagnostic> diagnostics;
    std::vector<std::string> bases;
    std::vector<std::string> variables;
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

// What a file is told that was named, but is only there for others to extend.
Diagnostic noScenario(const std::string& path) {
    Diagnostic wrong;
    wrong.code = "scenario.missing-key";
    wrong.message = "this file has neither \"name\" nor \"steps\": it is there for others to extend";
    wrong.file = path;
    wrong.hint = "run a file that says \"extends\"";
    return wrong;
}

Read read(const Wanted& wanted, const Filter& filter, std::string_view input, const std::atomic<bool>* stop,
          const MatrixValues& values) {
    ScenarioFile file = wanted.path == "-" ? parseScenario(input, "-", ruleNames(), values)
                                           : readScenario(wanted.path, ruleNames(), stop, values);
    Read read;
    read.kind = file.kind;
    if (file.text) read.bases = file.text->bases();
    read.variables = std::move(file.variables);
    const bool isCast = file.kind == ScenarioFile::Kind::Cast;
    if (isCast && file.valid() && !wanted.isOfFolder) file.diagnostics.push_back(noScenario(wanted.path));
    read.valid = file.valid();
    read.isNamed = !read.valid;
    if (read.valid && !isCast) {
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

namespace {

// The files that others extend, as they would be named.
std::set<std::string> basesOf(const std::vector<Read>& files) {
    std::set<std::string> bases;
    for (const Read& file : files) {
        for (const std::string& base : file.bases) bases.insert(tidyPath(base));
    }
    return bases;
}

// Says of each value whether a file with cases, or one that could not be read, has such a variable.
void lookForVariables(Suite& suite, const std::vector<Read>& files, const MatrixValues& values) {
    std::set<std::string> known;
    bool isDoubtful = false;
    for (const Read& file : files) {
        if (file.valid && !file.cases.empty()) known.insert(file.variables.begin(), file.variables.end());
        isDoubtful = isDoubtful || !file.valid;
    }
    suite.variables.assign(known.begin(), known.end());
    for (const auto& [name, value] : values) {
        if (!known.contains(name) && !isDoubtful) suite.unknownVariables.push_back(name);
    }
}

}  // namespace

Suite loadSuite(const std::vector<std::string>& arguments, const Filter& filter, unsigned jobs, std::string_view input,
                const std::atomic<bool>* stop, const MatrixValues& values) {
    Suite suite;
    const std::vector<Wanted> wanted = filesOf(arguments, suite);
    std::vector<Read> files(wanted.size());
    const std::atomic<bool> never{false};
    inParallel(jobs, wanted.size(), stop == nullptr ? never : *stop,
               [&](std::size_t i) { files[i] = read(wanted[i], filter, input, stop, values); });
    if (stop != nullptr && stop->load()) return {};  // what is missing would look as if it were not there

    lookForVariables(suite, files, values);
    const std::set<std::string> bases = basesOf(files);
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
        // Its mistakes are those of the files that extend it.
        if (!file.valid && file.kind == ScenarioFile::Kind::Part && wanted[i].isOfFolder && bases.contains(path))
            continue;
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
            for (Diagnostic& warning : file.diagnostics) {
                (warning.code == "scenario.unused" ? suite.unused : suite.warnings).push_back(std::move(warning));
            }
        }
    }
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (!named[i]) suite.empty.push_back({arguments[i], why[i]});
    }
    return suite;
}

Case NamedCase::make() const {
    return parseCase(*text, number, ruleNames());
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
