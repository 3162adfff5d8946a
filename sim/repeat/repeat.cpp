#include "repeat/repeat.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "mdsync/run.hpp"
#include "repeat/plan.hpp"
#include "repeat/requests_of.hpp"

namespace mdsync {

namespace {

Header headerOf(const Header& recorded) {
    Header header = recorded;
    header.source.clear();
    header.silent = {};
    return header;
}

// The first violation of each rule, in the order of the trace.
std::vector<Violation> firstOfEach(std::span<const Violation> violations) {
    std::vector<Violation> firsts;
    for (const Violation& violation : violations) {
        const bool isKnown = std::any_of(firsts.begin(), firsts.end(),
                                         [&](const Violation& first) { return first.rule == violation.rule; });
        if (!isKnown) firsts.push_back(violation);
    }
    return firsts;
}

std::string describe(const Trace& trace, const std::vector<Violation>& firsts, const std::vector<std::string>& remarks,
                     std::string_view name) {
    std::string text = fmt::format("Made by mdsync export from {}", name);
    if (!trace.header.source.empty()) text += fmt::format(", recorded by {}", trace.header.source);
    text += ": what was asked of the server, when it took effect.";
    if (firsts.empty()) text += " No rule was violated there.";
    for (const Violation& violation : firsts) {
        text += fmt::format(" Line {} violated {}: {}.", violation.origin, rule(violation.rule).name, violation.text);
    }
    constexpr std::size_t kMostRemarks = 10;
    for (std::size_t i = 0; i < std::min(remarks.size(), kMostRemarks); ++i) {
        text += fmt::format("{} {}.", i == 0 ? " Note:" : "", remarks[i]);
    }
    if (remarks.size() > kMostRemarks) text += fmt::format(" And {} more.", remarks.size() - kMostRemarks);
    return text;
}

// A server that errs may put rules to the test to which a right one gives no occasion. They are listed all the same.
void remarkIdleRules(Repeat& repeat) {
    const std::unique_ptr<System> right = makeWorldSystem({});
    Capabilities capabilities;
    (void)right->hello(capabilities);
    const std::optional<CaseResult> result = runCase(repeat.scenario, *right, capabilities, {});
    if (!result) return;
    for (const RuleId idle : result->notExercised) {
        repeat.remarks.push_back(fmt::format(
            "a right server gives no occasion for {} here: take it out of \"rules\" once the server is put right",
            rule(idle).name));
    }
}

}  // namespace

Repeat repeatOf(const Trace& trace, std::span<const Violation> violations, std::string_view name) {
    const std::optional<Millis> steady = steadyLatency(trace);
    const PlanOptions options{steady.value_or(Millis{0}), steady.has_value()};
    History history = historyOf(trace, {.latency = options.latency});
    const std::vector<Violation> firsts = firstOfEach(violations);
    std::vector<Comment> comments;
    for (const Violation& violation : firsts) {
        if (trace.events.empty()) break;
        const std::size_t event = std::min<std::size_t>(violation.event, trace.events.size() - 1);
        comments.push_back({event, fmt::format("violated in line {} of {}: {}: {}", violation.origin, name,
                                               rule(violation.rule).name, violation.text)});
    }
    Repeat repeat;
    Case& made = repeat.scenario;
    made.header = headerOf(trace.header);
    made.network.latencyLow = made.network.latencyHigh = options.latency;
    made.networkGiven = options.latency != NetworkConditions{}.latencyLow;
    repeat.remarks = std::move(history.remarks);
    for (std::string& remark : planSteps(trace, history, comments, options, made)) {
        repeat.remarks.push_back(std::move(remark));
    }
    made.name = fmt::format("Repeats {}", name);
    for (const Violation& violation : firsts) made.rules.emplace_back(rule(violation.rule).name);
    remarkIdleRules(repeat);
    made.description = describe(trace, firsts, repeat.remarks, name);
    return repeat;
}

}  // namespace mdsync
