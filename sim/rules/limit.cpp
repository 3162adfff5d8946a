// limit.*: how many devices of one class a user may have online, and who goes when there is one too many.
//
// Web is such a class while the service is off. While it is changing, limit.per-class asks for ten tabs, limit.within for
// one, and nothing else is asked. While it is on, the rules of web.cpp hold instead. What a login, a disconnection and a
// refusal are, and which login a disconnection belongs to, is in connections.hpp.
#include <fmt/format.h>

#include <array>

#include "rules/connections.hpp"
#include "rules/rows.hpp"

namespace mdsync {

namespace {

constexpr Rule kLimitRows[] = {
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
        .aspects = kClass | bit(Aspect::Raised),
        .restsOn = Emulation::Limits,
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
        .aspects = kClass,
        .restsOn = Emulation::Limits,
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
        .aspects = kClass | bit(Aspect::Raised) | bit(Aspect::Boundary),
        .restsOn = Emulation::Limits,
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
        .aspects = kClass | bit(Aspect::Replace) | bit(Aspect::Refuse) | bit(Aspect::Raised),
        .restsOn = Emulation::Limits,
    },
};

}  // namespace

constinit const std::span<const Rule> kLimitRules{kLimitRows};

}  // namespace mdsync

namespace mdsync::rules {

// seed, tip: "one mobile device, one web client, one desktop client, and one mini-program client"; more by ticket.
int numberOf(const History& h, DeviceClass deviceClass, Regime regime) {
    switch (deviceClass) {
        case DeviceClass::Mobile:
            return h.settings.mobileLimit;
        case DeviceClass::Miniprogram:
            return h.settings.miniprogramLimit;
        case DeviceClass::Desktop:
            return 1;
        case DeviceClass::Web:
            return regime.service == Service::Off ? 1 : kMostTabs;
    }
    return 1;
}

namespace {

bool isWebChanging(DeviceClass deviceClass, Regime regime) {
    return deviceClass == DeviceClass::Web && regime.service == Service::Changing;
}
bool isWebChanging(const LoginFacts& login) {
    return isWebChanging(login.deviceClass, login.regime);
}
// limit.within's number: a tab that was alone was within its number whatever the switch was doing.
int certainNumber(DeviceClass deviceClass, Regime regime, int number) {
    return isWebChanging(deviceClass, regime) ? 1 : number;
}
int certainNumber(const LoginFacts& login) {
    return certainNumber(login.deviceClass, login.regime, login.number);
}

bool refuses(const History& h) {
    return h.settings.onLimit == OnLimit::Refuse;
}

Found violated(const History& h, const Disconnection& d) {
    return broken({}, aspectsOf(h, d.eviction.deviceClass, d.number));
}
Found violated(const History& h, const LoginFacts& login) {
    return broken({}, aspectsOf(h, login));
}

// ---- limit.per-class: at a settled moment no more connections of a class are online than its number -----------

Found atMostItsNumberAreLeft(const History& h, const AfterLogin& a) {
    if (a.login.over() <= 0) return Outcome::NotMine;
    if (a.login.undecided) return Outcome::Undecided;
    return a.left > a.login.number ? violated(h, a.login)
                                   : Outcome::NotMine;  // that it was asked was counted at the login
}
std::string saysTooManyAreLeft(const History& h, const AfterLogin& a) {
    return fmt::format("{} {} connections of {} are online, and {} may be", a.left, spell(a.login.deviceClass),
                       h.name(h.ownerOf(a.login.device)), a.login.number);
}

// ---- limit.within: nobody is disconnected or refused while the class is within its number ----------------------

Found disconnectedThoughWithin(const History& h, const Disconnection& d) {
    if (d.undecided()) return Outcome::Undecided;
    if (d.count > certainNumber(d.eviction.deviceClass, d.regime, d.number)) return Outcome::NotMine;
    return violated(h, d);
}
std::string saysDisconnectedThoughWithin(const History& h, const Disconnection& d) {
    const DeviceClass c = d.eviction.deviceClass;
    return fmt::format("{} was disconnected, though only {} of {} {} connections of the user were online",
                       h.name(d.eviction.device), d.count, certainNumber(c, d.regime, d.number), spell(c));
}

Found refusedThoughWithin(const History& h, const Refusal& r) {
    if (r.login.undecided) return Outcome::Undecided;
    return r.within(certainNumber(r.login)) ? violated(h, r.login) : Outcome::NotMine;
}
std::string saysRefusedThoughWithin(const History& h, const Refusal& r) {
    return fmt::format("{} was refused, though it would have been {} of {} {} connections", h.name(r.login.device),
                       r.login.count, certainNumber(r.login), spell(r.login.deviceClass));
}

// ---- limit.newest-wins: over the number by k ------------------------------------------------------------------
//
// `onLimit: replace`: the newcomer stays, and whoever goes is among the k that began first. `refuse`: the newcomer is
// refused, and nobody goes.

Found newcomerStays(const History& h, const AfterLogin& a) {
    if (a.login.undecided || a.login.over() <= 0) return Outcome::NotMine;
    if (isWebChanging(a.login)) return Outcome::Undecided;
    if (refuses(h)) return violated(h, a.login);
    if (!a.lasts) return Outcome::Lapsed;  // a disconnection for its own login is judged as such
    return keptIf(true, {}, aspectsOf(h, a.login));
}
std::string saysNotRefused(const History& h, const AfterLogin& a) {
    return fmt::format("{} came online over the number of its class, and should have been refused",
                       h.name(a.login.device));
}

Found anotherThanTheEarliest(const History& h, const Disconnection& d) {
    if (d.login == nullptr || isWebChanging(d.eviction.deviceClass, d.regime)) return Outcome::Undecided;
    const bool rightly = !refuses(h) && d.login->isAmongEarliest(d.eviction.device, d.eviction.session);
    return rightly ? Outcome::NotMine : violated(h, d);
}
std::string saysWhoShouldHaveGone(const History& h, const Disconnection& d) {
    const std::string gone = h.name(d.eviction.device);
    if (d.ofNewcomer()) return fmt::format("the newcomer {} was disconnected instead of the earliest connection", gone);
    if (refuses(h)) {
        return fmt::format("{} was disconnected by the login of {}, which should have been refused", gone,
                           h.name(d.login->device));
    }
    const auto& earliest = d.login->earliest;
    return fmt::format("{} was disconnected; {} is older", gone,
                       earliest.empty() ? std::string("another") : h.name(earliest.front().first));
}

Found newcomerWasRefused(const History& h, const Refusal& r) {
    if (isWebChanging(r.login)) return Outcome::Undecided;
    return keptIf(refuses(h), {}, aspectsOf(h, r.login));
}
std::string saysNewcomerWasRefused(const History& h, const Refusal& r) {
    return fmt::format("the newcomer {} was refused; the earliest connection must go", h.name(r.login.device));
}

// ---- in the order in which they are asked -------------------------------------------------------------------

constexpr std::array kLimitAfterLogin{
    ConnectionRule<AfterLogin>{RuleId::LimitPerClass, atMostItsNumberAreLeft, saysTooManyAreLeft, AtEnd::Dropped},
    ConnectionRule<AfterLogin>{RuleId::LimitNewestWins, newcomerStays, saysNotRefused},
};
constexpr std::array kLimitDisconnection{
    ConnectionRule<Disconnection>{RuleId::LimitWithin, disconnectedThoughWithin, saysDisconnectedThoughWithin},
    ConnectionRule<Disconnection>{RuleId::LimitNewestWins, anotherThanTheEarliest, saysWhoShouldHaveGone},
};
constexpr std::array kLimitRefusal{
    ConnectionRule<Refusal>{RuleId::LimitWithin, refusedThoughWithin, saysRefusedThoughWithin, AtEnd::Dropped},
    ConnectionRule<Refusal>{RuleId::LimitNewestWins, newcomerWasRefused, saysNewcomerWasRefused},
};

}  // namespace

constinit const ConnectionRules kLimitConnections{kLimitAfterLogin, kLimitDisconnection, kLimitRefusal};

// ---- limit.classes-independent: a login must not disconnect a device of another class ---------------------------

void judgeAcrossClasses(const History& h, Ledger& ledger, const EvictionFacts& x, const LoginFacts& by) {
    const std::string newcomer = h.name(x.by);
    Finding(h, ledger, RuleId::LimitClassesIndependent, {}, aspectsOf(x.deviceClass))
        .about(x.device)
        .online(x.device)
        .link(by.place, by.t, by.origin, fmt::format("{} online", newcomer))
        .here(fmt::format("{} offline, by the login of {}", h.name(x.device), newcomer))
        .file([&] {
            return fmt::format("{} ({}) was disconnected by the login of {} ({})", h.name(x.device),
                               spell(x.deviceClass), newcomer, spell(h.device(x.by).deviceClass));
        });
}

// ---- what tempts them -------------------------------------------------------------------------------------

void temptLimit(const History& h, Ledger& ledger, const LoginFacts& login) {
    for (const DeviceId other : h.devicesOf(h.ownerOf(login.device))) {
        if (!h.device(other).online || h.device(other).deviceClass == login.deviceClass) continue;
        ledger.check(RuleId::LimitClassesIndependent, aspectsOf(login.deviceClass));
        break;
    }
    if (login.undecided || login.webRules) return;
    const Aspects aspects = aspectsOf(h, login);
    if (login.count <= certainNumber(login))
        ledger.check(RuleId::LimitWithin, aspects | boundaryIf(login.count == login.number));
    if (login.over() > 0) ledger.check(RuleId::LimitPerClass, aspects);
}

}  // namespace mdsync::rules
