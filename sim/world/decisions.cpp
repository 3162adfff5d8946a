// The reference server's decisions. See decisions.hpp.
#include "world/decisions.hpp"

#include <algorithm>

#include "world/audience.hpp"
#include "world/fault.hpp"

namespace mdsync::world {

// ---- What decisions are made of -------------------------------------------------------------------------------------

DeviceClass classOf(Platform platform) {
    switch (platform) {
        case Platform::Android:
        case Platform::Ios:
        case Platform::Harmony:
            return DeviceClass::Mobile;
        case Platform::Web:
            return DeviceClass::Web;
        case Platform::Windows:
        case Platform::Macos:
        case Platform::Linux:
        case Platform::Electron:
            return DeviceClass::Desktop;
        case Platform::Miniprogram:
            return DeviceClass::Miniprogram;
    }
    return DeviceClass::Mobile;
}

std::size_t allowed(const State& s, DeviceClass deviceClass, bool on) {
    if (deviceClass == DeviceClass::Web) return on ? 10 : 1;
    if (deviceClass == DeviceClass::Mobile) return static_cast<std::size_t>(s.service.app.mobileLimit);
    if (deviceClass == DeviceClass::Miniprogram) return static_cast<std::size_t>(s.service.app.miniprogramLimit);
    return 1;
}

Admission admissionAgainst(State& s, DeviceId newcomer, std::vector<DeviceId> others) {
    const DeviceClass own = s.at(newcomer).deviceClass;
    const bool on = decide<&Decisions::serviceOn>(s);
    Admission admission;
    std::size_t tooMany = std::min(decide<&Decisions::excess>(s, own, on, others.size() + 1), others.size());
    if (tooMany == 0) return admission;
    if (decide<&Decisions::refusesNewcomer>(s, newcomer, on)) {
        admission.refused = true;
        return admission;
    }
    if (s.policy.knobs.cutsOnlyOne) tooMany = 1;
    std::sort(others.begin(), others.end(), [&s](DeviceId a, DeviceId b) { return s.at(a).began < s.at(b).began; });
    admission.leaving = decide<&Decisions::whoLeaves>(s, newcomer, others, tooMany);
    admission.reason = own == DeviceClass::Web && on ? OfflineReason::Evicted : OfflineReason::Replaced;
    return admission;
}

TextId refusalUnlessDays(const State& s, const SettingsChange& change, std::int64_t least, std::int64_t most) {
    const auto isOutside = [](const std::optional<std::int64_t>& days, std::int64_t low, std::int64_t high) {
        return days && (*days < low || *days > high);
    };
    const auto isTooLow = [](const std::optional<std::int64_t>& limit) { return limit && *limit < 1; };
    const bool refused = isOutside(change.offlineDays, 1, 7) || isTooLow(change.mobileLimit) ||
                         isTooLow(change.miniprogramLimit) || isOutside(change.compensationDays, least, most);
    return refused ? s.say.range : TextId{};
}

// The path that the seed prints for groups is an ordinary one on the vendor's page; the reading decides.
bool atStatusEndpoint(const State& s, const Op& op) {
    if (op.kind != OpKind::Publish || op.api == Api::Message) return false;
    if (op.api == Api::Status) return true;
    if (op.path == s.say.groupPath) return s.service.readings.groupStatusPath == GroupStatusPath::Seed;
    return op.path.exists() && s.lexicon->texts[op.path].starts_with("/statusmessage/");
}

bool isTyping(const State& s, const Op& op) {
    return op.type == s.say.typing;
}

bool isDeclaredStatus(const State& s, const Op& op) {
    const auto found = std::lower_bound(s.declaredTypes.begin(), s.declaredTypes.end(), op.type,
                                        [](const auto& declared, TextId wanted) { return declared.first < wanted; });
    return found != s.declaredTypes.end() && found->first == op.type && found->second;
}

Instant calendarStart(const Zone& zone, Instant now, int days) {
    return zone.startOf(zone.dayOf(now) - std::chrono::days{days - 1});
}

Instant rollingStart(Instant now, int days) {
    return now - days * std::chrono::hours{24};
}

DeviceId chosenDevice(State& s, UserId u) {
    DeviceId best;
    std::uint32_t online = 0;
    const Knobs::OffDevice knob = s.policy.knobs.offDevice;
    for (const DeviceId d : DeviceRange{s.at(u)}) {
        const Device& device = s.at(d);
        if (!device.online) continue;
        ++online;
        bool better = !best.exists();
        if (!better && knob == Knobs::OffDevice::MostRecent) better = device.began > s.at(best).began;
        if (!better && knob == Knobs::OffDevice::Earliest) better = device.began < s.at(best).began;
        if (!better && knob == Knobs::OffDevice::Drawn)
            better = s.chance.draw(s.serverKey, s.serverDraws, online, Label::OffDevice) == 0;
        if (better) best = d;
    }
    return best;
}

namespace right {

// ---- The switch and the settings ------------------------------------------------------------------------------------

bool serviceOn(State& s) {
    const Service& service = s.service;
    if (!service.turned) return service.app.sync;
    return decide<&Decisions::turnIsInForce>(s) ? service.app.sync : service.before;
}

bool turnIsInForce(const State& s) {
    return s.policy.knobs.turnsAtOnce || s.now() - s.service.turnedAt >= s.service.readings.switchDelay;
}

TextId refusalOfTurn(const State& s, bool enable) {
    const App& app = s.service.app;
    const bool mustPay = enable && app.environment == Environment::Production;
    return mustPay && !app.prepaid ? s.say.unpaid : TextId{};
}

TextId refusalOfSettings(const State& s, const SettingsChange& change) {
    return refusalUnlessDays(s, change, 1, 7);
}

bool turnCounts(const State&, bool) {
    return true;
}

bool repeatingTurns(const State&) {
    return false;
}

// ---- Logins and limits ----------------------------------------------------------------------------------------------

Admission admissionOf(State& s, DeviceId newcomer) {
    const DeviceClass own = s.at(newcomer).deviceClass;
    std::vector<DeviceId> others;
    for (const DeviceId d : DeviceRange{s.at(s.at(newcomer).user)}) {
        const Device& device = s.at(d);
        if (d == newcomer || !device.online) continue;
        if (decide<&Decisions::countsTogether>(s, own, device.deviceClass)) others.push_back(d);
    }
    return admissionAgainst(s, newcomer, std::move(others));
}

bool countsTogether(const State&, DeviceClass own, DeviceClass other) {
    return own == other;
}

std::size_t excess(const State& s, DeviceClass deviceClass, bool on, std::size_t count) {
    return over(count, allowed(s, deviceClass, on));
}

bool refusesNewcomer(const State& s, DeviceId newcomer, bool on) {
    const bool isTab = s.at(newcomer).deviceClass == DeviceClass::Web && on;
    return !isTab && s.service.app.onLimit == OnLimit::Refuse;
}

std::vector<DeviceId> whoLeaves(const State&, DeviceId, const std::vector<DeviceId>& others, std::size_t tooMany) {
    return {others.begin(), others.begin() + static_cast<std::ptrdiff_t>(tooMany)};
}

bool leavesRooms(const State&, DeviceId) {
    return true;
}

// ---- Answers --------------------------------------------------------------------------------------------------------

bool answersLogin(const State&, DeviceId) {
    return true;
}

bool answersSend(const State&, const Message&) {
    return true;
}

bool answersRecall(const State&) {
    return true;
}

bool saysAccepted(const State&, const Message&) {
    return true;
}

bool saysRecalled(const State&, bool isKnown) {
    return isKnown;
}

// ---- Messages -------------------------------------------------------------------------------------------------------

bool isStatus(const State& s, const Op& op) {
    return atStatusEndpoint(s, op) || isTyping(s, op) || isDeclaredStatus(s, op);
}

Instant acceptanceOf(const State& s, const Message&) {
    return s.now();
}

Body bodyOf(const State&, const Message& m) {
    return {m.payload, m.text};
}

// ---- Connections ----------------------------------------------------------------------------------------------------

bool numbersPackets(const State&) {
    return true;
}

bool takesForLost(const State&, const Message&, DeviceId) {
    return true;
}

bool takesReport(const State&, const Message&, DeviceId) {
    return true;
}

// ---- Groups ---------------------------------------------------------------------------------------------------------

bool noticesJoining(const State&, GroupId) {
    return true;
}

bool noticesLeaving(const State&, GroupId) {
    return true;
}

// ---- Logins: offline store and compensation -------------------------------------------------------------------------

Instant windowStart(const State& s) {
    const App& app = s.service.app;
    if (s.service.readings.window == WindowReading::Rolling) return rollingStart(s.now(), app.compensationDays);
    return calendarStart(app.timezone, s.now(), app.compensationDays);
}

bool isInWindow(const State&, const Message& m, const Login& login) {
    return m.acceptedAt >= login.windowStart;
}

bool storeStillHas(const State& s, const Message& m, Instant began, int days) {
    return s.policy.knobs.storesToHorizon || began <= m.acceptedAt ||
           began - m.acceptedAt <= days * std::chrono::hours{24};
}

bool compensates(const State&, const Message& m, const Standing& standing, DeviceId) {
    return standing.audience || (standing.author && (!m.byApi() || m.includeSender));
}

Via bringsAtLogin(State& s, const Message& m, const Standing& standing, const Login& login, bool unclaimed) {
    const bool isStored =
        standing.audience && decide<&Decisions::storeStillHas>(s, m, s.now(), s.service.app.offlineDays);
    if (isStored && unclaimed) return Via::Offline;
    if (!decide<&Decisions::isInWindow>(s, m, login) || !login.on) return Via::Unknown;
    if (m.acceptedOff && !s.policy.knobs.compensatesOffEra) return Via::Unknown;
    return decide<&Decisions::compensates>(s, m, standing, login.device) ? Via::Compensation : Via::Unknown;
}

Recalled bringsRecalled(const State& s, const Message&, const Login& login) {
    return login.on && s.policy.knobs.deliversRecalled ? Recalled::MessageAndRecall : Recalled::Nothing;
}

bool repeats(const State&, const Message&, const Login&) {
    return false;
}

bool catchesUpBackwards(const State&) {
    return false;
}

std::vector<Address> conversationsOf(State& s, DeviceId d) {
    const UserId u = s.at(d).user;
    const User& user = s.at(u);
    std::vector<Address> list;
    for (std::size_t i = user.mailboxBegin; i < user.mailbox.size(); ++i) {
        const Message& m = s.messages[user.mailbox[i]];
        const Standing standing = standingOf(s, m, u);
        if (!decide<&Decisions::isListed>(s, m, standing, d)) continue;
        const bool fromOther = m.to.kind == AddressKind::User && !standing.author;
        list.push_back(fromOther ? Address::of(m.author) : m.to);
    }
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    return list;
}

bool isListed(const State& s, const Message& m, const Standing& standing, DeviceId d) {
    return s.messages.has(m, m.held, standing.place + (d.value - s.at(s.at(d).user).first.value));
}

// ---- Recall ---------------------------------------------------------------------------------------------------------

namespace {

// OFF: a recall does not spread over the devices of a user. The recalling device knows; of the recalling user, nobody
// else; of every other user, and of one who recalls through the API, one device.
bool tellsWhileOff(const State& s, const Message& m, DeviceId d, bool toldAlready) {
    const Aftermath& after = s.messages.aftermath(m);
    if (after.recallerDevice.exists() && s.at(d).user == after.recaller) return d == after.recallerDevice;
    return !toldAlready;
}

}  // namespace

MessageId meantBy(const State&, MessageId id) {
    return id;
}

bool tellsOnline(const State& s, const Message& m, const Standing&, const Reach& r, bool toldAlready) {
    return r.on || tellsWhileOff(s, m, r.device, toldAlready);
}

bool tellsAtLogin(const State& s, const Message& m, const Login& login, bool toldAlready) {
    if (!login.on) return tellsWhileOff(s, m, login.device, toldAlready);
    return s.policy.knobs.recallsBeyondWindow || s.messages.aftermath(m).recalledAt >= login.windowStart;
}

}  // namespace right

}  // namespace mdsync::world
