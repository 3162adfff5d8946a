#include "shrink/legal.hpp"

#include <algorithm>
#include <vector>

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

// The messages that the steps so far sent, or had the server send.
class Sent {
public:
    void see(const Step& step) {
        for (const Action& action : step.actions) {
            const bool isAsked = action.op.kind == OpKind::Send || action.op.kind == OpKind::Publish;
            if (!isAsked) continue;
            const std::size_t number = action.op.message.index();
            if (number >= sent_.size()) sent_.resize(number + 1);
            sent_[number] = true;
        }
    }

    // Whether the expectation names no other ones.
    [[nodiscard]] bool hasAllOf(const Expectation& expect) const {
        if (expect.message.exists() && !has(expect.message)) return false;
        const auto isSent = [this](MessageId m) { return has(m); };
        for (const auto* list : {&expect.has, &expect.lacks, &expect.exactly, &expect.visible, &expect.hidden,
                                 &expect.recalled, &expect.order}) {
            if (*list && !std::all_of((*list)->begin(), (*list)->end(), isSent)) return false;
        }
        return std::all_of(expect.via.begin(), expect.via.end(), [this](const auto& way) { return has(way.first); });
    }

private:
    [[nodiscard]] bool has(MessageId m) const { return m.index() < sent_.size() && sent_[m.index()]; }

    std::vector<bool> sent_;
};

}  // namespace

bool isLegal(const Case& scenario) {
    const App& app = scenario.header.app;
    if (app.environment == Environment::Production && app.sync && !app.prepaid) return false;
    scenario::Certainty certainty{scenario.header, scenario.network};
    Instant now = scenario.header.t;
    bool isSomethingDone = false;
    Sent sent;
    for (const Step& step : scenario.steps) {
        if (step.expect.within && !isSomethingDone) return false;
        if (step.kind == StepKind::Expect && !sent.hasAllOf(step.expect)) return false;
        sent.see(step);
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
