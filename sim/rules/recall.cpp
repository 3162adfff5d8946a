// recall.*, and off.recall-stays-local: who must show a recall, and who must not.
#include <fmt/format.h>

#include "rules/state.hpp"

namespace mdsync {

using namespace rules;

namespace {

// Which open request an answer belongs to: the earliest, unless the device of one has gone offline since or the
// answer's kind is silent; then it may be any of them.
struct Answered {
    std::size_t request = 0;
    bool certain = true;
    bool any = false;
};

Answered answeredRequest(const RecallFacts& r, const std::vector<Place>& lastOffline, bool silent) {
    Answered a;
    std::size_t open = 0;
    bool gone = false;
    bool doubtful = false;  // an earlier answer may have been this one's
    for (std::size_t i = 0; i < r.requests.size(); ++i) {
        const RecallRequest& q = r.requests[i];
        if (!q.open) continue;
        if (open++ == 0) a.request = i;
        doubtful |= q.maybeAnswered;
        gone |= q.deviceOffline || (q.device.exists() && lastOffline[q.device.index()] > q.asked);
    }
    a.any = open > 0;
    a.certain = !doubtful && (open < 2 || !(gone || silent));
    return a;
}

// Where it is undecided whose answer it was, that of every open request may have been it.
void close(RecallFacts& r, const Answered& a, Place place) {
    for (RecallRequest& q : r.requests) q.maybeAnswered |= q.open && !a.certain;
    r.requests[a.request].open = false;
    r.requests[a.request].closed = place;
}

}  // namespace

// Whether an answer that was given to another request may have been this one's: it came after this one was asked for,
// and the device of that one is gone by now, or that one itself may have been answered sooner, and so on.
bool Checker::State::mayHaveAnotherAnswer(const RecallFacts& r, std::size_t request) const {
    std::vector<std::size_t> doubted{request};
    std::vector<bool> seen(r.requests.size());
    while (!doubted.empty()) {
        const Place asked = r.requests[doubted.back()].asked;
        doubted.pop_back();
        for (std::size_t i = 0; i < r.requests.size(); ++i) {
            const RecallRequest& q = r.requests[i];
            if (q.open || seen[i] || q.closed < asked) continue;
            if (q.deviceOffline || (q.device.exists() && lastOffline[q.device.index()] > q.asked)) return true;
            seen[i] = true;
            doubted.push_back(i);
        }
    }
    return false;
}

void Checker::State::onRecall(const Event& e) {
    MessageFacts& m = message(e.message);
    if (m.recall == MessageFacts::kNone) {
        if (freeRecalls.empty()) {
            m.recall = static_cast<std::uint32_t>(recalls.size());
            recalls.emplace_back();
        } else {
            m.recall = freeRecalls.back();
            freeRecalls.pop_back();
            recalls[m.recall] = RecallFacts{};
        }
        recalls[m.recall].message = e.message;
    }
    RecallFacts& r = recalls[m.recall];
    RecallRequest q;
    q.device = e.device;
    q.user = e.device.exists() ? devices[e.device.index()].user : e.user;
    q.deviceOffline = e.device.exists() && !devices[e.device.index()].online;
    q.asked = place;
    q.askedAt = now;
    q.origin = origin;
    q.regime = service.at(now);
    if (m.state == MessageState::Accepted) {
        std::array<Concerned, 2> two;
        for (const auto& [userId, base] : concerned(m, two)) {
            for (std::uint16_t i = 0; i < users[userId.index()].deviceCount; ++i) {
                const DeviceId d{users[userId.index()].firstDevice.value + i};
                const DeviceFacts& device = devices[d.index()];
                if (holds(m, d) == Tri::Yes)
                    q.holders.emplace_back(d, static_cast<std::uint16_t>(device.online ? device.session : 0));
            }
        }
    }
    r.requests.push_back(std::move(q));
    oweNow(DueKind::RecallAnswer, m.recall, static_cast<std::uint32_t>(r.requests.size() - 1));
}

void Checker::State::onRecallAccept(const Event& e) {
    MessageFacts& m = message(e.message);
    if (m.recall == MessageFacts::kNone) return tolerate(Tolerance::SecondAnswer);
    RecallFacts& r = recalls[m.recall];
    const Answered a = answeredRequest(r, lastOffline, header->silent.recallAccept);
    if (!a.any) return tolerate(r.shownSomewhere ? Tolerance::LateAcceptance : Tolerance::SecondAnswer);
    const RecallRequest& q = r.requests[a.request];
    if (r.accepted) return close(r, a, place);
    acceptRecall(m.recall, q.asked, q.askedAt, q.regime, a.certain ? a.request : r.requests.size(), true);
    close(r, a, place);
    if (!r.owed.empty()) oweNow(DueKind::Recall, m.recall);
}

void Checker::State::onRecallReject(const Event& e) {
    MessageFacts& m = message(e.message);
    if (m.recall == MessageFacts::kNone) return tolerate(Tolerance::SecondAnswer);
    RecallFacts& r = recalls[m.recall];
    const Answered a = answeredRequest(r, lastOffline, header->silent.recallAccept);
    if (!a.any) return tolerate(Tolerance::SecondAnswer);
    close(r, a, place);
}

// The recall becomes accepted: now, or (not `exact`) somewhere between its asking and now. `request` past the end:
// undecided which of the requests it was.
void Checker::State::acceptRecall(std::uint32_t number, Place from, Instant fromAt, Regime fromRegime,
                                  std::size_t request, bool exact) {
    RecallFacts& r = recalls[number];
    MessageFacts& m = messages[r.message.index()];
    const Regime at = service.at(now);
    r.accepted = true;
    r.from = exact ? place : from;
    r.fromAt = exact ? now : fromAt;
    r.until = place;
    r.untilAt = now;
    r.origin = r.requests.front().origin;
    r.regime = at;
    r.regimeSure = exact || fromRegime == at;
    std::vector<std::pair<DeviceId, std::uint16_t>> before;
    if (request < r.requests.size()) {
        r.device = r.requests[request].device;
        r.user = r.requests[request].user;
        r.byApi = !r.device.exists();
        r.origin = r.requests[request].origin;
        r.requests[request].open = false;
        r.requests[request].closed = place;
        before = r.requests[request].holders;
    }
    if (m.state == MessageState::Asked)
        return;  // of a message that is itself not accepted: nobody holds it but its sender
    if (m.state != MessageState::Accepted || !m.synchronizable()) return;

    const bool on = r.regimeSure && at.service == Service::On;
    const bool basic = at.service != Service::On && (exact || fromRegime.service != Service::On);
    std::array<Concerned, 2> two;
    for (const auto& [userId, base] : concerned(m, two)) {
        UserFacts& user = users[userId.index()];
        const bool author = userId == m.author;
        const Tri audience = author ? Tri::Yes : inAudience(m, userId);
        if (audience == Tri::No) continue;
        user.recalled.push_back(r.message);
        const bool left = leftAfter(m, userId);
        for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
            const DeviceId d{user.firstDevice.value + i};
            const DeviceFacts& device = devices[d.index()];
            Receipt& receiptOf = receipts[m.receipts + base + i];
            const Tri held = holds(m, d);
            // The recalling device shows the recall from here on, with or without an event.
            if (d == r.device) receiptOf.have |= Receipt::Shown;
            if (held == Tri::No) {
                receiptOf.owed |= Receipt::LackedAtRecall;
                if (on && device.online && device.began < r.from)
                    check(RuleId::RecallNoReturn, r.regime, aspectsOf(m, r) | sideOf(author) | bit(Aspect::Online));
                continue;
            }
            if (held == Tri::Maybe || left || !device.online || device.began > r.from) continue;
            if ((receiptOf.have & Receipt::Tainted) != 0 || audience != Tri::Yes) continue;
            if (!exact && std::find(before.begin(), before.end(), std::pair{d, device.session}) == before.end())
                continue;
            if (on || (basic && !author && user.deviceCount == 1)) r.owed.emplace_back(d, device.session);
        }
    }
    if (r.regimeSure && at.service == Service::Off) temptStaysLocal(r, DeviceId{});
}

