// Duties: what must have happened by the first settled moment after it became due, and the looking at it.
//
// Settled mode looks at everything that arose since the last `settled`; time mode at what arose `patience` ago. Both
// use one queue in the order of arising. At the end of the trace, a duty that is not kept is open.
#include <fmt/format.h>

#include "spec/state.hpp"

namespace mdsync {

using namespace spec;

void Checker::State::oweNow(DueKind kind, std::uint32_t subject, std::uint32_t detail, std::uint32_t session) {
    due.push({now, place, subject, detail, session, kind});
}

void Checker::State::judgeBefore(Instant t) {
    while (!due.empty() && due.front().arose + patience < t) {
        const Due d = due.front();
        if (due.size() > 8 && due[8].kind == DueKind::Accepted) __builtin_prefetch(&messages[due[8].subject]);
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
    const auto unanswered = [&](std::string text, DeviceId device, MessageId message) {
        if (finishing) {
            ++open;
            return;
        }
        Violation& v = violate(RuleId::DeliveryAnswered, {}, std::move(text));
        describe(v, message, device, device.exists() ? devices[device.index()].user : UserId{});
        because(v, d.place, d.arose, v.origin, "asked");
        becauseDue(v);
    };
    const auto excused = [&](DeviceId device) {
        return serverRestart > d.place || (device.exists() && lastOffline[device.index()] > d.place);
    };
    if (d.kind == DueKind::Connect) {
        const DeviceId device{d.subject};
        if (devices[device.index()].answered > d.place)
            check(RuleId::DeliveryAnswered);
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
            check(RuleId::DeliveryAnswered);
            return;
        }
        const bool noOneKnows = m.senderOffline || excused(m.sender);
        if (header->silent.accept) {
            if (finishing) return;
            if (noOneKnows) return lapse(RuleId::DeliveryAnswered);
            accept(id, false);
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
        check(RuleId::DeliveryAnswered);
        return;
    }
    if (request.maybeAnswered) return undecided(RuleId::DeliveryAnswered);
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
    const auto explain = [&](Violation& v, DeviceId device, UserId user) {
        describe(v, id, device, user);
        v.origin = m.askedOrigin;
        because(v, m.asked, m.askedAt, m.askedOrigin, fmt::format("{} sent", name(id)));
        if (!m.late) because(v, m.until, m.untilAt, m.askedOrigin, fmt::format("{} accepted", name(id)));
        if (device.exists()) {
            const DeviceFacts& d = devices[device.index()];
            because(v, d.began, d.beganAt, d.beganOrigin, fmt::format("{} online", name(device)));
        }
        becauseDue(v);
    };
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
        bool named = false;    // another duty names this message and user
        for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
            Receipt& r = receipts[m.receipts + base + i];
            if ((r.owed & Receipt::NoMore) != 0) named = true;
            if ((r.owed & Receipt::Online) == 0) continue;
            const DeviceId device{user.firstDevice.value + i};
            const DeviceFacts& d = devices[device.index()];
            const bool since = d.online && d.session == r.session && d.began < m.from;
            lasting |= since;
            if ((r.owed & Receipt::Owed) == 0) {
                if (!m.regimeSure || m.regime.service == Service::Changing) {
                    if (!m.room && !m.toSelf && device != m.sender && (r.have & Receipt::Received) == 0)
                        undecided(rule);
                }
                continue;
            }
            if ((r.have & Receipt::Received) != 0) {
                check(rule, m.regime);
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
                explain(
                    violate(rule, m.regime,
                            fmt::format("{} was online all the time and did not receive {}", name(device), name(id))),
                    device, userId);
            }
        }
        if (m.kind != MessageSort::Normal || m.room || m.toSelf || !lasting) continue;
        if (author && !(m.api && m.includeSender)) continue;
        const RuleId userRule = author ? RuleId::ApiIncludeSenderOnline : RuleId::DeliveryNoLoss;
        // Not a sentence about ON alone, but it names ON: the state that decides is the one at acceptance.
        const Regime regime = author && m.regimeSure && m.regime.service != Service::Changing ? m.regime : Regime{};
        if (!author && inAudience(m, userId) != Tri::Yes) continue;
        if (anyEver(m, userId)) {
            check(userRule, regime);
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
            explain(violate(userRule, regime,
                            fmt::format("no device of {} received {}, though one was online all the time", name(userId),
                                        name(id))),
                    DeviceId{}, userId);
        }
    }
}

