// Output: the flags of all commands that print a Result, and what they do.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "command.hpp"
#include "mdsync/result.hpp"
#include "written_files.hpp"

namespace mdsync::cli {

struct OutputOptions {
    std::string format = "human";
    std::string color = "auto";
    std::vector<std::string> reports;  // KIND=PATH
    std::vector<std::string> require;  // rule ids, or `all`
    bool quiet = false;
    bool verbose = false;
    bool timeline = false;

    // Whether --report names this kind.
    [[nodiscard]] bool wants(std::string_view kind) const;
    // Whether a timeline must be drawn.
    [[nodiscard]] bool wantsTimeline() const { return timeline || wants("timeline"); }
    // Whether a page needs the stories of cases, and those of cases that passed.
    [[nodiscard]] bool wantsWholePage() const { return wants("html-full"); }
    [[nodiscard]] bool wantsPage() const { return wants("html") || wantsWholePage(); }
};

// `draws`: the command has the events, and can draw a timeline.
void addOutputOptions(const CommandLine& line, OutputOptions& options, bool draws = true);

// The files that --report names.
[[nodiscard]] std::vector<WrittenFile> writtenFiles(const OutputOptions& options);

// The rules that --require names.
[[nodiscard]] std::vector<RuleId> requiredRules(const OutputOptions& options);

// Whether what goes to `stream` is coloured: as --color says; else NO_COLOR, FORCE_COLOR, or whether it is a terminal.
[[nodiscard]] bool wantsColor(const std::string& color, std::FILE* stream);

// Prints `result` and writes the reports. Returns the exit code.
int deliver(const Result& result, const OutputOptions& options);

// Prints `text` to standard output. False if that failed.
bool print(std::string_view text);

// Writes `text` to the file at `path`, whole or not at all, or to standard output for `-`. Says on standard error what
// went wrong.
bool writeFile(const std::string& path, std::string_view text);

// Diagnostics on standard error.
void complain(const std::vector<Diagnostic>& diagnostics, bool errorsOnly = false);

// The exit code when a report could not be written: what is worse goes first.
[[nodiscard]] int withUnwritable(int code);

// A line on a terminal's standard error that says how far a run is. Elsewhere it stays silent. Safe to use from
// threads.
class Progress {
public:
    Progress(std::size_t total, std::string_view noun, bool quiet);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();
    void step(bool failed);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mdsync::cli
