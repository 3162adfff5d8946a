// A `receive`: which ban it breaks, if any, and what a login or an acceptance tempts.
//
// One fault, one violation: the bans are asked in the order of the table below, and the first that is broken counts.
// delivery.order and delivery.intact are judged besides.
#include <fmt/format.h>

#include <algorithm>

#include "rules/state.hpp"

namespace mdsync {

using namespace rules;

namespace {

using State = Checker::State;

// Each ban answers for one arrival: broken, not broken, or undecided.
struct Ban {
    RuleId rule;
    Tri (*broken)(const State&, const Arrival&);
};

Tri yes(bool b) {
    return b ? Tri::Yes : Tri::No;
}

// A message that nobody sent before or that was rejected; one past its horizon.
Tri noPhantom(const State&, const Arrival& a) {
    return yes(a.message.state != MessageState::Accepted);
}

Tri noLeak(const State& s, const Arrival& a) {
    if (a.byAuthor) return Tri::No;
    switch (s.inAudience(a.message, a.device.user)) {
        case Tri::Yes:
            return Tri::No;
        case Tri::Maybe:
            return Tri::Maybe;
        case Tri::No:
            return Tri::Yes;
    }
    return Tri::No;
}

// Whether the device was online (and in the room) when the message was accepted, and has been since.
Tri presentSince(const Arrival& a, std::uint8_t presence) {
    if (a.receipt == nullptr) return Tri::No;
    if ((a.receipt->owed & presence) != 0 && a.standing == Standing::Since) return Tri::Yes;
    return (a.receipt->owed & Receipt::Unsure) != 0 && a.standing != Standing::After ? Tri::Maybe : Tri::No;
}
Tri opposite(Tri t) {
    return t == Tri::Maybe ? t : yes(t == Tri::No);
}

Tri liveOnly(const State&, const Arrival& a) {
    if (!a.message.room || a.excused) return Tri::No;
    if (!a.device.online) return Tri::Yes;
    return opposite(presentSince(a, Receipt::InRoom));
}

Tri statusOnline(const Arrival& a) {
    if (a.message.room || a.message.toSelf || a.message.kind != MessageSort::Status || a.excused) return Tri::No;
    if (!a.device.online) return Tri::Yes;
    return opposite(presentSince(a, Receipt::Online));
}
Tri statusApiOnlineOnly(const State&, const Arrival& a) {
    return a.message.statusApi ? statusOnline(a) : Tri::No;
}
Tri statusOnlineOnly(const State&, const Arrival& a) {
    return a.message.statusApi ? Tri::No : statusOnline(a);
}

Tri onlyOnline(const State&, const Arrival& a) {
    return yes(!a.device.online && !a.excused);
}

// Twice, or what it sent itself. Status and chatroom messages are not kept: what comes late, on a device that has gone
// offline, is asked about its own session only.
Tri once(const State& s, const Arrival& a) {
    if (a.receipt != nullptr && (a.receipt->have & Receipt::Received) != 0) {
        const bool kept = a.message.kind == MessageSort::Normal && !a.message.room;
        if (kept || !a.excused || a.receipt->session == a.device.session) return Tri::Yes;
    }
    if (a.message.sender != a.deviceId) return Tri::No;
    const std::uint32_t installed = a.device.installation;
    if (installed == a.message.senderInstallation) return a.message.senderUnsure ? Tri::Maybe : Tri::Yes;
    return s.holds(a.message, a.deviceId) == Tri::Maybe ? Tri::Maybe : Tri::No;
}

// From here on: private and group messages only, and not what somebody sent to themself through the API.
Tri excludeSender(const State&, const Arrival& a) {
    return yes(a.message.api && !a.message.includeSender && a.byAuthor && !a.message.room && !a.message.toSelf);
}

bool offCanSpeak(const Arrival& a) {
    return a.message.synchronizable() && !a.excused && a.receipt != nullptr;
}

Tri offApiOnlineOnly(const State&, const Arrival& a) {
    if (!offCanSpeak(a) || a.decides != Decides::Off || !a.byAuthor || !a.message.api || !a.message.includeSender)
        return Tri::No;
    if ((a.receipt->owed & Receipt::Online) != 0) return Tri::No;
    return (a.receipt->owed & Receipt::Unsure) != 0 ? Tri::Maybe : Tri::Yes;
}

// Whether the only other terminals that have it received it in sessions that last, that began after this one, and that
// might bring it: what was on its way here, because nobody had it, may be overtaken by what such a login brought.
template <class MightBring>
bool onlyLaterSessionsHave(const State& s, const Arrival& a, MightBring mightBring) {
    if (a.message.sender.exists() && s.devices[a.message.sender.index()].user == a.device.user) return false;
    if ((a.receipt->have & Receipt::Earlier) != 0) return false;
    const UserFacts& user = s.users[a.device.user.index()];
    for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
        const DeviceId other{user.firstDevice.value + i};
        const Receipt* r = other == a.deviceId ? nullptr : s.receipt(a.message, other);
        const DeviceFacts& d = s.devices[other.index()];
        if (r == nullptr || !s.terminalHas(*r, d, false)) continue;
        const bool inThisSession = (r->have & Receipt::Earlier) == 0 && d.online && r->session == d.session;
        if (!inThisSession || d.began < a.device.began || !mightBring(d)) return false;
    }
    return true;
}

Tri offNoCompensation(const State& s, const Arrival& a) {
    if (!offCanSpeak(a) || decidedBy(a.device.regime) != Decides::Off || a.standing == Standing::Since) return Tri::No;
    const Tri elsewhere = s.anotherTerminalHas(a.message, a.deviceId, false);
    if (elsewhere != Tri::Yes) return elsewhere;
    const auto notOff = [](const DeviceFacts& other) { return other.regime.service != Service::Off; };
    return a.standing == Standing::Unclear || onlyLaterSessionsHave(s, a, notOff) ? Tri::Maybe : Tri::Yes;
}

Tri offNoSentSync(const State&, const Arrival& a) {
    return yes(offCanSpeak(a) && a.decides == Decides::Off && a.byAuthor && !a.message.api &&
               a.message.sender != a.deviceId);
}

// The other device of the recipient that has received it while OFF decided.
DeviceId singleDevice(const State& s, const Arrival& a) {
    const UserFacts& user = s.users[a.device.user.index()];
    for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
        const DeviceId other{user.firstDevice.value + i};
        const Receipt* r = other == a.deviceId ? nullptr : s.receipt(a.message, other);
        if (r == nullptr || (r->have & Receipt::OffDecided) == 0) continue;
        if (s.terminalHas(*r, s.devices[other.index()], false)) return other;
    }
    return {};
}

