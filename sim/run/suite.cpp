// Suite: from the words of a command line to cases.
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

// The files that the arguments name; a folder stands for all scenario files below it.
std::vector<Wanted> filesOf(const std::vector<std::string>& arguments, Suite& suite) {
    std::vector<Wanted> files;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const Selector selector = arguments[i] == "-" ? Selector{"-", {}, {}} : parseSelector(arguments[i]);
        std::error_code error;
        if (selector.path == "-" || !std::filesystem::is_directory(selector.path, error)) {
            files.push_back({selector.path, selector, i});
            continue;
        }
        FoundFiles found = listScenarioFiles(selector.path);
        for (std::string& path : found.paths) files.push_back({std::move(path), Selector{}, i});
        for (const Diagnostic& diagnostic : found.diagnostics) {
            CaseResult result;
            result.id = result.file = diagnostic.file;
            result.verdict = Verdict::Error;
            result.diagnostics = {diagnostic};
            suite.broken.push_back({0, std::move(result)});
        }
    }
    return files;
}

CaseResult brokenFile(const ScenarioFile& file) {
    CaseResult result;
    result.id = result.file = file.path;
    result.verdict = Verdict::Error;
    result.diagnostics = file.diagnostics;
    return result;
}

}  // namespace

Suite loadSuite(const std::vector<std::string>& arguments, const Filter& filter, unsigned jobs, std::string_view input,
                const std::atomic<bool>* stop) {
    Suite suite;
    const std::vector<Wanted> wanted = filesOf(arguments, suite);
    const std::vector<std::string_view> rules = ruleNames();
    std::vector<ScenarioFile> files(wanted.size());
    const std::atomic<bool> never{false};
    inParallel(jobs, wanted.size(), stop == nullptr ? never : *stop, [&](std::size_t i) {
        files[i] = wanted[i].path == "-" ? parseScenario(input, "-", rules) : readScenario(wanted[i].path, rules, stop);
    });
    if (stop != nullptr && stop->load()) return {};  // what is missing would look as if it were not there

    std::set<std::string> seenFiles;
    std::set<std::string> seenCases;
    std::set<std::string> warned;
    std::vector<bool> named(arguments.size(), false);
    for (std::size_t i = 0; i < files.size(); ++i) {
        const ScenarioFile& file = files[i];
        const bool first = seenFiles.insert(file.path).second;
        if (first) ++suite.files;
        if (!file.valid()) {
            named[wanted[i].argument] = true;
            if (first) suite.broken.push_back({suite.cases.size(), brokenFile(file)});
            continue;
        }
        const std::size_t before = suite.cases.size();
        for (const std::size_t number : selectCases(file, wanted[i].selector)) {
            named[wanted[i].argument] = true;
            const Case& scenario = file.cases[number];
            if (filter.accepts(scenario) && seenCases.insert(scenario.id).second) suite.cases.push_back(scenario);
        }
        if (suite.cases.size() > before && warned.insert(file.path).second) {
            suite.warnings.insert(suite.warnings.end(), file.diagnostics.begin(), file.diagnostics.end());
        }
    }
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (!named[i]) suite.empty.push_back(arguments[i]);
    }
    return suite;
}

}  // namespace mdsync
