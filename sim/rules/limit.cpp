// limit.* and web.*: how many devices of one user, and who goes when there are too many.
//
// A login is judged at the settled moment after it, when it is known whom it disconnected; a disconnection as soon as
// the login that it belongs to is known. Web is an ordinary class while OFF and has rules of its own while ON; while
// CHANGING limit.per-class asks for ten, limit.within for one, and nothing else is asked.
#include <fmt/format.h>

#include "rules/judge.hpp"

namespace mdsync {

using namespace rules;

namespace {

constexpr int kWebTabs = 10;  // seed, "Impact on Web Platform Connection Count"

bool refusedByLimit(std::string_view code) {
    return code == "31010" || code == "31023" || code == "mdsync:limit";
}

}  // namespace

// seed, tip: "one mobile device, one web client, one desktop client, and one mini-program client"; more by ticket.
int Checker::State::limitFor(DeviceClass c, Regime r) const {
    switch (c) {
        case DeviceClass::Mobile:
            return settings.mobileLimit;
        case DeviceClass::Miniprogram:
            return settings.miniprogramLimit;
        case DeviceClass::Desktop:
            return 1;
        case DeviceClass::Web:
            return r.service == Service::Off ? 1 : kWebTabs;
    }
    return 1;
}

// The login of `id` as it stands now, before the device counts as online. What was disconnected for it beforehand still
// counts.
LoginFacts Checker::State::loginAt(DeviceId id) {
    const DeviceFacts& d = devices[id.index()];
    const UserFacts& user = users[d.user.index()];
    LoginFacts login;
    login.device = id;
    login.deviceClass = d.deviceClass;
    login.regime = service.at(now);
    login.number = limitFor(d.deviceClass, login.regime);
    login.webRules = d.deviceClass == DeviceClass::Web && login.regime.service == Service::On;
    login.place = place;
    login.t = now;
    login.origin = origin;

    std::vector<std::pair<Place, std::pair<DeviceId, std::uint16_t>>> connections;
    int legalOnes = 0;
    bool overBefore = false;
    for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
        const DeviceId other{user.firstDevice.value + i};
        const DeviceFacts& o = devices[other.index()];
        if (other == id || !o.online || o.deviceClass != d.deviceClass) continue;
        connections.emplace_back(o.began, std::pair{other, o.session});
        legalOnes += legal[other.index()] != 0 ? 1 : 0;
    }
    for (const EvictionFacts& x : evictions) {
        if (x.resolved || x.deviceClass != d.deviceClass || devices[x.device.index()].user != d.user) continue;
        if ((x.by.exists() && x.by != id) || x.device == id) continue;  // one device is one connection
        connections.emplace_back(x.began, std::pair{x.device, x.session});
        overBefore |= x.overBefore;
    }
    login.count = static_cast<int>(connections.size()) + 1;
    // Connections that were legal when made stay legal: while they alone exceed a number that shrank, nothing is
    // decided.
    login.undecided = overBefore || legalOnes > login.number;
    if (login.over() > 0) {
        std::sort(connections.begin(), connections.end());
        const auto k = std::min<std::size_t>(connections.size(), static_cast<std::size_t>(login.over()));
        for (std::size_t i = 0; i < k; ++i) login.earliest.push_back(connections[i].second);
    }
    return login;
}

void Checker::State::limitLogin(DeviceId id) {
    const DeviceFacts& d = devices[id.index()];
    const UserFacts& user = users[d.user.index()];
    LoginFacts& login = logins[id.index()];
    login = loginAt(id);
    legal[id.index()] = login.over() <= 0 || login.undecided ? 1 : 0;

    for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
        const DeviceFacts& o = devices[user.firstDevice.index() + i];
        if (o.online && o.deviceClass != d.deviceClass) {
            check(RuleId::LimitClassesIndependent, aspectsOf(d.deviceClass));
            break;
        }
    }
    if (!login.undecided && !login.webRules) {
        if (login.within()) check(RuleId::LimitWithin, aspectsOf(login) | boundaryIf(login.count == login.number));
        if (login.over() > 0) check(RuleId::LimitPerClass, aspectsOf(login));
    }
    for (EvictionFacts& x : evictions) {
        if (x.resolved || x.deviceClass != d.deviceClass || devices[x.device.index()].user != d.user) continue;
        if (x.by.exists() && x.by != id) continue;
        x.resolved = true;
        judgeEviction(x, &login);
    }
}

