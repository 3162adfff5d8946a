// Console: the report for people. What failed comes first to the eye, each cause once at length; then what it cost, and
// the line that runs it again.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "mdsync/report.hpp"
#include "report/failure_summary.hpp"
#include "report/failure_text.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

constexpr std::size_t kCauses = 20;       // that are told at length
constexpr std::size_t kConsequences = 4;  // lines beneath a failure
constexpr std::size_t kQuietRoom = 45;    // lines for what is told at length, where the whole is to be a page
constexpr std::size_t kQuietLines = 5;    // of a kind, then
constexpr std::size_t kLacks = 12;        // reasons why cases are not applicable

constexpr FailureSummary::Limits kUsual{.causes = 20, .cases = 2, .again = 20};
constexpr FailureSummary::Limits kQuiet{.causes = 5, .cases = 1, .again = 8};
constexpr FailureSummary::Limits kVerbose{.causes = SIZE_MAX, .cases = SIZE_MAX, .again = SIZE_MAX};

}  // namespace

// The text so far is kept: what is written next depends on how it ends.
class ConsoleReport::Writer {
public:
    explicit Writer(const ConsoleOptions& options)
        : verbose_(options.verbosity > 0),
          quiet_(options.verbosity < 0),
          withTimelines_(options.timelines),
          paint_(options.color, options.width),
          failureText_(paint_, verbose_, options.program),
          summary_(options.width, options.program) {}

    void add(const CaseResult& c) {
        if (verbose_ || c.file != file_.name) endFile();
        file_.name = c.file;
        switch (c.verdict) {
            case Verdict::Pass:
                return addGood(c);
            case Verdict::NotApplicable:
                file_.notApplicable[c.reason].push_back(c.id);
                file_.timelines += timelineOf(c);
                return;
            default:
                return writeOther(c);
        }
    }

    // One line for the cases of a file that are alike.
    void endFile() {
        const File file = std::exchange(file_, {});
        if (quiet_) return;
        if (file.good > 0) {
            line(paint_.green("ok    "), file.good == 1 ? file.goodId : file.name, countsOf(file));
        }
        text_ += file.timelines;
        for (const auto& [reason, ids] : file.notApplicable) {
            line(paint_.faint("n/a   "), ids.size() == 1 ? ids.front() : file.name,
                 fmt::format("{}not applicable: {}", ids.size() == 1 ? "" : counted(ids.size(), "case") + ", ",
                             printable(reason)));
        }
    }

    void finish(const Result& result) {
        result_ = &result;
        endFile();
        writeMissing();
        if (result.baseline) {
            for (const Diagnostic& wrong : result.baseline->wrong) writeWrongEntry(wrong);
        }
        writeLeftOut();
        writeRules();
        writeEmulated();
        writeLatency();
        writeSummary();
        writeLacks();
        if (result.interrupted) text_ += paint_.yellow("interrupted: what follows counts what had ended") + "\n";
        if (result.notRun > 0) {
            text_ += paint_.yellow(fmt::format("stopped: {} not run", counted(result.notRun, "case"))) + "\n";
        }
        writeLast();
    }

    // The text that is new since the last call.
    std::string take() {
        std::string fresh = std::move(text_);
        text_.clear();
        // An empty line before a failure stands there unless there is one, or nothing at all.
        if (!fresh.empty()) endsEmpty_ = fresh.ends_with("\n\n");
        isBegun_ = isBegun_ || !fresh.empty();
        return fresh;
    }

private:
    // ---- files ------------------------------------------------------------------------------------------------------

    // What is known of the file whose cases are being added.
    struct File {
        std::string name;
        std::string goodId;
        std::string goodRun;  // seed and run hash, for those who want them
        std::uint64_t good = 0, checks = 0, expectations = 0;
        std::string timelines;                                          // of the good ones
        std::map<std::string, std::vector<std::string>> notApplicable;  // ids, by reason
    };

