// Known-bad servers: wrong in what a login brings while the service is on.
#include "world/audience.hpp"
#include "world/mutants/rows.hpp"
#include "world/server.hpp"

namespace mdsync::world {
namespace {

bool compensatesNothing(const State&, const Message&, const Standing&, DeviceId) {
    return false;
}

bool isNewInstallation(const State& s, DeviceId d) {
    return s.side(d).logins == 0;
}

bool isFirstSession(const State& s, DeviceId d) {
    return s.side(d).firstBegan == s.at(d).began;
}

bool startsLaterThan(const State& s, const Message& m, int days) {
    return m.acceptedAt >= calendarStart(s.service.app.timezone, s.now(), days);
}

// Whether another device of the user that is online fits.
template <class Fits>
bool anotherOnline(const State& s, DeviceId d, Fits&& fits) {
    for (const DeviceId other : DeviceRange{s.at(s.at(d).user)}) {
        if (other != d && s.at(other).online && fits(other)) return true;
    }
    return false;
}

bool isBefore(const State& s, DeviceId other, DeviceId d) {
    return s.at(other).began < s.at(d).began;
}

// Whether a login of the user finds something in the offline store.
bool storeHasSomething(const State& s, UserId u) {
    const User& user = s.at(u);
    for (std::size_t i = user.mailboxBegin; i < user.mailbox.size(); ++i) {
        const Message& m = s.messages[user.mailbox[i]];
        const Standing standing = standingOf(s, m, u);
        const bool isOwed = standing.audience && !m.recalled && !m.forgotten && !claimed(s, m, u, standing.place);
        if (isOwed && right::storeStillHas(s, m, s.now(), s.service.app.offlineDays)) return true;
    }
    return false;
}

void writeNotes(const State& s, Encoder& out) {
    for (const std::int64_t note : s.notes) out.signedNumber(note);
}

}  // namespace

std::vector<Row> compensationRows() {
    return {
        {.name = "compensates-nothing",
         .breaks = "compensates nothing",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .decisions = {.compensates = compensatesNothing}},
        {.name = "compensates-only-received",
         .breaks = "compensates what was received, not what was sent",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .decisions = {.compensates =
                           [](const State& s, const Message& m, const Standing& standing, DeviceId d) {
                               return right::compensates(s, m, standing, d) && !standing.author;
                           }}},
        {.name = "compensates-only-sent",
         .breaks = "compensates what was sent, not what was received",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .decisions = {.compensates =
                           [](const State& s, const Message& m, const Standing& standing, DeviceId d) {
                               return right::compensates(s, m, standing, d) && standing.author;
                           }}},
        {.name = "compensates-only-new",
         .breaks = "compensates new installations only",
         .expected = {"compensation.device-switch"},
         .decisions = {.compensates =
                           [](const State& s, const Message& m, const Standing& standing, DeviceId d) {
                               return right::compensates(s, m, standing, d) && isNewInstallation(s, d);
                           }}},
        {.name = "compensates-only-returning",
         .breaks = "compensates devices that were there before only",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .decisions = {.compensates =
                           [](const State& s, const Message& m, const Standing& standing, DeviceId d) {
                               return right::compensates(s, m, standing, d) && !isNewInstallation(s, d);
                           }}},
        {.name = "compensates-only-private",
         .breaks = "leaves out group messages",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .scope = only(AddressKind::Group),
         .decisions = {.compensates = compensatesNothing}},
        {.name = "compensates-only-group",
         .breaks = "leaves out private messages",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .scope = only(AddressKind::User),
         .decisions = {.compensates = compensatesNothing}},
        {.name = "compensates-no-web",
         .breaks = "leaves out web tabs",
         .expected = {"compensation.device-switch"},
         .scope = only(DeviceClass::Web),
         .decisions = {.compensates = compensatesNothing}},
        {.name = "compensates-not-quite-all",
         .breaks = "leaves out one message in ten",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .scope = oneIn(10),
         .decisions = {.compensates = compensatesNothing}},
        {.name = "forgets-reinstall",
         .breaks = "takes a reinstalled app for one that has everything",
         .expected = {"compensation.reinstall"},
         .decisions = {.compensates =
                           [](const State& s, const Message& m, const Standing& standing, DeviceId d) {
                               const bool isReinstalled = isNewInstallation(s, d) && !isFirstSession(s, d);
                               return right::compensates(s, m, standing, d) && !isReinstalled;
                           }},
         .memory = {.ofDevice = [](const State& s, DeviceId d, Encoder& out) { out.flag(isFirstSession(s, d)); }}},
        {.name = "window-day-too-long",
         .breaks = "compensates a day too much",
         .expected = {"compensation.window"},
         .decisions = {.isInWindow =
                           [](const State&, const Message& m, const Login& login) {
                               return m.acceptedAt >= login.windowStart - std::chrono::hours{24};
                           }}},
        {.name = "window-day-too-short",
         .breaks = "compensates a day too little",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .decisions = {.isInWindow =
                           [](const State&, const Message& m, const Login& login) {
                               return m.acceptedAt >= login.windowStart + std::chrono::hours{24};
                           }}},
        {.name = "window-rolling",
         .breaks = "counts the last 24 hours instead of the calendar day",
         .expected = {"compensation.device-switch", "compensation.window"},
         .decisions = {.isInWindow =
                           [](const State& s, const Message& m, const Login&) {
                               return m.acceptedAt >= rollingStart(s.now(), s.service.app.compensationDays);
                           }}},
        {.name = "window-calendar",
         .breaks = "counts calendar days where the last 24 hours are read",
         .expected = {"compensation.device-switch", "compensation.window"},
         .decisions = {.isInWindow =
                           [](const State& s, const Message& m, const Login&) {
                               const App& app = s.service.app;
                               return m.acceptedAt >= calendarStart(app.timezone, s.now(), app.compensationDays);
                           }}},
        {.name = "window-in-utc",
         .breaks = "counts days in UTC",
         .expected = {"compensation.device-switch", "compensation.window"},
         .decisions = {.isInWindow =
                           [](const State& s, const Message& m, const Login&) {
                               const int days = s.service.app.compensationDays;
                               return m.acceptedAt >= calendarStart(*Zone::find("Z"), s.now(), days);
                           }}},
        // From today's midnight: an hour wrong across a change of daylight saving.
        {.name = "window-by-steps",
         .breaks = "counts days in steps of 24 hours",
         .expected = {"compensation.device-switch", "compensation.window"},
         .decisions = {.isInWindow =
                           [](const State& s, const Message& m, const Login&) {
                               const App& app = s.service.app;
                               const Instant today = calendarStart(app.timezone, s.now(), 1);
                               return m.acceptedAt >= rollingStart(today, app.compensationDays - 1);
                           }}},
        {.name = "window-by-send-time",
         .breaks = "judges by the time of sending instead of acceptance",
         .expected = {"compensation.device-switch"},
         .decisions = {.acceptanceOf = [](const State&, const Message& m) { return m.acceptedAt; }}},
        {.name = "window-start-excluded",
         .breaks = "leaves out the first instant of the window",
         .expected = {"compensation.device-switch"},
         .decisions = {.isInWindow = [](const State&, const Message& m,
                                        const Login& login) { return m.acceptedAt > login.windowStart; }}},
        {.name = "lists-everything",
         .breaks = "lists conversations of which the device has nothing",
         .expected = {"compensation.conversations"},
         .decisions = {.isListed = [](const State&, const Message&, const Standing&, DeviceId) { return true; }}},
        {.name = "lists-received-only",
         .breaks = "leaves conversations out where the user only wrote",
         .expected = {"compensation.conversations"},
         .decisions = {.isListed = [](const State& s, const Message& m, const Standing& standing,
                                      DeviceId d) { return right::isListed(s, m, standing, d) && !standing.author; }}},
        {.name = "lists-twice",
         .breaks = "lists a conversation twice",
         .expected = {"compensation.conversations"},
         .decisions = {.conversationsOf =
                           [](State& s, DeviceId d) {
                               std::vector<Address> list = right::conversationsOf(s, d);
                               if (!list.empty()) list.push_back(list.front());
                               return list;
                           }}},
        {.name = "days-of-the-start",
         .breaks = "keeps to the days of the start whatever is set later",
         .expected = {"compensation.device-switch", "compensation.reinstall", "compensation.window"},
         .decisions = {.isInWindow =
                           [](const State& s, const Message& m, const Login& login) {
                               if (s.service.readings.window == WindowReading::Rolling) {
                                   return right::isInWindow(s, m, login);
                               }
                               return startsLaterThan(s, m, s.service.initial.compensationDays);
                           }}},
        {.name = "days-never-shrink",
         .breaks = "compensates for the most days that were ever set",
         .expected = {"compensation.window"},
         .decisions = {.isInWindow =
                           [](const State& s, const Message& m, const Login& login) {
                               if (s.notes.empty()) return right::isInWindow(s, m, login);
                               const int most = static_cast<int>(s.notes.front());
                               return right::isInWindow(s, m, login) || startsLaterThan(s, m, most);
                           }},
         .deeds = {.atStart = [](State& s, Lexicon&) { s.notes = {s.service.app.compensationDays}; },
                   .afterSetting =
                       [](State& s) {
                           s.notes.front() = std::max<std::int64_t>(s.notes.front(), s.service.app.compensationDays);
                       }},
         .memory = {.ofSettings = writeNotes}},
        {.name = "purges-window-when-lowered",
         .breaks = "forgets what a lower number of days leaves out, though the number is raised again",
         .expected = {"compensation.device-switch", "compensation.reinstall", "delivery.no-loss"},
         .deeds = {.afterSetting =
                       [](State& s) {
                           const Instant start = right::windowStart(s);
                           for (std::size_t i = s.acceptedBegin; i < s.accepted.size(); ++i) {
                               Message& m = s.messages[s.accepted[i]];
                               const bool goes = m.kept() && m.acceptedAt < start && !m.forgotten;
                               if (goes && strays(s)) m.forgotten = true;
                           }
                       }}},
        {.name = "window-in-whole-hours",
         .breaks = "takes a zone of half hours for one of whole hours",
         .expected = {"compensation.device-switch", "compensation.reinstall", "compensation.window"},
         .decisions = {.isInWindow =
                           [](const State&, const Message& m, const Login& login) {
                               return m.acceptedAt >= std::chrono::ceil<std::chrono::hours>(login.windowStart);
                           }}},
        {.name = "window-cached",
         .breaks = "finds out where the window begins once an hour",
         .expected = {"compensation.window"},
         .decisions = {.isInWindow =
                           [](const State& s, const Message& m, const Login& login) {
                               if (s.notes.empty()) return right::isInWindow(s, m, login);
                               return m.acceptedAt >= Instant{Millis{s.notes.front()}};
                           }},
         .deeds = {.atLogin =
                       [](State& s, DeviceId) {
                           const std::int64_t now = s.now().time_since_epoch().count();
                           const std::int64_t hour = Millis{std::chrono::hours{1}}.count();
                           const bool isFresh = !s.notes.empty() && now - s.notes.back() < hour;
                           if (!isFresh) s.notes = {right::windowStart(s).time_since_epoch().count(), now};
                       }},
         .memory = {.ofSettings = writeNotes}},
        {.name = "seven-days-are-six",
         .breaks = "compensates six days where seven are set",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .decisions = {.isInWindow =
                           [](const State& s, const Message& m, const Login& login) {
                               const bool isWrong = s.service.app.compensationDays == 7 &&
                                                    s.service.readings.window != WindowReading::Rolling;
                               return isWrong ? startsLaterThan(s, m, 6) : right::isInWindow(s, m, login);
                           }}},
        {.name = "compensates-no-notes",
         .breaks = "does not compensate what a user wrote to themself",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .decisions = {.compensates =
                           [](const State& s, const Message& m, const Standing& standing, DeviceId d) {
                               const bool isNote = m.to.kind == AddressKind::User && m.to.user() == m.author;
                               return right::compensates(s, m, standing, d) && !isNote;
                           }}},
        {.name = "compensates-only-with-company",
         .breaks = "compensates only while another device of the user is online",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .decisions = {.compensates =
                           [](const State& s, const Message& m, const Standing& standing, DeviceId d) {
                               const bool isAlone = !anotherOnline(s, d, [](DeviceId) { return true; });
                               return right::compensates(s, m, standing, d) && !isAlone;
                           }}},
        {.name = "compensates-one-at-a-time",
         .breaks = "compensates nothing while another device of the user is catching up",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .decisions = {.compensates =
                           [](const State& s, const Message& m, const Standing& standing, DeviceId d) {
                               const auto isBusy = [&s](DeviceId other) { return s.at(other).catchingUp; };
                               return right::compensates(s, m, standing, d) && !anotherOnline(s, d, isBusy);
                           }}},
        {.name = "simultaneous-login-gets-nothing",
         .breaks = "compensates only the first of the devices that connect in the same instant",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .decisions = {.compensates =
                           [](const State& s, const Message& m, const Standing& standing, DeviceId d) {
                               const auto isFirst = [&](DeviceId other) {
                                   return isBefore(s, other, d) && s.side(other).beganAt == s.now();
                               };
                               return right::compensates(s, m, standing, d) && !anotherOnline(s, d, isFirst);
                           }},
         .memory = {.ofDevice = [](const State& s, DeviceId d,
                                   Encoder& out) { out.flag(s.side(d).beganAt == s.now()); }}},
        {.name = "compensates-not-beside-store",
         .breaks = "compensates nothing at a login for which the offline store had something",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .decisions = {.bringsAtLogin =
                           [](State& s, const Message& m, const Standing& standing, const Login& login,
                              bool unclaimed) {
                               const Via usual = right::bringsAtLogin(s, m, standing, login, unclaimed);
                               return usual == Via::Compensation && !s.notes.empty() ? Via::Unknown : usual;
                           }},
         .deeds = {.atLogin =
                       [](State& s, DeviceId d) {
                           s.notes.clear();
                           if (storeHasSomething(s, s.at(d).user)) s.notes = {1};
                       }}},
        {.name = "catch-up-stops-at-twenty",
         .breaks = "brings twenty messages at a login and no more",
         .expected = {"compensation.device-switch", "compensation.reinstall", "delivery.no-loss"},
         .decisions = {.bringsAtLogin =
                           [](State& s, const Message& m, const Standing& standing, const Login& login,
                              bool unclaimed) {
                               constexpr std::int64_t kPage = 20;
                               const Via usual = right::bringsAtLogin(s, m, standing, login, unclaimed);
                               if (usual == Via::Unknown) return usual;
                               return ++s.notes.front() > kPage ? Via::Unknown : usual;
                           }},
         .deeds = {.atLogin = [](State& s, DeviceId) { s.notes = {0}; }}},
        {.name = "refused-login-counts",
         .breaks = "takes a login that it refuses for one that brought everything",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .decisions = {.compensates =
                           [](const State& s, const Message& m, const Standing& standing, DeviceId d) {
                               const bool wasRefused = d.index() < s.notes.size();
                               const bool counts = wasRefused && m.acceptedAt <= Instant{Millis{s.notes[d.index()]}};
                               return right::compensates(s, m, standing, d) && !counts;
                           }},
         .deeds = {.afterRefusal =
                       [](State& s, DeviceId d) {
                           s.notes.resize(s.devices.size());
                           s.notes[d.index()] = s.now().time_since_epoch().count();
                       }},
         .memory = {.ofSettings = writeNotes}},
        {.name = "lists-no-groups",
         .breaks = "leaves groups out of the list of conversations",
         .expected = {"compensation.conversations"},
         .decisions = {.isListed =
                           [](const State& s, const Message& m, const Standing& standing, DeviceId d) {
                               return right::isListed(s, m, standing, d) && m.to.kind != AddressKind::Group;
                           }}},
    };
}

}  // namespace mdsync::world
