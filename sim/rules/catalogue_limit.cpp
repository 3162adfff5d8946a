// The catalogue's rows of the family `limit`: how many devices of one user may be online. Texts only, no judgement.
#include "rules/catalogue_rows.hpp"

namespace mdsync {

constinit const std::array<Rule, 4> kLimitRules{{
    {
        .id = RuleId::LimitPerClass,
        .name = "limit.per-class",
        .level = Level::MustNot,
        .source = "seed, \"Applicable Scenarios\", tip",
        .quote = "A single user account can be simultaneously online on one mobile device, one web client, one "
                 "desktop client, and one mini-program client. However, if you need to allow app users to be "
                 "online on multiple mobile devices or multiple mini-program clients simultaneously, you must "
                 "submit a ticket for each case.",
        .statement = "At a settled moment, no more connections of one class of a user are online than the "
                     "class's number: one, or what a ticket raised it to.",
        .reading = "Android, iOS and Harmony are one class, mobile; Windows, macOS, Linux and Electron one "
                   "class, desktop. The state in between may last only until things have settled. Web counts "
                   "as a class here only while the service is off; while the switch is changing web may have "
                   "ten; while it is on, web.* rules. Connections that were legal when made stay legal when "
                   "the number shrinks under them.",
        .tempted = "A login takes a class over its number.",
    },
    {
        .id = RuleId::LimitClassesIndependent,
        .name = "limit.classes-independent",
        .level = Level::MustNot,
        .source = "seed, \"Applicable Scenarios\", tip",
        .quote = "RC supports simultaneous online access across multiple platforms by default.",
        .statement = "A login must not disconnect a device of another class.",
        .reading = "Each class has a number of its own, so a desktop never costs a phone its place. A "
                   "disconnection belongs to the login that `by` names; one without `by` belongs to a login of "
                   "its own class, if any. A drop, a logout, an uninstall or the server's restart disconnects "
                   "for other reasons and is not meant.",
        .tempted = "A device logs in while a device of another class of the same user is online.",
    },
    {
        .id = RuleId::LimitWithin,
        .name = "limit.within",
        .level = Level::MustNot,
        .source = "seed, \"Applicable Scenarios\", tip",
        .quote = "A single user account can be simultaneously online on one mobile device, one web client, one "
                 "desktop client, and one mini-program client.",
        .statement = "The server must not disconnect or refuse a device for the sake of a limit while its "
                     "class is within its number.",
        .reading = "Disconnecting means `replaced` or `evicted`, refusing means the codes 31010, 31023 and "
                   "mdsync:limit. The number is counted at the login that caused it, the newcomer included; "
                   "where no login caused it, at the disconnection. A refusal may be seen before the online of "
                   "the device that took the place. Web is judged here while the service is off and, with one "
                   "place, while it is changing.",
        .tempted = "A device logs in and its class stays within its number.",
    },
    {
        .id = RuleId::LimitNewestWins,
        .name = "limit.newest-wins",
        .level = Level::Must,
        .source = "docs",
        .quote = "",
        .statement = "A login that takes a class over its number by k: with `onLimit: replace` the newcomer "
                     "stays and whoever goes is among the k connections that began first; with `refuse` the "
                     "newcomer is refused and nobody goes.",
        .reading = "A connection's age counts from its own online, so a device that reconnected is young. That "
                   "too few go is limit.per-class's. A connection that ends for another reason between the "
                   "login and the settled moment may stand for one of the k. Web is judged here only while the "
                   "service is off. While a class is over its number from before (the number shrank), its "
                   "logins and disconnections are undecided.",
        .tempted = "A login takes a class over its number.",
    },
}};

}  // namespace mdsync
