// Markdown: what a job or a ticket shows of a run: the sums, each cause with its first example and its cases, and the line
// that runs again what failed.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mdsync/report.hpp"
#include "report/causes.hpp"
#include "report/failure_summary.hpp"
#include "report/failure_text.hpp"
#include "report/picture.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

constexpr std::size_t kMostBytes = 1'000'000;  // GitHub takes a summary of 1 MiB
constexpr std::size_t kMostCauses = 20;
constexpr std::size_t kMostCases = 50;  // of a cause
constexpr std::size_t kMostAgain = 60;  // lines
constexpr std::size_t kMostOfAName = 300;
constexpr std::size_t kMostOfALadder = 24'000;  // bytes: beside the diagram, a ticket takes 65,536
constexpr std::size_t kColumnsOfALadder = 100;

// `text` between marks of code, which it can't end.
std::string code(std::string_view text) {
    std::string safe = clipped(printable(text), kMostOfAName);
    std::replace(safe.begin(), safe.end(), '`', '\'');
    return fmt::format("`{}`", safe);
}

std::string block(std::string text, std::string_view language) {
    for (std::size_t at = text.find("```"); at != std::string::npos; at = text.find("```", at))
        text.replace(at, 3, "'''");
    return fmt::format("```{}\n{}```\n", language, text);
}

// A cause, the first case that had it, and all of them.
struct MarkdownCause {
    const CaseResult* first = nullptr;
    ReportedFailure example;
    std::vector<std::string> cases;
};

class Markdown {
public:
    explicit Markdown(const Result& result) : result_(result) {
        for (const CaseResult& c : result.cases) add(c);
    }

    std::string write() {
        writeSums();
        writeCauses();
        writeErrors();
        writeList("Flaky", flaky_);
        if (const std::string again = summary_.again(kMostAgain); !again.empty()) {
            text_ += "\n### Again\n\n" + block(again, "sh");
        }
        writeList("Not applicable", notApplicable());
        return std::move(text_);
    }

private:
    void add(const CaseResult& c) {
        if (c.verdict == Verdict::Flaky) flaky_.push_back(fmt::format("{}: {}", code(c.id), code(c.reason)));
        if (c.verdict == Verdict::Error) {
            summary_.add(c, {});
            errors_.push_back(&c);
        }
        if (c.verdict != Verdict::Fail || c.expectedFailure) return;
        const std::vector<ReportedFailure> failures = failuresOf(c);
        summary_.add(c, failures);
        for (const ReportedFailure& failure : failures) {
            if (failure.isConsequence) continue;
            const auto [place, isNew] = places_.emplace(failure.cause(), causes_.size());
            if (isNew) causes_.push_back({&c, failure, {}});
            std::vector<std::string>& cases = causes_[place->second].cases;
            if (cases.empty() || cases.back() != c.id) cases.push_back(c.id);
        }
    }

    void writeSums() {
        const Summary s = summarize(result_);
        text_ += fmt::format("## mdsync: {}\n\n", result_.interrupted ? "interrupted" : spell(verdictOf(result_)));
        std::vector<std::pair<std::string_view, std::uint64_t>> sums{{"cases", s.scenarios}, {"passed", s.passed}};
        const auto also = [&](std::string_view what, std::uint64_t count) {
            if (count > 0) sums.emplace_back(what, count);
        };
        also("failed", s.failed - s.expectedFailures);
        also("failed as expected", s.expectedFailures);
        also("flaky", s.flaky);
        also("inconclusive", s.inconclusive);
        also("in error", s.errors);
        also("not applicable", s.notApplicable);
        also("not run", result_.notRun);
        sums.emplace_back("checks", s.checks);
        sums.emplace_back("violations", s.violations);
        also("expectations", s.expectations);
        also("unmet", s.unmet);
        std::string names = "|";
        std::string lines = "|";
        std::string counts = "|";
        for (const auto& [name, count] : sums) {
            names += fmt::format(" {} |", name);
            lines += "---:|";
            counts += fmt::format(" {} |", count);
        }
        text_ += fmt::format("{}\n{}\n{}\n", names, lines, counts);
        std::vector<std::string> missing;
        for (const RuleId id : missingOf(result_)) missing.push_back(code(rule(id).name));
        writeList("Required, but not put to the test", missing);
        std::vector<std::string> exceeded;
        for (const std::string& why : exceededOf(result_)) exceeded.push_back(code(why));
        writeList("Slower than --max-latency allows", exceeded);
        if (const std::string table = latencyTable(result_); !table.empty()) text_ += "\n" + block(table, "text");
        if (const std::string emulated = emulatedText(result_); !emulated.empty()) text_ += "\n" + emulated + "\n";
        std::vector<std::string> wrong;
        if (result_.baseline) {
            for (const Diagnostic& d : result_.baseline->wrong) {
                wrong.push_back(
                    fmt::format("{}: {}", code(fmt::format("{}:{}", d.file, d.span.line)), code(d.message)));
            }
        }
        writeList("The baseline does not hold", wrong);
    }

