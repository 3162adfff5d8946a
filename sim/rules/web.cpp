// web.*: the browser tabs of one user while the service is on. Ten stay together; the eleventh opens, and the earliest
// goes.
//
// While the service is off or changing, web is a class like the others: limit.cpp. What a login, a disconnection and a
// refusal are, and which login a disconnection belongs to, is in connections.hpp.
#include <fmt/format.h>

#include <array>

#include "rules/connections.hpp"
#include "rules/rows.hpp"

namespace mdsync {

namespace {

constexpr Rule kWebRows[] = {
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
        .aspects = kSwitch,
        .names = Names::OnOrOff,
        .restsOn = Emulation::Limits,
    },
    {
        .id = RuleId::WebEvictEarliest,
        .name = "web.evict-earliest",
        .level = Level::Must,
        .source = "seed, \"Impact on Web Platform Connection Count\"",
        .quote = "Connections beyond 10 will automatically disconnect the earliest web client connection.",
        .statement = "While the service is on, if a login leads to ten plus k web connections, the "
                     "server disconnects only tabs among the k whose connection began first, and at "
                     "the next settled moment at most ten are left.",
        .reading = "A connection begins with its own online: a tab that reconnected is the newest. A tab that "
                   "leaves for another reason meanwhile may stand for one of the k; how many are left is asked "
                   "once things have settled. The eviction belongs to the login that `by` names, whether it "
                   "stands before or after that login's online.",
        .tempted = "An eleventh web connection of one user logs in.",
        .aspects = kSwitch,
        .names = Names::OnOrOff,
        .restsOn = Emulation::Limits,
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
        .aspects = kSwitch,
        .names = Names::OnOrOff,
        .restsOn = Emulation::Limits,
    },
};

}  // namespace

constinit const std::span<const Rule> kWebRules{kWebRows};

}  // namespace mdsync

namespace mdsync::rules {

// seed, "Impact on Web Platform Connection Count": "a single user can support up to 10 web client connections". All that
// is judged below, and limit.per-class while the service is changing, counts with this number: twelve would be 12 here.
// The server counts for itself (world/decisions.cpp), and so do what makes scenarios (scenario/certainty.cpp,
// random/guess.cpp) and the second reading (tests/agreement).
constinit const int kMostTabs = 10;

namespace {

// ---- web.ten-tabs: up to ten stay online together; none is disconnected or refused for a login that makes ten ---------

// It is put to the test where a tenth tab comes online.
Found tenthTab(const History& h, const AfterLogin& a) {
    if (a.login.undecided || a.login.count != a.login.number) return Outcome::NotMine;
    return keptIf(true, a.login.regime, aspectsOf(h, a.login));
}

Found tabDisconnectedWithin(const History& h, const Disconnection& d) {
    if (d.undecided()) return Outcome::Undecided;
    if (d.count > d.number) return Outcome::NotMine;
    return broken(d.regime, aspectsOf(h, DeviceClass::Web, d.number));
}
std::string saysTabDisconnectedWithin(const History& h, const Disconnection& d) {
    return fmt::format("{} was disconnected, though only {} of {} web connections of the user were online",
                       h.name(d.eviction.device), d.count, d.number);
}

Found tabRefusedWithin(const History& h, const Refusal& r) {
    if (r.login.undecided) return Outcome::Undecided;
    if (!r.within(r.login.number)) return Outcome::NotMine;
    return broken(r.login.regime, aspectsOf(h, r.login));
}
std::string saysTabRefusedWithin(const History& h, const Refusal& r) {
    return fmt::format("{} was refused, though it would have been {} of {} web connections", h.name(r.login.device),
                       r.login.count, r.login.number);
}

// ---- web.evict-earliest: more than ten by k: who goes is among the k that began first, and in the end ten are left ----

// alice/tab11 logs in: by the next settled moment one of the eleven has gone, for whatever reason.
Found atMostTenTabsAreLeft(const History& h, const AfterLogin& a) {
    if (a.login.over() <= 0) return Outcome::NotMine;
    if (a.login.undecided) return Outcome::Undecided;
    return keptIf(a.left <= a.login.number, a.login.regime, aspectsOf(h, a.login));
}
std::string saysTooManyTabs(const History& h, const AfterLogin& a) {
    return fmt::format("{} web connections of {} are online, and {} may be", a.left, h.name(h.ownerOf(a.login.device)),
                       a.login.number);
}

// alice/tab2 goes for alice/tab11, though alice/tab1 is older.
Found notTheEarliestTab(const History& h, const Disconnection& d) {
    if (d.login == nullptr) return Outcome::Undecided;
    if (d.login->isAmongEarliest(d.eviction.device, d.eviction.session)) return Outcome::NotMine;
    return broken(d.regime, aspectsOf(h, DeviceClass::Web, d.number));
}
std::string saysATabIsOlder(const History& h, const Disconnection& d) {
    const auto& earliest = d.login->earliest;
    return fmt::format("{} was disconnected; {} is older", h.name(d.eviction.device),
                       earliest.empty() ? std::string("another") : h.name(earliest.front().first));
}

// ---- web.newest-connects: the newcomer itself comes online and stays, whatever `onLimit` says --------------------------

Found newestTabStays(const History& h, const AfterLogin& a) {
    if (a.login.undecided || a.login.over() <= 0) return Outcome::NotMine;
    if (!a.lasts) return Outcome::Lapsed;  // a disconnection for its own login is judged as such
    return keptIf(true, a.login.regime, aspectsOf(h, a.login));
}

Found newestTabDisconnected(const History& h, const Disconnection& d) {
    if (!d.ofNewcomer()) return Outcome::NotMine;
    return broken(d.regime, aspectsOf(h, DeviceClass::Web, d.number));
}
std::string saysNewestTabDisconnected(const History& h, const Disconnection& d) {
    return fmt::format("the newcomer {} was disconnected instead of the earliest connection",
                       h.name(d.eviction.device));
}

Found newestTabRefused(const History& h, const Refusal& r) {
    return broken(r.login.regime, aspectsOf(h, r.login));
}
std::string saysNewestTabRefused(const History& h, const Refusal& r) {
    return fmt::format("the newcomer {} was refused; the earliest connection must go", h.name(r.login.device));
}

// ---- in the order in which they are asked -------------------------------------------------------------------

constexpr std::array kWebAfterLogin{
    ConnectionRule<AfterLogin>{RuleId::WebTenTabs, tenthTab},
    ConnectionRule<AfterLogin>{RuleId::WebEvictEarliest, atMostTenTabsAreLeft, saysTooManyTabs, AtEnd::Inconclusive},
    ConnectionRule<AfterLogin>{RuleId::WebNewestConnects, newestTabStays},
};
constexpr std::array kWebDisconnection{
    ConnectionRule<Disconnection>{RuleId::WebTenTabs, tabDisconnectedWithin, saysTabDisconnectedWithin},
    ConnectionRule<Disconnection>{RuleId::WebNewestConnects, newestTabDisconnected, saysNewestTabDisconnected},
    ConnectionRule<Disconnection>{RuleId::WebEvictEarliest, notTheEarliestTab, saysATabIsOlder},
};
constexpr std::array kWebRefusal{
    ConnectionRule<Refusal>{RuleId::WebTenTabs, tabRefusedWithin, saysTabRefusedWithin, AtEnd::Dropped},
    ConnectionRule<Refusal>{RuleId::WebNewestConnects, newestTabRefused, saysNewestTabRefused},
};

}  // namespace

constinit const ConnectionRules kWebConnections{kWebAfterLogin, kWebDisconnection, kWebRefusal};

}  // namespace mdsync::rules
