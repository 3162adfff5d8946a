// Known-bad servers: wrong in what every rule rests on: answers, losses, leaks, doubles, order, and what is written.
#include "world/audience.hpp"
#include "world/mutants/rows.hpp"
#include "world/network.hpp"

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
