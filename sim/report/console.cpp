// Console: the report for people. What failed comes first to the eye: which rule, in whose words, where in the file,
// what led to it, and the lines to paste.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "mdsync/report.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

constexpr std::size_t kWidth = 98;       // of running text
constexpr std::size_t kNameColumn = 48;  // where the counts of a file begin
constexpr std::size_t kBlocks = 5;       // failures of one case that are told at length
constexpr std::size_t kLinks = 8;        // links of a chain that are shown

}  // namespace

// The text so far is kept: what is written next depends on how it ends.
class ConsoleReport::Writer {
public:
    explicit Writer(const ConsoleOptions& options)
        : verbose_(options.verbosity > 0), quiet_(options.verbosity < 0), paint_(options.color) {}

    void add(const CaseResult& c) {
        if (!file_.empty() && (verbose_ || file_.front().file != c.file)) writeFile();
        file_.push_back(c);
    }

    void endFile() {
        if (!file_.empty()) writeFile();
    }

    void finish(const Result& result) {
        result_ = &result;
        endFile();
        for (const RuleId id : missingOf(result)) {
            line(paint_.red("FAIL  "), std::string(rule(id).name), "required, but no case put it to the test");
        }
        if (result.baseline) {
            for (const Diagnostic& wrong : result.baseline->wrong) writeWrongEntry(wrong);
        }
        writeRules();
        writeViolated();
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

    // One line for the cases of a file that are alike, and a line or more for each that is not.
    void writeFile() {
        std::vector<const CaseResult*> good;
        for (const CaseResult& c : file_) {
            if (c.verdict == Verdict::Pass) good.push_back(&c);
        }
        if (!good.empty() && !quiet_) {
            const std::string& name = good.size() == 1 ? good.front()->id : good.front()->file;
            line(paint_.green("ok    "), name, countsOf(good));
        }
        for (const CaseResult* c : good) writeTimeline(*c);
        for (const CaseResult& c : file_) writeOther(c);
        file_.clear();
    }

    void line(const std::string& mark, const std::string& name, const std::string& rest) {
        const std::string shown = printable(name);
        const std::size_t pad = shown.size() < kNameColumn ? kNameColumn - shown.size() : 0;
        text_ += fmt::format("{}{}{}  {}\n", mark, shown, std::string(pad, ' '), rest);
    }

    [[nodiscard]] std::string countsOf(const std::vector<const CaseResult*>& cases) const {
        std::uint64_t checks = 0;
        std::uint64_t expectations = 0;
        for (const CaseResult* c : cases) {
            for (const Counts& counts : c->counts) checks += counts.checked;
            expectations += c->expectations.size();
        }
        std::string text;
        if (cases.size() > 1) text += counted(cases.size(), "case") + ", ";
        text += counted(checks, "check");
        if (expectations > 0) text += ", " + counted(expectations, "expectation");
        const CaseResult& first = *cases.front();
        if (verbose_ && !first.runHash.empty()) text += fmt::format(", seed {}, run {}", first.seed, first.runHash);
        return text;
    }

    void writeOther(const CaseResult& c) {
        switch (c.verdict) {
            case Verdict::Pass:
                return;
            case Verdict::Fail:
                return writeFailure(c);
            case Verdict::Error:
                line(paint_.red("ERROR "), c.id, printable(whyError(c)));
                writeLastLines(c);
                break;
            case Verdict::Inconclusive:
                if (!quiet_) line(paint_.yellow("open  "), c.id, "inconclusive: " + printable(c.reason));
                break;
            case Verdict::NotApplicable:
                if (!quiet_) line(paint_.faint("n/a   "), c.id, "not applicable: " + printable(c.reason));
                break;
            case Verdict::Nothing:
                break;
        }
        writeTimeline(c);
    }

    static std::string whyError(const CaseResult& c) {
        if (!c.reason.empty()) return c.reason;
        const auto errors = static_cast<std::uint64_t>(
            std::count_if(c.diagnostics.begin(), c.diagnostics.end(),
                          [](const Diagnostic& d) { return d.severity == Severity::Error; }));
        return counted(errors, "error");
    }

    // What a target said before it broke, and how to see that again.
    void writeLastLines(const CaseResult& c) {
        if (c.lastLines.empty()) return;
        text_ += "\n";
        for (const std::string& said : c.lastLines) text_ += fmt::format("  {}\n", printable(said));
        text_ += "\n";
        writeAgain(c);
        text_ += "\n";
    }

    void writeTimeline(const CaseResult& c) {
        if (c.timeline.empty()) return;
        text_ += "\n" + c.timeline + "\n";
    }

    // ---- failures ---------------------------------------------------------------------------------------------------

    void writeFailure(const CaseResult& c) {
        writeTimeline(c);
        const std::size_t limit = verbose_ ? c.violations.size() + c.expectations.size() : kBlocks;
        std::size_t told = 0;
        std::uint64_t untold = c.beyondExpected ? 0 : c.violationsBeyond;
        for (std::size_t i = 0; i < c.violations.size(); ++i) {
            if (accompaniedBy(c.violations, i) || !c.violations[i].expected.empty()) continue;
            if (told++ < limit) {
                writeViolation(c, i);
            } else {
                ++untold;
            }
        }
        for (const ExpectationResult& e : c.expectations) {
            if (e.met || !e.expected.empty()) continue;
            if (told++ < limit) {
                writeExpectation(c, e);
            } else {
                ++untold;
            }
        }
        if (untold > 0)
            text_ += fmt::format("      {} in {}: -v shows more\n\n", counted(untold, "more failure"), printable(c.id));
        for (const RuleId id : c.notExercised) {
            if (expectedReason(c, id).empty()) writeNotExercised(c, id);
        }
        if (!quiet_) writeExpected(c);
    }

    static std::string expectedReason(const CaseResult& c, RuleId notExercised) {
        for (const auto& [id, reason] : c.notExercisedExpected) {
            if (id == notExercised) return reason;
        }
        return {};
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

    void open(const std::string& name, std::string_view what) {
        const bool isFirst = text_.empty() && !isBegun_;
        if (!isFirst && !(text_.empty() ? endsEmpty_ : text_.ends_with("\n\n"))) text_ += "\n";
        line(paint_.red("FAIL  "), name, paint_.bold(what));
        text_ += "\n";
    }

    void writeViolation(const CaseResult& c, std::size_t number) {
        const ReportedViolation& v = c.violations[number];
        const Rule& row = rule(v.rule);
        open(c.id, row.name);
        text_ += wrapped(row.statement, "  ", kWidth);
        text_ += wrapped(printable(v.text), "  ", kWidth);
        for (std::size_t i = number + 1; i < c.violations.size(); ++i) {
            if (accompaniedBy(c.violations, i) != number) continue;
            text_ += fmt::format("  This violates {} too.\n", rule(c.violations[i].rule).name);
        }
        text_ += "\n";
        writePlace(c.file, v.span, v.excerpt, v.excerptColumn, v.step > 0 ? "this step" : "this event");
        text_ += fmt::format("   = {}\n\n", row.source);
        writeChain(c, v);
        writeAgain(c);
        text_ += fmt::format("  why:      mdsync explain {}\n\n", row.name);
    }

    void writePlace(const std::string& file, const Span& span, const std::string& excerpt, std::uint32_t column,
                    const std::string& label) {
        Diagnostic place;
        place.file = file;
        place.span = span;
        place.excerpt = excerpt;
        place.excerptColumn = column;
        place.hint = excerpt.empty() ? "" : label;
        const std::string drawn = render(place);
        text_ += drawn.substr(drawn.find('\n') + 1);  // without the line that says what is wrong
    }

    // The events that led to the violation, the one that is to blame marked.
    void writeChain(const CaseResult& c, const ReportedViolation& v) {
        if (v.because.empty()) return;
        const bool oneDay = std::all_of(v.because.begin(), v.because.end(), [&](const Because& link) {
            return localDate(link.t, c.timezone) == localDate(v.t, c.timezone);
        });
        const auto when = [&](Instant t) {
            return oneDay ? localTime(t, c.timezone) : localDate(t, c.timezone) + " " + localTime(t, c.timezone);
        };
        const std::size_t all = v.because.size();
        const std::size_t shown = verbose_ ? all : std::min(all, kLinks);
        const std::size_t hidden = all - shown;
        bool marked = false;
        for (std::size_t i = 0; i < all; ++i) {
            // Of a long chain the middle is left out.
            if (i >= shown / 2 && i < shown / 2 + hidden) {
                if (i == shown / 2) text_ += fmt::format("  ({} more: -v)\n", hidden);
                continue;
            }
            const Because& link = v.because[i];
            const bool blamed = link.event == v.event;
            marked = marked || blamed;
            text_ += chainLine(blamed, when(link.t), link.text);
        }
        if (!marked) text_ += chainLine(true, when(v.t), "this is when it was due, or happened");
        text_ += "\n";
    }

    std::string chainLine(bool blamed, const std::string& when, const std::string& what) const {
        const std::string words = fmt::format("{}  {}", when, printable(what));
        return blamed ? fmt::format("{} {}\n", paint_.red(">"), paint_.bold(words)) : fmt::format("  {}\n", words);
    }

    void writeAgain(const CaseResult& c) {
        if (!c.again.empty()) text_ += fmt::format("  again:    {}\n", printable(c.again));
    }

    void writeExpectation(const CaseResult& c, const ExpectationResult& e) {
        open(c.id, "expectation");
        text_ += wrapped(printable(e.text), "  ", kWidth) + "\n";
        writePlace(c.file, e.span, e.excerpt, e.excerptColumn, "expected here");
        text_ += "\n";
        writeAgain(c);
        text_ += "\n";
    }

    void writeNotExercised(const CaseResult& c, RuleId id) {
        open(c.id, "not exercised");
        text_ += wrapped(fmt::format("{} is listed in \"rules\", but nothing put it to the test.", rule(id).name), "  ",
                         kWidth);
        text_ += wrapped(fmt::format("Checked when: {}", rule(id).tempted), "  ", kWidth) + "\n";
        writeAgain(c);
        text_ += fmt::format("  why:      mdsync explain {}\n\n", rule(id).name);
    }

    // An entry of the baseline that does not hold.
    void writeWrongEntry(const Diagnostic& wrong) {
        open(fmt::format("{}:{}", wrong.file, wrong.span.line), wrong.code);
        text_ += wrapped(printable(wrong.message), "  ", kWidth) + "\n";
        writePlace(wrong.file, wrong.span, wrong.excerpt, wrong.excerptColumn, wrong.hint);
        text_ += fmt::format("\n  why:      mdsync explain {}\n\n", wrong.code);
    }

    // ---- sums -------------------------------------------------------------------------------------------------------

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

    // After several cases: which rules were violated in how many of them.
    void writeViolated() {
        std::array<std::uint64_t, kRules> cases{};
        std::uint64_t failed = 0;
        for (const CaseResult& c : result_->cases) {
            failed += c.verdict == Verdict::Fail ? 1 : 0;
            for (std::size_t i = 0; i < kRules; ++i) cases[i] += c.counts[i].violated > 0 ? 1 : 0;
        }
        if (failed < 2) return;
        for (const Rule& row : catalogue()) {
            const std::uint64_t count = cases[static_cast<std::size_t>(row.id)];
            if (count == 0) continue;
            text_ += fmt::format("violated  {:<34}in {} case{}\n", row.name, count, count == 1 ? "" : "s");
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

    // `2 not applicable (the target cannot hold: 2)`.
    std::string notApplicable(std::uint64_t count) const {
        std::map<std::string, std::uint64_t> reasons;
        for (const CaseResult& c : result_->cases) {
            if (c.verdict == Verdict::NotApplicable) ++reasons[c.reason];
        }
        std::vector<std::string> parts;
        for (const auto& [reason, times] : reasons) parts.push_back(fmt::format("{}: {}", printable(reason), times));
        const std::string why = parts.empty() ? "" : fmt::format(" ({})", fmt::join(parts, "; "));
        return fmt::format("{} not applicable{}", count, why);
    }

    std::string word() const {
        const Verdict verdict = verdictOf(*result_);
        const bool isGood = verdict != Verdict::Fail && verdict != Verdict::Error;
        if (result_->interrupted && isGood) return paint_.yellow("INTERRUPTED");
        switch (verdict) {
            case Verdict::Pass:
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
    Paint paint_;
    std::vector<CaseResult> file_;    // the cases of one file, until the last of them is there
    const Result* result_ = nullptr;  // once it is known
    std::string text_;                // that was not taken yet
    bool isBegun_ = false;            // something was taken
    bool endsEmpty_ = false;          // and ends with an empty line
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