void Checker::State::judgeRecall(const Due& owed) {
    RecallFacts& r = recalls[owed.subject];
    if (!r.accepted || r.until != owed.place) return;
    MessageFacts& m = messages[r.message.index()];
    const bool on = r.regime.service == Service::On;
    const RuleId rule = on ? RuleId::RecallOnlineDevices : RuleId::RecallBasic;
    const Aspects aspects = aspectsOf(m, r) | aspectsOf(r.regime.service);
    for (const auto& [d, session] : r.owed) {
        const DeviceFacts& device = devices[d.index()];
        Receipt* receiptOf = receipt(m, d);
        if (m.state != MessageState::Accepted || receiptOf == nullptr || !device.online || device.session != session ||
            leftAfter(m, device.user)) {
            lapse(rule);
        } else if ((receiptOf->have & Receipt::Shown) != 0) {
            check(rule, r.regime, aspects | sideOf(device.user == m.author));
        } else if (finishing) {
            ++open;
        } else if ((receiptOf->owed & Receipt::RecallNoMore) == 0) {
            receiptOf->owed |= Receipt::RecallNoMore;
            finding(rule, r.regime, aspects | sideOf(device.user == m.author))
                .about(r.message, d, device.user)
                .blame(r.origin)
                .accepted()
                .online(d)
                .recalled()
                .due()
                .file([&, holder = d] {
                    return fmt::format(
                        "{} holds {} and was online all the time since its recall, and does not show it recalled",
                        name(holder), name(r.message));
                });
        }
    }
}

