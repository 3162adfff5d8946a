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

std::string whyClockLacks(const Case& scenario, Millis tick) {
    const auto lack = [tick](const std::string& what) {
        return fmt::format("{} needs a finer clock than one that moves by {} by itself", what, spellDuration(tick));
    };
    for (const Step& step : scenario.steps) {
        if (step.kind != StepKind::Wait) continue;
        if (!step.until && isTooFine(step.wait, tick)) return lack("a wait of " + spellDuration(step.wait));
        if (step.until && isTooFine(step.until->time_since_epoch() % std::chrono::minutes{1}, tick)) {
            return lack("a wait until " +
                        spellInstant(*step.until, scenario.header.app.timezone.offsetAt(*step.until)));
        }
    }
    return {};
}

std::string whyOpsLack(const Case& scenario, const Capabilities& capabilities) {
    const auto lack = [](OpKind kind) { return fmt::format("the target cannot {}", spell(kind)); };
    if (scenario.networkGiven && !capabilities.can(OpKind::Network)) return lack(OpKind::Network);
    for (const Step& step : scenario.steps) {
        if (step.kind == StepKind::Concurrently && !capabilities.pipeline) {
            return "the target cannot take concurrent requests";
        }
        if (step.kind == StepKind::Wait && !capabilities.advances) return "the target cannot advance";
        if (step.kind == StepKind::Wait && !step.until && step.wait > capabilities.longestWait) {
            return fmt::format("a wait of {} is longer than --max-wait {}", spellDuration(step.wait),
                               spellDuration(capabilities.longestWait));
        }
        for (const Action& action : step.actions) {
            if (!capabilities.can(action.op.kind)) return lack(action.op.kind);
        }
    }
    return {};
}

std::string whyRulesLack(const Case& scenario, const Silent& silent) {
    const auto needs = [&](std::string_view rule) {
        return std::find(scenario.rules.begin(), scenario.rules.end(), rule) != scenario.rules.end();
    };
    if (silent.caughtUp && needs("compensation.conversations")) {
        return "compensation.conversations needs caught-up, which the target cannot see";
    }
    if ((silent.accept || silent.recallAccept) && needs("delivery.answered")) {
        return fmt::format("delivery.answered needs {}, which the target cannot see",
                           silent.accept ? "accept" : "recall-accept");
    }
    return {};
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

std::string whyExpectationsLack(const Case& scenario, const Silent& silent) {
    const auto own = silent.recallAccept ? ownRecalls(scenario) : std::set<std::pair<DeviceId, MessageId>>{};
    for (const Step& step : scenario.steps) {
        if (step.kind != StepKind::Expect) continue;
        if (silent.accept && step.expect.accepted) return "an expectation needs accept, which the target cannot see";
        if (showsOwnRecall(step.expect, own)) {
            return "an expectation needs recall-accept, which the target cannot see";
        }
    }
    return {};
}

}  // namespace

std::string whyNotApplicable(const Case& scenario, const Capabilities& capabilities) {
    std::string why = whyOpsLack(scenario, capabilities);
    if (why.empty()) why = whyClockLacks(scenario, capabilities.tick);
    if (why.empty()) why = whyRulesLack(scenario, capabilities.silent);
    if (why.empty()) why = whyExpectationsLack(scenario, capabilities.silent);
    return why;
}

}  // namespace mdsync
