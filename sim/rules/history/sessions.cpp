// Sessions: a device comes online, goes offline, is installed anew.
#include "rules/history/history.hpp"

namespace mdsync::rules {

void History::beginSession(DeviceId id) {
    DeviceFacts& d = device(id);
    DeviceSide& s = side(id);
    d.online = true;
    d.session = nextSession(d);
    d.began = place;
    d.caughtUp = false;
    d.firstSession = d.fresh;
    d.fresh = false;
    s.beganAt = now;
    s.beganOrigin = origin;
    s.beganSettled = settledCount;
    s.answered = place;
    s.compensationDays = settings.compensationDays;
    s.offlineDays = settings.offlineDays;
    if (user(d.user).onlineCount++ == 0) ++onlineUsers;
}

void History::endSession(DeviceId id) {
    DeviceFacts& d = device(id);
    DeviceSide& s = side(id);
    if (settledCount > s.beganSettled) s.settledOnline = settledCount;
    d.online = false;
    s.ended = place;
    s.endedAt = now;
    s.endedOrigin = origin;
    if (--user(d.user).onlineCount == 0) --onlineUsers;
    // A device leaves the room when its session ends.
    while (!roomsOf[id.index()].empty()) leaveRoom(id, roomsOf[id.index()].back());
}

// The old installation may have a message for good; the new one starts with nothing. alice/phone that received m1 and
// was reinstalled is two terminals: one that has m1, and one that lacks it.
void History::reinstall(DeviceId id) {
    DeviceFacts& d = device(id);
    const UserFacts& u = user(d.user);
    // An installation that had nothing leaves nothing behind, however often it is thrown away.
    const bool hadNothing = !d.holdsSomething && side(id).waiting == 0 && !d.showsSomething;
    const bool leavesAsItWas = hadNothing && !d.leftBehind;
    d.leftBehind = !hadNothing;
    for (std::size_t i = leavesAsItWas ? u.mailbox.size() : u.mailboxHead; i < u.mailbox.size(); ++i) {
        ++looks;
        Receipt* r = receipt(message(u.mailbox[i]), id);
        if (r == nullptr) continue;
        if (terminalHas(*r, id, false)) r->have |= Receipt::Earlier;
        if (terminalHas(*r, id, true)) r->have |= Receipt::EarlierClean;
        const bool received = (r->have & Receipt::Received) != 0;
        r->owed &= static_cast<std::uint8_t>(~Receipt::ByPrevious);
        if (received) r->owed |= Receipt::ByPrevious;
        // What it received too late keeps nothing; what it received before, it keeps.
        if (received && (r->owed & Receipt::TooLate) != 0) r->owed &= static_cast<std::uint8_t>(~Receipt::Owed);
        if (recallAccepted(message(u.mailbox[i]))) r->owed |= Receipt::TooLate;
        // ShownOff stays: what the earlier installation showed was shown.
        r->have &= static_cast<std::uint8_t>(~(Receipt::Received | Receipt::Tainted | Receipt::Shown));
        // OffDecided stays with Earlier.
        if ((r->have & Receipt::Earlier) == 0) r->have &= static_cast<std::uint8_t>(~Receipt::OffDecided);
    }
    ++d.installation;
    d.reinstalled = true;
    d.fresh = true;
    d.listed = false;
    d.stray = false;
    d.holdsSomething = false;
    d.showsSomething = false;
    side(id).waiting = 0;
    if (side(id).foreign != d.session) side(id).foreignBefore = side(id).foreign;
    side(id).foreign = d.session;
    side(id).settledOnline = 0;
    side(id).heldUntil = 0;
    pastThreads[id.index()].clear();
    strays[id.index()].clear();
}

}  // namespace mdsync::rules
