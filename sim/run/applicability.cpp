// Applicability: whether a target can do, and show, what a scenario needs. What it cannot is no fault of it.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "mdsync/run.hpp"

namespace mdsync {

namespace {

// Whether a clock that moves by up to `tick` by itself is good enough for `duration`. A wait of 29m59s999ms wants the
// millisecond; one of 300ms is content with tenths of a second.
bool isTooFine(Millis duration, Millis tick) {
    if (tick <= Millis{0} || duration % tick == Millis{0}) return false;
    Millis unit{1};
    while (unit < tick && duration % (unit * 10) == Millis{0}) unit *= 10;
    return unit < tick;
}

// Each lack once, in the order in which the scenario comes upon them.
class Lacks {
public:
    void add(std::string what) {
        if (std::find(list_.begin(), list_.end(), what) == list_.end()) list_.push_back(std::move(what));
    }
    [[nodiscard]] std::vector<std::string> take() { return std::move(list_); }

private:
    std::vector<std::string> list_;
};

// What who can `kind` can do; where its name is no verb, with the name, which `ops` has.
std::string deedOf(OpKind kind) {
    switch (kind) {
        case OpKind::Login:
            return "log in";
        case OpKind::Logout:
            return "log out";
        case OpKind::Sync:
            return "turn the service (sync)";
        case OpKind::Set:
            return "change settings (set)";
        case OpKind::Network:
            return "change links (network)";
        case OpKind::ServerRestart:
            return "restart its server (server)";
        default:
            return std::string(spell(kind));
    }
}

void addOpsLacking(const Case& scenario, const Capabilities& capabilities, Lacks& lacks) {
    const auto need = [&](OpKind kind) {
        if (!capabilities.can(kind)) lacks.add(fmt::format("the target cannot {}", deedOf(kind)));
    };
    if (scenario.networkGiven) need(OpKind::Network);
    Millis longest{0};
    for (const Step& step : scenario.steps) {
        if (step.kind == StepKind::Concurrently && !capabilities.pipeline) {
            lacks.add("the target cannot take concurrent requests");
        }
        if (step.kind == StepKind::Wait && !capabilities.advances) lacks.add("the target cannot advance");
        if (step.kind == StepKind::Wait && !step.until) longest = std::max(longest, step.wait);
        for (const Action& action : step.actions) need(action.op.kind);
    }
    if (longest > capabilities.longestWait) {
        lacks.add(fmt::format("a wait of {} is longer than --max-wait {}", spellDuration(longest),
                              spellDuration(capabilities.longestWait)));
    }
}

// The first thing that wants a finer clock stands for all: one clock would do for them.
void addClockLacking(const Case& scenario, Millis tick, Lacks& lacks) {
    bool isTold = false;
    const auto add = [&](const std::string& what) {
        if (std::exchange(isTold, true)) return;
        lacks.add(fmt::format("{} needs a finer clock than one that moves by {} by itself", what, spellDuration(tick)));
    };
    for (const Step& step : scenario.steps) {
        if (const auto& within = step.expect.within; within && isTooFine(*within, tick)) {
            add("an expectation within " + spellDuration(*within));
        }
        if (step.kind != StepKind::Wait) continue;
        if (!step.until && isTooFine(step.wait, tick)) add("a wait of " + spellDuration(step.wait));
        if (step.until && isTooFine(step.until->time_since_epoch() % std::chrono::minutes{1}, tick)) {
            add("a wait until " + spellInstant(*step.until, scenario.header.app.timezone.offsetAt(*step.until)));
        }
    }
}

void addRulesLacking(const Case& scenario, const Silent& silent, Lacks& lacks) {
    const auto needs = [&](std::string_view rule) {
        return std::find(scenario.rules.begin(), scenario.rules.end(), rule) != scenario.rules.end();
    };
    if (silent.caughtUp && needs("compensation.conversations")) {
        lacks.add("compensation.conversations needs caught-up, which the target cannot see");
    }
    if ((silent.accept || silent.recallAccept) && needs("delivery.answered")) {
        lacks.add(fmt::format("delivery.answered needs {}, which the target cannot see",
                              silent.accept ? "accept" : "recall-accept"));
    }
}

// The (device, message) pairs of which the device itself asked for the recall: what it shows follows from the
// acceptance.
std::set<std::pair<DeviceId, MessageId>> ownRecalls(const Case& scenario) {
    std::set<std::pair<DeviceId, MessageId>> own;
    for (const Step& step : scenario.steps) {
        for (const Action& action : step.actions) {
            if (action.op.kind == OpKind::Recall && action.op.device.exists()) {
                own.emplace(action.op.device, action.op.message);
            }
        }
    }
    return own;
}

bool showsOwnRecall(const Expectation& expect, const std::set<std::pair<DeviceId, MessageId>>& own) {
    const auto touches = [&](const std::optional<std::vector<MessageId>>& messages) {
        if (!messages) return false;
        return std::any_of(messages->begin(), messages->end(), [&](MessageId message) {
            return std::any_of(expect.devices.begin(), expect.devices.end(), [&](DeviceId device) {
                return own.contains({device, message});
            });
        });
    };
    // `visible` names what is not recalled, so it depends on every recall of the device.
    const bool visible =
        expect.visible && std::any_of(own.begin(), own.end(), [&](const auto& pair) {
            return std::find(expect.devices.begin(), expect.devices.end(), pair.first) != expect.devices.end();
        });
    return visible || touches(expect.recalled) || touches(expect.hidden);
}

void addExpectationsLacking(const Case& scenario, const Silent& silent, Lacks& lacks) {
    const auto own = silent.recallAccept ? ownRecalls(scenario) : std::set<std::pair<DeviceId, MessageId>>{};
    for (const Step& step : scenario.steps) {
        if (step.kind != StepKind::Expect) continue;
        if (silent.accept && step.expect.accepted) {
            lacks.add("an expectation needs accept, which the target cannot see");
        }
        if (showsOwnRecall(step.expect, own)) {
            lacks.add("an expectation needs recall-accept, which the target cannot see");
        }
    }
}

}  // namespace

std::vector<std::string> lacksFor(const Case& scenario, const Capabilities& capabilities) {
    Lacks lacks;
    addOpsLacking(scenario, capabilities, lacks);
    addClockLacking(scenario, capabilities.tick, lacks);
    addRulesLacking(scenario, capabilities.silent, lacks);
    addExpectationsLacking(scenario, capabilities.silent, lacks);
    return lacks.take();
}

}  // namespace mdsync
