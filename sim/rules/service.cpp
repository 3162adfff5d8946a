// service.prepaid and service.days-range. service.default-off and service.takes-effect accompany others: ledger.cpp.
#include <fmt/format.h>

#include "rules/judge.hpp"

namespace mdsync {

using namespace rules;

void Checker::State::onSync(const Event& e) {
    if (e.enabled == service.target()) return;  // repeats the target: not judged, changes nothing
    const Aspects turn = bit(e.enabled ? Aspect::On : Aspect::Off);
    const bool unpaid = e.enabled && settings.environment == Environment::Production && !settings.prepaid;
    if (unpaid == e.refused) {
        check(RuleId::ServicePrepaid, turn | bit(unpaid ? Aspect::Forbidden : Aspect::Allowed));
    } else {
        finding(RuleId::ServicePrepaid, {}, turn | bit(unpaid ? Aspect::Forbidden : Aspect::Allowed))
            .here(e.refused ? "the console refused" : "the console took it")
            .file([&] {
                return unpaid ? std::string("the switch was turned on in production, where nothing is prepaid")
                              : fmt::format("turning the switch {} was refused", e.enabled ? "on" : "off");
            });
    }
    if (e.refused) return;
    limitsChange();
    service.turn(e.enabled, now);
}

void Checker::State::onSet(const Event& e) {
    const SettingsChange& change = annex->settings[e.annex];
    const auto inDays = [](std::int64_t n) { return n >= 1 && n <= 7; };
    if (change.compensationDays) {
        const std::int64_t days = *change.compensationDays;
        const bool takeable = inDays(days);
        const Aspects aspects = bit(takeable ? Aspect::Allowed : Aspect::Forbidden) |
                                boundaryIf(days == 0 || days == 1 || days == 7 || days == 8);
        // What else the same `set` asks for may be the reason for a refusal.
        const bool otherReason = (change.offlineDays && !inDays(*change.offlineDays)) ||
                                 (change.mobileLimit && *change.mobileLimit < 1) ||
                                 (change.miniprogramLimit && *change.miniprogramLimit < 1);
        if (takeable != e.refused) {
            check(RuleId::ServiceDaysRange, aspects);
        } else if (takeable && otherReason) {
            undecided(RuleId::ServiceDaysRange);
        } else {
            finding(RuleId::ServiceDaysRange, {}, aspects).here(fmt::format("compensationDays {}", days)).file([&] {
                return fmt::format("{} compensation days were {}", days, e.refused ? "refused" : "taken");
            });
        }
    }
    if (e.refused) return;
    if (change.mobileLimit || change.miniprogramLimit) limitsChange();
    const auto number = [](std::int64_t n) {
        return static_cast<int>(std::clamp<std::int64_t>(n, -1'000'000, 1'000'000));
    };
    if (change.compensationDays) settings.compensationDays = number(*change.compensationDays);
    if (change.offlineDays) settings.offlineDays = number(*change.offlineDays);
    if (change.mobileLimit) settings.mobileLimit = number(*change.mobileLimit);
    if (change.miniprogramLimit) settings.miniprogramLimit = number(*change.miniprogramLimit);
    if (change.prepaid) settings.prepaid = *change.prepaid;
}

}  // namespace mdsync
