// mdsync lint: checks scenario files and runs nothing.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "mdsync/report.hpp"
#include "mdsync/run.hpp"
#include "output.hpp"
#include "selection_options.hpp"

namespace mdsync::cli {

namespace {

using Json = nlohmann::ordered_json;

struct LintFlags {
    SelectionOptions selection;
    std::string format = "human";
    bool quiet = false;
    bool strict = false;
};

Json jsonOf(const Diagnostic& d) {
    return {{"severity", d.severity == Severity::Error ? "error" : "warning"},
            {"code", d.code},
            {"message", d.message},
            {"file", d.file},
            {"line", d.span.line},
            {"column", d.span.column},
            {"hint", d.hint}};
}

std::string asJson(const Suite& suite, const std::vector<Diagnostic>& found) {
    Json document = {{"mdsync", "lint/1"},
                     {"files", suite.files},
                     {"broken", suite.broken},
                     {"cases", suite.cases},
                     {"diagnostics", Json::array()}};
    for (const Diagnostic& diagnostic : found) document["diagnostics"].push_back(jsonOf(diagnostic));
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string asText(const Suite& suite, const std::vector<Diagnostic>& found, bool quiet) {
    std::string text;
    for (const Diagnostic& diagnostic : found) text += render(diagnostic, drawingOn(stdout)) + "\n";
    if (quiet) return text;
    return text + fmt::format("{}, {} with errors; {}\n", counted(suite.files, "file"), suite.broken,
                              counted(suite.cases, "case"));
}

// The document that code hosts show beside the lines of a change: SARIF 2.1.0.
std::string asSarif(const std::vector<Diagnostic>& found) {
    Json results = Json::array();
    for (const Diagnostic& d : found) {
        Json place = {{"artifactLocation", {{"uri", d.file}}}};
        if (d.span.line > 0)
            place["region"] = {{"startLine", d.span.line}, {"startColumn", std::max(1U, d.span.column)}};
        results.push_back({{"ruleId", d.code},
                           {"level", d.severity == Severity::Error ? "error" : "warning"},
                           {"message", {{"text", d.hint.empty() ? d.message : d.message + "; " + d.hint}}},
                           {"locations", Json::array({Json{{"physicalLocation", place}}})}});
    }
    Json driver = {{"name", "mdsync"}, {"version", MDSYNC_VERSION}};
    Json run = {{"tool", {{"driver", driver}}}, {"columnKind", "utf16CodeUnits"}, {"results", results}};
    Json document = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                     {"version", "2.1.0"},
                     {"runs", Json::array({run})}};
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string as(const std::string& format, const Suite& suite, const std::vector<Diagnostic>& found, bool quiet) {
    if (format == "json") return asJson(suite, found);
    if (format == "sarif") return asSarif(found);
    if (format == "github") return githubMarks(found);
    return asText(suite, found, quiet);
}

int lint(const LintFlags& flags) {
    SelectionOptions selection = flags.selection;
    Filter all;
    if (const std::optional<int> code = settle(selection, all)) return *code;
    const Suite suite =
        loadSuite(selection.paths, all, jobsOf({}), inputOf(selection), nullptr, valuesOf(selection.values));
    complainOfEmpty(suite);
    if (saysUnknownVariable(suite)) return kUsage;
    std::vector<Diagnostic> found;
    for (const Suite::Entry& entry : suite.entries) found.insert(found.end(), entry.wrong.begin(), entry.wrong.end());
    found.insert(found.end(), suite.warnings.begin(), suite.warnings.end());
    if (flags.strict) found.insert(found.end(), suite.unused.begin(), suite.unused.end());
    const bool written = print(as(flags.format, suite, found, flags.quiet));
    const bool isRefused = suite.broken > 0 || (flags.strict && !found.empty());
    const int code = isRefused ? kBadInput : suite.files == 0 || !suite.empty.empty() ? kNothing : kOk;
    return written ? code : withUnwritable(code);
}

}  // namespace

Command addLint(Program& program) {
    const CommandLine line = program.command("lint", "Check scenario files, run nothing");
    const auto flags = std::make_shared<LintFlags>();
    line.values("paths", flags->selection.paths, "PATH",
                "Scenario files or folders; - is standard input (default: scenarios)");
    line.value("--format", flags->format, "FORMAT", "human, json, sarif, or github (marks in a change)")
        .check(oneOf({"human", "json", "sarif", "github"}));
    line.flag("--strict", flags->strict, "Warnings are errors; what is declared and never used is a warning, too");
    addSetOption(line, flags->selection.values);
    line.fromProject("paths", flags->selection.projectPaths);
    line.flag("-q,--quiet", flags->quiet, "Say nothing if all is well");
    line.example("Examples:\n  mdsync lint scenarios\n  mdsync lint scenarios --strict\n");
    return {line, [flags] { return lint(*flags); }};
}

}  // namespace mdsync::cli
