#include "report/example.hpp"

#include <span>

#include "mdsync/rules.hpp"
#include "mdsync/trace_io.hpp"

namespace mdsync {

namespace {

// What the rules find in an example, as far as a ladder shows it.
CaseResult judged(const Trace& trace) {
    Checker checker(trace.header);
    checker.feed(std::span(trace.events), trace.lexicon, trace.annex);
    checker.finish(trace.lexicon);
    CaseResult result;
    for (const Violation& v : checker.violations()) {
        ReportedViolation told;
        told.rule = v.rule;
        told.t = v.t;
        told.event = v.event;
        if (v.device.exists()) told.device = trace.header.path(v.device);
        if (v.user.exists()) told.user = trace.header.users[v.user.index()].name;
        told.message = v.messageName;
        told.text = v.text;
        told.because = v.because;
        result.violations.push_back(std::move(told));
    }
    return result;
}

}  // namespace

std::string exampleLadder(std::string_view example, const LadderOptions& options) {
    const Trace trace = declaredAtStart(parseTrace(example, "example").trace);
    const CaseResult result = judged(trace);
    return drawLadder({trace, result}, options);
}

}  // namespace mdsync
