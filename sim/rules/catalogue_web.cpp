// The catalogue's rows of the family `web`: browser tabs with the service on. Texts only, no judgement.
#include "rules/catalogue_rows.hpp"

namespace mdsync {

constinit const std::array<Rule, 3> kWebRules{{
    {
        .id = RuleId::WebTenTabs,
        .name = "web.ten-tabs",
        .level = Level::Must,
        .source = "seed, \"Impact on Web Platform Connection Count\"",
        .quote = "After enabling the Multi-Device Message Synchronization service, a single user can support "
                 "up to 10 web client connections (each browser tab is considered a separate connection).",
        .statement = "While the service is on, up to ten web connections of one user stay online together: "
                     "none is disconnected or refused for a login that makes ten or fewer, or for no login at "
                     "all.",
        .reading = "Disconnecting means `evicted` or `replaced`, which no rule tells apart; refusing means the "
                   "codes 31010, 31023 and mdsync:limit. The tenth connection is still within, the newcomer "
                   "included. Devices of other classes do not count.",
        .tempted = "A tenth web connection of one user comes online.",
    },
    {
        .id = RuleId::WebEvictEarliest,
        .name = "web.evict-earliest",
        .level = Level::Must,
        .source = "seed, \"Impact on Web Platform Connection Count\"",
        .quote = "Connections beyond 10 will automatically disconnect the earliest web client connection.",
        .statement = "While the service is on, a login that makes more than ten web connections by k "
                     "disconnects only from among the k whose connection began first, and at the next settled "
                     "moment at most ten are left.",
        .reading = "A connection begins with its own online: a tab that reconnected is the newest. A tab that "
                   "leaves for another reason meanwhile may stand for one of the k; how many are left is asked "
                   "once things have settled. The eviction belongs to the login that `by` names, whether it "
                   "stands before or after that login's online.",
        .tempted = "An eleventh web connection of one user logs in.",
    },
    {
        .id = RuleId::WebNewestConnects,
        .name = "web.newest-connects",
        .level = Level::Must,
        .source = "seed, \"Impact on Web Platform Connection Count\"",
        .quote = "Connections beyond 10 will automatically disconnect the earliest web client connection.",
        .statement = "While the service is on, the web connection that exceeds ten comes online itself and "
                     "stays.",
        .reading = "It is the earliest that goes, never the newcomer, whatever `onLimit` says: that setting is "
                   "for the other limits. A newcomer that is disconnected for its own login violates this rule "
                   "and not web.evict-earliest.",
        .tempted = "An eleventh web connection of one user logs in.",
    },
}};

}  // namespace mdsync
