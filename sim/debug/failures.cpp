#include "debug/failures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "mdsync/diagnostic.hpp"

namespace mdsync::debug {

namespace {

// The last event of a step and those before it: what an expectation behind it was asked of.
std::uint64_t lastBefore(const Happened& happened, std::uint32_t step) {
    std::uint64_t last = 0;
    for (std::uint64_t i = 0; i < happened.trace.events.size(); ++i) {
        if (happened.trace.events[i].origin <= step) last = i;
    }
    return last;
}

void addViolations(std::vector<Failure>& failures, const Happened& happened) {
    Checker checker(happened.trace.header, {.settle = happened.settle});
    checker.feed(std::span(happened.trace.events), happened.trace.lexicon, happened.trace.annex);
    checker.finish(happened.trace.lexicon);
    const std::uint64_t last = happened.trace.events.empty() ? 0 : happened.trace.events.size() - 1;
    for (const Violation& v : checker.violations()) {
        failures.push_back({.event = std::min(v.event, last),
                            .rule = v.rule,
                            .text = printable(fmt::format("{} is violated: {}", rule(v.rule).name, v.text))});
    }
}

void addExpectations(std::vector<Failure>& failures, const Happened& happened, const CaseResult& result) {
    for (const ExpectationResult& e : result.expectations) {
        if (e.met) continue;
        Failure failure{.event = lastBefore(happened, e.step),
                        .rule = std::nullopt,
                        .text = printable(fmt::format("line {} is not met: {}", e.span.line, e.text))};
        for (const Because& because : e.because) failure.because.push_back(printable(because.text));
        failures.push_back(std::move(failure));
    }
}

}  // namespace

std::vector<Failure> failuresOf(const Happened& happened, const CaseResult& result) {
    std::vector<Failure> failures;
    addViolations(failures, happened);
    addExpectations(failures, happened, result);
    std::stable_sort(failures.begin(), failures.end(),
                     [](const Failure& a, const Failure& b) { return a.event < b.event; });
    return failures;
}

}  // namespace mdsync::debug