// recall.no-return: what is received after its recall is shown recalled by the next settled moment.
void Checker::State::judgeReturn(const Due& owed) {
    const DeviceId d{owed.subject};
    const MessageId id{owed.detail};
    const DeviceFacts& device = devices[d.index()];
    const MessageFacts& m = messages[id.index()];
    if (finishing || m.state != MessageState::Accepted || m.recall == MessageFacts::kNone) return;
    const Receipt* r = receipt(m, d);
    if (r == nullptr || !device.online || device.session != owed.session) return lapse(RuleId::RecallNoReturn);
    const RecallFacts& recall = recalls[m.recall];
    const Aspects aspects = aspectsOf(m, recall) | sideOf(device.user == m.author) | aspectsOf(device);
    if ((r->have & Receipt::Shown) != 0) return check(RuleId::RecallNoReturn, recall.regime, aspects);
    finding(RuleId::RecallNoReturn, recall.regime, aspects)
        .about(id, d, device.user)
        .blame(side(device).beganOrigin)
        .recalled()
        .online(d)
        .link(owed.place, owed.arose, origin, fmt::format("{} receives {}", name(d), name(id)))
        .due()
        .file([&] {
            return fmt::format("{} received {} after its recall and does not show it recalled", name(d), name(id));
        });
}

