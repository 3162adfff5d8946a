// Selection options: how run, lint and list are told which scenarios are meant.
#include "selection_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>

#include "mdsync/again.hpp"
#include "mdsync/documents.hpp"
#include "mdsync/last_time.hpp"
#include "output.hpp"
#include "tell.hpp"

namespace mdsync::cli {

void addSelectionOptions(const CommandLine& line, SelectionOptions& options) {
    line.values("paths", options.paths, "PATH",
                "Scenario files or folders; FILE#CASE, FILE:LINE; - is standard input (default: scenarios)");
    line.group("Which cases");
    line.repeated("-k", options.texts, "TEXT",
                  "Only cases with TEXT in their id or name (either case of letters); \"web and not (slow or api)\"")
        .check([](const std::string& text) { return wrongExpression(text); });
    line.repeated("--tag", options.tags, "TAG", "Only scenarios with this tag; \"smoke and not slow\"")
        .check([](const std::string& text) { return wrongExpression(text); });
    line.repeated("--rule", options.rules, "RULE", "Only scenarios that list this rule").check(isRule);
    addShardOption(line, options.shard, "cases");
    line.value("--failed", options.failed, "RESULT",
               "Only what failed in this result (--report json=RESULT) and, if that run was cut short, what never ran");
    addSetOption(line, options.values);
    line.group("");
    line.fromProject("paths", options.projectPaths);
}

void addSetOption(const CommandLine& line, std::vector<std::string>& values) {
    line.repeated("--set", values, "NAME=VALUE",
                  "Give a variable of the matrix this one value: JSON where it parses, else text")
        .check([](const std::string& text) {
            const std::size_t sign = text.find('=');
            return sign != std::string::npos && sign > 0 ? ""
                                                         : fmt::format("\"{}\" is not of the form NAME=VALUE", text);
        });
}

MatrixValues valuesOf(const std::vector<std::string>& values) {
    MatrixValues pairs;
    for (const std::string& text : values) {
        const std::size_t sign = text.find('=');
        const std::string name = text.substr(0, sign);
        std::erase_if(pairs, [&name](const auto& pair) { return pair.first == name; });  // the last one counts
        pairs.emplace_back(name, text.substr(sign + 1));
    }
    return pairs;
}

std::vector<std::string> wordsOf(const std::vector<std::string>& values) {
    std::vector<std::string> flags;
    for (const std::string& value : values) flags.push_back("--set " + shellWord(value));
    return flags;
}

bool saysUnknownVariable(const Suite& suite) {
    const std::vector<std::string_view> known{suite.variables.begin(), suite.variables.end()};
    for (const std::string& name : suite.unknownVariables) {
        const std::string near = suggest(name, known);
        tell("mdsync: --set {}: {}\n", printable(name),
             known.empty() ? "no file here has a matrix"
                           : fmt::format("no matrix here has this key; {}",
                                         near.empty() ? fmt::format("there are {}", fmt::join(known, ", ")) : near));
    }
    return !suite.unknownVariables.empty();
}

void addShardOption(const CommandLine& line, std::string& shard, const std::string& what) {
    line.value(
            "--shard", shard, "I/N",
            fmt::format(
                "Only the I-th of N parts of the {}, so that N machines share them; mdsync merge puts the parts together",
                what))
        .check([](const std::string& text) {
            return findShard(text) ? "" : fmt::format("\"{}\" is not of the form I/N, with I from 1 to N", text);
        });
}

namespace {

// Where the scenarios are that were installed with this program; empty if it is not installed.
std::string installedScenarios() {
    std::error_code error;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
    const std::filesystem::path folder = program.parent_path().parent_path() / "share/mdsync/scenarios";
    return std::filesystem::is_directory(folder, error) ? folder.string() : "";
}

// What the filter of --failed looks at, and the paths of that run. An exit code if there is nothing to look at.
std::optional<int> readLastTime(SelectionOptions& options, std::shared_ptr<const LastTime>& last) {
    const ResultFile file = readResult(options.failed);
    complain(file.diagnostics);
    if (!file.valid) return kBadInput;
    last = std::make_shared<const LastTime>(file.result);
    if (options.paths.empty()) options.paths = file.result.paths;
    return std::nullopt;
}

}  // namespace

std::optional<int> settle(SelectionOptions& options, Filter& filter) {
    filter = {options.texts, options.tags, options.rules};
    std::shared_ptr<const LastTime> last;
    if (!options.failed.empty()) {
        if (const std::optional<int> code = readLastTime(options, last)) return code;
    }
    std::error_code error;
    if (options.paths.empty()) options.paths = options.projectPaths;
    if (options.paths.empty()) {
        if (!std::filesystem::is_directory("scenarios", error)) {
            const std::string installed = installedScenarios();
            tell("mdsync: no scenarios are named, and there is no folder \"scenarios\" here{}\n",
                 installed.empty() ? "" : "; those that come with mdsync are in " + installed);
            return kUsage;
        }
        options.paths = {"scenarios"};
    }
    const std::optional<Shard> shard = findShard(options.shard);
    if (last || shard) {
        filter.picks = [last, shard](const std::string& path, const std::string& id) {
            return (!shard || shard->has(id)) && (!last || last->wantsAgain(path, id));
        };
    }
    return std::nullopt;
}

std::vector<std::string> filesOf(const SelectionOptions& options) {
    std::vector<std::string> files;
    for (const std::string& argument : options.paths) {
        const std::string path = parseSelector(argument).path;
        std::error_code error;
        if (!std::filesystem::is_directory(path, error)) {
            files.push_back(path);
            continue;
        }
        const std::vector<std::string> inside = listScenarioFiles(path).paths;
        files.insert(files.end(), inside.begin(), inside.end());
    }
    if (!options.failed.empty()) files.push_back(options.failed);
    return files;
}

std::string inputOf(const SelectionOptions& options) {
    const bool wanted = std::find(options.paths.begin(), options.paths.end(), "-") != options.paths.end();
    return wanted ? readStandardInput() : std::string();
}

void complainOfEmpty(const Suite& suite) {
    for (const auto& [argument, why] : suite.empty) {
        tell("mdsync: {} names no scenario{}\n", printable(argument), why.empty() ? "" : ": " + printable(why));
    }
}

}  // namespace mdsync::cli
