// Failures: which violations are one fault. See mdsync/shrink.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "mdsync/shrink.hpp"
#include "run/observer.hpp"

namespace mdsync {

namespace {

constexpr std::array<std::string_view, 8> kPlaces{"app",    "private", "group",   "chatroom",
                                                  "mobile", "web",     "desktop", "miniprogram"};

// To whom the message was sent in this scenario.
Address addressOf(const Case& scenario, MessageId message) {
    for (const Step& step : scenario.steps) {
        for (const Action& action : step.actions) {
            const bool isAsked = action.op.kind == OpKind::Send || action.op.kind == OpKind::Publish;
            if (isAsked && action.op.message == message) return action.op.to;
        }
    }
    return {};
}

Where placeOf(const Case& scenario, DeviceId device, MessageId message) {
    if (message.exists()) {
        switch (addressOf(scenario, message).kind) {
            case AddressKind::User:
                return Where::Private;
            case AddressKind::Group:
                return Where::Group;
            case AddressKind::Room:
                return Where::Chatroom;
            case AddressKind::None:
                break;
        }
    }
    if (!device.exists()) return Where::App;
    return findWhere(classWord(scenario.header.devices[device.index()].platform)).value_or(Where::App);
}

void addOnce(std::vector<Failure>& failures, const Failure& failure) {
    if (std::find(failures.begin(), failures.end(), failure) == failures.end()) failures.push_back(failure);
}

}  // namespace

std::string_view spell(Where where) {
    return kPlaces[static_cast<std::size_t>(where)];
}

std::optional<Where> findWhere(std::string_view spelling) {
    const auto found = std::find(kPlaces.begin(), kPlaces.end(), spelling);
    if (found == kPlaces.end()) return std::nullopt;
    return static_cast<Where>(found - kPlaces.begin());
}

std::string spell(const Failure& failure) {
    return fmt::format("{}, {}", rule(failure.rule).name, spell(failure.where));
}

bool accompanies(RuleId rule) {
    return rule == RuleId::ServiceDefaultOff || rule == RuleId::ServiceTakesEffect;
}

std::vector<Failure> failuresOf(const Case& scenario, const std::vector<Violation>& violations) {
    std::vector<Failure> failures;
    for (const Violation& violation : violations) {
        addOnce(failures, {violation.rule, placeOf(scenario, violation.device, violation.message)});
    }
    return failures;
}

std::vector<Failure> failuresOf(const Case& scenario, const CaseResult& result) {
    std::vector<Failure> failures;
    for (const ReportedViolation& violation : result.violations) {
        const DeviceId device = scenario.header.findDevice(violation.device);
        const MessageId message = scenario.lexicon.messages.find(violation.message);
        addOnce(failures, {violation.rule, placeOf(scenario, device, message)});
    }
    return failures;
}

}  // namespace mdsync