// What a login owed: compensation.device-switch, compensation.reinstall, api.include-sender-offline,
// recall.offline-devices, delivery.no-loss.
void Checker::State::judgeSession(DeviceId id, std::uint16_t session) {
    const DeviceFacts& d = devices[id.index()];
    const bool lasts = d.online && d.session == session;
    if (!lasts && d.session != session) return;  // a later session has duties of its own
    const UserId userId = d.user;
    const UserFacts& user = users[userId.index()];
    const Window win = window(d);
    const RuleId rule =
        d.reinstalled && d.firstSession ? RuleId::CompensationReinstall : RuleId::CompensationDeviceSwitch;

    const auto explain = [&](Violation& v, MessageId message, DeviceId device) {
        const MessageFacts& m = messages[message.index()];
        describe(v, message, device, userId);
        v.origin = d.beganOrigin;
        because(v, m.asked, m.askedAt, m.askedOrigin, fmt::format("{} sent", name(message)));
        if (!m.late) because(v, m.until, m.untilAt, m.askedOrigin, fmt::format("{} accepted", name(message)));
        if (recallAccepted(m)) {
            const RecallFacts& r = recalls[m.recall];
            because(v, r.until, r.untilAt, r.origin, fmt::format("{} recalled", name(message)));
        }
        because(v, d.began, d.beganAt, d.beganOrigin, fmt::format("{} online", name(id)));
        becauseDue(v);
    };
    // kept, or violated by `text`, or open, or lapsed with the session.
    const auto settle = [&](RuleId which, Regime regime, bool kept, auto&& violated) {
        if (kept)
            check(which, regime);
        else if (!lasts)
            lapse(which);
        else if (finishing)
            ++open;
        else
            violated();
    };

    for (std::size_t i = user.mailboxHead; i < user.mailbox.size(); ++i) {
        const MessageId message = user.mailbox[i];
        const MessageFacts& m = messages[message.index()];
        if (m.state != MessageState::Accepted || m.from >= d.began) continue;
        if (m.toSelf) continue;
        Receipt* r = receipt(m, id);
        if (r == nullptr) continue;
        const bool before = m.until < d.began;
        const bool recalled = recallAccepted(m);
        const bool left = leftAfter(m, userId);
        const bool decided = before && decides(m, d) == Decides::On;
        const Tri held = holds(m, id);
        const Tri audience = userId == m.author ? Tri::Yes : inAudience(m, userId);

        if (m.untilAt >= win.demanded && (r->owed & Receipt::NoMore) == 0) {
            const Tri elsewhere = anotherTerminalHas(m, id, true);
            if (elsewhere != Tri::No && (decided || held == Tri::No)) {
                const bool sure = decided && m.fromAt >= win.demanded && elsewhere == Tri::Yes && held != Tri::Maybe &&
                                  audience == Tri::Yes && !maybeRecalled(m);
                if (recalled || left)
                    lapse(rule);
                else if (!sure)
                    undecided(rule);
                else
                    settle(rule, m.regime, held == Tri::Yes, [&] {
                        r->owed |= Receipt::NoMore;
                        explain(violate(rule, m.regime,
                                        fmt::format("{} logged in and did not get {}, which another terminal of {} has",
                                                    name(id), name(message), name(userId))),
                                message, id);
                    });
            }
        }

        if (recalled && before && held == Tri::Yes && !left && (r->owed & Receipt::RecallNoMore) == 0) {
            const RecallFacts& recall = recalls[m.recall];
            const bool heldBefore = (r->have & Receipt::Received) == 0 || r->session != session;
            if (recall.until < d.began && heldBefore && (r->have & Receipt::Tainted) == 0) {
                const Decides which = decides(recall, d);
                if (which == Decides::Nothing || (which == Decides::On && recall.fromAt < win.demanded)) {
                    undecided(RuleId::RecallOfflineDevices);
                } else if (which == Decides::On) {
                    settle(RuleId::RecallOfflineDevices, recall.regime, (r->have & Receipt::Shown) != 0, [&] {
                        r->owed |= Receipt::RecallNoMore;
                        explain(violate(RuleId::RecallOfflineDevices, recall.regime,
                                        fmt::format("{} logged in after {} was recalled and still shows it", name(id),
                                                    name(message))),
                                message, id);
                    });
                }
            }
        }

        // A different mechanism from compensation: what no device of a recipient received is kept for the next that
        // logs in.
        if (userId == m.author || !before || audience != Tri::Yes) continue;
        if (d.beganAt - m.fromAt > std::chrono::hours{24} * d.offlineDays) continue;
        const auto named = [&] {
            const std::uint32_t base = slotBase(m, userId);
            for (std::uint16_t k = 0; k < user.deviceCount; ++k) {
                if ((receipts[m.receipts + base + k].owed & Receipt::NoMore) != 0) return true;
            }
            return false;
        };
        const bool ever = anyEver(m, userId);
        if (!ever && (recalled || left))
            lapse(RuleId::DeliveryNoLoss);
        else if (!ever && named())
            continue;
        else if (!ever && maybeRecalled(m))
            undecided(RuleId::DeliveryNoLoss);
        else
            settle(RuleId::DeliveryNoLoss, {}, ever, [&] {
                markUser(m, userId, Receipt::NoMore);
                explain(violate(RuleId::DeliveryNoLoss, {},
                                fmt::format("{} logged in and did not get {}, which no device of {} ever received",
                                            name(id), name(message), name(userId))),
                        message, DeviceId{});
            });
    }

    for (const MessageId message : owedToSender[id.index()]) {
        const MessageFacts& m = messages[message.index()];
        if (m.state != MessageState::Accepted) continue;
        const Receipt* r = receipt(m, id);
        if (r == nullptr || (r->owed & Receipt::NoMore) != 0) continue;
        if (decides(m, d) != Decides::On || m.fromAt < win.demanded) {
            if (decides(m, d) == Decides::Nothing) undecided(RuleId::ApiIncludeSenderOffline);
            continue;
        }
        if (recallAccepted(m) || leftAfter(m, userId)) {
            lapse(RuleId::ApiIncludeSenderOffline);
        } else if (maybeRecalled(m)) {
            undecided(RuleId::ApiIncludeSenderOffline);
        } else {
            bool held = false;
            for (std::uint16_t k = 0; k < user.deviceCount; ++k)
                held |= holds(m, DeviceId{user.firstDevice.value + k}) == Tri::Yes;
            settle(RuleId::ApiIncludeSenderOffline, m.regime, held, [&] {
                markUser(m, userId, Receipt::NoMore);
                explain(violate(RuleId::ApiIncludeSenderOffline, m.regime,
                                fmt::format(
                                    "{} logged in and no device of {} has {}, sent through the API with includeSender",
                                    name(id), name(userId), name(message))),
                        message, DeviceId{});
            });
        }
    }
}

}  // namespace mdsync
