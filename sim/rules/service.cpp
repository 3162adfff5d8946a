// service.*: the switch of the service, and what else the console sets.
//
// service.prepaid and service.days-range judge the console. service.default-off and service.takes-effect are never
// violated alone: they accompany a violation of a rule that names on or off.
#include <fmt/format.h>

#include "rules/families.hpp"
#include "rules/rows.hpp"

namespace mdsync {

namespace {

constexpr Rule kServiceRows[] = {
    {
        .id = RuleId::ServiceDefaultOff,
        .name = "service.default-off",
        .level = Level::Must,
        .source = "seed, \"Enabling the Service\"",
        .quote = "This service is free to use in the development environment and is disabled by default.",
        .statement = "An app that never turned the switch behaves as with the service off.",
        .reading = "Never turned means that `app.sync` is absent or false and that no turn precedes the state "
                   "that decides; a refused turn, or one that repeats the target, is none. It is not violated "
                   "alone: it accompanies a violation of an off rule there.",
        .tempted = "An off rule is checked in such an app.",
        .restsOn = Emulation::Sync,
    },
    {
        .id = RuleId::ServiceTakesEffect,
        .name = "service.takes-effect",
        .level = Level::Must,
        .source = "seed, \"Enabling the Service\"",
        .quote = "The service takes effect within 30 minutes after enabling or disabling it.",
        .statement = "When 30 minutes have passed since the last turn of the switch, the new behaviour is in "
                     "force.",
        .reading = "Until then the state is changing: no rule of on or off is demanded, and those that need "
                   "neither still hold. At 30 minutes to the millisecond the new state is in force; the "
                   "reading `switch-delay` sets another delay. It is not violated alone: it accompanies a "
                   "violation of a rule that names on or off, where the state that decided came from a turn in "
                   "the trace.",
        .tempted = "A rule that names on or off is checked after a turn.",
        .aspects = bit(Aspect::On) | bit(Aspect::Off) | bit(Aspect::Boundary),
        .restsOn = Emulation::Sync,
    },
    {
        .id = RuleId::ServicePrepaid,
        .name = "service.prepaid",
        .level = Level::Must,
        .source = "seed, \"Enabling the Service\"",
        .quote = "For the production environment, you must prepay to enable the service.",
        .statement = "Turning the service on in production without prepayment is refused; any other turn is "
                     "not.",
        .reading = "A turn is a change of the switch's target: one that repeats the target is not judged. "
                   "Turning off needs no payment, and development is free. Taking the prepayment away while "
                   "the service is on changes nothing.",
        .tempted = "Each turn of the switch.",
        .aspects = bit(Aspect::On) | bit(Aspect::Off) | bit(Aspect::Allowed) | bit(Aspect::Forbidden),
        .restsOn = Emulation::Sync,
    },
    {
        .id = RuleId::ServiceDaysRange,
        .name = "service.days-range",
        .level = Level::Must,
        .source = "seed, \"Impact on Offline Compensation\", tip",
        .quote = "In the Switching Devices or App Reinstallation scenarios, the offline compensation mechanism "
                 "can only retrieve conversations from the most recent period (default is 1 day, maximum is 7 "
                 "days).",
        .statement = "Setting the compensation days to 1..7 is taken; anything else is refused.",
        .reading = "A value out of range that was not refused counts as set from then on. The offline store's "
                   "days have the same range, but no rule judges their setting.",
        .tempted = "Each setting of compensationDays.",
        .aspects = bit(Aspect::Allowed) | bit(Aspect::Forbidden) | bit(Aspect::Boundary),
        .restsOn = Emulation::Set,
    },
};

}  // namespace

constinit const std::span<const Rule> kServiceRules{kServiceRows};

}  // namespace mdsync

namespace mdsync::rules {

// ---- service.default-off and service.takes-effect: they accompany the rules that name on or off --------------------

namespace {

// Of each rule whether it names on or off: this is asked at every check.
Names namesOf(RuleId id) {
    static const std::array<Names, kRules> all = [] {
        std::array<Names, kRules> names{};
        for (const Rule& row : catalogue()) names.at(static_cast<std::size_t>(row.id)) = row.names;
        return names;
    }();
    return all[static_cast<std::size_t>(id)];
}

}  // namespace

// While the app is as it was set up, off is the default. After a turn, the turn took effect.
std::optional<RuleId> accompanying(RuleId id, Regime regime, bool onFromTheStart) {
    const Names names = namesOf(id);
    if (names == Names::Neither) return std::nullopt;
    if (regime.turns > 0) return RuleId::ServiceTakesEffect;
    if (names == Names::Off && !onFromTheStart) return RuleId::ServiceDefaultOff;
    return std::nullopt;
}

std::string_view saysAccompanying(RuleId service) {
    return service == RuleId::ServiceDefaultOff ? "nobody turned the switch, and the service is not off"
                                                : "the last turn of the switch is not in force";
}

// ---- service.prepaid: turning the service on in production without prepayment is refused, any other turn is not ---------

void judgePrepaid(const History& h, Ledger& ledger, const Event& e) {
    if (e.enabled == h.service.target()) return;  // repeats the target: no turn
    const bool unpaid = e.enabled && h.settings.environment == Environment::Production && !h.settings.prepaid;
    const Aspects aspects =
        bit(e.enabled ? Aspect::On : Aspect::Off) | bit(unpaid ? Aspect::Forbidden : Aspect::Allowed);
    if (unpaid == e.refused) return ledger.check(RuleId::ServicePrepaid, aspects);
    Finding(h, ledger, RuleId::ServicePrepaid, {}, aspects)
        .here(e.refused ? "the console refused" : "the console took it")
        .file([&] {
            return unpaid ? std::string("the switch was turned on in production, where nothing is prepaid")
                          : fmt::format("turning the switch {} was refused", e.enabled ? "on" : "off");
        });
}

// ---- service.days-range: setting the compensation days to 1..7 is taken, anything else is refused -----------------------

namespace {

bool inDays(std::int64_t days) {
    return days >= 1 && days <= 7;
}

// What else the same `set` asks for may be the reason for a refusal.
bool hasAnotherReason(const SettingsChange& change) {
    return (change.offlineDays && !inDays(*change.offlineDays)) || (change.mobileLimit && *change.mobileLimit < 1) ||
           (change.miniprogramLimit && *change.miniprogramLimit < 1);
}

}  // namespace

void judgeDaysRange(const History& h, Ledger& ledger, const SettingsChange& change, bool refused) {
    if (!change.compensationDays) return;
    const std::int64_t days = *change.compensationDays;
    const bool takeable = inDays(days);
    const Aspects aspects = bit(takeable ? Aspect::Allowed : Aspect::Forbidden) |
                            boundaryIf(days == 0 || days == 1 || days == 7 || days == 8);
    if (takeable != refused) return ledger.check(RuleId::ServiceDaysRange, aspects);
    if (takeable && hasAnotherReason(change)) return ledger.undecided(RuleId::ServiceDaysRange);
    Finding(h, ledger, RuleId::ServiceDaysRange, {}, aspects).here(fmt::format("compensationDays {}", days)).file([&] {
        return fmt::format("{} compensation days were {}", days, refused ? "refused" : "taken");
    });
}

}  // namespace mdsync::rules