// The numbers are about to change: who is within them now was legal when made, whether or not a settled moment has
// come.
void Checker::State::limitsChange() {
    constexpr std::size_t kClasses = 4;
    const Regime regime = service.at(now);
    for (const UserFacts& user : users) {
        std::array<int, kClasses> online{};
        for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
            const DeviceFacts& d = devices[user.firstDevice.index() + i];
            if (d.online) ++online[static_cast<std::size_t>(d.deviceClass)];
        }
        for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
            const std::size_t number = user.firstDevice.index() + i;
            const DeviceClass c = devices[number].deviceClass;
            if (online[static_cast<std::size_t>(c)] <= limitFor(c, regime)) legal[number] = 1;
        }
    }
}

// A device that is online was disconnected by the limit.
void Checker::State::limitOffline(const Event& e) {
    const DeviceFacts& d = devices[e.device.index()];
    const UserFacts& user = users[d.user.index()];
    EvictionFacts x;
    x.device = e.device;
    x.session = d.session;
    x.by = e.by;
    x.deviceClass = d.deviceClass;
    x.regime = service.at(now);
    x.number = limitFor(d.deviceClass, x.regime);
    x.place = place;
    x.began = d.began;
    x.t = now;
    x.origin = origin;
    const auto recent = [this](const LoginFacts& l) {
        return l.place > 0 && (timeMode ? l.t + patience >= now : l.place > lastSettled);
    };
    const LoginFacts* login = nullptr;
    int legalOnes = 0;
    for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
        const std::size_t other = user.firstDevice.index() + i;
        if (devices[other].deviceClass != d.deviceClass) continue;
        if (devices[other].online) {
            ++x.count;
            legalOnes += legal[other] != 0 ? 1 : 0;
        }
        const LoginFacts& l = logins[other];
        if (!x.by.exists() && recent(l) && (login == nullptr || l.place > login->place)) login = &l;
    }
    // Over its number from before: nothing is decided, whatever login it would belong to.
    x.overBefore = legalOnes > x.number;

    if (!x.overBefore && x.by.exists() && devices[x.by.index()].deviceClass != d.deviceClass) {
        const LoginFacts& by = logins[x.by.index()];
        finding(RuleId::LimitClassesIndependent, {}, aspectsOf(d.deviceClass))
            .about(e.device)
            .online(e.device)
            .link(by.place, by.t, by.origin, fmt::format("{} online", name(x.by)))
            .here(fmt::format("{} offline, by the login of {}", name(e.device), name(x.by)))
            .file([&] {
                return fmt::format("{} ({}) was disconnected by the login of {} ({})", name(e.device),
                                   spell(d.deviceClass), name(x.by), spell(devices[x.by.index()].deviceClass));
            });
        return;
    }
    if (x.by.exists()) {
        // A device that is gone may be on its way back: the login may be one that has not been seen yet.
        const LoginFacts& l = logins[x.by.index()];
        if (devices[x.by.index()].online)
            login = &l;
        else if (recent(l))
            x.earlier = l;
    }
    if (login != nullptr)
        judgeEviction(x, login);
    else
        evictions.push_back(x);
}

