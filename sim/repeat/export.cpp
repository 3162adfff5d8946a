// Export: reads and judges a trace, and writes the scenario that repeats it.
#include "mdsync/export.hpp"

#include <fmt/format.h>
#include <utility>

#include <algorithm>

#include "mdsync/trace_io.hpp"
#include "repeat/repeat.hpp"

namespace mdsync {

namespace {

std::string baseName(const std::string& path) {
    return path == "-" ? std::string("a trace") : path.substr(path.rfind('/') + 1);
}

// A scenario that does not read is not handed out: the trace is more than one can hold.
void refuse(ExportedScenario& exported, const std::string& name, const std::vector<Diagnostic>& complaints) {
    Diagnostic why;
    why.code = "export.too-much";
    why.file = name;
    why.message = "the trace does not fit into a scenario";
    for (const Diagnostic& complaint : complaints) {
        if (complaint.severity == Severity::Error) why.message += fmt::format(": {}", complaint.message);
        if (complaint.severity == Severity::Error) break;
    }
    why.hint = "export a shorter stretch of it: the header, and the lines that lead to the violation";
    exported.diagnostics.push_back(std::move(why));
    exported.text.clear();
}

}  // namespace

ExportedScenario exportScenario(const Trace& recorded, const std::string& name, const CheckerOptions& checking) {
    const Trace trace = declaredAtStart(recorded);  // as a scenario does
    Checker checker(trace.header, checking);
    checker.feed(trace.events, trace.lexicon, trace.annex);
    checker.finish(trace.lexicon);
    Repeat repeat = repeatOf(trace, checker.violations(), name);
    ExportedScenario exported;
    for (const std::string& listed : repeat.scenario.rules) exported.violated.push_back(*findRule(listed));
    exported.steps = repeat.scenario.steps.size();
    exported.remarks = std::move(repeat.remarks);
    exported.text = writeScenario(repeat.scenario);
    const ScenarioFile again = parseScenario(exported.text, name, ruleNames());
    exported.valid = again.valid();
    if (!exported.valid) refuse(exported, name, again.diagnostics);
    return exported;
}

ExportedScenario exportScenario(const std::string& path, const ExportOptions& options) {
    ReadOptions reading;
    reading.lenient = options.lenient;
    reading.skew = options.skew;
    TraceFile file = readTrace(path, reading);
    if (!file.valid) {
        ExportedScenario exported;
        exported.diagnostics = std::move(file.diagnostics);
        return exported;
    }
    options.readings.applyTo(file.trace.header.readings);
    CheckerOptions checking;
    checking.settle = options.settle;
    ExportedScenario exported = exportScenario(file.trace, baseName(path), checking);
    exported.diagnostics.insert(exported.diagnostics.begin(), file.diagnostics.begin(), file.diagnostics.end());
    return exported;
}

}  // namespace mdsync