Tri offSingleDevice(const State& s, const Arrival& a) {
    if (!offCanSpeak(a) || a.decides != Decides::Off || a.byAuthor) return Tri::No;
    return yes(singleDevice(s, a).exists());
}

Tri compensationWindow(const State& s, const Arrival& a) {
    if (!a.message.synchronizable() || a.receipt == nullptr || a.decides != Decides::On ||
        a.standing != Standing::After)
        return Tri::No;
    if (a.message.fromAt >= s.window(a.device).allowed) return Tri::No;
    const Tri elsewhere = s.anotherTerminalHas(a.message, a.deviceId, false);
    if (elsewhere != Tri::Yes) return elsewhere;
    if (a.message.untilAt >= s.window(a.device).allowed) return Tri::Maybe;
    const auto inWindow = [&](const DeviceFacts& other) { return a.message.fromAt >= s.window(other).allowed; };
    return onlyLaterSessionsHave(s, a, inWindow) ? Tri::Maybe : Tri::Yes;
}

constexpr Ban kBans[] = {{RuleId::DeliveryNoPhantom, noPhantom},
                         {RuleId::DeliveryNoLeak, noLeak},
                         {RuleId::ChatroomLiveOnly, liveOnly},
                         {RuleId::StatusApiOnlineOnly, statusApiOnlineOnly},
                         {RuleId::StatusOnlineOnly, statusOnlineOnly},
                         {RuleId::DeliveryOnlyOnline, onlyOnline},
                         {RuleId::DeliveryOnce, once},
                         {RuleId::ApiExcludeSender, excludeSender},
                         {RuleId::OffApiOnlineOnly, offApiOnlineOnly},
                         {RuleId::OffNoCompensation, offNoCompensation},
                         {RuleId::OffNoSentSync, offNoSentSync},
                         {RuleId::OffSingleDevice, offSingleDevice},
                         {RuleId::CompensationWindow, compensationWindow}};

