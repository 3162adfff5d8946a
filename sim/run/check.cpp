// Check: judges recorded traces. The trace is streamed through the rules; nothing of it is kept.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <utility>

#include "base/input_file.hpp"
#include "drive/requests.hpp"
#include "mdsync/run.hpp"
#include "mdsync/trace_io.hpp"
#include "run/in_order.hpp"
#include "run/stopwatch.hpp"

namespace mdsync {

namespace {

constexpr std::string_view kGzip = "\x1f\x8b";
constexpr std::string_view kZstd = "\x28\xb5\x2f\xfd";
constexpr std::string_view kPzstd = "*M\x18";  // behind its first byte

std::size_t index(Tolerance tolerance) {
    return static_cast<std::size_t>(tolerance);
}

ReportedViolation named(const Violation& violation, const Header& header) {
    ReportedViolation reported;
    reported.rule = violation.rule;
    reported.t = violation.t;
    reported.event = violation.event;
    if (violation.device.exists()) reported.device = header.path(violation.device);
    if (violation.user.exists()) reported.user = header.users[violation.user.index()].name;
    reported.message = violation.messageName;
    reported.span.line = violation.origin;
    reported.span.column = 1;
    reported.text = violation.text;
    reported.because = violation.because;
    return reported;
}

// Reads the lines that violations point at once more. Not from what can be read only once, as standard input and pipes,
// and not from compressed files.
void addLines(CaseResult& result) {
    if (!isRegularFile(result.file)) return;
    std::multimap<std::uint32_t, ReportedViolation*> wanted;
    for (ReportedViolation& violation : result.violations) wanted.emplace(violation.span.line, &violation);
    std::ifstream file(result.file, std::ios::binary);
    std::string line;
    std::uint32_t number = 0;
    for (auto next = wanted.begin(); next != wanted.end() && std::getline(file, line);) {
        if (++number == 1 &&
            (line.starts_with(kGzip) || line.starts_with(kZstd) || line.substr(0, 4).ends_with(kPzstd)))
            return;
        if (!line.empty() && line.back() == '\r') line.pop_back();
        for (; next != wanted.end() && next->first <= number; ++next) {
            if (next->first != number) continue;
            Diagnostic place;
            place.span = next->second->span;
            place.span.length = static_cast<std::uint32_t>(line.size());
            setExcerpt(place, line);
            next->second->span.length = place.span.length;
            next->second->excerpt = place.excerpt;
            next->second->excerptColumn = place.excerptColumn;
        }
    }
}

class TraceCheck {
public:
    TraceCheck(const std::string& path, const CheckOptions& options, const std::atomic<bool>& stop)
        : options_(options), stop_(stop) {
        result_.id = result_.file = result_.name = path;
        result_.verdict = Verdict::Nothing;
    }

    // Nothing if it was stopped.
    std::optional<CaseResult> run() {
        const bool ended = options_.recorded ? judgeWhole() : judgeStream();
        if (!ended) return std::nullopt;
        return std::move(result_);
    }

private:
    ReadOptions reading() const {
        ReadOptions read;
        read.lenient = options_.lenient;
        read.skew = options_.skew;
        read.stop = &stop_;
        return read;
    }

    Header headerOf(const Header& read) const {
        Header header = read;
        options_.readings.applyTo(header.readings);
        return header;
    }

    CheckerOptions checking() const {
        CheckerOptions checker;
        checker.settle = options_.settle;
        return checker;
    }

    bool judgeStream() {
        TraceReader reader(result_.file, reading());
        if (!reader.valid()) {
            while (!reader.next().empty()) continue;  // the rest is looked through for errors
            if (stop_.load()) return false;
            malformed(reader.diagnostics());
            return true;
        }
        Checker checker(headerOf(reader.header()), checking());
        for (std::span<const Event> batch = reader.next(); !batch.empty(); batch = reader.next()) {
            if (stop_.load()) return false;
            checker.feed(batch, reader.lexicon(), reader.annex());
        }
        if (stop_.load()) return false;
        if (!reader.valid()) {
            malformed(reader.diagnostics());
            return true;
        }
        checker.finish(reader.lexicon());
        conclude(checker, reader.header(), reader.counts(), reader.diagnostics());  // with what events declared
        return true;
    }

    // The same for a trace that is wanted as a whole.
    bool judgeWhole() {
        TraceFile file = readTrace(result_.file, reading());
        if (stop_.load()) return false;
        if (!file.valid) {
            malformed(file.diagnostics);
            return true;
        }
        Trace& trace = file.trace;
        trace.header = headerOf(trace.header);
        Checker checker(trace.header, checking());
        checker.feed(trace.events, trace.lexicon, trace.annex);
        if (stop_.load()) return false;
        checker.finish(trace.lexicon);
        conclude(checker, trace.header, file.counts, file.diagnostics);
        options_.recorded(trace, result_);
        return true;
    }

    void malformed(const std::vector<Diagnostic>& diagnostics) {
        result_.verdict = Verdict::Error;
        result_.diagnostics = diagnostics;
        result_.reason = "the trace is malformed";
        if (!diagnostics.empty() && diagnostics.front().span.line == 0) result_.reason = diagnostics.front().message;
    }

    void conclude(const Checker& checker, const Header& header, const ReadCounts& counts,
                  const std::vector<Diagnostic>& warnings) {
        result_.timezone = header.app.timezone;
        result_.events = checker.events();
        result_.counts = checker.counts();
        result_.tolerances = checker.tolerances();
        result_.tolerances[index(Tolerance::Reordered)] += counts.moved;
        result_.tolerances[index(Tolerance::SkippedLine)] += counts.skipped;
        result_.openDuties = checker.openDuties();
        result_.linesLost = counts.skipped;
        result_.diagnostics = warnings;
        for (const Violation& violation : checker.violations()) result_.violations.push_back(named(violation, header));
        std::uint64_t violated = 0;
        for (const Counts& rule : result_.counts) violated += rule.violated;
        result_.violationsBeyond = violated - std::min<std::uint64_t>(violated, result_.violations.size());
        addLines(result_);
        result_.verdict = mdsync::conclude(result_);
        if (result_.verdict == Verdict::Inconclusive) {
            result_.reason = result_.linesLost > 0 ? fmt::format("{} lines were skipped", result_.linesLost)
                                                   : whyOpen(result_.openDuties);
        }
    }

    const CheckOptions& options_;
    const std::atomic<bool>& stop_;
    CaseResult result_;
};

}  // namespace

Result checkTraces(const std::vector<std::string>& paths, const CheckOptions& options, const Interrupt& interrupt) {
    Result whole;
    InOrder results(takerOf(options.next, whole));
    inParallel(options.jobs, paths.size(), interrupt.flag(), [&](std::size_t i) {
        if (results.enough()) return;
        if (options.started) options.started(i);
        const auto begun = std::chrono::steady_clock::now();
        std::optional<CaseResult> result = TraceCheck(paths[i], options, interrupt.flag()).run();
        if (!result) return;
        result->micros = microsSince(begun);
        if (options.finished) options.finished(*result);
        results.ended(i, std::move(*result));
    });
    results.finish();
    if (results.enough()) whole.notRun = paths.size() - results.taken();
    whole.interrupted = interrupt.signal() != 0;
    whole.interruptSignal = interrupt.signal();
    return whole;
}

}  // namespace mdsync
