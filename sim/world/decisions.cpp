// The server's decisions. See decisions.hpp.
#include "world/decisions.hpp"

#include <algorithm>

#include "world/audience.hpp"

namespace mdsync::world {
namespace {

constexpr Millis kDay = std::chrono::hours{24};

Facts factsOf(const State& s, const Message& m, DeviceId d) {
    return {s.at(d).deviceClass, m.to.kind};
}

}  // namespace

// ---- The switch and the settings ------------------------------------------------------------------------------------

bool serviceOn(State& s) {
    const Service& service = s.service;
    if (!service.turned) return s.decide(Change::OnByDefault, service.app.sync, true);
    const Millis delay = service.readings.switchDelay;
    const Millis since = s.now() - service.turnedAt;
    bool passed = s.decide(Change::TurnsAMinuteLate, since >= delay, since >= delay + std::chrono::minutes{1});
    if (s.policy.knobs.turnsAtOnce) passed = true;
    const bool on = passed ? service.app.sync : service.before;
    if (on && !service.before) return s.decide(Change::NeverTurnsOn, true, false);
    if (!on && service.before) return s.decide(Change::NeverTurnsOff, false, true);
    return on;
}

TextId refusalOfTurn(State& s, bool enable) {
    const App& app = s.service.app;
    const bool production = app.environment == Environment::Production;
    if (!enable) return s.decide(Change::RefusesToTurnOff, TextId{}, s.say.unpaid);
    if (production && !app.prepaid) {
        return s.decide(Change::SaysYes, s.decide(Change::AllowsUnpaid, s.say.unpaid, TextId{}), TextId{});
    }
    if (production) return s.decide(Change::RefusesPaid, TextId{}, s.say.unpaid);
    return TextId{};
}

TextId refusalOfSettings(State& s, const SettingsChange& change) {
    const auto outside = [](const std::optional<std::int64_t>& days, std::int64_t least, std::int64_t most) {
        return days && (*days < least || *days > most);
    };
    const auto tooFew = [](const std::optional<std::int64_t>& limit) { return limit && *limit < 1; };
    if (outside(change.offlineDays, 1, 7) || tooFew(change.mobileLimit) || tooFew(change.miniprogramLimit)) {
        return s.say.range;
    }
    bool refused = outside(change.compensationDays, 1, 7);
    refused = s.decide(Change::AllowsEightDays, refused, outside(change.compensationDays, 1, 8));
    refused = s.decide(Change::AllowsZeroDays, refused, outside(change.compensationDays, 0, 7));
    refused = s.decide(Change::SaysYes, refused, false);
    refused = s.decide(Change::RefusesSevenDays, refused, outside(change.compensationDays, 1, 6));
    return refused ? s.say.range : TextId{};
}

// ---- Logins and limits ----------------------------------------------------------------------------------------------

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

namespace {

// How many connections of a class one user may have.
std::size_t allowed(const State& s, DeviceClass deviceClass, bool on) {
    if (deviceClass == DeviceClass::Web) return on ? 10 : 1;
    if (deviceClass == DeviceClass::Mobile) return static_cast<std::size_t>(s.service.app.mobileLimit);
    if (deviceClass == DeviceClass::Miniprogram) return static_cast<std::size_t>(s.service.app.miniprogramLimit);
    return 1;
}

// By how many `count` connections of a class are too many.
std::size_t excess(State& s, DeviceClass deviceClass, bool on, std::size_t count) {
    const Facts facts{deviceClass, std::nullopt};
    const auto over = [count](std::size_t number) { return count > number ? count - number : 0; };
    const std::size_t number = allowed(s, deviceClass, on);
    std::size_t result = over(number);
    if (deviceClass == DeviceClass::Web && on) {
        result = s.decide(Change::AllowsNineTabs, result, over(9));
        result = s.decide(Change::AllowsElevenTabs, result, over(11));
        result = s.decide(Change::TabsKeepLimitOne, result, over(1));
    } else {
        result = s.decide(Change::IgnoresRaisedLimit, result, over(1), facts);
    }
    result = s.decide(Change::AllowsOneMore, result, over(number + 1), facts);
    result = s.decide(Change::SaysYes, result, std::size_t{0}, facts);
    return s.decide(Change::IgnoresLimits, result, std::size_t{0}, facts);
}

// Whether a connection of class `other` counts against a newcomer of class `own`.
bool countsTogether(State& s, DeviceClass own, DeviceClass other) {
    const auto merged = [](DeviceClass c) { return c == DeviceClass::Web ? DeviceClass::Mobile : c; };
    return s.decide(Change::CountsWebAsMobile, own == other, merged(own) == merged(other));
}

// The devices that go for a newcomer, of those that count against it, ordered by the age of their connections.
std::vector<DeviceId> leavingOf(State& s, std::vector<DeviceId> others, std::size_t over, const Facts& facts) {
    const std::vector<DeviceId> usual(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(over));
    std::vector<DeviceId> newest(others.end() - static_cast<std::ptrdiff_t>(over), others.end());
    std::vector<DeviceId> second = usual;
    if (over < others.size()) second.back() = others[over];
    const std::vector<DeviceId> two(others.begin(),
                                    others.begin() + static_cast<std::ptrdiff_t>(std::min(over + 1, others.size())));
    std::vector<DeviceId> leaving = s.decide(Change::EvictsNewest, usual, newest, facts);
    leaving = s.decide(Change::EvictsSecond, leaving, second, facts);
    leaving = s.decide(Change::EvictsTwo, leaving, two, facts);
    if (s.policy.change == Change::AgesByFirstConnection) {
        std::sort(others.begin(), others.end(),
                  [&s](DeviceId a, DeviceId b) { return s.side(a).firstBegan < s.side(b).firstBegan; });
        const std::vector<DeviceId> first(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(over));
        leaving = s.decide(Change::AgesByFirstConnection, leaving, first, facts);
    }
    return leaving;
}

}  // namespace

Admission admissionOf(State& s, DeviceId newcomer) {
    const DeviceClass own = s.at(newcomer).deviceClass;
    const Facts facts{own, std::nullopt};
    const bool on = serviceOn(s);
    Admission admission;
    std::vector<DeviceId> others;
    for (const DeviceId d : DeviceRange{s.at(s.at(newcomer).user)}) {
        const Device& device = s.at(d);
        if (d == newcomer || !device.online) continue;
        if (countsTogether(s, own, device.deviceClass)) {
            others.push_back(d);
        } else if (s.decide(Change::KicksAcrossClasses, false, true, facts)) {
            admission.leaving.push_back(d);
        }
    }
    std::size_t over = std::min(excess(s, own, on, others.size() + 1), others.size());
    if (over == 0) return admission;

    const bool tabs = own == DeviceClass::Web && on;
    bool refuses = !tabs && s.service.app.onLimit == OnLimit::Refuse;
    refuses = s.decide(Change::RefusesNewcomer, refuses, true, facts);
    refuses = s.decide(Change::ReplacesWhereRefusing, refuses, false, facts);
    if (refuses) {
        admission.refused = true;
        return admission;
    }
    if (s.policy.knobs.cutsOnlyOne) over = 1;
    std::sort(others.begin(), others.end(), [&s](DeviceId a, DeviceId b) { return s.at(a).began < s.at(b).began; });
    for (const DeviceId d : leavingOf(s, std::move(others), over, facts)) admission.leaving.push_back(d);
    admission.reason = tabs ? OfflineReason::Evicted : OfflineReason::Replaced;
    return admission;
}

bool answersLogin(State& s, DeviceId d) {
    const bool answers = s.decide(Change::NeverAnswersLogin, true, false, {s.at(d).deviceClass, std::nullopt});
    return s.decide(Change::Silent, answers, false);
}
bool answersSend(State& s, const Message& m) {
    const bool answers = s.decide(Change::NeverAnswersSend, true, false, {std::nullopt, m.to.kind});
    return s.decide(Change::Silent, answers, false);
}
bool answersRecall(State& s) {
    return s.decide(Change::Silent, s.decide(Change::NeverAnswersRecall, true, false), false);
}

// ---- Messages -------------------------------------------------------------------------------------------------------

namespace {

bool declaredStatus(const State& s, TextId type) {
    const auto found = std::lower_bound(s.declaredTypes.begin(), s.declaredTypes.end(), type,
                                        [](const auto& declared, TextId wanted) { return declared.first < wanted; });
    return found != s.declaredTypes.end() && found->first == type && found->second;
}

// Whether the server API was called at a status endpoint. The path that the seed prints for groups is an ordinary one
// on the vendor's page; the reading decides.
bool statusEndpoint(const State& s, const Op& op) {
    if (op.kind != OpKind::Publish || op.api == Api::Message) return false;
    if (op.api == Api::Status) return true;
    if (op.path == s.say.groupPath) return s.service.readings.groupStatusPath == GroupStatusPath::Seed;
    return op.path.exists() && s.lexicon->texts[op.path].starts_with("/statusmessage/");
}

}  // namespace

bool isStatus(State& s, const Op& op) {
    const Facts facts{std::nullopt, op.to.kind};
    if (statusEndpoint(s, op)) return s.decide(Change::KeepsApiStatus, true, false, facts);
    if (op.type == s.say.typing) return s.decide(Change::KeepsTyping, true, false, facts);
    if (declaredStatus(s, op.type)) return s.decide(Change::KeepsCustomStatus, true, false, facts);
    return false;
}

bool beyondHorizon(State& s, const Message& m) {
    const bool beyond = s.now() > m.acceptedAt + horizon();
    if (!beyond) return false;
    return s.decide(Change::KeepsBeyondHorizon, true, false, {std::nullopt, m.to.kind});
}

bool changedReachOfRecipient(State& s, const Message& m, DeviceId d, bool on, bool chosen, bool usual) {
    const Facts facts = factsOf(s, m, d);
    bool reaches = usual;
    if (m.status) {
        if (on) reaches = s.decide(Change::StatusToOneDevice, reaches, chosen, facts);
        return s.decide(Change::DropsClientStatus, reaches, reaches && (!on || m.byApi()), facts);
    }
    if (on) reaches = s.decide(Change::OnDeliversToOne, reaches, chosen, facts);
    if (!on) reaches = s.decide(Change::OffDeliversToAll, reaches, true, facts);
    reaches = s.decide(Change::DropsMessages, reaches, false, facts);
    reaches = s.decide(Change::DeliversNothing, reaches, false, facts);
    return s.decide(Change::LosesDuringCatchUp, reaches, reaches && !s.at(d).catchingUp, facts);
}

bool changedReachOfAuthor(State& s, const Message& m, DeviceId d, bool on, bool usual) {
    const Facts facts = factsOf(s, m, d);
    if (d == m.from) return s.decide(Change::EchoesToSender, usual, true, facts);
    bool reaches = usual;
    if (m.byApi()) {
        if (!m.includeSender) reaches = s.decide(Change::AlwaysIncludesSender, reaches, true, facts);
        if (m.includeSender) reaches = s.decide(Change::IgnoresIncludeSender, reaches, false, facts);
    } else {
        if (on) reaches = s.decide(Change::OnKeepsSentLocal, reaches, false, facts);
        if (!on) reaches = s.decide(Change::OffSyncsSent, reaches, !m.status, facts);
        reaches = s.decide(Change::LosesDuringCatchUp, reaches, reaches && !s.at(d).catchingUp, facts);
    }
    return s.decide(Change::DeliversNothing, reaches, false, facts);
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

// ---- Logins: offline store and compensation -------------------------------------------------------------------------

namespace {

// From the first instant of the day N-1 days before today in `zone`.
Instant calendarStart(const Zone& zone, Instant now, int days) {
    return zone.startOf(zone.dayOf(now) - std::chrono::days{days - 1});
}

}  // namespace

Window windowOf(const State& s) {
    const App& app = s.service.app;
    const int days = app.compensationDays;
    const Instant now = s.now();
    const Instant rolling = now - days * kDay;
    const Instant calendar = calendarStart(app.timezone, now, days);
    const Instant start = s.service.readings.window == WindowReading::Rolling ? rolling : calendar;
    Window window{start, start};
    switch (s.policy.change) {
        case Change::WindowRolling:
            window.changed = rolling;
            break;
        case Change::WindowCalendar:
            window.changed = calendar;
            break;
        case Change::WindowDayTooLong:
            window.changed = start - kDay;
            break;
        case Change::WindowDayTooShort:
            window.changed = start + kDay;
            break;
        case Change::WindowInUtc:
            window.changed = calendarStart(*Zone::find("Z"), now, days);
            break;
        // Steps of 24 h from today's midnight: an hour wrong across a change of daylight saving.
        case Change::WindowBySteps:
            window.changed = calendarStart(app.timezone, now, 1) - (days - 1) * kDay;
            break;
        case Change::WindowStartExcluded:
            window.changed = start + Millis{1};
            break;
        default:
            break;
    }
    return window;
}

bool storeStillHas(State& s, const Message& m, Instant began, int days) {
    if (s.policy.knobs.storesToHorizon || began <= m.acceptedAt) return true;
    const Millis age = began - m.acceptedAt;
    const Facts facts{std::nullopt, m.to.kind};
    const bool usual = age <= days * kDay;
    if (!usual) return s.decide(Change::KeepsBeyondHorizon, false, true, facts);
    const bool stores = s.decide(Change::StoresNothing, true, false, facts);
    return s.decide(Change::StoresADayLess, stores, age <= (days - 1) * kDay, facts);
}

namespace {

// Whether compensation brings a message of the window, ON.
bool compensates(State& s, const Message& m, const Standing& standing, DeviceId d) {
    const Facts facts = factsOf(s, m, d);
    bool brings = standing.audience || (standing.author && (!m.byApi() || m.includeSender));
    if (!brings) return s.decide(Change::AlwaysIncludesSender, false, standing.author, facts);
    if (standing.author && m.byApi()) brings = s.decide(Change::ForgetsSenderOffline, true, false, facts);
    if (standing.author && m.byApi()) brings = s.decide(Change::IgnoresIncludeSender, brings, false, facts);
    brings = s.decide(Change::CompensatesNothing, brings, false, facts);
    brings = s.decide(Change::CompensatesOnlyReceived, brings, brings && !standing.author, facts);
    brings = s.decide(Change::CompensatesOnlySent, brings, brings && standing.author, facts);
    const bool newInstallation = !s.side(d).metInstallation;
    const bool firstEver = s.side(d).firstBegan == s.at(d).began;
    brings = s.decide(Change::CompensatesOnlyFirstLogin, brings, brings && newInstallation, facts);
    brings = s.decide(Change::CompensatesOnlyReturning, brings, brings && !newInstallation, facts);
    return s.decide(Change::ForgetsReinstall, brings, brings && (!newInstallation || firstEver), facts);
}

}  // namespace

Via bringsAtLogin(State& s, const Message& m, const Standing& standing, DeviceId d, bool on, const Window& window,
                  bool unclaimed) {
    const Facts facts = factsOf(s, m, d);
    if (s.decide(Change::DeliversNothing, false, true)) return Via::Unknown;
    if (standing.audience && storeStillHas(s, m, s.now(), s.service.app.offlineDays)) {
        if (unclaimed) return Via::Offline;
        if (!on && s.decide(Change::OffStoreGivesToAll, false, true, facts)) return Via::Offline;
    }
    const bool inside = m.acceptedAt >= window.start;
    // Where the change is not one of the window, `changed` is `start`.
    if (!s.decide(s.policy.change, inside, m.acceptedAt >= window.changed, facts)) return Via::Unknown;
    const bool era = !m.acceptedOff || s.policy.knobs.compensatesOffEra;
    if (on) return era && compensates(s, m, standing, d) ? Via::Compensation : Via::Unknown;
    if (standing.author && m.byApi() && m.includeSender && s.decide(Change::OffStoresForSender, false, true, facts)) {
        return Via::Compensation;
    }
    const bool entitled = standing.audience || (standing.author && !m.byApi());
    return entitled && s.decide(Change::OffCompensates, false, true, facts) ? Via::Compensation : Via::Unknown;
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

bool tellsOnline(State& s, const Message& m, const Standing& standing, DeviceId d, bool on, bool toldAlready) {
    const Facts facts = factsOf(s, m, d);
    if (!on) {
        const bool tells = tellsWhileOff(s, m, d, toldAlready);
        return s.decide(Change::RecallIgnoredWhileOff, s.decide(Change::OffRecallSyncs, tells, true, facts), false,
                        facts);
    }
    bool tells = s.decide(Change::RecallSkipsRecipients, true, !standing.audience, facts);
    tells = s.decide(Change::RecallLostInCatchUp, tells, tells && !s.at(d).catchingUp, facts);
    tells = s.decide(Change::DeliversNothing, tells, false);
    const bool own = s.at(d).user == s.messages.aftermath(m).recaller;
    return s.decide(Change::RecallSkipsOwnDevices, tells, tells && !own, facts);
}

bool tellsAtLogin(State& s, const Message& m, DeviceId d, bool on, bool toldAlready, const Window& window) {
    const Facts facts = factsOf(s, m, d);
    if (!on) {
        const bool tells = tellsWhileOff(s, m, d, toldAlready);
        return s.decide(Change::RecallIgnoredWhileOff, s.decide(Change::OffRecallSyncs, tells, true, facts), false,
                        facts);
    }
    if (!s.policy.knobs.recallsBeyondWindow && s.messages.aftermath(m).recalledAt < window.start) return false;
    return s.decide(Change::RecallForgetsOffline, true, false, facts);
}

}  // namespace mdsync::world
