#include "report/failure_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mdsync/drawing.hpp"

namespace mdsync {

namespace {

constexpr std::size_t kNameColumn = 48;  // where what follows a name begins, and fits
constexpr std::size_t kNarrowestName = 24;
constexpr std::size_t kRoomBehind = 46;
constexpr std::size_t kLinks = 8;  // links of a chain that are shown
constexpr std::size_t kMostOfASentence = 800;

}  // namespace

std::string FailureText::place(const std::string& file, const Span& span, const std::string& excerpt,
                               std::uint32_t column, const std::string& label) const {
    Diagnostic place;
    place.file = file;
    place.span = span;
    place.excerpt = excerpt;
    place.excerptColumn = column;
    place.hint = excerpt.empty() ? "" : label;
    const std::string drawn = render(place, {paint_.color(), paint_.columns()});
    return drawn.substr(drawn.find('\n') + 1);  // without the line that says what is wrong
}

std::string FailureText::asCalled(const std::string& again) const {
    constexpr std::string_view kName = "mdsync ";
    return again.starts_with(kName) ? program_ + again.substr(kName.size() - 1) : again;
}

// How to see it again; of several attempts also how many were like this one.
std::string FailureText::again(const CaseResult& c) const {
    std::string text = c.again.empty() ? "" : fmt::format("  again:    {}\n", printable(asCalled(c.again)));
    if (c.attempts > 1) text += fmt::format("  attempts: {} of {} failed\n", c.failedAttempts, c.attempts);
    return text;
}

std::string FailureText::why(std::string_view word) const {
    return fmt::format("  why:      {}\n", printable(asCalled(fmt::format("mdsync explain {}", word))));
}

// A sentence may name two thousand messages.
std::string FailureText::sentence(const std::string& text, bool whole) const {
    const std::string shown = printable(text);
    return wrapped(whole ? shown : clipped(shown, kMostOfASentence), "  ", paint_.width());
}

std::string FailureText::line(const std::string& mark, const std::string& name, const std::string& rest) const {
    const std::string shown = printable(name);
    const std::size_t room = paint_.columns() > kRoomBehind ? paint_.columns() - kRoomBehind : 0;
    const std::size_t column = std::clamp(room, kNarrowestName, kNameColumn);
    const std::size_t pad = shown.size() < column ? column - shown.size() : 0;
    return fmt::format("{}{}{}  {}\n", mark, shown, std::string(pad, ' '), rest);
}

std::string FailureText::head(const std::string& name, std::string_view what) const {
    return line(paint_.red("FAIL  "), name, paint_.bold(what)) + "\n";
}

std::string FailureText::of(const CaseResult& c, const ReportedFailure& failure) const {
    switch (failure.kind) {
        case ReportedFailure::Kind::Violation:
            return violation(c, failure.number);
        case ReportedFailure::Kind::Expectation:
            return expectation(c, c.expectations[failure.number]);
        case ReportedFailure::Kind::NotExercised:
            return notExercised(c, c.notExercised[failure.number]);
    }
    return {};
}

std::string FailureText::of(const Diagnostic& wrongEntry) const {
    return head(fmt::format("{}:{}", wrongEntry.file, wrongEntry.span.line), wrongEntry.code) +
           sentence(wrongEntry.message) + "\n" +
           place(wrongEntry.file, wrongEntry.span, wrongEntry.excerpt, wrongEntry.excerptColumn, wrongEntry.hint) +
           "\n" + why(wrongEntry.code);
}

std::string FailureText::violation(const CaseResult& c, std::size_t number) const {
    const ReportedViolation& v = c.violations[number];
    const Rule& row = rule(v.rule);
    std::string text = head(c.id, row.name);
    text += wrapped(row.statement, "  ", paint_.width());
    text += sentence(v.text, whole_);
    for (std::size_t i = number + 1; i < c.violations.size(); ++i) {
        if (accompaniedBy(c.violations, i) != number) continue;
        text += fmt::format("  This violates {} too.\n", rule(c.violations[i].rule).name);
    }
    if (isAdapters(c, v.rule)) {
        text += fmt::format("  The adapter is to blame: it emulates \"{}\" for a system that has no such thing.\n",
                            spell(*row.restsOn));
    }
    text += "\n" + place(v.file.empty() ? c.file : v.file, v.span, v.excerpt, v.excerptColumn,
                         v.step > 0 ? "this step" : "this event");
    text += fmt::format("   = {}\n\n", row.source);
    return text + chain(c, v) + again(c) + why(row.name);
}

// The events that led to the violation, the one that is to blame marked.
std::string FailureText::chain(const CaseResult& c, const ReportedViolation& v) const {
    if (v.because.empty()) return {};
    const bool oneDay = std::all_of(v.because.begin(), v.because.end(), [&](const Because& link) {
        return localDate(link.t, c.timezone) == localDate(v.t, c.timezone);
    });
    const auto when = [&](Instant t) {
        return oneDay ? localTime(t, c.timezone) : localDate(t, c.timezone) + " " + localTime(t, c.timezone);
    };
    const std::size_t all = v.because.size();
    const std::size_t shown = whole_ ? all : std::min(all, kLinks);
    const std::size_t hidden = all - shown;
    std::string text;
    bool isMarked = false;
    for (std::size_t i = 0; i < all; ++i) {
        // Of a long chain the middle is left out.
        if (i >= shown / 2 && i < shown / 2 + hidden) {
            if (i == shown / 2) text += fmt::format("  ({} more: -v)\n", hidden);
            continue;
        }
        const Because& link = v.because[i];
        const bool isBlamed = link.event == v.event;
        isMarked = isMarked || isBlamed;
        text += chainLine(isBlamed, when(link.t), link.text);
    }
    if (!isMarked) text += chainLine(true, when(v.t), "this is when it was due, or happened");
    return text + "\n";
}

std::string FailureText::chainLine(bool isBlamed, const std::string& when, const std::string& what) const {
    const std::string words = fmt::format("{}  {}", when, printable(what));
    return isBlamed ? fmt::format("{} {}\n", paint_.red(">"), paint_.bold(words)) : fmt::format("  {}\n", words);
}

std::string FailureText::expectation(const CaseResult& c, const ExpectationResult& e) const {
    return head(c.id, "expectation") + sentence(e.text, whole_) + "\n" +
           place(e.file.empty() ? c.file : e.file, e.span, e.excerpt, e.excerptColumn, "expected here") + "\n" +
           reasons(e) + again(c);
}

// Why it is so, a sentence for all that have the same reason.
std::string FailureText::reasons(const ExpectationResult& e) const {
    std::string text;
    const std::size_t shown = whole_ ? e.because.size() : std::min(e.because.size(), kLinks);
    for (std::size_t i = 0; i < shown; ++i) {
        const std::string drawn = wrapped(printable(e.because[i].text), "    ", paint_.width());
        text += "  " + drawn.substr(4);
    }
    if (shown < e.because.size()) text += fmt::format("  ({} more: -v)\n", e.because.size() - shown);
    return text.empty() ? text : text + "\n";
}

std::string FailureText::notExercised(const CaseResult& c, RuleId id) const {
    return head(c.id, "not exercised") +
           sentence(fmt::format("{} is listed in \"rules\", but nothing put it to the test.", rule(id).name)) +
           wrapped(fmt::format("Checked when: {}", rule(id).tempted), "  ", paint_.width()) + nearest(c, id) + "\n" +
           again(c) + why(rule(id).name);
}

std::string FailureText::nearest(const CaseResult& c, RuleId id) const {
    for (const auto& [known, what] : c.nearest) {
        if (known == id) return wrapped(printable(fmt::format("Nearest: {}", what)), "  ", paint_.width());
    }
    return {};
}

}  // namespace mdsync