// A disconnection breaks the first of: limit.within / web.ten-tabs, web.newest-connects, limit.newest-wins /
// web.evict-earliest.
void Checker::State::judgeEviction(const EvictionFacts& x, const LoginFacts* login) {
    const bool web = x.deviceClass == DeviceClass::Web;
    const Regime regime = login != nullptr ? login->regime : x.regime;
    const int number = login != nullptr ? login->number : x.number;
    const int count = login != nullptr ? login->count : x.count;
    const bool webOn = web && regime.service == Service::On;
    const bool webChanging = web && regime.service == Service::Changing;
    const auto broken = [&](RuleId rule, const std::string& text) {
        Finding f = finding(rule, webOn ? regime : Regime{}, aspectsOf(x.deviceClass, number) | onLimit());
        f.about(x.device).at(x.place, x.t).blame(login != nullptr ? login->origin : x.origin);
        if (login != nullptr) {
            for (const auto& [other, session] : login->earliest) {
                if (devices[other.index()].session == session) f.online(other);
            }
            f.link(login->place, login->t, login->origin,
                   fmt::format("{} online, {} of {}", name(login->device), count, number));
        }
        const DeviceSide& s = side(x.device);
        if (login == nullptr || login->device != x.device)
            f.link(x.began, s.beganAt, s.beganOrigin, fmt::format("{} online", name(x.device)));
        const std::string by = x.by.exists() ? ", by the login of " + name(x.by) : std::string();
        f.link(x.place, x.t, x.origin, fmt::format("{} offline{}", name(x.device), by));
        f.file([&] { return text; });
    };
    if (x.overBefore || (login != nullptr && login->undecided))
        return undecided(webOn ? RuleId::WebTenTabs : RuleId::LimitWithin);
    const int demanded = webChanging ? 1 : number;
    if (count <= demanded) {
        return broken(webOn ? RuleId::WebTenTabs : RuleId::LimitWithin,
                      fmt::format("{} was disconnected, though only {} of {} {} connections of the user were online",
                                  name(x.device), count, demanded, spell(x.deviceClass)));
    }
    if (login == nullptr || webChanging) return undecided(webOn ? RuleId::WebEvictEarliest : RuleId::LimitNewestWins);
    if (login->device == x.device && login->session == x.session) {
        return broken(
            webOn ? RuleId::WebNewestConnects : RuleId::LimitNewestWins,
            fmt::format("the newcomer {} was disconnected instead of the earliest connection", name(x.device)));
    }
    if (!webOn && settings.onLimit == OnLimit::Refuse) {
        return broken(RuleId::LimitNewestWins,
                      fmt::format("{} was disconnected by the login of {}, which should have been refused",
                                  name(x.device), name(login->device)));
    }
    const bool among = std::find(login->earliest.begin(), login->earliest.end(), std::pair{x.device, x.session}) !=
                       login->earliest.end();
    if (among) return;
    const std::string first = login->earliest.empty() ? std::string("another") : name(login->earliest.front().first);
    broken(webOn ? RuleId::WebEvictEarliest : RuleId::LimitNewestWins,
           fmt::format("{} was disconnected; {} is older", name(x.device), first));
}

void Checker::State::judgeLogin() {
    const LoginFacts login = loginQueue.front();
    loginQueue.pop();
    const DeviceFacts& d = devices[login.device.index()];
    const UserFacts& user = users[d.user.index()];
    const bool lasts = d.online && d.session == login.session;
    int left = 0;  // connections of the class that began with this login at the latest
    int online = 0;
    for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
        const DeviceFacts& o = devices[user.firstDevice.index() + i];
        if (!o.online || o.deviceClass != login.deviceClass) continue;
        ++online;
        left += o.began <= login.place ? 1 : 0;
    }
    if (online <= login.number) {
        for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
            const std::size_t other = user.firstDevice.index() + i;
            if (devices[other].deviceClass == login.deviceClass) legal[other] = 1;
        }
    }
    if (login.undecided) {
        if (login.over() > 0) undecided(login.webRules ? RuleId::WebEvictEarliest : RuleId::LimitPerClass);
        return;
    }
    const auto broken = [&](RuleId rule, const std::string& text) {
        Finding f = finding(rule, login.webRules ? login.regime : Regime{}, aspectsOf(login) | onLimit());
        f.about(login.device).blame(login.origin);
        for (const auto& [other, session] : login.earliest) {
            if (devices[other.index()].session == session) f.online(other);
        }
        f.link(login.place, login.t, login.origin,
               fmt::format("{} online, {} of {}", name(login.device), login.count, login.number));
        f.due().file([&] { return text; });
    };
    const auto tooMany = [&] {
        return fmt::format("{} {} connections of {} are online, and {} may be", left, spell(login.deviceClass),
                           name(d.user), login.number);
    };
    if (login.webRules) {
        if (login.count == login.number) check(RuleId::WebTenTabs, login.regime, aspectsOf(login));
        if (login.over() <= 0) return;
        if (left <= login.number)
            check(RuleId::WebEvictEarliest, login.regime, aspectsOf(login));
        else if (finishing)
            ++open;
        else
            broken(RuleId::WebEvictEarliest, tooMany());
        if (lasts)
            check(RuleId::WebNewestConnects, login.regime, aspectsOf(login));
        else
            lapse(RuleId::WebNewestConnects);
        return;
    }
    if (login.over() <= 0) return;
    if (left > login.number && !finishing) broken(RuleId::LimitPerClass, tooMany());
    if (login.webChanging()) return undecided(RuleId::LimitNewestWins);
    if (settings.onLimit == OnLimit::Refuse) {
        broken(RuleId::LimitNewestWins,
               fmt::format("{} came online over the number of its class, and should have been refused",
                           name(login.device)));
    } else if (lasts) {
        check(RuleId::LimitNewestWins, aspectsOf(login) | onLimit());
    } else {
        lapse(RuleId::LimitNewestWins);
    }
}

