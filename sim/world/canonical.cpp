// A world as bytes. See canonical.hpp.
//
// Counters that only grow (sessions, installations, orders of connection) are written by what can still be told from
// them: as differences or ranks. Times are written relative to now, and those that lie behind as 0 where being behind
// is all that matters.
#include "world/canonical.hpp"

#include <algorithm>

#include "world/audience.hpp"
#include "world/decisions.hpp"

namespace mdsync::world {
namespace {

class Bytes {
public:
    void number(std::uint64_t value) {
        // Seven bits a byte, lowest first: most numbers here are small.
        for (; value >= 0x80; value >>= 7U) text_.push_back(static_cast<char>(value | 0x80U));
        text_.push_back(static_cast<char>(value));
    }
    void flag(bool value) { number(value ? 1 : 0); }
    template <class Kind>
    void id(Id<Kind> value) {
        number(value.exists() ? value.value + 1ULL : 0);
    }
    void signedNumber(std::int64_t value) {
        number(value < 0 ? (static_cast<std::uint64_t>(-value) << 1U) | 1U : static_cast<std::uint64_t>(value) << 1U);
    }
    void ahead(Instant t, Instant now) { number(t > now ? static_cast<std::uint64_t>((t - now).count()) : 0); }
    void ago(Instant t, Instant now) { signedNumber((now - t).count()); }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string text_;
};

void writeService(Bytes& out, const State& s) {
    const Service& service = s.service;
    const App& app = service.app;
    out.flag(app.prepaid);
    out.flag(app.sync);
    out.number(static_cast<std::uint64_t>(app.compensationDays));
    out.number(static_cast<std::uint64_t>(app.offlineDays));
    out.number(static_cast<std::uint64_t>(app.mobileLimit));
    out.number(static_cast<std::uint64_t>(app.miniprogramLimit));
    out.flag(service.before);
    out.flag(service.turned);
    // A minute more than the delay, for the server that turns late.
    out.ahead(service.turnedAt + service.readings.switchDelay + std::chrono::minutes{1}, s.now());
    // Where in its day the present is: a calendar window moves at midnight. In a zone with daylight saving every day
    // differs.
    const Instant now = s.now();
    if (app.timezone.named()) {
        out.signedNumber(now.time_since_epoch().count());
    } else {
        out.ago(app.timezone.startOf(app.timezone.dayOf(now)), now);
    }
}

void writeSet(Bytes& out, const State& s, const Message& m, const Bits& set, std::uint32_t places) {
    std::uint64_t word = 0;
    for (std::uint32_t i = 0; i < places; ++i) {
        word |= static_cast<std::uint64_t>(s.messages.has(m, set, i)) << (i % 32);
        if (i % 32 == 31 || i + 1 == places) {
            out.number(word);
            word = 0;
        }
    }
}

void writeMessage(Bytes& out, const State& s, MessageId id) {
    const Message& m = s.messages[id];
    out.id(id);
    out.number(static_cast<std::uint64_t>(m.fate));
    out.ago(m.acceptedAt, s.now());
    out.number(m.payload);
    out.id(m.author);
    out.id(m.from);
    out.number(static_cast<std::uint64_t>(m.to.kind));
    out.number(m.to.number);
    out.flag(m.status);
    out.flag(m.includeSender);
    out.flag(m.acceptedOff);
    out.flag(m.recalled);
    if (m.fate != Fate::Accepted) return;
    const std::uint32_t places = placesOf(s, m);
    if (m.to.kind != TargetKind::User) {
        out.number(s.rosters[m.roster].members.size());
        for (const Member& member : s.rosters[m.roster].members) out.id(member.user);
    }
    writeSet(out, s, m, m.held, places);
    writeSet(out, s, m, m.sent, places);
    out.flag(m.aftermath != 0);
    if (m.aftermath == 0) return;
    const Aftermath& after = s.messages.aftermath(m);
    for (const Bits* set : {&after.had, &after.told, &after.shown}) writeSet(out, s, m, *set, places);
    out.id(after.recaller);
    out.id(after.recallerDevice);
    if (m.recalled) out.ago(after.recalledAt, s.now());
    for (const DeviceId d : DeviceRange{s.at(m.author)}) out.flag(s.at(d).online && s.at(d).began <= after.sessions);
}

void writePacket(Bytes& out, const State& s, const Packet& p) {
    out.number(static_cast<std::uint64_t>(p.kind));
    out.number(static_cast<std::uint64_t>(p.via));
    out.id(p.device);
    out.id(p.message);
    if (p.device.exists()) out.number(s.at(p.device).session - p.session);
    const bool fromInstallation = p.kind == PacketKind::Send;
    out.number(fromInstallation ? s.side(p.device).installation - p.place : p.place);
}

void writeLink(Bytes& out, const State& s, const Link& link) {
    out.ahead(link.next, s.now());
    const NetworkConditions& c = s.conditions[link.conditions];
    out.number(static_cast<std::uint64_t>(c.latencyLow.count()));
    out.number(static_cast<std::uint64_t>(c.latencyHigh.count()));
    out.number(c.lossPpm);
    out.number(c.duplicatePpm);
}

// What the device received too recently for the acknowledgement to be sure.
void writeReceipts(Bytes& out, const State& s, DeviceId d) {
    std::uint32_t number = s.at(d).lastReceipt;
    while (const Receipt* receipt = s.receipts.find(number, d)) {
        if (s.receipts.acknowledged(number) || receipt->at + s.longestLatency <= s.now()) break;
        out.id(receipt->message);
        out.ago(receipt->at, s.now());
        number = receipt->previous;
    }
    out.number(0);
}

// A session's age is compared with that of messages from before it, and with nothing else.
bool ageMatters(const State& s, DeviceId d) {
    const User& user = s.at(s.at(d).user);
    return user.mailbox.size() > user.mailboxBegin &&
           s.messages[user.mailbox[user.mailboxBegin]].acceptedAt < s.side(d).beganAt;
}

void writeDevice(Bytes& out, const State& s, DeviceId d) {
    const Device& device = s.at(d);
    const DeviceSide& side = s.side(d);
    for (const bool flag : {device.online, device.linkUp, device.onHold, device.connecting, device.catchingUp,
                            side.metInstallation, side.flushed == device.session, side.firstBegan == device.began}) {
        out.flag(flag);
    }
    writeLink(out, s, device.down);
    writeLink(out, s, side.up);
    if (device.online && ageMatters(s, d)) out.ago(side.beganAt, s.now());
    out.number(side.caught);
    if (device.online) out.number(static_cast<std::uint64_t>(side.offlineDays));
    if (device.online) writeReceipts(out, s, d);
    const Shelf& shelf = s.shelves[side.shelf];
    for (const std::vector<Packet>* packets : {&shelf.waiting, &shelf.lost}) {
        out.number(packets->size());
        for (const Packet& p : *packets) writePacket(out, s, p);
    }
}

// The devices in the order in which their connections, and their first connections, began.
void writeAges(Bytes& out, const State& s, const User& user) {
    std::vector<DeviceId> order;
    for (const DeviceId d : DeviceRange{user}) order.push_back(d);
    std::sort(order.begin(), order.end(), [&s](DeviceId a, DeviceId b) { return s.at(a).began < s.at(b).began; });
    for (const DeviceId d : order) out.id(d);
    std::sort(order.begin(), order.end(),
              [&s](DeviceId a, DeviceId b) { return s.side(a).firstBegan < s.side(b).firstBegan; });
    for (const DeviceId d : order) out.id(d);
}

}  // namespace

std::string canonicalBytes(const State& s) {
    Bytes out;
    writeService(out, s);
    writeLink(out, s, s.backend);
    for (std::size_t i = 0; i < s.devices.size(); ++i) writeDevice(out, s, DeviceId{i});
    for (const User& user : s.users) {
        writeAges(out, s, user);
        out.number(user.mailbox.size() - user.mailboxBegin);
        for (std::size_t i = user.mailboxBegin; i < user.mailbox.size(); ++i) out.id(user.mailbox[i]);
    }
    for (const Group& group : s.groups) {
        out.number(group.members.size());
        for (const UserId u : group.members) out.id(u);
    }
    for (const Room& room : s.rooms) {
        out.number(room.devices.size());
        for (const DeviceId d : room.devices) out.id(d);
    }
    for (std::size_t i = 0; i < s.messages.size(); ++i) {
        if (s.messages[MessageId{i}].fate != Fate::Unknown) writeMessage(out, s, MessageId{i});
    }
    for (const OpenRecall& open : s.openRecalls) {
        out.id(open.message);
        out.id(open.recaller);
        out.id(open.device);
        out.flag(open.isLost);
    }
    out.number(0);
    s.wheel.forEach([&](Instant t, const Packet& p) {
        out.ahead(t, s.now());
        writePacket(out, s, p);
    });
    return out.take();
}

std::size_t bytesOf(const State& s) {
    std::size_t bytes = sizeof(State) + s.wheel.bytes() + s.messages.bytes() + s.receipts.bytes();
    bytes += s.devices.capacity() * sizeof(Device) + s.sides.capacity() * sizeof(DeviceSide);
    bytes += s.shelves.capacity() * sizeof(Shelf) + s.accepted.capacity() * sizeof(MessageId);
    bytes += s.users.capacity() * sizeof(User);
    for (const User& user : s.users) bytes += user.mailbox.capacity() * sizeof(MessageId);
    for (const Roster& roster : s.rosters) bytes += sizeof(Roster) + roster.members.capacity() * sizeof(Member);
    return bytes;
}

}  // namespace mdsync::world
