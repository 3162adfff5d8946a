// The catalogue's rows of the family `service`: the switch of the service. Texts only, no judgement.
#include "rules/catalogue_rows.hpp"

namespace mdsync {

constinit const std::array<Rule, 4> kServiceRules{{
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
    },
}};

}  // namespace mdsync