void Checker::State::limitRefused(const Event& e) {
    if (!e.code.exists() || !refusedByLimit(words->texts[e.code])) return;
    if (devices[e.device.index()].online) return;
    RefusalFacts refusal{loginAt(e.device), {}};
    const UserFacts& user = users[devices[e.device.index()].user.index()];
    for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
        const DeviceId other{user.firstDevice.value + i};
        if (devices[other.index()].online) refusal.counted.push_back(other);
    }
    refusals.push(refusal);
    oweNow(DueKind::Refusal, e.device.value);
}

// A refusal may be seen before the `online` that caused it, so devices that came until now count too; not those that
// were there and came anew.
void Checker::State::judgeRefusal() {
    const RefusalFacts refusal = refusals.front();
    const LoginFacts& login = refusal.login;
    refusals.pop();
    const DeviceFacts& d = devices[login.device.index()];
    const UserFacts& user = users[d.user.index()];
    int later = 0;
    for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
        const DeviceId other{user.firstDevice.value + i};
        const std::vector<DeviceId>& counted = refusal.counted;
        if (other != login.device && devices[other.index()].deviceClass == login.deviceClass &&
            logins[other.index()].place > login.place &&
            std::find(counted.begin(), counted.end(), other) == counted.end())
            ++later;
    }
    const auto broken = [&](RuleId rule, const std::string& text) {
        finding(rule, login.webRules ? login.regime : Regime{}, aspectsOf(login) | onLimit())
            .about(login.device)
            .blame(login.origin)
            .link(login.place, login.t, login.origin,
                  fmt::format("{} refused, would be {} of {}", name(login.device), login.count, login.number))
            .file([&] { return text; });
    };
    if (login.undecided) return undecided(login.webRules ? RuleId::WebTenTabs : RuleId::LimitWithin);
    const int demanded = login.webChanging() ? 1 : login.number;
    if (login.count + later <= demanded) {
        if (finishing) return;  // the login that caused it may not have been seen yet
        return broken(login.webRules ? RuleId::WebTenTabs : RuleId::LimitWithin,
                      fmt::format("{} was refused, though it would have been {} of {} {} connections",
                                  name(login.device), login.count, demanded, spell(login.deviceClass)));
    }
    if (login.webChanging()) return undecided(RuleId::LimitNewestWins);
    if (login.webRules)
        return broken(RuleId::WebNewestConnects,
                      fmt::format("the newcomer {} was refused; the earliest connection must go", name(login.device)));
    if (settings.onLimit == OnLimit::Refuse) return check(RuleId::LimitNewestWins, aspectsOf(login) | onLimit());
    broken(RuleId::LimitNewestWins,
           fmt::format("the newcomer {} was refused; the earliest connection must go", name(login.device)));
}

}  // namespace mdsync
