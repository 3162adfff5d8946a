// The ledger: counts and violations, and the service rules that accompany others.
#include <fmt/format.h>

#include "rules/state.hpp"

namespace mdsync {

using namespace rules;

namespace {

bool isOffRule(RuleId r) {
    return r <= RuleId::OffApiOnlineOnly;
}

// service.takes-effect goes with a rule that names ON or OFF.
bool namesTheService(RuleId r) {
    switch (r) {
        case RuleId::OnlineReceived:
        case RuleId::OnlineSent:
        case RuleId::WebTenTabs:
        case RuleId::WebEvictEarliest:
        case RuleId::WebNewestConnects:
        case RuleId::StatusOnlineSync:
        case RuleId::CompensationDeviceSwitch:
        case RuleId::CompensationReinstall:
        case RuleId::CompensationWindow:
        case RuleId::CompensationConversations:
        case RuleId::RecallOnlineDevices:
        case RuleId::RecallOfflineDevices:
        case RuleId::RecallNoReturn:
        case RuleId::ApiIncludeSenderOnline:
        case RuleId::ApiIncludeSenderOffline:
            return true;
        default:
            return isOffRule(r);
    }
}

// The service rule that is put to the test together with `rule`, if any: the default where nobody ever turned the
// switch, or the turn that led to `regime`.
std::optional<RuleId> accompanying(RuleId rule, Regime regime, bool onAtStart) {
    if (regime.turns > 0) {
        if (namesTheService(rule)) return RuleId::ServiceTakesEffect;
    } else if (isOffRule(rule) && !onAtStart) {
        return RuleId::ServiceDefaultOff;
    }
    return std::nullopt;
}

}  // namespace

void Checker::State::check(RuleId rule, Regime regime, Aspects aspects) {
    check(rule, aspects | aspectsOf(regime));
    const auto other = accompanying(rule, regime, header->app.sync);
    if (!other) return;
    check(*other, aspectsOf(regime.service) | ((aspects & kAtTurnEdge) != 0 ? bit(Aspect::Boundary) : 0));
}

Violation& Checker::State::violate(RuleId rule, Regime regime, Aspects aspects, std::string text) {
    check(rule, regime, aspects);
    ++counts[static_cast<std::size_t>(rule)].violated;
    const auto other = accompanying(rule, regime, header->app.sync);
    if (other) ++counts[static_cast<std::size_t>(*other)].violated;

    Violation v;
    v.rule = rule;
    v.t = now;
    v.event = place > 0 ? place - 1 : 0;
    v.origin = origin;
    v.text = std::move(text);
    if (violations.size() >= options.violationLimit) {
        // Counted, not described: the caller writes into a record that is thrown away with the next.
        static thread_local Violation beyond;
        beyond = std::move(v);
        return beyond;
    }
    violations.push_back(std::move(v));
    if (other && violations.size() < options.violationLimit) {
        violations.push_back(violations.back());
        violations.back().rule = *other;
        violations.back().text =
            *other == RuleId::ServiceDefaultOff
                ? fmt::format("nobody turned the switch, and the service is not off: {} is violated",
                              mdsync::rule(rule).name)
                : fmt::format("the last turn of the switch is not in force: {} is violated", mdsync::rule(rule).name);
        return violations[violations.size() - 2];
    }
    return violations.back();
}

void Checker::State::describe(Violation& v, MessageId m, DeviceId device, UserId user) {
    v.message = m;
    if (m.exists()) v.messageName = name(m);
    v.device = device;
    v.user = user;
    // The service rule that accompanies it stands behind it, and is about the same.
    if (!violations.empty() && &v != &violations.back() && &v == &violations[violations.size() - 2]) {
        Violation& other = violations.back();
        other.message = v.message;
        other.messageName = v.messageName;
        other.device = v.device;
        other.user = v.user;
    }
}

void Checker::State::because(Violation& v, Place where, Instant t, std::uint32_t from, std::string text) {
    if (where == 0) return;
    const Because link{where - 1, t, from, std::move(text)};
    const auto after =
        std::find_if(v.because.begin(), v.because.end(), [&](const Because& b) { return b.event > link.event; });
    v.because.insert(after, link);
}

std::string_view spell(Tolerance tolerance) {
    switch (tolerance) {
        case Tolerance::OnlineTwice:
            return "online of an online device";
        case Tolerance::OfflineTwice:
            return "offline of an offline device";
        case Tolerance::CaughtUpOffline:
            return "caught-up of an offline device";
        case Tolerance::ReinstallOnline:
            return "reinstall of an online device";
        case Tolerance::SecondAnswer:
            return "second answer";
        case Tolerance::LateAcceptance:
            return "acceptance after the first sign of it";
        case Tolerance::Reordered:
            return "line out of order within the skew";
        case Tolerance::SkippedLine:
            return "erroneous line skipped";
    }
    return "";
}

}  // namespace mdsync
