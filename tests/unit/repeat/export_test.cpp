// Export: what a server did wrong in a recorded trace, it does wrong again when the exported scenario asks it the same.
#include "mdsync/export.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "mdsync/run.hpp"
#include "mdsync/selection.hpp"
#include "mdsync/world.hpp"

using namespace mdsync;

namespace {

const std::vector<Case>& allCases() {
    static const std::vector<Case> cases = [] {
        std::vector<Case> all;
        for (const std::string& path : listScenarioFiles(MDSYNC_SCENARIOS).paths) {
            for (Case& made : readScenario(path, ruleNames()).cases) all.push_back(std::move(made));
        }
        return all;
    }();
    return cases;
}

CaseResult runOn(const std::string& server, const Case& scenario, Trace* recording = nullptr) {
    const std::unique_ptr<System> target = makeWorldSystem(*findServer(server));
    Capabilities capabilities;
    (void)target->hello(capabilities);
    return *runCase(scenario, *target, capabilities, {}, recording);
}

bool violates(const CaseResult& result, RuleId rule) {
    return result.counts[static_cast<std::size_t>(rule)].violated > 0;
}

std::vector<std::string> violatedBy(const CaseResult& result) {
    std::vector<std::string> names;
    for (const Rule& row : catalogue()) {
        if (violates(result, row.id)) names.emplace_back(row.name);
    }
    return names;
}

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "" : " ") + name;
    return out;
}

// The one case of an exported scenario.
Case caseOf(const ExportedScenario& exported) {
    ScenarioFile file = parseScenario(exported.text, "repeat.json", ruleNames());
    for (const Diagnostic& found : file.diagnostics) {
        if (found.severity == Severity::Error) FAIL_CHECK(render(found));
    }
    REQUIRE(file.cases.size() == 1);
    return file.cases.front();
}

// Cases that list one of these rules first: they are the most likely to find the mutant out.
std::vector<const Case*> likeliestFirst(const Mutant& mutant) {
    std::vector<const Case*> cases;
    for (const Case& scenario : allCases()) cases.push_back(&scenario);
    const auto lists = [&](const Case* scenario) {
        return std::any_of(mutant.expected.begin(), mutant.expected.end(), [&](std::string_view rule) {
            return std::find(scenario->rules.begin(), scenario->rules.end(), rule) != scenario->rules.end();
        });
    };
    std::stable_partition(cases.begin(), cases.end(), lists);
    return cases;
}

bool violatesDeclared(const CaseResult& result, const Mutant& mutant) {
    return std::any_of(mutant.expected.begin(), mutant.expected.end(),
                       [&](std::string_view name) { return violates(result, *findRule(name)); });
}

// A restart that ends no session leaves nothing in the trace.
bool hasUnseenRestart(const Case& scenario, const Trace& trace) {
    std::size_t asked = 0;
    for (const Step& step : scenario.steps) {
        for (const Action& action : step.actions) asked += action.op.kind == OpKind::ServerRestart ? 1 : 0;
    }
    std::size_t seen = 0;
    Instant last{};
    for (const Event& event : trace.events) {
        if (event.kind != EventKind::Offline || event.reason != OfflineReason::Server || event.t == last) continue;
        ++seen;
        last = event.t;
    }
    return seen < asked;
}

}  // namespace

TEST_CASE("what a known-bad server was seen to do wrong, it does wrong again when the export asks it the same") {
    constexpr int kEnough = 3;  // cases a mutant
    for (const Mutant& mutant : mutants()) {
        INFO(mutant.name);
        const std::string server = "mutant:" + std::string(mutant.name);
        int repeated = 0;
        for (const Case* scenario : likeliestFirst(mutant)) {
            Trace trace;
            const CaseResult first = runOn(server, *scenario, &trace);
            if (!violatesDeclared(first, mutant) || hasUnseenRestart(*scenario, trace)) continue;
            INFO(scenario->id);
            const ExportedScenario exported = exportScenario(trace, "t.jsonl");
            INFO(exported.text);
            const Case repeat = caseOf(exported);
            const std::vector<std::string> before = violatedBy(first);
            const std::vector<std::string> after = violatedBy(runOn(server, repeat));
            std::vector<std::string> listed = repeat.rules;
            std::sort(listed.begin(), listed.end());
            std::vector<std::string> sorted = before;
            std::sort(sorted.begin(), sorted.end());
            CHECK(joined(listed) == joined(sorted));
            CHECK(joined(violatedBy(runOn("reference", repeat))) == "");
            if (!exported.remarks.empty()) continue;  // it says itself that it is not quite the same
            CHECK(joined(after) == joined(before));
            if (++repeated == kEnough) break;
        }
        CHECK(repeated > 0);
    }
}

TEST_CASE("what a right server was seen to do, it does right again") {
    for (const Case& scenario : allCases()) {
        INFO(scenario.id);
        Trace trace;
        const CaseResult first = runOn("reference", scenario, &trace);
        if (first.verdict != Verdict::Pass || trace.events.empty()) continue;
        const ExportedScenario exported = exportScenario(trace, "t.jsonl");
        INFO(exported.text);
        CHECK(exported.violated.empty());
        CHECK(runOn("reference", caseOf(exported)).verdict == Verdict::Pass);
    }
}
