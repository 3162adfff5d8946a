// Known-bad servers: wrong in what every rule rests on: answers, losses, leaks, doubles, order, and what is written.
#include <algorithm>

#include "world/audience.hpp"
#include "world/mutants/rows.hpp"
#include "world/network.hpp"
#include "world/server.hpp"

namespace mdsync::world {
namespace {

bool answersNoLogin(const State&, DeviceId) {
    return false;
}

bool reachesNobody(const State& s, const Message& m, const Reach& r) {
    return m.status && right::reachesRecipient(s, m, r);
}

bool storesNothing(const State& s, const Message& m, Instant began, int days) {
    return began <= m.acceptedAt && right::storeStillHas(s, m, began, days);
}

// As if the store had nothing for this device.
Via storesNothingForIt(State& s, const Message& m, const Standing& standing, const Login& login, bool unclaimed) {
    const Via usual = right::bringsAtLogin(s, m, standing, login, unclaimed);
    return usual == Via::Offline ? Via::Unknown : usual;
}

bool isOutsider(const State& s, const Message& m, DeviceId d) {
    return s.at(d).online && !standingOf(s, m, s.at(d).user).any();
}

// The first online device that the message does not concern gets it, too.
void leaksToOutsider(State& s, MessageId id) {
    const Message& m = s.messages[id];
    if (m.toRoom() || m.status) return;
    for (std::size_t i = 0; i < s.devices.size(); ++i) {
        const DeviceId d{i};
        if (!isOutsider(s, m, d) || !strays(s, {s.at(d).deviceClass, m.to.kind})) continue;
        sendDown(s, Packet{d, id, 0, kNoPlace, PacketKind::CatchUp, Via::Live});
        return;
    }
}

bool haveChanged(const Service& service) {
    const App& now = service.app;
    const App& then = service.initial;
    return now.compensationDays != then.compensationDays || now.offlineDays != then.offlineDays ||
           now.mobileLimit != then.mobileLimit || now.miniprogramLimit != then.miniprogramLimit ||
           now.prepaid != then.prepaid;
}

void writesPayload(const State&, const Message& m, Encoder& out) {
    out.number(m.payload);
}

// Whether the device has the message, as only the device knows.
bool isHeld(const State& s, const Message& m, DeviceId d) {
    return right::isListed(s, m, standingOf(s, m, s.at(d).user), d);
}

// What a server that believes what it sent to have arrived makes of a report to the contrary.
bool believesItArrived(const State& s, const Message& m, DeviceId d) {
    return isHeld(s, m, d);
}

bool wasCutByRestart(const State& s, DeviceId d) {
    return d.index() < s.notes.size() && s.notes[d.index()] != 0;
}

// Notes whose last session a restart ended.
void noteRestart(State& s, DeviceId d, OfflineReason reason) {
    s.notes.resize(s.devices.size());
    if (reason == OfflineReason::Server) s.notes[d.index()] = 1;
}

void writeRestart(const State& s, DeviceId d, Encoder& out) {
    out.flag(wasCutByRestart(s, d));
}

// Forgets what a user may still be owed, where the message fits.
template <class Fits>
void forgetMessages(State& s, Fits&& fits) {
    for (std::size_t i = s.acceptedBegin; i < s.accepted.size(); ++i) {
        Message& m = s.messages[s.accepted[i]];
        if (m.kept() && !m.forgotten && fits(m) && strays(s)) m.forgotten = true;
    }
}

const std::string& textOf(const State& s, const Message& m) {
    static const std::string kNone;
    return m.text.exists() ? s.lexicon->texts[m.text] : kNone;
}

// Whether the same author said the same in the same place within the last minute.
bool isSaidAgain(const State& s, const Message& m) {
    for (std::size_t i = s.accepted.size(); i > s.acceptedBegin; --i) {
        const Message& before = s.messages[s.accepted[i - 1]];
        if (m.acceptedAt - before.acceptedAt > std::chrono::minutes{1}) return false;
        if (&before == &m || before.status) continue;
        if (before.author == m.author && before.to == m.to && before.payload == m.payload) return true;
    }
    return false;
}

// Whether the user was a member when some earlier message of the group was accepted.
bool wasMember(const State& s, GroupId g, UserId u) {
    for (std::size_t i = s.acceptedBegin; i < s.accepted.size(); ++i) {
        const Message& m = s.messages[s.accepted[i]];
        if (m.to == Address::of(g) && standingOf(s, m, u).any()) return true;
    }
    return false;
}

void writeRoster(const State& s, const Group& g, const Naming&, Encoder& out) {
    const Roster& roster = s.rosters[g.roster];
    out.number(roster.members.size());
    for (const Member& member : roster.members) out.number(member.user.value);
}

std::vector<Row> answerRows() {
    return {
        {.name = "never-answers-login",
         .breaks = "never answers a login",
         .expected = {"delivery.answered"},
         .decisions = {.answersLogin = answersNoLogin}},
        {.name = "never-answers-web",
         .breaks = "never answers a login of a web tab",
         .expected = {"delivery.answered"},
         .scope = only(DeviceClass::Web),
         .decisions = {.answersLogin = answersNoLogin}},
        {.name = "sometimes-ignores-login",
         .breaks = "leaves one login in ten without an answer",
         .expected = {"delivery.answered"},
         .scope = oneIn(10),
         .decisions = {.answersLogin = answersNoLogin}},
        {.name = "never-answers-send",
         .breaks = "takes messages without an answer and drops them",
         .expected = {"delivery.answered"},
         .decisions = {.answersSend = [](const State&, const Message&) { return false; }}},
        {.name = "never-answers-recall",
         .breaks = "takes no notice of recalls",
         .expected = {"delivery.answered"},
         .decisions = {.answersRecall = [](const State&) { return false; }}},
        {.name = "never-answers-lonely-group",
         .breaks = "does not answer a message to a group without other members",
         .expected = {"delivery.answered"},
         .decisions = {.answersSend =
                           [](const State& s, const Message& m) {
                               if (m.to.kind != AddressKind::Group) return true;
                               const std::vector<UserId>& members = s.groups[m.to.group().index()].members;
                               return std::any_of(members.begin(), members.end(),
                                                  [&m](UserId u) { return u != m.author; });
                           }}},
    };
}

std::vector<Row> lossRows() {
    return {
        {.name = "drops-messages",
         .breaks = "never delivers to who is online",
         .expected = {"delivery.no-loss", "online.received"},
         .decisions = {.reachesRecipient = reachesNobody}},
        {.name = "drops-one-in-thousand",
         .breaks = "drops one delivery in a thousand",
         .expected = {"delivery.no-loss", "online.received"},
         .scope = oneIn(1000),
         .decisions = {.reachesRecipient = reachesNobody}},
        {.name = "drops-group-messages",
         .breaks = "drops group messages",
         .expected = {"delivery.no-loss", "online.received"},
         .scope = only(AddressKind::Group),
         .decisions = {.reachesRecipient = reachesNobody}},
        {.name = "stores-nothing",
         .breaks = "has no offline store",
         .expected = {"delivery.no-loss"},
         .decisions = {.storeStillHas = storesNothing}},
        {.name = "stores-no-group-messages",
         .breaks = "has no offline store for groups",
         .expected = {"delivery.no-loss"},
         .scope = only(AddressKind::Group),
         .decisions = {.storeStillHas = storesNothing}},
        {.name = "stores-a-day-less",
         .breaks = "keeps offline messages a day too short",
         .expected = {"delivery.no-loss"},
         .decisions = {.storeStillHas = [](const State& s, const Message& m, Instant began,
                                           int days) { return right::storeStillHas(s, m, began, days - 1); }}},
        {.name = "loses-during-catch-up",
         .breaks = "loses what is accepted while a device catches up",
         .expected = {"delivery.no-loss", "online.received", "online.sent"},
         .decisions = {.reachesRecipient =
                           [](const State& s, const Message& m, const Reach& r) {
                               const bool isLost = !m.status && s.at(r.device).catchingUp;
                               return right::reachesRecipient(s, m, r) && !isLost;
                           },
                       .reachesAuthor =
                           [](const State& s, const Message& m, const Reach& r) {
                               const bool isLost = !m.byApi() && s.at(r.device).catchingUp;
                               return right::reachesAuthor(s, m, r) && !isLost;
                           }}},
        {.name = "loses-in-flight",
         .breaks = "takes what was under way to a dropped device for delivered",
         .expected = {"delivery.no-loss"},
         .decisions = {.takesForLost = [](const State&, const Message&, DeviceId) { return false; }}},
        {.name = "forgets-mailboxes-at-restart",
         .breaks = "forgets all messages at a restart",
         .expected = {"delivery.no-loss", "compensation.device-switch", "compensation.reinstall"},
         .deeds = {.atRestart =
                       [](State& s) {
                           for (std::size_t i = s.acceptedBegin; i < s.accepted.size(); ++i) {
                               Message& m = s.messages[s.accepted[i]];
                               m.forgotten = m.kept() && strays(s);
                           }
                       }}},
        {.name = "forgets-switch-at-restart",
         .breaks = "forgets at a restart that the switch was turned",
         .expected = {"service.takes-effect"},
         .deeds = {.atRestart =
                       [](State& s) {
                           if (!s.service.turned || !strays(s)) return;
                           s.service.turned = false;
                           s.service.app.sync = s.service.initial.sync;
                       }},
         .memory = {.ofSettings = [](const State& s, Encoder& out) { out.flag(s.service.initial.sync); }}},
        {.name = "forgets-settings-at-restart",
         .breaks = "forgets at a restart what tickets changed",
         .expected = {"compensation.device-switch", "limit.within"},
         .deeds = {.atRestart =
                       [](State& s) {
                           if (!haveChanged(s.service) || !strays(s)) return;
                           const bool sync = s.service.app.sync;
                           s.service.app = s.service.initial;
                           s.service.app.sync = sync;
                       }}},
        {.name = "forgets-members-at-restart",
         .breaks = "forgets at a restart who joined and left",
         .expected = {"delivery.no-leak", "delivery.no-loss"},
         .deeds = {.atRestart =
                       [](State& s) {
                           for (Group& group : s.groups) {
                               if (group.members == group.founders || !strays(s)) continue;
                               group.members = group.founders;
                               membershipChanged(s, group.roster);
                           }
                       }}},
        {.name = "loses-while-held",
         .breaks = "loses what is accepted while the catch-up of a held device is on its way",
         .expected = {"online.received", "online.sent", "delivery.no-loss"},
         .decisions = {.reachesRecipient =
                           [](const State& s, const Message& m, const Reach& r) {
                               const Device& device = s.at(r.device);
                               const bool isLost = !m.status && device.catchingUp && device.onHold;
                               return right::reachesRecipient(s, m, r) && !isLost;
                           },
                       .reachesAuthor =
                           [](const State& s, const Message& m, const Reach& r) {
                               const Device& device = s.at(r.device);
                               const bool isLost = !m.byApi() && device.catchingUp && device.onHold;
                               return right::reachesAuthor(s, m, r) && !isLost;
                           }}},
        {.name = "believes-it-arrived",
         .breaks = "takes what was under way to a broken connection for delivered, whatever the device reports",
         .expected = {"delivery.no-loss", "compensation.device-switch"},
         .decisions = {.takesForLost = [](const State&, const Message&, DeviceId) { return false; },
                       .takesReport = believesItArrived}},
        {.name = "restart-believes-it-arrived",
         .breaks = "takes what was under way at a restart for delivered",
         .expected = {"delivery.no-loss", "compensation.device-switch"},
         .decisions = {
             .takesForLost = [](const State& s, const Message&, DeviceId d) { return !wasCutByRestart(s, d); },
             .takesReport = [](const State& s, const Message& m,
                               DeviceId d) { return !wasCutByRestart(s, d) || isHeld(s, m, d); }},
         .deeds = {.atEnd = noteRestart},
         .memory = {.ofDevice = writeRestart}},
        {.name = "restart-loses-last-second",
         .breaks = "forgets at a restart what was accepted within the last second",
         .expected = {"delivery.no-loss", "compensation.device-switch"},
         .deeds = {.atRestart =
                       [](State& s) {
                           forgetMessages(
                               s, [&s](const Message& m) { return s.now() - m.acceptedAt <= std::chrono::seconds{1}; });
                       }}},
        {.name = "store-lost-at-turning-on",
         .breaks = "loses what nobody had received when the service was turned on",
         .expected = {"delivery.no-loss"},
         .decisions = {.bringsAtLogin =
                           [](State& s, const Message& m, const Standing& standing, const Login& login,
                              bool unclaimed) {
                               const bool isLost = login.on && m.acceptedOff && unclaimed;
                               return isLost ? Via::Unknown : right::bringsAtLogin(s, m, standing, login, unclaimed);
                           }}},
        {.name = "store-ends-with-window",
         .breaks = "keeps offline messages for the window of compensation only while on",
         .expected = {"delivery.no-loss"},
         .decisions = {.bringsAtLogin =
                           [](State& s, const Message& m, const Standing& standing, const Login& login,
                              bool unclaimed) {
                               const bool isLost = login.on && !right::isInWindow(s, m, login);
                               return isLost ? Via::Unknown : right::bringsAtLogin(s, m, standing, login, unclaimed);
                           }}},
        {.name = "stores-nothing-for-web",
         .breaks = "has no offline store for web tabs",
         .expected = {"delivery.no-loss"},
         .scope = only(DeviceClass::Web),
         .decisions = {.bringsAtLogin = storesNothingForIt}},
        {.name = "store-skips-new-devices",
         .breaks = "gives the offline store to no device that it has never seen",
         .expected = {"delivery.no-loss"},
         .decisions = {.bringsAtLogin =
                           [](State& s, const Message& m, const Standing& standing, const Login& login,
                              bool unclaimed) {
                               const bool isNew = s.side(login.device).firstBegan == s.at(login.device).began;
                               return isNew ? storesNothingForIt(s, m, standing, login, unclaimed)
                                            : right::bringsAtLogin(s, m, standing, login, unclaimed);
                           }},
         .memory = {.ofDevice = [](const State& s, DeviceId d, Encoder& out) { out.flag(s.side(d).firstBegan == 0); }}},
        {.name = "offline-days-of-the-start",
         .breaks = "keeps offline messages for the days of the start whatever is set later",
         .expected = {"delivery.no-loss"},
         .decisions = {.storeStillHas =
                           [](const State& s, const Message& m, Instant began, int) {
                               return right::storeStillHas(s, m, began, s.service.initial.offlineDays);
                           }}},
        {.name = "purges-store-when-lowered",
         .breaks = "forgets what a lower number of offline days leaves out, though the number is raised again",
         .expected = {"delivery.no-loss", "compensation.device-switch"},
         .deeds = {.afterSetting =
                       [](State& s) {
                           const int days = s.service.app.offlineDays;
                           forgetMessages(s,
                                          [&](const Message& m) { return !right::storeStillHas(s, m, s.now(), days); });
                       }}},
        {.name = "same-millisecond-overwrites",
         .breaks = "keeps one message of those that it accepts in the same millisecond",
         .expected = {"delivery.no-loss", "compensation.device-switch", "compensation.reinstall"},
         .deeds = {.afterAcceptance =
                       [](State& s, MessageId id) {
                           const Message& m = s.messages[id];
                           if (!m.kept()) return;
                           forgetMessages(s, [&m](const Message& other) {
                               return &other != &m && other.acceptedAt == m.acceptedAt && other.to == m.to;
                           });
                       }}},
        {.name = "drops-repeated-text",
         .breaks = "takes the same text within a minute for a repetition and does not deliver it",
         .expected = {"delivery.no-loss", "online.received"},
         .decisions = {.reachesRecipient =
                           [](const State& s, const Message& m, const Reach& r) {
                               const bool isDropped = !m.status && isSaidAgain(s, m);
                               return right::reachesRecipient(s, m, r) && !isDropped;
                           }}},
        {.name = "drops-empty-body",
         .breaks = "does not deliver what has no text",
         .expected = {"delivery.no-loss", "online.received"},
         .decisions = {.reachesRecipient =
                           [](const State& s, const Message& m, const Reach& r) {
                               const bool isDropped = !m.status && textOf(s, m).empty();
                               return right::reachesRecipient(s, m, r) && !isDropped;
                           }}},
        {.name = "forgets-to-add-members",
         .breaks = "delivers to a group as it was before somebody joined",
         .expected = {"online.received", "delivery.no-loss"},
         .decisions = {.noticesJoining = [](const State& s, GroupId g) { return s.groups[g.index()].roster == 0; }},
         .memory = {.ofGroup = writeRoster}},
    };
}

std::vector<Row> phantomRows() {
    return {
        {.name = "keeps-beyond-horizon",
         .breaks = "brings messages that are more than eight days old",
         .expected = {"delivery.no-phantom"},
         .decisions = {.isOver = [](const State&, const Message&) { return false; },
                       .storeStillHas = [](const State&, const Message&, Instant, int) { return true; }}},
        {.name = "rejects-and-delivers",
         .breaks = "says no to a message and delivers it",
         .expected = {"delivery.no-phantom"},
         .decisions = {.saysAccepted = [](const State&, const Message&) { return false; }}},
        {.name = "rejects-and-delivers-group",
         .breaks = "says no to a group message and delivers it",
         .expected = {"delivery.no-phantom"},
         .scope = only(AddressKind::Group),
         .decisions = {.saysAccepted = [](const State&, const Message&) { return false; }}},
        {.name = "rejects-outsiders-and-delivers",
         .breaks = "says no to who writes to a group without being in it, and delivers it",
         .expected = {"delivery.no-phantom"},
         .decisions = {.saysAccepted =
                           [](const State& s, const Message& m) {
                               const bool isToGroup = m.to.kind == AddressKind::Group;
                               return !isToGroup || s.groups[m.to.group().index()].has(m.author);
                           }}},
    };
}

std::vector<Row> leakRows() {
    return {
        {.name = "leaks-to-late-members",
         .breaks = "shows who joins a group what was said before",
         .expected = {"delivery.no-leak"},
         .deeds = {.afterJoin =
                       [](State& s, GroupId g, UserId u) {
                           const MessageId last = s.groups[g.index()].last;
                           if (!last.exists() || standingOf(s, s.messages[last], u).any()) return;
                           if (s.messages[last].fate != Fate::Accepted) return;
                           for (const DeviceId d : DeviceRange{s.at(u)}) {
                               if (!s.at(d).online || !strays(s)) continue;
                               sendDown(s, Packet{d, last, 0, kNoPlace, PacketKind::CatchUp, Via::Compensation});
                           }
                       }},
         .memory = {.ofGroup = [](const State&, const Group& g, const Naming& names,
                                  Encoder& out) { out.number(names.of(g.last)); }}},
        {.name = "leaks-to-others",
         .breaks = "delivers to somebody whom it does not concern",
         .expected = {"delivery.no-leak"},
         .deeds = {.afterAcceptance = leaksToOutsider}},
        {.name = "leaks-group-to-others",
         .breaks = "delivers group messages to somebody outside the group",
         .expected = {"delivery.no-leak"},
         .scope = only(AddressKind::Group),
         .deeds = {.afterAcceptance = leaksToOutsider}},
        {.name = "leaks-recall",
         .breaks = "tells somebody of a recall whom it does not concern",
         .expected = {"delivery.no-leak"},
         .deeds = {.afterRecall =
                       [](State& s, MessageId id) {
                           for (std::size_t i = 0; i < s.devices.size(); ++i) {
                               if (!isOutsider(s, s.messages[id], DeviceId{i}) || !strays(s)) continue;
                               sendDown(s, Packet{DeviceId{i}, id, 0, kNoPlace, PacketKind::Recalled, Via::Unknown});
                               return;
                           }
                       }}},
        {.name = "forgets-to-remove-members",
         .breaks = "delivers to a group as it was before somebody left",
         .expected = {"delivery.no-leak"},
         .decisions = {.noticesLeaving = [](const State& s, GroupId g) { return s.groups[g.index()].roster == 0; }},
         .memory = {.ofGroup = writeRoster}},
        {.name = "rejoining-brings-missed",
         .breaks = "shows who comes back to a group what was said meanwhile",
         .expected = {"delivery.no-leak"},
         .deeds = {.afterJoin =
                       [](State& s, GroupId g, UserId u) {
                           if (!wasMember(s, g, u)) return;
                           for (std::size_t i = s.acceptedBegin; i < s.accepted.size(); ++i) {
                               const MessageId id = s.accepted[i];
                               const Message& m = s.messages[id];
                               if (m.to != Address::of(g) || m.status || standingOf(s, m, u).any()) continue;
                               for (const DeviceId d : DeviceRange{s.at(u)}) {
                                   if (!s.at(d).online || !strays(s)) continue;
                                   sendDown(s, Packet{d, id, 0, kNoPlace, PacketKind::CatchUp, Via::Compensation});
                               }
                           }
                       }}},
    };
}

std::vector<Row> doubleRows() {
    return {
        {.name = "repeats-on-login",
         .breaks = "brings at a login what the device has",
         .expected = {"delivery.once"},
         .decisions = {.repeats = right::isInWindow}},
        {.name = "echoes-to-sender",
         .breaks = "sends a message back to the device it came from",
         .expected = {"delivery.once"},
         .decisions = {.reachesAuthor =
                           [](const State& s, const Message& m, const Reach& r) {
                               return r.device == m.from || right::reachesAuthor(s, m, r);
                           }}},
        {.name = "delivers-duplicates",
         .breaks = "hands over packets that the network doubled",
         .expected = {"delivery.once"},
         .decisions = {.numbersPackets = [](const State&) { return false; }}},
        {.name = "delivers-after-end",
         .breaks = "delivers to devices whose session has ended",
         .expected = {"delivery.only-online", "delivery.no-loss"},
         .decisions = {.keepsSending = [](const State& s, DeviceId d) { return s.at(d).session > 0; }},
         .memory = {.ofDevice = [](const State& s, DeviceId d, Encoder& out) { out.flag(s.at(d).session > 0); }}},
        {.name = "compensates-again-after-reinstall",
         .breaks = "compensates a reinstalled app once more at its second login",
         .expected = {"delivery.once"},
         .decisions = {.repeats =
                           [](const State& s, const Message& m, const Login& login) {
                               const DeviceSide& side = s.side(login.device);
                               return side.installation > 1 && side.logins == 1 && right::isInWindow(s, m, login);
                           }},
         .memory = {.ofDevice =
                        [](const State& s, DeviceId d, Encoder& out) {
                            out.flag(s.side(d).installation > 1);
                            out.number(std::min(s.side(d).logins, 2U));
                        }}},
        {.name = "restart-repeats",
         .breaks = "brings to a device whose session a restart ended what the device has",
         .expected = {"delivery.once"},
         .decisions = {.repeats =
                           [](const State& s, const Message& m, const Login& login) {
                               return wasCutByRestart(s, login.device) && right::isInWindow(s, m, login);
                           }},
         .deeds = {.atEnd = noteRestart},
         .memory = {.ofDevice = writeRestart}},
    };
}

std::vector<Row> orderRows() {
    return {
        {.name = "reorders",
         .breaks = "lets messages overtake each other",
         .expected = {"delivery.order"},
         .scope = oneIn(2),
         .decisions = {.keepsAside = [](const State&) { return true; }}},
        {.name = "newest-first",
         .breaks = "catches up from the newest to the oldest",
         .expected = {"delivery.order"},
         .decisions = {.catchesUpBackwards = [](const State&) { return true; }}},
    };
}

std::vector<Row> bodyRows() {
    return {
        {.name = "cuts-body",
         .breaks = "delivers an empty body",
         .expected = {"delivery.intact"},
         .decisions = {.bodyOf =
                           [](const State& s, const Message&) {
                               return Body{fingerprint({}), s.say.empty};
                           }},
         .memory = {.ofMessage = writesPayload}},
        {.name = "swaps-bodies",
         .breaks = "delivers the body of the message before",
         .expected = {"delivery.intact"},
         .decisions = {.bodyOf =
                           [](const State& s, const Message& m) {
                               if (s.accepted.size() == s.acceptedBegin) return right::bodyOf(s, m);
                               return right::bodyOf(s, s.messages[s.accepted.back()]);
                           }},
         .memory = {.ofMessage = writesPayload}},
        {.name = "cuts-long-body",
         .breaks = "cuts a body off behind a thousand bytes",
         .expected = {"delivery.intact"},
         .decisions = {.bodyOf =
                           [](const State& s, const Message& m) {
                               constexpr std::size_t kMost = 1000;
                               if (textOf(s, m).size() <= kMost) return right::bodyOf(s, m);
                               return Body{fingerprint(std::string_view{textOf(s, m)}.substr(0, kMost)), s.say.empty};
                           }},
         .memory = {.ofMessage = writesPayload}},
        {.name = "mangles-other-scripts",
         .breaks = "delivers nothing of a body that is not plain ASCII",
         .expected = {"delivery.intact"},
         .decisions = {.bodyOf =
                           [](const State& s, const Message& m) {
                               const std::string& text = textOf(s, m);
                               const bool isPlain = std::all_of(text.begin(), text.end(), [](char c) {
                                   return static_cast<unsigned char>(c) < 0x80;
                               });
                               return isPlain ? right::bodyOf(s, m) : Body{fingerprint({}), s.say.empty};
                           }},
         .memory = {.ofMessage = writesPayload}},
    };
}

}  // namespace

std::vector<Row> deliveryRows() {
    std::vector<Row> all;
    for (auto* kind : {answerRows, lossRows, phantomRows, leakRows, doubleRows, orderRows, bodyRows}) {
        for (Row& row : kind()) all.push_back(std::move(row));
    }
    return all;
}

}  // namespace mdsync::world
