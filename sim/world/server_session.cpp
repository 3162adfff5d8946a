// The server's sessions: logins, limits, and how a connection ends. See server.hpp.
#include "world/audience.hpp"
#include "world/network.hpp"
#include "world/server.hpp"

namespace mdsync::world {
namespace {

void refuseLogin(State& s, DeviceId d) {
    s.at(d).connecting = false;
    Event& event = s.emit(EventKind::Refused);
    event.device = d;
    event.code = s.say.sameClient;
}

void beginSession(State& s, DeviceId d) {
    Device& device = s.at(d);
    DeviceSide& side = s.side(d);
    device.connecting = false;
    device.online = true;
    device.linkUp = true;
    ++device.session;
    device.live = device.onHold ? 0 : device.session;
    device.began = ++s.sessions;
    device.lastReceipt = 0;
    device.down.next = s.now();
    device.catchingUp = true;
    side.beganAt = s.now();
    side.offlineDays = s.service.app.offlineDays;
    side.caught = 0;
    if (side.firstBegan == 0) side.firstBegan = device.began;
}

// The messages that a device received too short a time before its session broke for their acknowledgement to have
// arrived: the server has to take them for not received.
std::vector<Packet> unacknowledged(State& s, DeviceId d) {
    std::vector<Packet> without;
    std::uint32_t number = s.at(d).lastReceipt;
    std::vector<const Receipt*> recent;
    while (const Receipt* receipt = s.receipts.find(number, d)) {
        if (s.receipts.acknowledged(number) || receipt->at + s.longestLatency <= s.now()) break;
        recent.push_back(receipt);
        number = receipt->previous;
    }
    Instant latest{};
    for (auto r = recent.rbegin(); r != recent.rend(); ++r) {
        latest = std::max(latest, (*r)->at + drawLatency(s, s.side(d).up));
        if (latest <= s.now()) continue;
        without.push_back(Packet{d, (*r)->message, s.at(d).session, (*r)->place, PacketKind::Deliver, Via::Live});
    }
    return without;
}

// What is known to be lost when a session ends, beside what is still under way.
std::vector<Packet> takeLosses(State& s, DeviceId d, OfflineReason reason) {
    // A logout waits for what is under way to the server.
    std::vector<Packet> losses = reason == OfflineReason::Logout ? std::vector<Packet>{} : unacknowledged(s, d);
    if (s.side(d).shelf == 0) return losses;
    Shelf& shelf = s.shelf(d);
    for (std::vector<Packet>* packets : {&shelf.waiting, &shelf.lost}) {
        losses.insert(losses.end(), packets->begin(), packets->end());
        packets->clear();
    }
    return losses;
}

void markOffline(State& s, DeviceId d, OfflineReason reason, DeviceId by) {
    Device& device = s.at(d);
    if (!device.linkUp) --s.unnoticed;
    device.online = false;
    device.linkUp = false;
    device.live = 0;
    device.catchingUp = false;
    std::erase_if(s.openRecalls, [d](const OpenRecall& open) { return open.isLost && open.device == d; });
    if (reason == OfflineReason::Logout) s.side(d).flushed = device.session;
    Event& event = s.emit(EventKind::Offline);
    event.device = d;
    event.reason = reason;
    event.by = by;
    perform<&Deeds::atEnd>(s, d, reason);
    if (decide<&Decisions::leavesRooms>(s, d)) leaveAllRooms(s, d);
}

void settleLosses(State& s, const std::vector<Packet>& losses) {
    for (const Packet& p : losses) {
        if (p.kind == PacketKind::Deliver || p.kind == PacketKind::CatchUp) lost(s, p);
    }
}

}  // namespace

void connect(State& s, DeviceId d) {
    if (!decide<&Decisions::answersLogin>(s, d)) {
        s.at(d).connecting = false;
        return;
    }
    forgetOld(s);
    const Admission admission = decide<&Decisions::admissionOf>(s, d);
    if (admission.refused) {
        refuseLogin(s, d);
        perform<&Deeds::afterRefusal>(s, d);
        return;
    }
    // Either way the others are gone before the session begins: what they lose, the newcomer's catch-up brings.
    const bool announcedFirst = s.policy.knobs.onlineBeforeEviction;
    if (announcedFirst) s.emit(EventKind::Online).device = d;
    for (const DeviceId leaving : admission.leaving) endSession(s, leaving, admission.reason, d);
    if (!announcedFirst) s.emit(EventKind::Online).device = d;
    beginSession(s, d);
    catchUp(s, d);
    ++s.side(d).logins;
}

void endSession(State& s, DeviceId d, OfflineReason reason, DeviceId by) {
    const std::vector<Packet> losses = takeLosses(s, d, reason);
    markOffline(s, d, reason, by);
    settleLosses(s, losses);
}

void noticeDrop(State& s, const Packet& p) {
    --s.notices;
    const Device& device = s.at(p.device);
    if (device.session == p.session && device.online && !device.linkUp) endSession(s, p.device, OfflineReason::Drop);
}

void restart(State& s) {
    // Everybody is gone before anything is sent again.
    std::vector<Packet> losses;
    for (std::size_t i = 0; i < s.devices.size(); ++i) {
        const DeviceId d{i};
        if (!s.at(d).online) continue;
        const std::vector<Packet> own = takeLosses(s, d, OfflineReason::Server);
        losses.insert(losses.end(), own.begin(), own.end());
        markOffline(s, d, OfflineReason::Server, DeviceId{});
    }
    perform<&Deeds::atRestart>(s);
    settleLosses(s, losses);
}

}  // namespace mdsync::world
