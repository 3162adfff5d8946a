// Duties: what must have happened by the first settled moment after it became due, and the looking at it.
//
// Settled mode looks at everything that arose since the last `settled`; time mode at what arose `patience` ago. Both
// use one queue in the order of arising. At the end of the trace, a duty that is not kept is open.
#include <fmt/format.h>

#include "base/fetch.hpp"
#include "rules/state.hpp"

namespace mdsync {

using namespace rules;

void Checker::State::oweNow(DueKind kind, std::uint32_t subject, std::uint32_t detail, std::uint32_t session) {
    due.push({now, place, subject, detail, session, kind});
}

// What an acceptance owes was last looked at a while ago, and lies in as many places as there are devices: ask for it
// before it is needed, the message first, then what it points to.
void Checker::State::fetchAhead() const {
    constexpr std::size_t kFar = 18;
    constexpr std::size_t kMiddle = 12;
    constexpr std::size_t kNear = 6;
    if (due.size() <= kFar) return;
    if (due[kFar].kind == DueKind::Accepted) fetch(&messages[due[kFar].subject]);
    if (due[kMiddle].kind == DueKind::Accepted) fetchParties(messages[due[kMiddle].subject]);
    if (due[kNear].kind == DueKind::Accepted) fetchTheirDevices(messages[due[kNear].subject]);
}

void Checker::State::judgeBefore(Instant t) {
    while (!due.empty() && due.front().arose + patience < t) {
        const Due d = due.front();
        fetchAhead();
        due.pop();
        judge(d);
    }
    std::erase_if(evictions, [this, t](const EvictionFacts& x) {
        if (!x.resolved && x.t + patience >= t) return false;
        if (!x.resolved) judgeEviction(x, x.earlier ? &*x.earlier : nullptr);
        return true;
    });
}

void Checker::State::onSettled() {
    if (timeMode) return;
    ++settledCount;
    const std::size_t arisen = due.size();
    for (std::size_t i = 0; i < arisen; ++i) {
        const Due d = due.front();
        due.pop();
        judge(d);
    }
    for (const EvictionFacts& x : evictions) {
        if (!x.resolved) judgeEviction(x, x.earlier ? &*x.earlier : nullptr);
    }
    evictions.clear();
    lastSettled = place;
}

void Checker::State::finish() {
    finishing = true;
    while (!due.empty()) {
        const Due d = due.front();
        due.pop();
        judge(d);
    }
}

void Checker::State::judge(const Due& d) {
    switch (d.kind) {
        case DueKind::Connect:
        case DueKind::Send:
        case DueKind::RecallAnswer:
            return judgeAnswered(d);
        case DueKind::Accepted:
            return judgeAccepted(MessageId{d.subject});
        case DueKind::Session:
            return judgeSession(DeviceId{d.subject}, static_cast<std::uint16_t>(d.detail));
        case DueKind::Elsewhere:
            return judgeElsewhere(d);
        case DueKind::Recall:
            return judgeRecall(d);
        case DueKind::Return:
            return judgeReturn(d);
        case DueKind::Login:
            return judgeLogin();
        case DueKind::Refusal:
            return judgeRefusal();
        case DueKind::Eviction:
            return;
    }
}

// delivery.answered, and where `accept` is silent: what was asked, not rejected and not received by now was accepted in
// between.
void Checker::State::judgeAnswered(const Due& d) {
    const Aspects asked = d.kind == DueKind::Connect        ? bit(Aspect::Connect)
                          : d.kind == DueKind::RecallAnswer ? bit(Aspect::Recall)
                          : messages[d.subject].api         ? bit(Aspect::Publish)
                                                            : bit(Aspect::Send);
    const auto unanswered = [&](const std::string& text, DeviceId device, MessageId message) {
        if (finishing) {
            ++open;
            return;
        }
        finding(RuleId::DeliveryAnswered, {}, asked)
            .about(message, device, device.exists() ? devices[device.index()].user : UserId{})
            .link(d.place, d.arose, origin, "asked")
            .due()
            .file([&] { return text; });
    };
    const auto excused = [&](DeviceId device) {
        return serverRestart > d.place || (device.exists() && lastOffline[device.index()] > d.place);
    };
    if (d.kind == DueKind::Connect) {
        const DeviceId device{d.subject};
        if (sides[device.index()].answered > d.place)
            check(RuleId::DeliveryAnswered, asked);
        else if (excused(device))
            lapse(RuleId::DeliveryAnswered);
        else
            unanswered(fmt::format("{} asked to connect and was neither online nor refused when everything had settled",
                                   name(device)),
                       device, {});
        return;
    }
    if (d.kind == DueKind::Send) {
        const MessageId id{d.subject};
        const MessageFacts& m = messages[id.index()];
        if (m.asked != d.place) return;  // the id was used again
        if (m.state != MessageState::Asked) {
            check(RuleId::DeliveryAnswered, asked);
            return;
        }
        const bool noOneKnows = m.senderOffline || excused(m.sender);
        if (header->silent.accept) {
            if (finishing) return;
            if (noOneKnows) return lapse(RuleId::DeliveryAnswered);
            const Instant seen = now;
            if (timeMode) now = std::min(now, d.arose + patience);  // that is when S was, not when it is noticed
            accept(id, false);
            now = seen;
            judgeAccepted(id);
            return;
        }
        if (noOneKnows)
            lapse(RuleId::DeliveryAnswered);
        else
            unanswered(
                fmt::format("{} was sent and neither accepted nor rejected when everything had settled", name(id)),
                m.sender, id);
        return;
    }
    RecallFacts& r = recalls[d.subject];
    if (d.detail >= r.requests.size() || r.requests[d.detail].asked != d.place) return;
    const RecallRequest request = r.requests[d.detail];
    if (!request.open) {
        check(RuleId::DeliveryAnswered, asked);
        return;
    }
    const bool maybeAnswered = request.maybeAnswered || mayHaveAnotherAnswer(r, d.detail);
    if (maybeAnswered) return undecided(RuleId::DeliveryAnswered);
    const bool noOneKnows = request.deviceOffline || excused(request.device);
    if (header->silent.recallAccept) {
        if (finishing || r.accepted) return;
        if (noOneKnows) return lapse(RuleId::DeliveryAnswered);
        acceptRecall(d.subject, request.asked, request.askedAt, request.regime, d.detail, false);
        Due accepted = d;  // by this very moment, so that what it owes is due with it
        accepted.place = place;
        judgeRecall(accepted);
        return;
    }
    if (noOneKnows)
        lapse(RuleId::DeliveryAnswered);
    else
        unanswered(
            fmt::format("the recall of {} was neither taken nor refused when everything had settled", name(r.message)),
            request.device, r.message);
}

// What a message owed to the devices that were online when it was accepted: online.*, status.online-sync,
// api.include-sender-online, delivery.no-loss.
void Checker::State::judgeAccepted(MessageId id) {
    const MessageFacts& m = messages[id.index()];
    if (m.state != MessageState::Accepted) return;
    const bool recalled = recallAccepted(m);
    const bool unsure = maybeRecalled(m);
    const auto broken = [&](RuleId rule, Regime regime, Aspects which, DeviceId device, UserId user) {
        Finding f = finding(rule, regime, which);
        f.about(id, device, user).blame(m.askedOrigin).sent().accepted();
        if (device.exists()) f.online(device);
        f.due();
        return f;
    };
    const Aspects aspects = aspectsOf(m) | edgeOf(m) | (m.regimeSure ? aspectsOf(m.regime.service) : 0);
    std::array<Concerned, 2> two;
    for (const auto& [userId, base] : concerned(m, two)) {
        const UserFacts& user = users[userId.index()];
        const bool author = userId == m.author;
        const RuleId rule = m.kind == MessageSort::Status ? RuleId::StatusOnlineSync
                            : !author                     ? RuleId::OnlineReceived
                            : m.api                       ? RuleId::ApiIncludeSenderOnline
                                                          : RuleId::OnlineSent;
        const bool left = leftAfter(m, userId);
        bool lasting = false;  // a device is online that was so since acceptance
        // ... or whose session began before it or within `offlineDays` of it, which is unclear. While ON the one would
        // be another rule's.
        bool came = false;
        const bool on = m.regimeSure && m.regime.service == Service::On;
        bool named = false;  // another duty names this message and user
        for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
            Receipt& r = receipts[m.receipts + base + i];
            if ((r.owed & Receipt::NoMore) != 0) named = true;
            const DeviceId device{user.firstDevice.value + i};
            const DeviceFacts& d = devices[device.index()];
            came |= !on && (r.owed & Receipt::Unsure) != 0 && d.online && d.began >= m.from() && d.began <= m.until &&
                    side(d).beganAt <= m.fromAt + std::chrono::hours{24} * side(d).offlineDays;
            if ((r.owed & Receipt::Online) == 0) continue;
            const bool since = d.online && d.session == r.session && d.began < m.from();
            lasting |= since;
            if ((r.owed & Receipt::Owed) == 0) {
                if (!m.regimeSure || m.regime.service == Service::Changing) {
                    if (!m.room && !m.toSelf && device != m.sender && (r.have & Receipt::Received) == 0)
                        undecided(rule);
                }
                continue;
            }
            if ((r.have & Receipt::Received) != 0) {
                check(rule, m.regime, aspects | aspectsOf(d.deviceClass));
            } else if (!since || recalled || left || (r.owed & Receipt::NoMore) != 0) {
                lapse(rule);
            } else if (unsure) {
                undecided(rule);
            } else if (finishing) {
                ++open;
                named = true;
            } else {
                r.owed |= Receipt::NoMore;
                named = true;
                broken(rule, m.regime, aspects | aspectsOf(d.deviceClass), device, userId).file([&] {
                    return fmt::format("{} was online all the time and did not receive {}", name(device), name(id));
                });
            }
        }
        if (m.kind != MessageSort::Normal || m.room || m.toSelf || !(lasting || (came && !author))) continue;
        if (author && !(m.api && m.includeSender)) continue;
        const RuleId userRule = author ? RuleId::ApiIncludeSenderOnline : RuleId::DeliveryNoLoss;
        // Not a sentence about ON alone, but it names ON: the state that decides is the one at acceptance.
        const Regime regime = author && m.regimeSure && m.regime.service != Service::Changing ? m.regime : Regime{};
        if (!author && inAudience(m, userId) != Tri::Yes) continue;
        const Aspects whole = aspects | bit(Aspect::Online);
        if (anyEver(m, userId)) {
            check(userRule, regime, whole);
        } else if (recalled || left) {
            lapse(userRule);
        } else if (named) {
            continue;
        } else if (unsure) {
            undecided(userRule);
        } else if (finishing) {
            ++open;
        } else {
            markUser(m, userId, Receipt::NoMore);
            broken(userRule, regime, whole, DeviceId{}, userId).file([&, user = userId] {
                return fmt::format("no device of {} received {}, though one was online all the time", name(user),
                                   name(id));
            });
        }
    }
}

}  // namespace mdsync