std::string sentence(const State& s, RuleId rule, const Arrival& a) {
    const std::string d = s.name(a.deviceId);
    const std::string m = s.name(a.id);
    const std::string user = s.name(a.device.user);
    switch (rule) {
        case RuleId::DeliveryNoPhantom:
            if (a.message.state == MessageState::Rejected)
                return fmt::format("{} received {}, which was rejected", d, m);
            if (a.message.state == MessageState::Forgotten)
                return fmt::format("{} received {} more than 8 days after its acceptance", d, m);
            // Who reads a long trace forgets what is older.
            return fmt::format("{} received {}, which nobody sent{}", d, m,
                               s.now - s.header->t > kHorizon ? " in the last 8 days" : "");
        case RuleId::DeliveryNoLeak:
            return fmt::format("{} received {}, and {} is neither its author nor in its audience", d, m, user);
        case RuleId::ChatroomLiveOnly:
            return fmt::format(
                "{} received the chatroom message {} and has not been online and in the room since its acceptance", d,
                m);
        case RuleId::StatusApiOnlineOnly:
            return fmt::format(
                "{} received {}, sent through a status endpoint, and has not been online since its acceptance", d, m);
        case RuleId::StatusOnlineOnly:
            return fmt::format("{} received the status message {} and has not been online since its acceptance", d, m);
        case RuleId::DeliveryOnlyOnline:
            return fmt::format("{} is offline and received {}", d, m);
        case RuleId::DeliveryOnce:
            if (a.receipt == nullptr || (a.receipt->have & Receipt::Received) == 0)
                return fmt::format("{} received {}, which it sent itself", d, m);
            return fmt::format("{} received {} a second time, {}", d, m,
                               a.receipt->session == a.device.session ? "in one session" : "after an earlier session");
        case RuleId::ApiExcludeSender:
            return fmt::format("{} received {}, which {} sent through the API without includeSender", d, m, user);
        case RuleId::OffApiOnlineOnly:
            return fmt::format("the service is off, {} was offline when {} was accepted, and received it later", d, m);
        case RuleId::OffNoCompensation:
            return fmt::format("the service was off when {} logged in, and it was brought {}, which {} has", d, m,
                               s.nameOfOtherHolder(a.message, a.deviceId, false));
        case RuleId::OffNoSentSync:
            return fmt::format("the service is off, and {} received {}, which {} sent from another device", d, m, user);
        case RuleId::OffSingleDevice:
            return fmt::format("the service is off, and {} received {}, which {} has received", d, m,
                               s.name(singleDevice(s, a)));
        case RuleId::CompensationWindow:
            return fmt::format("{} logged in and was brought {}, which is older than the window of {} day(s)", d, m,
                               s.side(a.device).compensationDays);
        default:
            return {};
    }
}

// A ban is broken by a message and a device, whatever tempted it.
Aspects aspectsOf(const Arrival& a) {
    return a.aspects | sideOf(a.byAuthor) | aspectsOf(a.device);
}

// The state that decided, for the service rules that accompany a violation.
Regime decidingRegime(RuleId rule, const Arrival& a) {
    if (rule == RuleId::OffNoCompensation) return a.device.regime;
    return a.decides == Decides::Nothing ? Regime{} : a.message.regime;
}

}  // namespace

bool Checker::State::ban(const Arrival& a) {
    for (const Ban& b : kBans) {
        const Tri broken = b.broken(*this, a);
        if (broken == Tri::Maybe) undecided(b.rule);
        if (broken != Tri::Yes) continue;
        Finding f = finding(b.rule, decidingRegime(b.rule, a), aspectsOf(a));
        f.about(a.id, a.deviceId, a.device.user).sent().accepted();
        a.device.online ? f.online(a.deviceId) : f.offline(a.deviceId);
        f.here(fmt::format("{} receives {}", name(a.deviceId), name(a.id)));
        f.file([&] { return sentence(*this, b.rule, a); });
        return true;
    }
    return false;
}

// What a device received and should not have, it may list as a conversation. Who reads a long trace forgets what was
// sent: then it may be any.
void Checker::State::noteStray(const MessageFacts& m, DeviceId d) {
    DeviceFacts& device = devices[d.index()];
    if (device.listed) return;
    if (m.state == MessageState::Unknown) {
        if (now - header->t > kHorizon) device.stray = true;
        return;
    }
    std::vector<Address>& known = strays[d.index()];
    const Address conversation = m.conversationOf(device.user);
    if (std::find(known.begin(), known.end(), conversation) == known.end()) known.push_back(conversation);
}

