// Logins: what a login owed, looked at once its session has settled.
#include <algorithm>

#include "rules/judge.hpp"

namespace mdsync {

using namespace rules;

const Duty& Checker::State::compensationDuty(const DeviceFacts& d) {
    return d.reinstalled && d.firstSession ? kCompensationReinstall : kCompensationDeviceSwitch;
}

Claim Checker::State::claimOf(DeviceId id, std::uint32_t session) const {
    return {.device = id, .user = ownerOf(id), .lasts = lasts(id, session), .window = window(id)};
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
    // In time mode a duty arises with the last of its conditions: what another terminal got during the session is
    // looked at later, by itself.
    if (!timeMode || elsewhereAtLogin(m, c.device)) settle(compensationDuty(device(c.device)), c);
    if (m.until > side(c.device).heldUntil) settle(kRecallOfflineDevices, c);
    settle(kDeliveryNoLossLogin, c);
}

void Checker::State::lookAtSession(DeviceId id, std::uint32_t session) {
    const DeviceFacts& d = device(id);
    if (d.session != session) return;  // a later session has duties of its own
    Claim c = claimOf(id, session);
    const UserFacts& u = user(d.user);
    const std::size_t doubt = firstInDoubt(id);
    for (std::size_t i = doubt; i < u.mailbox.size(); ++i) lookAtOlder(c, u.mailbox[i]);
    // What alice/mac holds for certain it cannot have missed, and nobody looks at it again. It is a check all the same,
    // and the rules that it keeps must not look unexercised: once they are counted, the rest is skipped.
    const auto counted = [&] {
        return knows(compensationDuty(d).rule, d.regime) && knows(kDeliveryNoLossLogin.rule, d.regime);
    };
    const std::size_t first = std::max(u.mailboxHead, doubt - std::min(doubt, kLatest));
    for (std::size_t i = doubt; i > first && !counted(); --i) lookAtOlder(c, u.mailbox[i - 1]);
    // The recall of what it holds for certain it can have missed.
    looks += u.recalled.size() + owedToSender[id.index()].size();
    for (const MessageId m : u.recalled) {
        if (message(m).until > side(id).heldUntil || !isOlder(m, id) || message(m).toSelf) continue;
        c.message = m;
        settle(kRecallOfflineDevices, c);
    }
    for (const MessageId m : owedToSender[id.index()]) {
        c.message = m;
        settle(kApiIncludeSenderOffline, c);
    }
    holdMore(id, doubt);
}

// Only: what another terminal has, this one must hold.
void Checker::State::lookAtElsewhere(const Due& d) {
    const DeviceId id{d.subject};
    if (device(id).session != d.session || !isOlder(MessageId{d.detail}, id)) return;
    Claim c = claimOf(id, d.session);
    c.message = MessageId{d.detail};
    settle(compensationDuty(device(id)), c);
}

// ---- What was kept before it was due ----------------------------------------------------------------------

// Whether the device has had a session at whose duties nobody has looked yet.
bool Checker::State::isBeforeItsS(DeviceId id) const {
    const DeviceFacts& d = device(id);
    if (d.session == 0 || d.fresh) return false;
    return timeMode ? now <= side(id).beganAt + patience : side(id).beganSettled == settledCount;
}

// A duty that was kept stays kept. alice/mac logs in, is brought m1, and comes online anew, or is reinstalled, before
// anything has settled: what its session was owed and got counts; the rest has lapsed with it.
void Checker::State::lookBackAtSession(DeviceId id) {
    if (!isBeforeItsS(id)) return;
    lookingBack = true;
    Claim c = claimOf(id, device(id).session);
    const std::vector<MessageId>& mailbox = user(c.user).mailbox;
    const std::size_t latest = mailbox.size() - std::min(mailbox.size(), kLatest);
    for (std::size_t i = std::max(latest, firstInDoubt(id)); i < mailbox.size(); ++i) lookAtOlder(c, mailbox[i]);
    const std::vector<MessageId>& sent = owedToSender[id.index()];
    for (std::size_t i = sent.size() - std::min(sent.size(), kLatest); i < sent.size(); ++i) {
        c.message = sent[i];
        settle(kApiIncludeSenderOffline, c);
    }
    lookingBack = false;
}

// The same for a message whose horizon passes before that.
void Checker::State::lookBackAtMessage(MessageId id) {
    lookingBack = true;
    for (const Party& party : concerned(message(id))) {
        for (const DeviceId d : devicesOf(party.user)) {
            if (isBeforeItsS(d)) lookAtOlder(claimOf(d, device(d).session), id);
        }
    }
    lookingBack = false;
}

}  // namespace mdsync
