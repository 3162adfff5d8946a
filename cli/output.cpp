// Output: the flags of all commands that print a Result, and what they do.
#include "output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "mdsync/report.hpp"
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
    const std::vector<std::string_view> kinds{"json", "junit", "html", "html-full", "timeline", "human"};
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
    if (kind == "json") return jsonReport(result, MDSYNC_VERSION);
    if (kind == "junit") return junitReport(result);
    if (kind == "timeline") return timelineReport(result);
    if (kind.starts_with("html")) return htmlReport(result, MDSYNC_VERSION, kind == "html-full");
    return consoleReport(result, console);
}

bool set(const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0';
}

}  // namespace

bool OutputOptions::wants(std::string_view kind) const {
    return std::any_of(reports.begin(), reports.end(),
                       [kind](const std::string& report) { return targetOf(report).kind == kind; });
}

void addOutputOptions(const CommandLine& line, OutputOptions& options, bool draws) {
    line.format(options.format, "What standard output gets: human or json");
    line.repeated(
            "--report", options.reports, "KIND=PATH",
            "Also write a report: json, junit, html (a page for browsers), html-full (with the events of cases that "
            "passed), timeline or human. - is standard output")
        .check(isReport);
    line.listed("--require", options.require, "RULE",
                "Fail if one of these rules was never exercised over the whole run; all for every rule")
        .check(isRuleOrAll);
    if (draws) line.flag("--timeline", options.timeline, "Show what happened, as a ladder of events");
    line.color(options.color);
    line.flag("-q,--quiet", options.quiet, "Failures and the last line only");
    line.flag("-v,--verbose", options.verbose, "Every case, whole chains of events, counts per rule");
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
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return true;
    // Who closed the pipe has seen enough and needs no message.
    if (errno != EPIPE) fmt::print(stderr, "mdsync: standard output could not be written: {}\n", std::strerror(errno));
    return false;
}

bool writeFile(const std::string& path, std::string_view text) {
    if (path == "-") return print(text);
    const int error = writeWhole(path, text);
    if (error != 0) fmt::print(stderr, "mdsync: {} could not be written: {}\n", printable(path), std::strerror(error));
    return error == 0;
}

void complain(const std::vector<Diagnostic>& diagnostics, bool errorsOnly) {
    for (const Diagnostic& diagnostic : diagnostics) {
        if (errorsOnly && diagnostic.severity == Severity::Warning) continue;
        fmt::print(stderr, "{}\n", render(diagnostic));
    }
}

int withUnwritable(int code) {
    return code == 0 || code == 4 || code == 5 ? kUnwritable : code;
}

int deliver(const Result& result, const OutputOptions& options) {
    complain(result.diagnostics, options.quiet);
    for (const CaseResult& c : result.cases) complain(c.diagnostics, options.quiet);

    const int verbosity = options.quiet ? -1 : options.verbose ? 1 : 0;
    const bool json = options.format == "json";
    bool written = print(made(json ? "json" : "human", result, {wantsColor(options.color, stdout), verbosity}));
    for (const std::string& report : options.reports) {
        const ReportTarget target = targetOf(report);
        if (!writeFile(target.path, made(target.kind, result, {false, verbosity}))) written = false;
    }
    const int code = exitCodeOf(result);
    return written ? code : withUnwritable(code);
}

// ---- Progress -------------------------------------------------------------------------------------------------------

struct Progress::State {
    using Clock = std::chrono::steady_clock;
    static constexpr auto kPause = std::chrono::milliseconds{50};  // between two drawings

    std::mutex mutex;
    std::size_t total = 0;
    std::string_view noun;
    bool shown = false;  // whether there is anything to draw on
    std::size_t done = 0;
    std::size_t failed = 0;
    Clock::time_point drawn;
    bool dirty = false;  // something stands on the line
};

Progress::Progress(std::size_t total, std::string_view noun, bool quiet) : state_(std::make_unique<State>()) {
    state_->total = total;
    state_->noun = noun;
    state_->shown = !quiet && isatty(fileno(stderr)) != 0;
    state_->drawn = State::Clock::now();
}

void Progress::step(bool failed) {
    if (!state_->shown) return;
    const std::scoped_lock lock(state_->mutex);
    ++state_->done;
    if (failed) ++state_->failed;
    if (State::Clock::now() - state_->drawn < State::kPause) return;
    state_->drawn = State::Clock::now();
    state_->dirty = true;
    fmt::print(stderr, "\r{}/{} {}, {} failed\x1b[K", state_->done, state_->total, state_->noun, state_->failed);
    std::fflush(stderr);
}

Progress::~Progress() {
    if (state_->dirty) fmt::print(stderr, "\r\x1b[K");
}

}  // namespace mdsync::cli