void Checker::State::onReceive(const Event& e) {
    MessageFacts& m = message(e.message);
    const Aspects aspects = aspectsOf(m) | aspectsOf(e.via);
    check(RuleId::DeliveryNoPhantom, aspects);
    // A first `receive` says that the message was accepted at some time since it was asked for.
    if (m.state == MessageState::Asked) {
        accept(e.message, false);
        oweNow(DueKind::Accepted, e.message.value);
        if (!header->silent.accept) tolerate(Tolerance::LateAcceptance);
    }
    DeviceFacts& d = devices[e.device.index()];
    Receipt* r = receipt(m, e.device);
    Arrival a{e.message, m, e.device, d, r, false, false, Standing::Since, Decides::Nothing, aspects};

    // What ON owed live to this very session and has not come yet breaks no ban.
    const bool awaited = r != nullptr && (r->owed & Receipt::Owed) != 0 && r->session == d.session && d.online &&
                         (r->have & Receipt::Received) == 0;
    bool tainted = false;
    if (!awaited) {
        a.byAuthor = m.state == MessageState::Accepted && d.user == m.author;
        a.standing = standing(m.from(), m.until, d);
        a.decides = decides(m, d);
        // delivery.only-online's exception: accepted before the `offline`, until the next settled moment.
        a.excused = !d.online && m.state == MessageState::Accepted && m.from() < side(d).ended &&
                    (timeMode ? now <= side(d).endedAt + patience : lastSettled < side(d).ended);
        tainted = ban(a);
    } else {
        a.decides = Decides::On;
    }
    if (m.state != MessageState::Unknown && m.state != MessageState::Rejected && m.state != MessageState::Forgotten)
        judgeIntact(a, e);
    if (tainted && (r == nullptr || m.state != MessageState::Accepted)) noteStray(m, e.device);
    if (r == nullptr) return;

    const bool first = (r->have & Receipt::Received) == 0;
    // What this installation sent it holds anyhow.
    const bool own = m.sender == e.device && d.installation == m.senderInstallation;
    if (first) {
        r->session = d.session;
        r->stamp = timeMode ? lowHalf(now) : settledCount;
        r->have |=
            static_cast<std::uint8_t>(Receipt::Received | Receipt::Ever | (tainted && !own ? Receipt::Tainted : 0) |
                                      (a.decides == Decides::Off && !a.excused ? Receipt::OffDecided : 0));
        if (m.kind == MessageSort::Normal && !m.room) d.holdsSomething = true;
        judgeOrder(a, e.via);
        if (timeMode && !tainted && m.synchronizable() && now <= lastLogin + patience)
            oweToNewcomers(m, e.message, e.device);
    }
    if (tainted || m.recall == MessageFacts::kNone || !m.synchronizable()) return;
    const RecallFacts& recall = recalls[m.recall];
    if (leftAfter(m, d.user)) return;  // owed nothing that had not come, recalls included
    if (recall.accepted && recall.until < place && (r->have & Receipt::Shown) == 0 && d.online &&
        decides(recall, d) == Decides::On) {
        oweNow(DueKind::Return, e.device.value, e.message.value, d.session);
    }
}

// An accepted message tempts rules by who is online, and who is not.
void Checker::State::temptAtAcceptance(MessageId id) {
    const MessageFacts& m = messages[id.index()];
    const bool off = m.regimeSure && m.regime.service == Service::Off;
    std::uint32_t insiders = 0;  // users who are online and to whom the message is no secret
    std::array<Concerned, 2> two;
    for (const auto& [userId, base] : concerned(m, two)) {
        UserFacts& user = users[userId.index()];
        const bool author = userId == m.author;
        if (!author && inAudience(m, userId) == Tri::No) continue;
        ++user.concerned;
        if (user.onlineCount > 0) ++insiders;
        const Aspects aspects = aspectsOf(m) | edgeOf(m) | sideOf(author);
        if (user.onlineCount < user.deviceCount && !m.room) check(RuleId::DeliveryOnlyOnline, aspects);
        if (m.kind == MessageSort::Status && !m.room && !m.toSelf) {
            (m.statusApi ? user.lastStatusApi : user.lastStatus) = m.until;
            (m.statusApi ? user.lastStatusApiAt : user.lastStatusAt) = m.untilAt;
            (m.statusApi ? user.lastStatusApiAspects : user.lastStatusAspects) = aspects;
        }
        if (author && m.api && !m.includeSender && !m.room && !m.toSelf) {
            user.lastExcluded = m.until;
            user.lastExcludedAt = m.untilAt;
            user.lastExcludedAspects = aspects;
            if (user.onlineCount > 0) check(RuleId::ApiExcludeSender, aspects | bit(Aspect::Online));
        }
        if (!off || !m.synchronizable()) continue;
        if (!author && user.onlineCount >= 2) check(RuleId::OffSingleDevice, m.regime, aspects);
        if (author && !m.api && user.onlineCount > (devices[m.sender.index()].online ? 1 : 0))
            check(RuleId::OffNoSentSync, m.regime, aspects);
    }
    if (onlineUsers > insiders) check(RuleId::DeliveryNoLeak, aspectsOf(m) | bit(Aspect::Online));
    if (m.room) {
        RoomFacts& room = rooms[m.to.number];
        room.lastMessage = lastRoomMessage = m.until;
        room.lastMessageAt = lastRoomMessageAt = m.untilAt;
    }
}

