#include "shrink/legal.hpp"

#include <algorithm>

#include "scenario/certainty.hpp"
#include "scenario/steps.hpp"

namespace mdsync::search {

namespace {

bool isPossible(const Step& step, scenario::Certainty& certainty) {
    if (step.kind == StepKind::Concurrently) {
        for (const std::string& obstacle : certainty.obstacles(step.actions)) {
            if (!obstacle.empty()) return false;
        }
        certainty.applyTogether(step.actions, step.settle);
        return true;
    }
    for (std::size_t i = 0; i < step.actions.size(); ++i) {
        if (!certainty.obstacle(step.actions[i]).empty()) return false;
        certainty.apply(step.actions[i], step.settle || i + 1 < step.actions.size());
    }
    return true;
}

}  // namespace

bool isLegal(const Case& scenario) {
    const App& app = scenario.header.app;
    if (app.environment == Environment::Production && app.sync && !app.prepaid) return false;
    scenario::Certainty certainty{scenario.header, scenario.network};
    Instant now = scenario.header.t;
    bool isSomethingDone = false;
    for (const Step& step : scenario.steps) {
        if (step.expect.within && !isSomethingDone) return false;
        isSomethingDone = isSomethingDone || !step.actions.empty();
        if (step.kind == StepKind::Wait) {
            const Instant then = step.until ? *step.until : now + step.wait;
            if (then < now || !scenario::isTrusted(app.timezone, then)) return false;
            now = then;
        }
        if (!isPossible(step, certainty)) return false;
    }
    return true;
}

}  // namespace mdsync::search
