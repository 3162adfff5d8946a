#include "report/causes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace mdsync {

namespace {

constexpr std::string_view kGap = "...";
constexpr std::string_view kAround = "()[]\"',;.";  // what may stand about a name

bool isName(std::string_view word, const std::vector<std::string>& names) {
    if (word.find_first_of("/:0123456789#=") != std::string_view::npos) return true;
    return std::find(names.begin(), names.end(), word) != names.end();
}

// The word without what stands about it.
std::string_view wordIn(std::string_view word) {
    const std::size_t begin = word.find_first_not_of(kAround);
    if (begin == std::string_view::npos) return {};
    return word.substr(begin, word.find_last_not_of(kAround) + 1 - begin);
}

bool isKnown(const CaseResult& c, RuleId notExercised) {
    return std::any_of(c.notExercisedExpected.begin(), c.notExercisedExpected.end(),
                       [notExercised](const auto& known) { return known.first == notExercised; });
}

ReportedFailure failureOf(const ReportedViolation& v, std::size_t number) {
    return {.kind = ReportedFailure::Kind::Violation,
            .number = number,
            .what = std::string(rule(v.rule).name),
            .sentence = v.text,
            .shape = shapeOf(v.text, {v.device, v.user, v.message}),
            .line = v.file.empty() ? v.span.line : 0};
}

ReportedFailure failureOf(const ExpectationResult& e, std::size_t number) {
    return {.kind = ReportedFailure::Kind::Expectation,
            .number = number,
            .what = "expectation",
            .sentence = e.text,
            .shape = shapeOf(e.text, {}),
            .line = e.file.empty() ? e.span.line : 0};
}

ReportedFailure failureOf(RuleId notExercised, std::size_t number) {
    const std::string sentence =
        fmt::format("{} is listed in \"rules\", but nothing put it to the test", rule(notExercised).name);
    return {.kind = ReportedFailure::Kind::NotExercised,
            .number = number,
            .what = "not exercised",
            .sentence = sentence,
            .shape = sentence};
}

// `- m1, m3: alice/mac was never online` without what it is told of.
std::string coreOf(const Because& reason) {
    const std::size_t names = reason.text.find(": ");
    return names == std::string::npos ? reason.text : reason.text.substr(names + 2);
}

// Whether all reasons of an expectation were reasons of another one before; from here on they are.
bool isKnownReason(const ExpectationResult& e, std::set<std::string>& known) {
    bool isNew = e.because.empty();
    for (const Because& reason : e.because) isNew = known.insert(coreOf(reason)).second || isNew;
    return !isNew;
}

}  // namespace

std::string shapeOf(std::string_view sentence, const std::vector<std::string>& names) {
    std::string shape;
    bool isGap = false;  // the last word was a name: the one behind it, in a list, adds nothing
    while (!sentence.empty()) {
        const std::string_view word = sentence.substr(0, sentence.find(' '));
        sentence.remove_prefix(std::min(word.size() + 1, sentence.size()));
        const std::string_view core = wordIn(word);
        if (core.empty() || !isName(core, names)) {
            shape += fmt::format("{}{}", shape.empty() ? "" : " ", word);
            isGap = false;
            continue;
        }
        if (isGap) shape.resize(shape.rfind(kGap));
        if (!isGap && !shape.empty()) shape += ' ';
        const std::size_t at = static_cast<std::size_t>(core.data() - word.data());
        shape += fmt::format("{}{}{}", isGap ? "" : word.substr(0, at), kGap, word.substr(at + core.size()));
        isGap = true;
    }
    return shape;
}

std::vector<ReportedFailure> failuresOf(const CaseResult& c) {
    std::vector<ReportedFailure> failures;
    std::vector<std::string_view> messages;  // that a violation before is about
    for (std::size_t i = 0; i < c.violations.size(); ++i) {
        const ReportedViolation& v = c.violations[i];
        if (accompaniedBy(c.violations, i) || !v.expected.empty()) continue;
        failures.push_back(failureOf(v, i));
        if (v.message.empty()) continue;
        failures.back().isConsequence = std::find(messages.begin(), messages.end(), v.message) != messages.end();
        messages.emplace_back(v.message);
    }
    const bool isViolated = !failures.empty();
    std::set<std::string> reasons;
    for (std::size_t i = 0; i < c.expectations.size(); ++i) {
        const ExpectationResult& e = c.expectations[i];
        if (e.met || !e.expected.empty()) continue;
        failures.push_back(failureOf(e, i));
        failures.back().isConsequence = isKnownReason(e, reasons) || isViolated;
    }
    for (std::size_t i = 0; i < c.notExercised.size(); ++i) {
        if (isKnown(c, c.notExercised[i])) continue;
        failures.push_back(failureOf(c.notExercised[i], i));
        failures.back().isConsequence = isViolated;
    }
    return failures;
}

}  // namespace mdsync