// A login tempts rules by what the device lacks. Called when the session has begun.
void Checker::State::temptAtLogin(DeviceId id) {
    const DeviceFacts& d = devices[id.index()];
    UserFacts& user = users[d.user.index()];
    const auto live = [this](Place where, Instant t) { return where > 0 && now <= t + kHorizon; };
    const auto missed = [&](Place where, Instant t) { return live(where, t) && where > side(d).ended; };
    const Aspects login = aspectsOf(d);
    if (d.holdsSomething) check(RuleId::DeliveryOnce, aspectsOf(d.regime.service));
    if (missed(user.lastStatus, user.lastStatusAt)) check(RuleId::StatusOnlineOnly, user.lastStatusAspects);
    if (missed(user.lastStatusApi, user.lastStatusApiAt)) check(RuleId::StatusApiOnlineOnly, user.lastStatusApiAspects);
    if (live(user.lastExcluded, user.lastExcludedAt)) check(RuleId::ApiExcludeSender, user.lastExcludedAspects | login);
    if (live(lastRoomMessage, lastRoomMessageAt)) check(RuleId::ChatroomLiveOnly, login);
    if (liveMessages > user.concerned) check(RuleId::DeliveryNoLeak, login);
    temptRecallAtLogin(id);

    owedToSender[id.index()].clear();
    const Window win = window(d);
    const bool off = d.regime.service == Service::Off;
    bool compensated = false;
    bool outside = false;
    Aspects api = 0;  // of the messages counted so far: each kind of them is counted once a login
    for (std::size_t i = firstInDoubt(user, d); i < user.mailbox.size(); ++i) {
        const MessageId message = user.mailbox[i];
        const MessageFacts& m = messages[message.index()];
        if (m.state != MessageState::Accepted || m.toSelf) continue;
        const Decides which = decides(m, d);
        if (m.api && m.includeSender && m.author == d.user) {
            const Receipt* r = receipt(m, id);
            if ((aspectsOf(m) & ~api) != 0 && which == Decides::Off &&
                (r->owed & (Receipt::Online | Receipt::Unsure)) == 0) {
                check(RuleId::OffApiOnlineOnly, m.regime, aspectsOf(m));
                api |= aspectsOf(m);
            }
            if (!anyEver(m, d.user)) owedToSender[id.index()].push_back(message);
        }
        const bool outOfWindow = !off && which == Decides::On && m.untilAt < win.allowed;
        if (!off && !outOfWindow) continue;
        const Aspects aspects = aspectsOf(m) | edgeOf(m) | sideOf(m.author == d.user) | login |
                                boundaryIf(outOfWindow && m.untilAt + Millis{1} == win.allowed);
        // Once a login, and for each kind of message that was never counted before.
        const RuleId rule = off ? RuleId::OffNoCompensation : RuleId::CompensationWindow;
        if ((off ? compensated : outside) && !isNew(rule, aspects)) continue;
        if (holds(m, id) != Tri::No || anotherTerminalHas(m, id, false) != Tri::Yes) continue;
        if (off) {
            check(RuleId::OffNoCompensation, d.regime, aspects);
            compensated = true;
        } else {
            check(RuleId::CompensationWindow, m.regime, aspects);
            outside = true;
        }
    }
}

}  // namespace mdsync
