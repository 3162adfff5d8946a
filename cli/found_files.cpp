// FoundFiles: where a search puts what it found, the scenario and beside it the run.
#include "found_files.hpp"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "mdsync/diagnostic.hpp"
#include "mdsync/replay.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/world.hpp"
#include "output.hpp"
#include "tell.hpp"
#include "whole_file.hpp"

namespace mdsync::cli {

namespace {

constexpr std::string_view kScenario = ".json";

// The content of a file; nothing where there is none. A folder or a pipe of that name says something else than we do.
std::optional<std::string> contentOf(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::exists(std::filesystem::symlink_status(path, error))) return std::nullopt;
    if (!std::filesystem::is_regular_file(path, error)) return "\n";
    std::ifstream file(path, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool isDamaged(const std::string& path) {
    return path.ends_with(kScenario) ? !readScenario(path, ruleNames()).valid() : !readRunFile(path).valid;
}

}  // namespace

std::string runBeside(const std::string& scenario) {
    return scenario.substr(0, scenario.size() - kScenario.size()) + ".run";
}

// What is a beginning of `text` was left by a disk that became full.
bool FoundFiles::mayWrite(const std::string& path, std::string_view text) const {
    const std::optional<std::string> content = contentOf(path);
    return !content || text.starts_with(*content) ||
           (owned_ && std::filesystem::is_regular_file(path) && isDamaged(path));
}

std::string FoundFiles::keep(const std::string& name, const Pair& pair, bool& written) const {
    if (const int error = makeFolder(folder_); error != 0) {
        tell("mdsync: the folder {} could not be made: {}\n", printable(folder_), std::strerror(error));
        written = false;
        return {};
    }
    for (int i = 1;; ++i) {
        std::string path = fmt::format("{}/{}{}{}", folder_, name, i == 1 ? "" : fmt::format("-{}", i), kScenario);
        const std::string run = runBeside(path);
        if (!mayWrite(path, pair.scenario) || (!pair.run.empty() && !mayWrite(run, pair.run))) continue;
        const bool isThere = writeFile(path, pair.scenario);
        written = isThere && (pair.run.empty() || writeFile(run, pair.run)) && written;
        return isThere ? path : std::string();
    }
}

std::string FoundFiles::keep(const std::string& name, const std::string& text) const {
    bool ignored = true;
    return keep(name, {text, {}}, ignored);
}

// A system that is not ours has chance of its own: no run of it could be repeated.
std::string FoundFiles::keep(const Found& found, bool& written) const {
    const std::string name = fmt::format("{}-{}", rule(found.failure.rule).name, spell(found.failure.where));
    std::string run;
    if (const std::optional<ServerPolicy> server = findServer(found.server)) {
        const std::unique_ptr<System> world = makeWorldSystem(*server);
        const std::optional<RunFile> recorded = record(found.scenario, found.server, *world);
        if (recorded) run = writeRunFile(*recorded);
        written = written && recorded;
    }
    return keep(name, {writeScenario(found.scenario), run}, written);
}

}  // namespace mdsync::cli
