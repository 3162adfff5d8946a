#include "run/reasons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace mdsync {

namespace {

// The line of the step from which an event came; 0: none.
std::uint32_t lineOf(const Case& scenario, std::uint32_t step) {
    return step > 0 && step <= scenario.steps.size() ? scenario.steps[step - 1].span.line : 0;
}

// The unmet ones in the order of their moments: a refusal that was wanted may be known later than what follows it.
std::vector<std::size_t> unmetOf(const CaseResult& result, const std::vector<Questions>& asked) {
    std::vector<std::size_t> unmet(result.expectations.size());
    std::iota(unmet.begin(), unmet.end(), std::size_t{0});
    std::erase_if(unmet, [&](std::size_t i) { return result.expectations[i].met; });
    std::stable_sort(unmet.begin(), unmet.end(),
                     [&](std::size_t a, std::size_t b) { return asked[a].events < asked[b].events; });
    return unmet;
}

// Of a long run the first events were kept, and say nothing of its end.
void sayTooLong(CaseResult& result, const std::vector<std::size_t>& unmet, const Trace& trace) {
    for (const std::size_t i : unmet) {
        result.expectations[i].because = {
            {.event = result.events - 1,
             .t = trace.events.back().t,
             .origin = result.expectations[i].step,
             .text = fmt::format("{} events are too many to keep: record them with --trace and ask mdsync why",
                                 result.events)}};
    }
}

}  // namespace

void addReasons(CaseResult& result, const std::vector<Questions>& asked, const Case& scenario, const Trace& trace) {
    const std::vector<std::size_t> unmet = unmetOf(result, asked);
    if (unmet.empty() && result.notExercised.empty()) return;
    if (trace.events.size() < result.events) return sayTooLong(result, unmet, trace);
    Inquiry inquiry(trace);
    for (const std::size_t i : unmet) {
        inquiry.readTo(asked[i].events);
        result.expectations[i].because = inquiry.reasons(asked[i].doubts);
        for (Because& reason : result.expectations[i].because) {
            const std::uint32_t line = lineOf(scenario, reason.origin);
            if (line > 0) reason.text += fmt::format(", line {}", line);
        }
    }
    if (result.notExercised.empty()) return;
    inquiry.readTo(trace.events.size());
    for (const RuleId id : result.notExercised) {
        if (std::string nearest = inquiry.nearest(id); !nearest.empty()) result.nearest.emplace_back(id, nearest);
    }
}

}  // namespace mdsync