void Checker::State::onRecalled(const Event& e) {
    MessageFacts& m = message(e.message);
    DeviceFacts& d = devices[e.device.index()];
    const auto broken = [&](RuleId rule, Regime regime, const std::string& text) {
        const Aspects by = m.recall == MessageFacts::kNone ? aspectsOf(m) : aspectsOf(m, recalls[m.recall]);
        finding(rule, regime, by | sideOf(d.user == m.author) | aspectsOf(d))
            .about(e.message, e.device, d.user)
            .sent()
            .recalled()
            .here(fmt::format("{} shows {} recalled", name(e.device), name(e.message)))
            .file([&] { return text; });
    };
    if (m.state == MessageState::Forgotten) return;  // past its horizon: nothing is asked about it any more
    if (m.state == MessageState::Unknown || m.state == MessageState::Rejected) {
        return broken(RuleId::DeliveryNoPhantom, {},
                      fmt::format("{} shows {} recalled, {}", name(e.device), name(e.message),
                                  m.state == MessageState::Unknown ? "which nobody sent" : "which was rejected"));
    }
    if (m.recall == MessageFacts::kNone || !recalls[m.recall].askedFor()) {
        return broken(RuleId::DeliveryNoPhantom, {},
                      fmt::format("{} shows {} recalled, which nobody recalled", name(e.device), name(e.message)));
    }
    if (m.state == MessageState::Asked) {
        accept(e.message, false);
        oweNow(DueKind::Accepted, e.message.value);
        if (!header->silent.accept) tolerate(Tolerance::LateAcceptance);
    }
    RecallFacts& r = recalls[m.recall];
    if (!r.accepted) {
        const Answered a = answeredRequest(r, lastOffline, header->silent.recallAccept);
        const RecallRequest q = r.requests[a.request];
        r.shownSomewhere = true;
        acceptRecall(m.recall, q.asked, q.askedAt, q.regime, a.certain ? a.request : r.requests.size(), false);
        close(r, a, place);
        if (!r.owed.empty()) oweNow(DueKind::Recall, m.recall);
        if (!header->silent.recallAccept) tolerate(Tolerance::LateAcceptance);
    }
    const bool author = d.user == m.author;
    const Tri audience = author ? Tri::Yes : inAudience(m, d.user);
    if (audience == Tri::No) {
        return broken(RuleId::DeliveryNoLeak, {},
                      fmt::format("{} learns of the recall of {}, and {} is neither its author nor in its audience",
                                  name(e.device), name(e.message), name(d.user)));
    }
    if (audience == Tri::Maybe) undecided(RuleId::DeliveryNoLeak);
    const bool excused = !d.online && r.from < side(d).ended &&
                         (timeMode ? now <= side(d).endedAt + patience : lastSettled < side(d).ended);
    Receipt* shown = receipt(m, e.device);
    if (!d.online && !excused) {
        broken(RuleId::DeliveryOnlyOnline, {},
               fmt::format("{} is offline and shows {} recalled", name(e.device), name(e.message)));
        if (shown != nullptr) shown->have |= Receipt::Shown;
        return;
    }
    if (shown == nullptr) return;
    const bool again = (shown->have & Receipt::Shown) != 0;
    shown->have |= Receipt::Shown;
    if (again || excused || !m.synchronizable() || holds(m, e.device) != Tri::Yes || decides(r, d) != Decides::Off)
        return;
    // off.recall-stays-local: of the recalling user the recalling device (API: any one), of every other user one.
    shown->have |= Receipt::ShownOff;
    bool allowed = true;
    if (!r.user.exists()) {
        undecided(RuleId::OffRecallStaysLocal);
    } else if (d.user == r.user && !r.byApi) {
        allowed = e.device == r.device;
    } else {
        const UserFacts& user = users[d.user.index()];
        for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
            const DeviceId other{user.firstDevice.value + i};
            const Receipt* theirs = other == e.device ? nullptr : receipt(m, other);
            if (theirs != nullptr && (theirs->have & Receipt::ShownOff) != 0) allowed = false;
        }
    }
    if (!allowed) {
        broken(RuleId::OffRecallStaysLocal, r.regime,
               fmt::format("the service is off, and the recall of {} is shown on {}, a further device of {}",
                           name(e.message), name(e.device), name(d.user)));
    }
}

// A login tempts recall.no-return where the device lacked what was recalled, and off.recall-stays-local where it holds
// it.
void Checker::State::temptRecallAtLogin(DeviceId id) {
    const DeviceFacts& d = devices[id.index()];
    for (const MessageId message : users[d.user.index()].recalled) {
        const MessageFacts& m = messages[message.index()];
        if (m.state != MessageState::Accepted || m.recall == MessageFacts::kNone) continue;
        RecallFacts& r = recalls[m.recall];
        const Receipt* mine = receipt(m, id);
        if (mine == nullptr) continue;
        const Decides which = decides(r, d);
        if (which == Decides::On && (mine->owed & Receipt::LackedAtRecall) != 0)
            check(RuleId::RecallNoReturn, r.regime, aspectsOf(m, r) | sideOf(d.user == m.author) | aspectsOf(d));
        if (which == Decides::Off && holds(m, id) == Tri::Yes) temptStaysLocal(r, id);
    }
}

// Tempted when more devices than may show the recall hold the message and are online at its acceptance or come online
// later.
void Checker::State::temptStaysLocal(RecallFacts& r, DeviceId newcomer) {
    const MessageFacts& m = messages[r.message.index()];
    std::array<Concerned, 2> two;
    for (const auto& [userId, base] : concerned(m, two)) {
        if (newcomer.exists() && devices[newcomer.index()].user != userId) continue;
        const UserFacts& user = users[userId.index()];
        const bool recalling = userId == r.user && !r.byApi;
        std::uint32_t able = 0;
        for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
            const DeviceId d{user.firstDevice.value + i};
            const DeviceFacts& device = devices[d.index()];
            if ((recalling && d == r.device) || holds(m, d) != Tri::Yes) continue;
            // Online at the recall's acceptance, or at some time since.
            if (device.online || d == newcomer || (r.from < side(device).ended && decides(r, device) == Decides::Off))
                ++able;
        }
        if (able > (recalling ? 0U : 1U)) check(RuleId::OffRecallStaysLocal, r.regime, aspectsOf(m, r));
    }
}

}  // namespace mdsync
