// Connections: counting them, and finding the login that a disconnection belongs to. What is allowed is in limit.cpp and
// web.cpp.
#include "rules/connections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "rules/judge.hpp"

namespace mdsync {

namespace rules {

bool LoginFacts::isAmongEarliest(DeviceId d, std::uint16_t itsSession) const {
    return std::find(earliest.begin(), earliest.end(), std::pair{d, itsSession}) != earliest.end();
}

Aspects aspectsOf(const History& h, DeviceClass deviceClass, int number) {
    const Aspect onLimit = h.settings.onLimit == OnLimit::Refuse ? Aspect::Refuse : Aspect::Replace;
    return aspectsOf(deviceClass) | (number > 1 ? bit(Aspect::Raised) : 0) | bit(onLimit);
}

}  // namespace rules

using namespace rules;

namespace {

bool refusedByLimit(std::string_view code) {
    return code == "31010" || code == "31023" || code == "mdsync:limit";
}

const ConnectionRules& rulesFor(DeviceClass deviceClass, Regime regime) {
    return deviceClass == DeviceClass::Web && regime.service == Service::On ? kWebConnections : kLimitConnections;
}

// ---- The chain that explains a violation --------------------------------------------------------------------

void tellLogin(Finding& f, const History& h, const LoginFacts& login, int count, int number) {
    for (const auto& [other, session] : login.earliest) {
        if (h.device(other).session == session) f.online(other);
    }
    f.link(login.place, login.t, login.origin, fmt::format("{} online, {} of {}", h.name(login.device), count, number));
}

void tell(Finding& f, const History& h, const AfterLogin& a) {
    f.about(a.login.device).blame(a.login.origin);
    tellLogin(f, h, a.login, a.login.count, a.login.number);
    f.due();
}

void tell(Finding& f, const History& h, const Disconnection& d) {
    const EvictionFacts& x = d.eviction;
    f.about(x.device).at(x.place, x.t).blame(d.login != nullptr ? d.login->origin : x.origin);
    if (d.login != nullptr) tellLogin(f, h, *d.login, d.count, d.number);
    const DeviceSide& s = h.side(x.device);
    if (d.login == nullptr || d.login->device != x.device)
        f.link(x.began, s.beganAt, s.beganOrigin, fmt::format("{} online", h.name(x.device)));
    const std::string by = x.by.exists() ? ", by the login of " + h.name(x.by) : std::string();
    f.link(x.place, x.t, x.origin, fmt::format("{} offline{}", h.name(x.device), by));
}

void tell(Finding& f, const History& h, const Refusal& r) {
    const LoginFacts& login = r.login;
    f.about(login.device)
        .blame(login.origin)
        .link(login.place, login.t, login.origin,
              fmt::format("{} refused, would be {} of {}", h.name(login.device), login.count, login.number));
}

// ---- What a witness is told ---------------------------------------------------------------------------------

std::string aboutOf(const History& h, const AfterLogin& a) {
    return fmt::format("the login of {}, {} of {}", h.name(a.login.device), a.login.count, a.login.number);
}

std::string aboutOf(const History& h, const Disconnection& d) {
    const std::string by = d.eviction.by.exists() ? " by the login of " + h.name(d.eviction.by) : std::string();
    return fmt::format("the disconnection of {}{}, {} of {}", h.name(d.eviction.device), by, d.count, d.number);
}

std::string aboutOf(const History& h, const Refusal& r) {
    return fmt::format("the refusal of {}, which would be {} of {}", h.name(r.login.device), r.login.count,
                       r.login.number);
}

template <class Case>
[[gnu::cold]] void tellWitness(Witness& witness, const History& h, const ConnectionRule<Case>& rule, const Case& c,
                               Outcome outcome) {
    witness.hear(rule.rule, aboutOf(h, c), outcome, outcome == Outcome::Broken ? rule.says(h, c) : std::string());
}

}  // namespace

// ---- Asking the rules ---------------------------------------------------------------------------------------

template <class Case>
Outcome Checker::State::settle(const ConnectionRule<Case>& rule, const Case& c) {
    const Found found = rule.look(*this, c);
    if (witness != nullptr) [[unlikely]]
        tellWitness(*witness, *this, rule, c, found.outcome);
    if (!isToReport(rule.rule, rule.atEnd, found)) return found.outcome;
    Finding f = finding(rule.rule, found.regime, found.aspects);
    tell(f, *this, c);
    f.file([&] { return rule.says(*this, c); });
    return found.outcome;
}

template <class Case>
void Checker::State::settleFirst(std::span<const ConnectionRule<Case>> rules, const Case& c) {
    for (const ConnectionRule<Case>& rule : rules) {
        if (settle(rule, c) != Outcome::NotMine) return;
    }
}

// ---- A login ------------------------------------------------------------------------------------------------

// The connections of the class that a login of `id` now comes to, the earliest first. What was disconnected for it
// beforehand still counts, unless it is not `taken`: a refused login disconnects nobody.
Checker::State::Connected Checker::State::connectedBeside(DeviceId id, bool taken) const {
    const DeviceFacts& d = device(id);
    Connected found;
    for (const DeviceId other : devicesOf(d.user)) {
        const DeviceFacts& o = device(other);
        if (other != id && o.online && o.deviceClass == d.deviceClass) found.push_back({o.began, {other, o.session}});
    }
    for (const EvictionFacts& x : evictions) {
        if (taken && mayBelongTo(x, id) && x.device != id)  // one device is one connection
            found.push_back({x.began, {x.device, x.session}});
    }
    std::sort(found.begin(), found.end());
    return found;
}

// The connections of a class. What was disconnected for a login that is still to come is one until then.
int Checker::State::connections(UserId u, DeviceClass deviceClass) const {
    int count = 0;
    for (const DeviceId d : devicesOf(u)) count += device(d).online && device(d).deviceClass == deviceClass ? 1 : 0;
    for (const EvictionFacts& x : evictions)
        count += !x.resolved && x.deviceClass == deviceClass && ownerOf(x.device) == u ? 1 : 0;
    return count;
}

// Three phones are online, as three may be; then two may be. They stay legal, and so do two of them when one has gone; from
// there on two are legal, whoever they are.
int Checker::State::legalNumber(UserId u, DeviceClass deviceClass) const {
    const int number = numberOf(*this, deviceClass, service.at(now));
    const int before = legal[u.index()].number[static_cast<std::size_t>(deviceClass)];
    return before <= number ? number : std::max(number, std::min(before, connections(u, deviceClass)));
}

// Whether a disconnection that waits for its login may be of a login of `id`.
bool Checker::State::mayBelongTo(const EvictionFacts& x, DeviceId id) const {
    const DeviceFacts& d = device(id);
    return !x.resolved && x.deviceClass == d.deviceClass && ownerOf(x.device) == d.user &&
           (!x.by.exists() || x.by == id);
}

// The login of `id` as it stands now, before the device counts as online, `taken` or refused.
LoginFacts Checker::State::loginAt(DeviceId id, bool taken) const {
    LoginFacts login;
    login.device = id;
    login.deviceClass = device(id).deviceClass;
    login.regime = service.at(now);
    login.number = numberOf(*this, login.deviceClass, login.regime);
    login.webRules = login.deviceClass == DeviceClass::Web && login.regime.service == Service::On;
    login.place = place;
    login.t = now;
    login.origin = origin;

    const Connected others = connectedBeside(id, taken);
    login.count = static_cast<int>(others.size()) + 1;
    // Over its number from before: nothing is decided.
    login.undecided = legalNumber(device(id).user, login.deviceClass) > login.number;
    for (int i = 0; i < login.over() && i < login.count - 1; ++i)
        login.earliest.push_back(others[static_cast<std::size_t>(i)].second);
    return login;
}

void Checker::State::limitLogin(DeviceId id) {
    LoginFacts& login = logins[id.index()];
    login = loginAt(id, true);
    noteLegal(login);
    temptLimit(*this, *this, login);
    for (EvictionFacts& x : evictions) {
        if (!mayBelongTo(x, id)) continue;
        x.resolved = true;
        judgeEviction(x, &login);
    }
}

void Checker::State::noteLegal(const LoginFacts& login) {
    const UserId user = ownerOf(login.device);
    const auto at = static_cast<std::size_t>(login.deviceClass);
    LegalFacts& facts = legal[user.index()];
    facts.number[at] = legalNumber(user, login.deviceClass);
    if (login.count <= facts.number[at] || std::exchange(facts.isOver[at], true)) return;
    overNumber.emplace_back(user, login.deviceClass);
}

void Checker::State::judgeLogin() {
    const LoginFacts login = loginQueue.front();
    loginQueue.pop();
    AfterLogin after{login, 0, lasts(login.device, login.session)};
    for (const DeviceId other : devicesOf(ownerOf(login.device))) {
        const DeviceFacts& o = device(other);
        after.left += o.online && o.deviceClass == login.deviceClass && o.began <= login.place ? 1 : 0;
    }
    for (const auto& rule : rulesFor(login.deviceClass, login.regime).afterLogin) settle(rule, after);
}

// The numbers are about to change: where there are more connections than were legal, as many are as may be now.
void Checker::State::limitsChange() {
    std::erase_if(overNumber, [this](const auto& one) {
        const auto& [user, deviceClass] = one;
        const auto at = static_cast<std::size_t>(deviceClass);
        LegalFacts& facts = legal[user.index()];
        facts.number[at] = legalNumber(user, deviceClass);
        facts.isOver[at] = connections(user, deviceClass) > facts.number[at];
        return !facts.isOver[at];
    });
}

// ---- A disconnection ------------------------------------------------------------------------------------------

EvictionFacts Checker::State::evictionAt(const Event& e) const {
    const DeviceFacts& d = device(e.device);
    EvictionFacts x;
    x.device = e.device;
    x.session = d.session;
    x.by = e.by;
    x.deviceClass = d.deviceClass;
    x.regime = service.at(now);
    x.number = numberOf(*this, d.deviceClass, x.regime);
    x.place = place;
    x.began = d.began;
    x.t = now;
    x.origin = origin;
    for (const DeviceId other : devicesOf(d.user))
        x.count += device(other).online && device(other).deviceClass == d.deviceClass ? 1 : 0;
    // Over its number from before: nothing is decided, whatever login it would belong to.
    x.overBefore = legalNumber(d.user, d.deviceClass) > x.number;
    return x;
}

// Whether the login is since the last settled moment.
bool Checker::State::isRecent(const LoginFacts& l) const {
    return l.place > 0 && (timeMode ? l.t + patience >= now : l.place > lastSettled);
}

// The last recent login of the class, for a disconnection that names none.
const LoginFacts* Checker::State::lastRecentLogin(const EvictionFacts& x) const {
    const LoginFacts* last = nullptr;
    for (const DeviceId other : devicesOf(ownerOf(x.device))) {
        const LoginFacts& l = logins[other.index()];
        if (device(other).deviceClass != x.deviceClass || !isRecent(l)) continue;
        if (last == nullptr || l.place > last->place) last = &l;
    }
    return last;
}

void Checker::State::awaitLogin(const EvictionFacts& x) {
    evictions.push_back(x);
    wakeAfter(Instant::min());
}

// A device that is online was disconnected by the limit.
void Checker::State::limitOffline(const Event& e) {
    EvictionFacts x = evictionAt(e);
    if (!x.by.exists()) {
        if (const LoginFacts* login = lastRecentLogin(x)) return judgeEviction(x, login);
        awaitLogin(x);
        return;
    }
    const LoginFacts& by = logins[x.by.index()];
    if (!x.overBefore && device(x.by).deviceClass != x.deviceClass) return judgeAcrossClasses(*this, *this, x, by);
    if (device(x.by).online) return judgeEviction(x, &by);
    // A device that is gone may be on its way back: the login may be one that has not been seen yet.
    if (isRecent(by)) x.earlier = by;
    awaitLogin(x);
}

void Checker::State::judgeEviction(const EvictionFacts& x, const LoginFacts* login) {
    Disconnection d{x, login, x.regime, x.number, x.count};
    if (login != nullptr) {
        d.regime = login->regime;
        d.number = login->number;
        d.count = login->count;
    }
    settleFirst(rulesFor(x.deviceClass, d.regime).disconnection, d);
}

// The trace has ended: no later login of the device that it names will be seen.
void Checker::State::judgeLastEvictions() {
    for (const EvictionFacts& x : evictions) {
        if (!x.resolved && x.earlier && x.earlier->place >= x.began) judgeEviction(x, &*x.earlier);
    }
}

// ---- A refusal ------------------------------------------------------------------------------------------------

void Checker::State::limitRefused(const Event& e) {
    if (!e.code.exists() || !refusedByLimit(words->texts[e.code])) return;
    if (device(e.device).online) return;
    RefusalFacts refusal{loginAt(e.device, false), {}};
    for (const DeviceId other : devicesOf(ownerOf(e.device))) {
        if (device(other).online) refusal.counted.push_back(other);
    }
    refusals.push(refusal);
    oweNow(DueKind::Refusal, e.device.value);
}

// A refusal may be seen before the `online` that caused it, so devices that came until now count too; not those that
// were there and came anew.
void Checker::State::judgeRefusal() {
    const RefusalFacts refusal = refusals.front();
    refusals.pop();
    Refusal judged{refusal.login};
    const auto wasCounted = [&](DeviceId d) {
        return std::find(refusal.counted.begin(), refusal.counted.end(), d) != refusal.counted.end();
    };
    for (const DeviceId other : devicesOf(ownerOf(refusal.login.device))) {
        if (other == refusal.login.device || device(other).deviceClass != refusal.login.deviceClass) continue;
        if (logins[other.index()].place > refusal.login.place && !wasCounted(other)) ++judged.later;
    }
    settleFirst(rulesFor(refusal.login.deviceClass, refusal.login.regime).refusal, judged);
}

}  // namespace mdsync
