// mdsync watch: runs what is selected, and again whatever changes.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include "command.hpp"
#include "mdsync/parallel.hpp"
#include "mdsync/rules.hpp"
#include "run_command.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

constexpr std::chrono::milliseconds kBetweenLooks{200};  // at the files

// When a file was last written, and how long it is: what changes if it does.
using Stamp = std::pair<std::filesystem::file_time_type, std::uintmax_t>;

Stamp stampOf(const std::string& path) {
    std::error_code error;
    const auto time = std::filesystem::last_write_time(path, error);
    if (error) return {};
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    return {time, error ? 0 : size};
}

// The files that are selected, and those that they extend.
class Watched {
public:
    explicit Watched(const SelectionOptions& selection) : selection_(selection) { look(); }

    // The selected files that are not as they were, or extend one that is not; and looks anew.
    std::vector<std::string> changed() {
        const std::map<std::string, Stamp> before = std::exchange(stamps_, {});
        const std::map<std::string, std::vector<std::string>> extended = bases_;
        look();
        std::set<std::string> touched;
        for (const auto& [path, stamp] : stamps_) {
            const auto was = before.find(path);
            if (was == before.end() || was->second != stamp) touched.insert(path);
        }
        std::vector<std::string> again;
        for (const auto& [path, bases] : bases_) {
            const bool isTouched =
                touched.contains(path) ||
                std::any_of(bases.begin(), bases.end(), [&](const auto& base) { return touched.contains(base); });
            if (isTouched) again.push_back(path);
        }
        return again;
    }

    [[nodiscard]] std::size_t files() const { return bases_.size(); }

private:
    // A file's bases are read again only if it changed.
    void look() {
        std::map<std::string, std::vector<std::string>> bases;
        for (const std::string& path : filesOf(selection_)) {
            const Stamp stamp = stampOf(path);
            const auto known = bases_.find(path);
            const bool isNew = known == bases_.end() || read_[path] != stamp;
            bases[path] = isNew ? basesOf(path) : known->second;
            read_[path] = stamps_[path] = stamp;
            for (const std::string& base : bases[path]) stamps_[base] = stampOf(base);
        }
        bases_ = std::move(bases);
    }

    static std::vector<std::string> basesOf(const std::string& path) {
        const ScenarioFile file = readScenario(path, ruleNames());
        return file.text ? file.text->bases() : std::vector<std::string>{};
    }

    const SelectionOptions& selection_;
    std::map<std::string, Stamp> stamps_;  // of all
    std::map<std::string, Stamp> read_;    // of a selected file, when its bases were read
    std::map<std::string, std::vector<std::string>> bases_;
};

// Waits until something changed; nothing if the user ends it.
std::vector<std::string> nextChange(Watched& watched, int& signal) {
    const Interrupt interrupt;
    tell("\nwatching {} file{}; Ctrl-C ends\n", watched.files(), watched.files() == 1 ? "" : "s");
    while (interrupt.signal() == 0) {
        std::vector<std::string> changed = watched.changed();
        if (!changed.empty()) return changed;
        std::this_thread::sleep_for(kBetweenLooks);
    }
    signal = interrupt.signal();
    return {};
}

// What was named of these files: with their `#CASE`, where there is one.
std::vector<std::string> namedOf(const std::vector<std::string>& arguments, const std::vector<std::string>& files) {
    std::vector<std::string> named;
    for (const std::string& file : files) {
        const std::size_t before = named.size();
        for (const std::string& argument : arguments) {
            if (parseSelector(argument).path == file) named.push_back(argument);
        }
        if (named.size() == before) named.push_back(file);  // of a folder
    }
    return named;
}

void announce(const std::string& text) {
    const bool isTerminal = isatty(STDOUT_FILENO) != 0;
    (void)print(fmt::format("{}{}\n\n", isTerminal ? "\x1b[2J\x1b[H" : "\n", text));
}

int watch(const RunFlags& flags) {
    RunFlags first = flags;
    Filter ignored;
    if (const std::optional<int> code = settle(first.selection, ignored)) return *code;
    SelectionOptions selection = first.selection;
    selection.failed.clear();  // it says which cases, and is none of the files
    if (std::find(selection.paths.begin(), selection.paths.end(), "-") != selection.paths.end()) {
        tell("mdsync watch: standard input does not change\n");
        return kUsage;
    }
    Watched watched(selection);
    int code = runSelected(first);
    while (code < 128 && code != kUsage) {
        int signal = 0;
        const std::vector<std::string> changed = nextChange(watched, signal);
        if (signal != 0) return 128 + signal;
        announce(fmt::format("changed: {}", printable(fmt::format("{}", fmt::join(changed, " ")))));
        RunFlags again = flags;
        again.selection.paths = namedOf(selection.paths, changed);
        code = runSelected(again);
    }
    return code;
}

}  // namespace

Command addWatch(Program& program) {
    const CommandLine line = program.command("watch", "Run scenario files, and again each that changes");
    const auto flags = std::make_shared<RunFlags>();
    addRunOptions(line, *flags);
    line.example(
        "It takes what run takes. A file that extends another is run again when that changes.\n"
        "Example:\n"
        "  mdsync watch scenarios/web\n");
    return {line, [flags] { return watch(*flags); }};
}

}  // namespace mdsync::cli
