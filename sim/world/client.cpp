// A device and its local store. See client.hpp.
#include "world/client.hpp"

#include <algorithm>

#include "world/audience.hpp"
#include "world/server.hpp"

namespace mdsync::world {
namespace {

void caughtUp(State& s, const Packet& p) {
    s.at(p.device).catchingUp = false;
    CatchUp& caught = s.annex.catchUps.emplace_back();
    caught.count = s.side(p.device).caught;
    caught.hasConversations = true;
    caught.conversations = conversationsOf(s, p.device);
    Event& event = s.emit(EventKind::CaughtUp);
    event.device = p.device;
    event.annex = static_cast<std::uint32_t>(s.annex.catchUps.size() - 1);
}

void showRecalled(State& s, const Packet& p) {
    if (p.place != kNoPlace) {
        Message& m = s.messages[p.message];
        if (m.aftermath == 0 || s.messages.shown(m, p.place)) return;
        s.messages.add(m, s.messages.aftermath(m, 0).shown, p.place);
    }
    Event& event = s.emit(EventKind::Recalled);
    event.device = p.device;
    event.message = p.message;
}

// What arrives in a session that is not over, at a device that cannot take it now.
void setAside(State& s, const Packet& p) {
    const Device& device = s.at(p.device);
    Shelf& shelf = s.shelf(p.device);
    (device.linkUp ? shelf.waiting : shelf.lost).push_back(p);
}

}  // namespace

namespace {

constexpr Event kBlank{};

// What the app gets, told.
[[gnu::always_inline]] inline void emitReceive(State& s, const Packet& p, const Message& m) {
    s.events.push_back(kBlank);
    Event& event = s.events.back();
    event.t = s.now();
    event.payload = m.payload;
    event.kind = EventKind::Receive;
    event.via = p.via;
    event.payloadKind = m.payloadKind;
    event.device = p.device;
    event.message = p.message;
    event.text = m.text;
}

}  // namespace

void receive(State& s, const Packet& p) {
    Message& m = s.messages[p.message];
    // On its way for so long that the server has taken it back.
    if (isOver(s, m)) [[unlikely]]
        return;
    Device& device = s.at(p.device);
    s.messages.add(m, m.held, p.place);
    device.lastReceipt =
        s.receipts.add(Receipt{p.device, p.message, p.place, device.lastReceipt, s.now()}, s.longestLatency);
    emitReceive(s, p, m);
}

void arriveAside(State& s, const Packet& p) {
    const Device& device = s.at(p.device);
    // An earlier session's packet: the login that began the present one has already looked at what was lost.
    if (p.session != device.session) return;
    if (device.online) {
        setAside(s, p);
    } else if (p.place != kNoPlace && isStillConnected(s, p.device)) {
        receive(s, p);
    } else {
        lost(s, p);
    }
}

void arrive(State& s, const Packet& p) {
    const Device& device = s.at(p.device);
    if (device.live != p.session) {
        if (p.kind == PacketKind::CatchUp) {
            arriveAside(s, p);
        } else if (p.session == device.session && device.online) {
            setAside(s, p);
        }
        return;
    }
    if (p.place == kNoPlace && p.kind == PacketKind::CatchUp) {
        emitReceive(s, p, s.messages[p.message]);
    } else if (p.kind == PacketKind::CatchUp) {
        const bool counts = device.catchingUp;
        const std::size_t before = s.events.size();
        receive(s, p);
        if (counts && s.events.size() > before) ++s.side(p.device).caught;
    } else if (p.kind == PacketKind::Recalled) {
        showRecalled(s, p);
    } else if (p.kind == PacketKind::CaughtUp) {
        caughtUp(s, p);
    } else {
        receive(s, p);
    }
}

void wipe(State& s, DeviceId d) {
    const UserId u = s.at(d).user;
    const User& user = s.at(u);
    for (std::size_t i = user.mailboxBegin; i < user.mailbox.size(); ++i) {
        Message& m = s.messages[user.mailbox[i]];
        const std::uint32_t place = standingOf(s, m, u).place + (d.value - user.first.value);
        if (m.aftermath != 0) s.messages.remove(m, s.messages.aftermath(m, 0).shown, place);
        if (!s.messages.has(m, m.held, place)) continue;
        s.messages.remove(m, m.held, place);
        if (!s.messages.has(m, m.sent, place)) continue;
        // The server knows that this installation had it: another terminal, from the next one's point of view.
        s.messages.remove(m, m.sent, place);
        s.messages.add(m, s.messages.aftermath(m, placesOf(s, m)).had, place);
    }
    DeviceSide& side = s.side(d);
    ++side.installation;
    side.logins = 0;
}

void release(State& s, DeviceId d) {
    Device& device = s.at(d);
    device.onHold = false;
    if (device.online && device.linkUp) device.live = device.session;
    if (s.side(d).shelf == 0) return;
    std::vector<Packet> waiting;
    waiting.swap(s.shelf(d).waiting);
    auto front = s.lines.begin();  // before what set off later
    for (const Packet& p : waiting) {
        const bool stale = p.message.exists() && p.kind != PacketKind::CaughtUp && isOver(s, s.messages[p.message]);
        if (stale) continue;
        if (s.handedOver) {
            front = s.lines.insert(front, {p, Line::Down}) + 1;
        } else {
            s.wheel.push(s.now(), p);
        }
    }
    device.down.next = std::max(device.down.next, s.now());
}

bool holdsBack(State& s) {
    for (Shelf& shelf : s.shelves) {
        for (const Packet& p : shelf.waiting) {
            if (p.kind == PacketKind::CaughtUp || !isOver(s, s.messages[p.message])) return true;
        }
    }
    return false;
}

}  // namespace mdsync::world
