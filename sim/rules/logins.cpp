// Logins: what a login owed, looked at once its session has settled.
#include <algorithm>

#include "rules/judge.hpp"

namespace mdsync {

using namespace rules;

// A device that was installed anew and has not been online since is asked about the last session of the installation before.
const Duty& Checker::State::compensationDuty(const DeviceFacts& d) {
    const bool reinstalled = d.installation > (d.fresh ? 1U : 0U);
    return reinstalled && d.firstSession ? kCompensationReinstall : kCompensationDeviceSwitch;
}

Claim Checker::State::claimOf(DeviceId id, bool lasts) const {
    return {.device = id, .user = ownerOf(id), .lasts = lasts, .window = window(id)};
}

// Whether the device has something to do with a message that was accepted before its session.
bool Checker::State::isOlder(MessageId id, DeviceId d) const {
    const MessageFacts& m = message(id);
    return m.state == MessageState::Accepted && m.from() < device(d).began && receipt(m, d) != nullptr;
}

void Checker::State::lookAtOlder(Claim c, MessageId id) {
    ++looks;
    const MessageFacts& m = message(id);
    if (!isOlder(id, c.device) || m.toSelf) return;
    c.message = id;
    lookAtBroughtBack(c);
    if (m.until > side(c.device).heldUntil) settle(kRecallOfflineDevices, c);
    settle(kDeliveryNoLossLogin, c);
}

// At the first settled moment, or when the session ends before that: what is not kept by then lapses. Sessions may end one
// after the other with nothing settled: then only the latest messages are looked at.
void Checker::State::lookAtSession(DeviceId id, bool lasts) {
    Claim c = claimOf(id, lasts);
    const auto firstOf = [lasts](const auto& all) { return lasts ? 0 : all.size() - std::min(all.size(), kLatest); };
    lookAtMailbox(c, firstOf(user(c.user).mailbox));
    // The recall of what it holds for certain it can have missed.
    const std::vector<MessageId>& recalled = user(c.user).recalled;
    const std::vector<MessageId>& included = owedToSender[id.index()];
    looks += recalled.size() - firstOf(recalled) + included.size() - firstOf(included);
    for (std::size_t i = firstOf(recalled); i < recalled.size(); ++i) {
        c.message = recalled[i];
        const MessageFacts& m = message(c.message);
        if (m.until <= side(id).heldUntil && isOlder(c.message, id) && !m.toSelf) settle(kRecallOfflineDevices, c);
    }
    for (std::size_t i = firstOf(included); i < included.size(); ++i) {
        c.message = included[i];
        settle(kApiIncludeSenderOffline, c);
    }
    if (lasts) holdMore(id, firstInDoubt(id));
}

void Checker::State::lookAtMailbox(Claim c, std::size_t first) {
    const DeviceFacts& d = device(c.device);
    const UserFacts& u = user(c.user);
    const std::size_t doubt = firstInDoubt(c.device);
    for (std::size_t i = std::max(doubt, first); i < u.mailbox.size(); ++i) lookAtOlder(c, u.mailbox[i]);
    // What alice/mac holds for certain it cannot have missed, and nobody looks at it again. It is a check all the same,
    // and the rules that it keeps must not look unexercised: once they are counted, the rest is skipped.
    const auto counted = [&] {
        return knows(compensationDuty(d).rule, d.regime) && knows(kDeliveryNoLossLogin.rule, d.regime);
    };
    const std::size_t earliest = std::max(u.mailboxHead, doubt - std::min(doubt, kLatest));
    for (std::size_t i = doubt; i > earliest && !counted(); --i) lookAtOlder(c, u.mailbox[i - 1]);
}

// In time mode a duty arises with the last of its conditions. alice/mac logs in; alice/phone has m1 a second later: it is
// owed from then on, and looked at by itself.
void Checker::State::lookAtBroughtBack(const Claim& c) {
    const Duty& duty = compensationDuty(device(c.device));
    if (!timeMode) {
        settle(duty, c);
        return;
    }
    const std::optional<Instant> since = elsewhereSince(message(c.message), c.device);
    const Instant login = side(c.device).beganAt;
    if (!since || *since > login + patience) return;
    if (*since > login && c.lasts && !lookingBack) return oweSince(c, *since);
    settle(duty, c);
}

// It is found when the login is looked at, a delay after it: it arose before what has come since.
void Checker::State::oweSince(const Claim& c, Instant since) {
    elsewhere.push_back({since, 0, c.device.value, c.message.value, side(c.device).beganOrigin,
                         device(c.device).session, DueKind::Elsewhere});
    std::push_heap(elsewhere.begin(), elsewhere.end(), arisesLater);
    wakeAfter(since + patience);
}

void Checker::State::lookAtElsewhere(const Due& d) {
    const DeviceId id{d.subject};
    if (device(id).session != d.session || !isOlder(MessageId{d.detail}, id)) return;
    const MessageFacts& m = message(MessageId{d.detail});
    const RecallFacts* recall = recallOf(m);
    if (recall != nullptr && recall->accepted && recall->fromAt < d.arose) return;
    Claim c = claimOf(id, lasts(id, d.session));
    c.message = MessageId{d.detail};
    // Who had it then may have lost it since: then it is owed since another one has it.
    const std::optional<Instant> since = elsewhereSince(m, id);
    if (since && *since > d.arose && *since <= side(id).beganAt + patience) return oweSince(c, *since);
    if (since && *since <= d.arose) settle(compensationDuty(device(id)), c);
}

// ---- What was kept before it was due ----------------------------------------------------------------------

// Whether nobody has looked yet at what the device's session owed.
bool Checker::State::isBeforeItsS(DeviceId id) const {
    if (!device(id).online) return false;
    return timeMode ? now <= side(id).beganAt + patience : side(id).beganSettled == settledCount;
}

// A duty that was kept stays kept. alice/mac logs in, is brought m1, and goes offline before anything has settled: what
// its session was owed and got counts; the rest has lapsed with it.
void Checker::State::leave(DeviceId id) {
    if (isBeforeItsS(id)) lookAtSession(id, false);
    endSession(id);
}

// What comes when the session has ended, but belongs to it.
void Checker::State::lookBackAtArrival(const Arrival& a) {
    if (!a.message.synchronizable() || !isOlder(a.id, a.deviceId)) return;
    Claim c = claimOf(a.deviceId, false);
    c.message = a.id;
    c.brought = a.toPrevious && a.recall == nullptr;
    c.told = a.toPrevious && a.recall != nullptr;
    lookingBack = true;
    const std::vector<MessageId>& included = owedToSender[a.deviceId.index()];
    if (a.recall != nullptr)
        settle(kRecallOfflineDevices, c);
    else
        lookAtOlder(c, a.id);
    if (std::find(included.begin(), included.end(), a.id) != included.end()) settle(kApiIncludeSenderOffline, c);
    lookingBack = false;
}

// What shows that the installation that ended shows the recall.
void Checker::State::lookBackAtRecall(const Arrival& a) {
    if (a.message.state != MessageState::Accepted || leftAfter(a.message, a.device.user)) return;
    RecallFacts& r = recalls[a.message.recall];
    const std::pair owed{a.deviceId, a.device.session};
    if (std::erase(r.owed, owed) > 0) lookAtRecallOn(r, owed, r.until, r.untilAt, true);
    lookBackAtArrival(a);
}

// The recall that alice/mac shows it has shown, whatever becomes of its next session or installation. What is on its way to
// one that is thrown away may still come.
void Checker::State::lookBackAtRecalls(DeviceId id, bool reinstalled) {
    const std::vector<MessageId>& all = user(device(id).user).recalled;
    for (std::size_t i = all.size() - std::min(all.size(), kLatest); i < all.size(); ++i) {
        if (recallOf(message(all[i])) == nullptr) continue;
        RecallFacts& r = recalls[message(all[i]).recall];
        const auto owed = std::find(r.owed.begin(), r.owed.end(), std::pair{id, device(id).session});
        if (owed == r.owed.end()) continue;
        if (reinstalled && (receipt(message(all[i]), id)->have & Receipt::Shown) == 0) continue;
        lookAtRecallOn(r, *owed, r.until, r.untilAt, false);
        r.owed.erase(owed);
    }
}

// What was kept of a message whose horizon passes before its S.
void Checker::State::lookBackAtMessage(MessageId id) {
    lookingBack = true;
    for (const Party& party : concerned(message(id))) {
        for (const DeviceId d : devicesOf(party.user)) {
            if (isBeforeItsS(d)) lookAtOlder(claimOf(d, true), id);
        }
    }
    lookingBack = false;
}

}  // namespace mdsync
