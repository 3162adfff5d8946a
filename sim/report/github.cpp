// GitHub: workflow commands that mark the lines of a change (`::error file=...`), and where a job may show more.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mdsync/report.hpp"
#include "report/causes.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

constexpr std::size_t kMostMarks = 10;  // GitHub shows no more of a step

struct Mark {
    std::string_view level = "error";
    std::string file{};
    Span span{};
    std::string title;
    std::string text;
};

// What ends a property or a line there is spelled out.
std::string escaped(std::string_view text, bool isProperty) {
    std::string safe;
    for (const char c : text) {
        const bool isSpecial = c == '%' || c == '\n' || c == '\r' || (isProperty && (c == ':' || c == ','));
        safe += isSpecial ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
    }
    return safe;
}

std::string commandOf(const Mark& mark) {
    std::string place;
    if (!mark.file.empty()) place += fmt::format("file={},", escaped(printable(mark.file), true));
    if (mark.span.line > 0) place += fmt::format("line={},col={},", mark.span.line, mark.span.column);
    return fmt::format("::{} {}title={}::{}\n", mark.level, place, escaped(printable(mark.title), true),
                       escaped(printable(mark.text), false));
}

Span spanOf(const CaseResult& c, const Failure& failure) {
    if (failure.kind == Failure::Kind::Violation) return c.violations[failure.number].span;
    return failure.kind == Failure::Kind::Expectation ? c.expectations[failure.number].span : Span{};
}

Mark markOf(const std::string& file, const Diagnostic& d) {
    return {.level = d.severity == Severity::Error ? "error" : "warning",
            .file = d.file.empty() ? file : d.file,
            .span = d.span,
            .title = d.code,
            .text = d.hint.empty() ? d.message : fmt::format("{}; {}", d.message, d.hint)};
}

// The marks of a run: those of a cause that none before has stand first.
class Marks {
public:
    void add(const CaseResult& c) {
        for (const Diagnostic& d : c.diagnostics) {
            if (d.severity == Severity::Error) first_.push_back(markOf(c.file, d));
        }
        if (c.verdict == Verdict::Error && c.diagnostics.empty()) {
            first_.push_back({.file = c.file, .title = "error in " + c.id, .text = c.reason});
        }
        if (c.verdict == Verdict::Flaky && !c.expectedFailure) {
            warnings_.push_back({.level = "warning", .file = c.file, .title = "flaky: " + c.id, .text = c.reason});
        }
        if (c.verdict != Verdict::Fail || c.expectedFailure) return;
        const std::vector<Failure> failures = failuresOf(c);
        if (failures.empty()) return;
        const Failure& failure = failures.front();
        Mark mark{.file = c.file, .span = spanOf(c, failure), .title = failure.what, .text = failure.sentence};
        if (c.id != c.file) mark.text += fmt::format(" ({})", c.id);
        if (failures.size() > 1) mark.text += fmt::format("; {} more", failures.size() - 1);
        (causes_.insert(failure.cause()).second ? first_ : others_).push_back(std::move(mark));
    }

    void add(Mark mark) { (mark.level == "error" ? first_ : warnings_).push_back(std::move(mark)); }

    [[nodiscard]] std::string write() const {
        std::string text;
        std::size_t count = 0;
        for (const auto* marks : {&first_, &others_, &warnings_}) {
            for (const Mark& mark : *marks) {
                if (count++ < kMostMarks) text += commandOf(mark);
            }
        }
        return count > kMostMarks ? text + fmt::format("mdsync: and {} more\n", count - kMostMarks) : text;
    }

private:
    std::vector<Mark> first_, others_, warnings_;
    std::set<std::string> causes_;
};

}  // namespace

std::string githubReport(const Result& result) {
    Marks marks;
    for (const CaseResult& c : result.cases) marks.add(c);
    for (const Diagnostic& d : result.diagnostics) marks.add(markOf({}, d));
    for (const RuleId id : missingOf(result)) {
        marks.add({.title = "required", .text = fmt::format("no case put {} to the test", rule(id).name)});
    }
    if (result.baseline) {
        for (const Diagnostic& wrong : result.baseline->wrong) marks.add(markOf(result.baseline->file, wrong));
    }
    if (result.interrupted) marks.add({.title = "interrupted", .text = "what had not ended is missing"});
    return marks.write();
}

std::string githubMarks(std::span<const Diagnostic> diagnostics) {
    Marks marks;
    for (const Diagnostic& d : diagnostics) marks.add(markOf({}, d));
    return marks.write();
}

}  // namespace mdsync
