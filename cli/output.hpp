// Output: the flags of all commands that print a Result, and what they do.
#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command.hpp"
#include "mdsync/drawing.hpp"
#include "mdsync/report.hpp"
#include "mdsync/result.hpp"
#include "timeline_options.hpp"
#include "written_files.hpp"

namespace mdsync::cli {

struct OutputOptions {
    std::string format = "human";
    std::string color = "auto";
    std::vector<std::string> reports;  // KIND=PATH
    std::vector<std::string> require;  // rule ids, or `all`
    bool quiet = false;
    bool verbose = false;
    TimelineOptions timeline;
    bool timelines = false;             // those that results have are shown
    bool first = false;                 // stop after the first failure
    std::optional<std::uint64_t> most;  // stop after so many
    std::uint32_t durations = 0;        // so many of the slowest are named
    bool timings = false;               // times stand in the reports

    // So many failures are enough; 0: none are.
    [[nodiscard]] std::uint64_t mostFailures() const { return first ? 1 : most.value_or(0); }
    // Whether --report names this kind.
    [[nodiscard]] bool wants(std::string_view kind) const;
    // Whether a timeline must be drawn.
    [[nodiscard]] bool wantsTimeline() const { return !timeline.part.empty() || wants("timeline"); }
    // Whether ladders stand in the other reports, too.
    [[nodiscard]] bool showsTimelines() const { return timelines || !timeline.part.empty(); }
    // Whether a page needs the stories of cases, and those of cases that passed.
    [[nodiscard]] bool wantsWholePage() const { return wants("html-full"); }
    [[nodiscard]] bool wantsPage() const { return wants("html") || wantsWholePage(); }
};

// The kinds of report that --report knows.
[[nodiscard]] std::vector<std::string_view> reportKinds();

// `draws`: the command has the events, and can draw a timeline.
void addOutputOptions(const CommandLine& line, OutputOptions& options, bool draws = true);

// The files that --report names.
[[nodiscard]] std::vector<WrittenFile> writtenFiles(const OutputOptions& options);

// The rules that --require names.
[[nodiscard]] std::vector<RuleId> requiredRules(const OutputOptions& options);

// Whether what goes to `stream` is coloured: as --color says; else NO_COLOR, FORCE_COLOR, or whether it is a terminal.
[[nodiscard]] bool wantsColor(const std::string& color, std::FILE* stream);

// How the report for people is printed.
[[nodiscard]] ConsoleOptions consoleOf(const OutputOptions& options);

// How wide a ladder may be: what is shown on a terminal fits there.
[[nodiscard]] std::size_t timelineColumns(const OutputOptions& options);

// How diagnostics are drawn on `stream`: painted and as wide as a terminal, if it is one.
[[nodiscard]] Drawing drawingOn(std::FILE* stream);

// Writes what --report asks for. False if that failed.
bool writeReports(const Result& result, const OutputOptions& options);

// Whether one of the reports goes to a file, which can be written again and again.
[[nodiscard]] bool canGrow(const OutputOptions& options);

// Writes those that can grow, while the run goes on. What goes wrong is said at the end, by writeReports().
void growReports(const Result& soFar, const OutputOptions& options);

// Says on standard error, with --only, that nothing is drawn. Returns whether that is so.
[[nodiscard]] bool saysOnlyOfNothing(const OutputOptions& options);

// Prints `result` and writes the reports. Returns the exit code.
int deliver(const Result& result, const OutputOptions& options);

// Prints `text` to standard output. False if that failed.
bool print(std::string_view text);

// Writes `text` to the file at `path`, whole or not at all, or to standard output for `-`. Says on standard error what
// went wrong.
bool writeFile(const std::string& path, std::string_view text);

// Diagnostics on standard error.
void complain(const std::vector<Diagnostic>& diagnostics, bool errorsOnly = false);

// Complaints are all that a run complains of. Where it is to be quiet, errors only, and no more than a page takes.
class Complaints {
public:
    explicit Complaints(bool quiet) : quiet_(quiet) {}
    void add(const std::vector<Diagnostic>& diagnostics);
    // Says how many were left out.
    void finish() const;

private:
    bool quiet_;
    std::size_t lines_ = 0;
    std::size_t leftOut_ = 0;
};

// The exit code when a report could not be written: what is worse goes first.
[[nodiscard]] int withUnwritable(int code);

}  // namespace mdsync::cli