    void writeCauses() {
        std::stable_sort(causes_.begin(), causes_.end(), [](const MarkdownCause& a, const MarkdownCause& b) {
            return a.cases.size() > b.cases.size();
        });
        const Paint plain(false);
        const FailureText failureText(plain, false);
        for (std::size_t i = 0; i < std::min(causes_.size(), kMostCauses); ++i) {
            const MarkdownCause& cause = causes_[i];
            text_ += fmt::format("\n### {}, in {}\n\n{}\n", cause.example.what, counted(cause.cases.size(), "case"),
                                 block(failureText.of(*cause.first, cause.example), "text"));
            writeCases(cause.cases);
        }
        if (causes_.size() > kMostCauses) text_ += fmt::format("\nAnd {} more causes.\n", causes_.size() - kMostCauses);
    }

    void writeCases(const std::vector<std::string>& cases) {
        if (cases.size() < 2) return;
        text_ += "<details><summary>The cases</summary>\n\n";
        std::vector<std::string> shown;
        for (const std::string& id : cases) shown.push_back(code(id));
        writeItems(shown);
        text_ += "\n</details>\n";
    }

    void writeErrors() {
        std::vector<std::string> items;
        for (const CaseResult* c : errors_) {
            const std::string why =
                c->reason.empty() && !c->diagnostics.empty() ? c->diagnostics.front().message : c->reason;
            items.push_back(fmt::format("{}: {}", code(c->id), code(why)));
        }
        for (const Diagnostic& d : result_.diagnostics) {
            if (d.severity == Severity::Error) items.push_back(code(d.message));
        }
        writeList("In error", items);
    }

    void writeList(std::string_view title, const std::vector<std::string>& items) {
        if (items.empty()) return;
        text_ += fmt::format("\n### {}\n\n", title);
        writeItems(items);
    }

    void writeItems(const std::vector<std::string>& items) {
        for (std::size_t i = 0; i < std::min(items.size(), kMostCases); ++i) text_ += fmt::format("- {}\n", items[i]);
        if (items.size() > kMostCases) text_ += fmt::format("- and {} more\n", items.size() - kMostCases);
    }

    // `3 cases: the target cannot hold`.
    [[nodiscard]] std::vector<std::string> notApplicable() const {
        std::vector<std::string> items;
        for (const Lack& lack : lacksOf(result_)) {
            items.push_back(fmt::format("{}: {}", costOf(lack), code(lack.what)));
        }
        return items;
    }

    const Result& result_;
    std::vector<MarkdownCause> causes_;
    std::map<std::string, std::size_t> places_;
    std::vector<const CaseResult*> errors_;
    std::vector<std::string> flaky_;
    FailureSummary summary_;
    std::string text_;
};

}  // namespace

std::string markdownReport(const Result& result) {
    std::string text = Markdown(result).write();
    if (text.size() <= kMostBytes) return text;
    text.resize(text.rfind('\n', kMostBytes) + 1);
    return text + "\n```\n\nThe rest is cut off.\n";
}

std::string drawMarkdown(const Happening& happened, const View& view) {
    Result result;
    result.cases.push_back(happened.result);
    const View shown = fittingView(happened, view);
    std::string ladder = drawLadder(happened, {.columns = kColumnsOfALadder, .view = shown});
    if (ladder.size() > kMostOfALadder) {
        ladder.resize(ladder.rfind('\n', kMostOfALadder) + 1);
        ladder += "... the rest is cut off: --timeline=fail and --only show less\n";
    }
    return fmt::format(
        "{}\n### What happened in {}\n\n{}\n<details><summary>The same as text</summary>\n\n{}\n</details>\n",
        markdownReport(result), code(happened.result.id), block(drawMermaid(happened, shown), "mermaid"),
        block(ladder, "text"));
}

}  // namespace mdsync