    void addGood(const CaseResult& c) {
        ++file_.good;
        file_.goodId = c.id;
        for (const Counts& counts : c.counts) file_.checks += counts.checked;
        file_.expectations += c.expectations.size();
        if (!c.runHash.empty()) file_.goodRun = fmt::format(", seed {}, run {}", c.seed, c.runHash);
        file_.timelines += timelineOf(c);
    }

    [[nodiscard]] std::string countsOf(const File& file) const {
        std::string text;
        if (file.good > 1) text += counted(file.good, "case") + ", ";
        text += counted(file.checks, "check");
        if (file.expectations > 0) text += ", " + counted(file.expectations, "expectation");
        return verbose_ ? text + file.goodRun : text;
    }

    void line(const std::string& mark, const std::string& name, const std::string& rest) {
        text_ += failureText_.line(mark, name, rest);
    }

    void writeOther(const CaseResult& c) {
        if (c.verdict == Verdict::Fail) return writeFailure(c);
        if (c.verdict == Verdict::Error) writeError(c);
        if (c.verdict == Verdict::Flaky && (!quiet_ || flaky_++ < kQuietLines)) {
            line(paint_.yellow("flaky "), c.id, (c.expectedFailure ? "as expected: " : "") + printable(c.reason));
        }
        if (c.verdict == Verdict::Inconclusive && !quiet_) {
            line(paint_.yellow("open  "), c.id, "inconclusive: " + printable(c.reason));
        }
        text_ += timelineOf(c);
    }

    void writeError(const CaseResult& c) {
        summary_.add(c, {});
        std::string text = failureText_.line(paint_.red("ERROR "), c.id, printable(whyError(c)));
        if (fits(text + lastLinesOf(c))) {
            text_ += text + lastLinesOf(c);
        } else if (errors_++ < kQuietLines) {
            text_ += text;
        }
    }

    static std::string whyError(const CaseResult& c) {
        if (!c.reason.empty()) return c.reason;
        const auto errors = static_cast<std::uint64_t>(
            std::count_if(c.diagnostics.begin(), c.diagnostics.end(),
                          [](const Diagnostic& d) { return d.severity == Severity::Error; }));
        return counted(errors, "error");
    }

    // What a target said before it broke, and how to see that again.
    [[nodiscard]] std::string lastLinesOf(const CaseResult& c) const {
        if (c.lastLines.empty()) return {};
        std::string text = "\n";
        for (const std::string& said : c.lastLines) text += fmt::format("  {}\n", printable(said));
        if (!c.again.empty()) text += fmt::format("\n  again:    {}\n", printable(failureText_.asCalled(c.again)));
        return text + "\n";
    }

    [[nodiscard]] std::string timelineOf(const CaseResult& c) const {
        if (!withTimelines_ || c.timeline.empty()) return {};
        return fmt::format("\n{}\n{}\n", printable(c.id), paint_.color() ? c.timeline : unpainted(c.timeline));
    }

    // ---- failures ---------------------------------------------------------------------------------------------------

    // At length what was not told before, the rest in a line each.
    void writeFailure(const CaseResult& c) {
        text_ += timelineOf(c);
        const std::vector<ReportedFailure> failures = failuresOf(c);
        const std::uint64_t beyond = c.beyondExpected ? 0 : c.violationsBeyond;
        if (!failures.empty() || beyond > 0) {
            summary_.add(c, failures);
            std::vector<const ReportedFailure*> told;
            std::vector<const ReportedFailure*> rest;
            for (const ReportedFailure& failure : failures) (isToBeTold(failure) ? told : rest).push_back(&failure);
            for (const ReportedFailure* failure : told) {
                const bool isLast = failure == told.back();
                writeAtLength(failureText_.of(c, *failure) + (isLast ? consequences(rest, beyond) : ""), *failure);
            }
            if (told.empty() && !quiet_) writeInALine(c, failures, beyond);
        }
        if (!quiet_) writeExpected(c);
    }

    [[nodiscard]] bool isToBeTold(const ReportedFailure& failure) {
        if (verbose_) return true;
        if (failure.isConsequence || told_.size() >= kCauses) return false;
        return !isFull_ && told_.insert(failure.cause()).second;
    }

