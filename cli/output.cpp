// Output: the flags of all commands that print a Result, and what they do.
#include "output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "mdsync/parallel.hpp"
#include "mdsync/report.hpp"
#include "tell.hpp"
#include "terminal.hpp"
#include "waiting_write.hpp"
#include "whole_file.hpp"

namespace mdsync::cli {

namespace {

struct ReportTarget {
    std::string kind;
    std::string path;
};

ReportTarget targetOf(const std::string& report) {
    const std::size_t sign = report.find('=');
    return {report.substr(0, sign), sign == std::string::npos ? "" : report.substr(sign + 1)};
}

std::string isReport(const std::string& text) {
    const ReportTarget target = targetOf(text);
    const std::vector<std::string_view> kinds = reportKinds();
    if (std::find(kinds.begin(), kinds.end(), target.kind) == kinds.end()) {
        const std::string hint = suggest(target.kind, kinds);
        return fmt::format("unknown report \"{}\"{}", target.kind,
                           hint.empty() ? fmt::format("; there are {}", fmt::join(kinds, ", ")) : "; " + hint);
    }
    return target.path.empty() ? fmt::format("\"{}\" is not of the form {}=PATH", text, target.kind) : "";
}

std::string isRuleOrAll(const std::string& text) {
    return text == "all" ? "" : isRule(text);
}

std::string made(const std::string& kind, const Result& result, const ConsoleOptions& console) {
    if (kind == "json") return jsonReport(result, MDSYNC_VERSION, console.timelines);
    if (kind == "junit") return junitReport(result);
    if (kind == "timeline") return timelineReport(result);
    if (kind.starts_with("html")) return htmlReport(result, MDSYNC_VERSION, kind == "html-full");
    if (kind == "markdown") return markdownReport(result);
    if (kind == "github") return githubReport(result);
    return consoleReport(result, console);
}

// The report for people in a file.
ConsoleOptions plain(const OutputOptions& options) {
    return {false, consoleOf(options).verbosity, options.showsTimelines()};
}

// Whether `path` is a file or nothing: no pipe, and no link, which may lead to an open file.
bool isPlainFile(const std::string& path) {
    std::error_code error;
    const auto kind = std::filesystem::symlink_status(path, error).type();
    return path != "-" &&
           (kind == std::filesystem::file_type::not_found || kind == std::filesystem::file_type::regular);
}

bool set(const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0';
}

}  // namespace

std::vector<std::string_view> reportKinds() {
    return {"json", "junit", "markdown", "github", "html", "html-full", "timeline", "human"};
}

bool OutputOptions::wants(std::string_view kind) const {
    return std::any_of(reports.begin(), reports.end(),
                       [kind](const std::string& report) { return targetOf(report).kind == kind; });
}

void addOutputOptions(const CommandLine& line, OutputOptions& options, bool draws) {
    line.group("Reports");
    line.format(options.format, "What standard output gets: human or json");
    line.repeated(
            "--report", options.reports, "KIND=PATH",
            "Also write a report: json, junit, markdown, github (marks in a change), html (a page for browsers), html-full "
            "(with the events of cases that passed), timeline or human. - is standard output")
        .check(isReport);
    line.listed("--require", options.require, "RULE|all",
                "Fail if one of these rules was never exercised over the whole run; all for every rule")
        .check(isRuleOrAll);
    if (draws) {
        const Option first = line.flag("-x", options.first, "Stop after the first case that fails or is in error");
        line.number("--max-failures", options.most, 1, kNoLimit, "Stop after so many of them").excludes(first);
    }
    if (draws) {
        line.number("--durations", options.durations, 1, kNoLimit, "Say which N cases took longest");
        line.flag("--timings", options.timings,
                  "Put times into the JSON and JUnit reports, which are no longer the same at each run then");
    }
    if (draws) {
        addTimelineOptions(line, options.timeline,
                           "Show what happened, as a ladder of events: all (so without a word), or around what failed");
    }
    line.color(options.color);
    line.flag("-q,--quiet", options.quiet, "What failed, and the last line: no more than a page");
    line.flag("-v,--verbose", options.verbose, "Every case, every failure, whole chains of events, counts per rule");
    line.group("");
}

std::vector<WrittenFile> writtenFiles(const OutputOptions& options) {
    std::vector<WrittenFile> files;
    for (const std::string& report : options.reports) {
        const ReportTarget target = targetOf(report);
        files.push_back({fmt::format("--report {}", target.kind), target.path});
    }
    return files;
}

std::vector<RuleId> requiredRules(const OutputOptions& options) {
    std::array<bool, kRules> wanted{};
    for (const std::string& name : options.require) {
        if (name == "all") wanted.fill(true);
        if (const std::optional<RuleId> id = findRule(name)) wanted[static_cast<std::size_t>(*id)] = true;
    }
    std::vector<RuleId> rules;
    for (const Rule& row : catalogue()) {
        if (wanted[static_cast<std::size_t>(row.id)]) rules.push_back(row.id);
    }
    return rules;
}

bool wantsColor(const std::string& color, std::FILE* stream) {
    if (color != "auto") return color == "always";
    if (set("NO_COLOR")) return false;
    if (set("FORCE_COLOR")) return std::strcmp(std::getenv("FORCE_COLOR"), "0") != 0;
    return isatty(fileno(stream)) != 0;
}

bool print(std::string_view text) {
    const int error = writeWaiting(STDOUT_FILENO, text);
    if (error == 0) return true;
    // Who closed the pipe has seen enough and needs no message.
    if (error != EPIPE) tell("mdsync: standard output could not be written: {}\n", std::strerror(error));
    return false;
}

bool writeFile(const std::string& path, std::string_view text) {
    if (path == "-") return print(text);
    const int error = writeWhole(path, text);
    if (error != 0) tell("mdsync: {} could not be written: {}\n", printable(path), std::strerror(error));
    return error == 0;
}

void complain(const std::vector<Diagnostic>& diagnostics, bool errorsOnly) {
    for (const Diagnostic& diagnostic : diagnostics) {
        if (errorsOnly && diagnostic.severity == Severity::Warning) continue;
        tell("{}\n", render(diagnostic, drawingOn(stderr)));
    }
}

int withUnwritable(int code) {
    if (heardSignal() != 0 && code != kInternal) return kSignalled + heardSignal();
    return code == 0 || code == 4 || code == 5 ? kUnwritable : code;
}

void Complaints::add(const std::vector<Diagnostic>& diagnostics) {
    constexpr std::size_t kMostLines = 20;
    for (const Diagnostic& diagnostic : diagnostics) {
        if (quiet_ && diagnostic.severity == Severity::Warning) continue;
        const std::string text = render(diagnostic, drawingOn(stderr));
        const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
        if (quiet_ && lines_ > 0 && lines_ + lines > kMostLines) {
            ++leftOut_;
            continue;
        }
        lines_ += lines;
        tell("{}\n", text);
    }
}

void Complaints::finish() const {
    if (leftOut_ > 0) tell("mdsync: and {} more errors, which are told without -q\n", leftOut_);
}

ConsoleOptions consoleOf(const OutputOptions& options) {
    return {wantsColor(options.color, stdout),
            options.quiet     ? -1
            : options.verbose ? 1
                              : 0,
            options.showsTimelines(), columnsOf(stdout), programName()};
}

std::size_t timelineColumns(const OutputOptions& options) {
    return !options.timeline.part.empty() ? knownColumns(stdout).value_or(kWidestTimeline) : kWidestTimeline;
}

bool saysOnlyOfNothing(const OutputOptions& options) {
    if (options.timeline.only.empty() || options.wantsTimeline()) return false;
    tell("mdsync: --only goes with --timeline or --report timeline=FILE\n");
    return true;
}

Drawing drawingOn(std::FILE* stream) {
    return {wantsColor("auto", stream), columnsOf(stream)};
}

namespace {

// GitHub shows on the page of a job what its steps add to a file that it names.
bool addToJobSummary(const Result& result) {
    constexpr const char* kVariable = "GITHUB_STEP_SUMMARY";
    if (!set(kVariable)) return true;
    const std::string path = std::getenv(kVariable);
    std::FILE* const file = std::fopen(path.c_str(), "abe");
    const std::string text = markdownReport(result);
    const bool isAdded = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
    const int error = errno;
    const bool isClosed = file == nullptr || std::fclose(file) == 0;
    if (isAdded && isClosed) return true;
    tell("mdsync: {} could not be written: {}\n", printable(path), std::strerror(isAdded ? errno : error));
    return false;
}

}  // namespace

bool writeReports(const Result& result, const OutputOptions& options) {
    bool written = true;
    for (const std::string& report : options.reports) {
        const ReportTarget target = targetOf(report);
        if (!writeFile(target.path, made(target.kind, result, plain(options)))) written = false;
        if (target.kind == "github" && !addToJobSummary(result)) written = false;
    }
    return written;
}

bool canGrow(const OutputOptions& options) {
    return std::any_of(options.reports.begin(), options.reports.end(),
                       [](const std::string& report) { return isPlainFile(targetOf(report).path); });
}

void growReports(const Result& soFar, const OutputOptions& options) {
    for (const std::string& report : options.reports) {
        const ReportTarget target = targetOf(report);
        if (isPlainFile(target.path)) (void)writeWhole(target.path, made(target.kind, soFar, plain(options)));
    }
}

int deliver(const Result& result, const OutputOptions& options) {
    Complaints complaints(options.quiet);
    complaints.add(result.diagnostics);
    for (const CaseResult& c : result.cases) complaints.add(c.diagnostics);
    complaints.finish();
    const std::string kind = options.format == "json" ? "json" : "human";
    const bool printed = print(made(kind, result, consoleOf(options)));
    const bool written = writeReports(result, options) && printed;
    const int code = exitCodeOf(result);
    return written ? code : withUnwritable(code);
}

}  // namespace mdsync::cli
