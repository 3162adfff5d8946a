#include "debug/failures.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mdsync/diagnostic.hpp"

namespace mdsync::debug {

namespace {

// The last event of a step and those before it: what an expectation behind it was asked of.
std::uint64_t lastBefore(const Recording& recording, std::uint32_t step) {
    std::uint64_t last = 0;
    for (std::uint64_t i = 0; i < recording.trace.events.size(); ++i) {
        if (recording.trace.events[i].origin <= step) last = i;
    }
    return last;
}

void addViolations(std::vector<Failure>& failures, const Recording& recording) {
    Checker checker(recording.trace.header, {.settle = recording.settle});
    const std::uint64_t last = recording.trace.events.empty() ? 0 : recording.trace.events.size() - 1;
    const auto addNew = [&](std::uint64_t judged) {
        const std::vector<Violation>& all = checker.violations();
        for (std::size_t i = failures.size(); i < all.size(); ++i) {
            failures.push_back(
                {.event = std::min(all[i].event, last),
                 .judged = judged,
                 .rule = all[i].rule,
                 .text = printable(fmt::format("{} is violated: {}", rule(all[i].rule).name, all[i].text))});
        }
    };
    for (std::uint64_t i = 0; i < recording.trace.events.size(); ++i) {
        checker.feed(recording.trace.events[i], recording.trace.lexicon, recording.trace.annex);
        addNew(i);
    }
    checker.finish(recording.trace.lexicon);
    addNew(last);
}

void addExpectations(std::vector<Failure>& failures, const Recording& recording, const CaseResult& result) {
    for (const ExpectationResult& e : result.expectations) {
        if (e.met) continue;
        const std::uint64_t event = lastBefore(recording, e.step);
        Failure failure{.event = event,
                        .judged = event,
                        .rule = std::nullopt,
                        .text = printable(fmt::format("line {} is not met: {}", e.span.line, e.text))};
        for (const Because& because : e.because) failure.because.push_back(printable(because.text));
        failures.push_back(std::move(failure));
    }
}

}  // namespace

std::vector<Failure> failuresOf(const Recording& recording, const CaseResult& result) {
    std::vector<Failure> failures;
    addViolations(failures, recording);
    addExpectations(failures, recording, result);
    std::stable_sort(failures.begin(), failures.end(),
                     [](const Failure& a, const Failure& b) { return a.event < b.event; });
    return failures;
}

}  // namespace mdsync::debug