    void writeAtLength(const std::string& text, const ReportedFailure& failure) {
        if (fits(text)) {
            separate();
            text_ += text + "\n";
        } else {
            isFull_ = true;
            told_.erase(failure.cause());
        }
    }

    // Whether there is room for `text`; if so, it is taken.
    bool fits(const std::string& text) {
        if (!quiet_) return true;
        const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
        if (lines > room_) return false;
        room_ -= lines;
        return true;
    }

    // A failure begins behind an empty line.
    void separate() {
        const bool isFirst = text_.empty() && !isBegun_;
        if (!isFirst && !(text_.empty() ? endsEmpty_ : text_.ends_with("\n\n"))) text_ += "\n";
    }

    // Those of `rest` that are not like another one, beneath what is told at length.
    [[nodiscard]] std::string consequences(const std::vector<const ReportedFailure*>& rest,
                                           std::uint64_t beyond) const {
        std::set<std::string> causes;
        std::string text;
        for (const ReportedFailure* failure : rest) {
            if (causes.size() >= kConsequences || !causes.insert(failure->cause()).second) continue;
            const std::string place = failure->line == 0 ? "" : fmt::format(":{} ", failure->line);
            text += fmt::format("  {:<8}  {}{}\n", causes.size() == 1 ? "also:" : "", place, inAFewWords(*failure));
        }
        const std::uint64_t more = rest.size() - causes.size() + beyond;
        if (more > 0)
            text += fmt::format("  {:<8}  {}: -v\n", causes.empty() ? "also:" : "", counted(more, "more failure"));
        return text;
    }

    [[nodiscard]] std::string inAFewWords(const ReportedFailure& failure) const {
        const bool isViolation = failure.kind == ReportedFailure::Kind::Violation;
        return clipped(
            printable(isViolation ? fmt::format("{}: {}", failure.what, failure.sentence) : failure.sentence),
            paint_.width());
    }

    void writeInALine(const CaseResult& c, const std::vector<ReportedFailure>& failures, std::uint64_t beyond) {
        if (failures.empty()) return line(paint_.red("FAIL  "), c.id, counted(beyond, "failure"));
        const ReportedFailure& first = failures.front();
        const std::string what = told_.contains(first.cause()) ? first.what + ", as above" : inAFewWords(first);
        const std::uint64_t more = failures.size() - 1 + beyond;
        line(paint_.red("FAIL  "), c.id, more == 0 ? what : fmt::format("{}; {} more", what, more));
    }

    // What failed as a baseline expects: a line for each reason that it gives.
    void writeExpected(const CaseResult& c) {
        std::map<std::string, std::vector<std::string>> byReason;
        const auto add = [&](const std::string& reason, const std::string& what) {
            std::vector<std::string>& list = byReason[reason];
            if (!reason.empty() && std::find(list.begin(), list.end(), what) == list.end()) list.push_back(what);
        };
        for (const ReportedViolation& v : c.violations) add(v.expected, std::string(rule(v.rule).name));
        for (const ExpectationResult& e : c.expectations) add(e.expected, "expectation");
        for (const auto& [id, reason] : c.notExercisedExpected) {
            add(reason, std::string(rule(id).name) + " not exercised");
        }
        for (const auto& [reason, what] : byReason) {
            if (reason.empty()) continue;
            line(paint_.yellow("known "), c.id, fmt::format("{}: {}", fmt::join(what, ", "), printable(reason)));
        }
    }

    void writeWrongEntry(const Diagnostic& wrong) {
        const std::string text = failureText_.of(wrong);
        if (fits(text)) {
            separate();
            text_ += text + "\n";
        } else if (wrongEntries_++ < kQuietLines) {
            line(paint_.red("FAIL  "), fmt::format("{}:{}", wrong.file, wrong.span.line), wrong.code);
        }
    }

    // ---- sums -------------------------------------------------------------------------------------------------------

    void writeMissing() {
        for (const RuleId id : missingOf(*result_)) {
            if (quiet_ && missing_++ >= kQuietLines) continue;
            line(paint_.red("FAIL  "), std::string(rule(id).name), "required, but no case put it to the test");
        }
    }

    // What there was no room for.
    void writeLeftOut() {
        const auto say = [this](std::size_t count, std::string_view what) {
            if (count > kQuietLines) text_ += fmt::format("and {} more {}\n", count - kQuietLines, what);
        };
        say(errors_, "cases in error");
        say(flaky_, "flaky cases");
        say(missing_, "rules that were required and not put to the test");
        say(wrongEntries_, "entries of the baseline that do not hold");
    }

    void writeSummary() {
        const std::string summary = summary_.write(verbose_ ? kVerbose : quiet_ ? kQuiet : kUsual);
        if (summary.empty()) return;
        separate();
        text_ += summary;
    }

    void writeRules() {
        if (!verbose_) return;
        const RuleCounts counts = totalCounts(*result_);
        text_ += fmt::format("\n{:<34}{:>9}{:>9}{:>10}{:>8}\n", "rule", "checked", "violated", "undecided", "lapsed");
        for (const Rule& row : catalogue()) {
            const Counts& n = counts[static_cast<std::size_t>(row.id)];
            text_ +=
                fmt::format("{:<34}{:>9}{:>9}{:>10}{:>8}\n", row.name, n.checked, n.violated, n.undecided, n.lapsed);
        }
        text_ += "\n";
        writeTolerances();
    }

    // What is no merit, and no fault, of the system.
    void writeEmulated() {
        const std::string counts = emulatedText(*result_);
        if (!quiet_ && !counts.empty()) text_ += wrapped(counts, "", paint_.width());
    }

    void writeLatency() {
        if (!quiet_) text_ += latencyTable(*result_);
        for (const std::string& why : exceededOf(*result_)) {
            line(paint_.red("FAIL  "), "--max-latency", why);
        }
    }

    void writeTolerances() {
        ToleranceCounts sum{};
        for (const CaseResult& c : result_->cases) {
            for (std::size_t i = 0; i < kTolerances; ++i) sum[i] += c.tolerances[i];
        }
        for (std::size_t i = 0; i < kTolerances; ++i) {
            if (sum[i] > 0) text_ += fmt::format("tolerated: {} x {}\n", sum[i], spell(static_cast<Tolerance>(i)));
        }
    }

    // What would let how many cases be judged, where there are several such things.
    void writeLacks() {
        const std::vector<Lack> lacks = lacksOf(*result_);
        if (lacks.size() < 2) return;
        const std::size_t most = verbose_ ? lacks.size() : std::min(lacks.size(), quiet_ ? kQuietLines : kLacks);
        separate();
        text_ += "Not applicable, by what stands in the way:\n";
        for (std::size_t i = 0; i < most; ++i) {
            const Lack& lack = lacks[i];
            text_ += fmt::format("  {:<30}  {}\n", costOf(lack), printable(lack.what));
        }
        if (most < lacks.size()) text_ += fmt::format("  and {}: -v\n", counted(lacks.size() - most, "more reason"));
        text_ += "\n";
    }

    // `2 not applicable (the target cannot hold: 2)`.
    std::string notApplicable(std::uint64_t count) const {
        constexpr std::size_t kTold = 3;
        const std::vector<Lack> lacks = lacksOf(*result_);
        std::vector<std::string> parts;
        for (const Lack& lack : lacks) {
            if (parts.size() < kTold) parts.push_back(fmt::format("{}: {}", printable(lack.what), lack.cases));
        }
        if (lacks.size() > kTold) parts.push_back(fmt::format("{} more, see above", lacks.size() - kTold));
        const std::string why = parts.empty() ? "" : fmt::format(" ({})", fmt::join(parts, "; "));
        return fmt::format("{} not applicable{}", count, why);
    }

    std::string word() const {
        const Verdict verdict = verdictOf(*result_);
        const bool isGood = verdict != Verdict::Fail && verdict != Verdict::Error;
        if (result_->interrupted && isGood) return paint_.yellow("INTERRUPTED");
        switch (verdict) {
            case Verdict::Pass:
            case Verdict::Flaky:
                return paint_.green("PASS");
            case Verdict::Fail:
                return paint_.red("FAIL");
            case Verdict::Error:
                return paint_.red("ERROR");
            case Verdict::Inconclusive:
                return paint_.yellow("INCONCLUSIVE");
            case Verdict::NotApplicable:
            case Verdict::Nothing:
                return paint_.yellow("NOTHING CHECKED");
        }
        return {};
    }

    // `; baseline: 3 entries, 2 used, 1 does not hold`.
    std::string baselineCounts() const {
        if (!result_->baseline) return {};
        const BaselineOutcome& b = *result_->baseline;
        std::string text = fmt::format("; baseline: {} of {} used", b.used,
                                       b.entries == 1 ? "1 entry" : fmt::format("{} entries", b.entries));
        if (b.idle > 0) text += fmt::format(", {} not judged", b.idle);
        if (!b.wrong.empty()) {
            text += fmt::format(", {} {} not hold", b.wrong.size(), b.wrong.size() == 1 ? "does" : "do");
        }
        return text;
    }

    void writeLast() {
        const Summary s = summarize(*result_);
        const RuleCounts counts = totalCounts(*result_);
        const auto rules = std::count_if(counts.begin(), counts.end(), [](const Counts& c) { return c.checked > 0; });
        std::string text = fmt::format("{}  {}: {} passed", word(), counted(s.scenarios, "case"), s.passed);
        const auto also = [&](std::uint64_t count, std::string_view what) {
            if (count > 0) text += fmt::format(", {} {}", count, what);
        };
        also(s.failed - s.expectedFailures, "failed");
        also(s.expectedFailures, "failed as expected");
        also(s.flaky, "flaky");
        also(s.inconclusive, "inconclusive");
        also(s.errors, "in error");
        text += fmt::format("; {} of {}, {}", counted(s.checks, "check"),
                            counted(static_cast<std::uint64_t>(rules), "rule"), counted(s.violations, "violation"));
        also(s.notExercised, "not exercised");
        if (s.expectations > 0) text += fmt::format("; {}, {} unmet", counted(s.expectations, "expectation"), s.unmet);
        also(s.tolerated, "irregularities tolerated");
        text_ += text + "; " + notApplicable(s.notApplicable) + baselineCounts() + "\n";
    }

    bool verbose_;
    bool quiet_;
    bool withTimelines_;
    Paint paint_;
    FailureText failureText_;
    File file_;
    std::set<std::string> told_;     // causes that were told at length
    bool isFull_ = false;            // there was no room for one of them
    std::size_t room_ = kQuietRoom;  // lines that are left for that
    FailureSummary summary_;
    std::size_t errors_ = 0, missing_ = 0, wrongEntries_ = 0, flaky_ = 0;  // that are told in a line, or not at all
    const Result* result_ = nullptr;                                       // once it is known
    std::string text_;                                                     // that was not taken yet
    bool isBegun_ = false;                                                 // something was taken
    bool endsEmpty_ = false;                                               // and ends with an empty line
};

ConsoleReport::ConsoleReport(const ConsoleOptions& options) : writer_(std::make_unique<Writer>(options)) {}
ConsoleReport::~ConsoleReport() = default;

std::string ConsoleReport::add(const CaseResult& ended, bool isLastOfFile) {
    writer_->add(ended);
    if (isLastOfFile) writer_->endFile();
    return writer_->take();
}

std::string ConsoleReport::finish(const Result& result) {
    writer_->finish(result);
    return writer_->take();
}

std::string consoleReport(const Result& result, const ConsoleOptions& options) {
    ConsoleReport report(options);
    std::string text;
    for (const CaseResult& c : result.cases) text += report.add(c, false);
    return text + report.finish(result);
}

}  // namespace mdsync
