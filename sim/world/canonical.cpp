// A world as bytes. See canonical.hpp.
//
// Counters that only grow (sessions, installations, orders of connection) are written by what can still be told from
// them: as differences or ranks. Times are written relative to now, and those that lie behind as 0 where being behind
// is all that matters. What only one of the wrong servers looks at is written for that one.
#include "world/canonical.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory_resource>

#include "world/audience.hpp"
#include "world/fault.hpp"
#include "world/network.hpp"

namespace mdsync::world {
namespace {

// What a device is to a message.
enum Relation : std::uint8_t { Concerned = 1, Held = 2, Sent = 4, Had = 8, Told = 16, Shown = 32, Author = 64 };

class Writer {
public:
    Writer(const State& s, const Naming& names, Encoder& out) : s_(s), names_(names), out_(out) {}

    void all() {
        service();
        for (const std::uint32_t d : names_.byDevice) device(DeviceId{d});
        memberships();
        for (const std::uint32_t m : names_.byMessage) {
            if (s_.messages[MessageId{m}].fate != Fate::Unknown) message(MessageId{m});
        }
        order();
        openRecalls();
        underWay();
    }

    void device(DeviceId d) {
        const Device& device = s_.at(d);
        const DeviceSide& side = s_.side(d);
        out_.byte(static_cast<unsigned>(device.online) | static_cast<unsigned>(device.linkUp) << 1U |
                  static_cast<unsigned>(device.onHold) << 2U | static_cast<unsigned>(device.connecting) << 3U |
                  static_cast<unsigned>(device.catchingUp) << 4U | static_cast<unsigned>(side.logins > 0) << 5U);
        out_.number(device.online ? 1 + olderConnections(d) : 0);
        if (device.online && ageMatters(d)) out_.ago(side.beganAt, s_.now());
        if (device.online) out_.signedNumber(side.offlineDays);
        if (device.catchingUp) out_.number(side.caught);
        if (device.online) receipts(d);
        const Shelf& shelf = s_.shelves[side.shelf];
        for (const std::vector<Packet>* packets : {&shelf.waiting, &shelf.lost}) {
            out_.number(packets->size());
            for (const Packet& p : *packets) packet(p);
        }
        if (s_.handedOver) {
            lines(d);
        } else {
            out_.flag(side.flushed == device.session);
            link(device.down);
            link(side.up);
        }
        remember<&Memory::ofDevice>(d);
        // What it is to each accepted message, by the messages' names.
        for (const std::uint32_t number : names_.byMessage) {
            const Message& m = s_.messages[MessageId{number}];
            if (m.fate == Fate::Accepted) out_.byte(relation(m, d));
        }
    }

private:
    void service() {
        const Service& service = s_.service;
        const App& app = service.app;
        out_.byte(static_cast<unsigned>(app.prepaid) | static_cast<unsigned>(app.sync) << 1U |
                  static_cast<unsigned>(service.before) << 2U | static_cast<unsigned>(service.turned) << 3U);
        out_.signedNumber(app.compensationDays);
        out_.signedNumber(app.offlineDays);
        out_.signedNumber(app.mobileLimit);
        out_.signedNumber(app.miniprogramLimit);
        remember<&Memory::ofSettings>();
        // A minute more than the delay, for the server that turns late.
        out_.ahead(service.turnedAt + service.readings.switchDelay + std::chrono::minutes{1}, s_.now());
        // Where in its day the present is: a calendar window moves at midnight. In a zone with daylight saving every
        // day differs.
        const Instant now = s_.now();
        if (app.timezone.named()) {
            out_.signedNumber(now.time_since_epoch().count());
        } else {
            out_.ago(app.timezone.startOf(app.timezone.dayOf(now)), now);
        }
    }

    void message(MessageId id) {
        const Message& m = s_.messages[id];
        out_.number(static_cast<std::uint64_t>(m.fate));
        out_.ago(m.acceptedAt, s_.now());
        if (!s_.handedOver) out_.number(m.payload);  // in search all bodies are alike
        remember<&Memory::ofMessage>(m);
        out_.number(m.author.value);
        out_.number(names_.of(m.from));
        out_.number(static_cast<std::uint64_t>(m.to.kind));
        out_.number(m.to.number);
        out_.byte(static_cast<unsigned>(m.status) | static_cast<unsigned>(m.includeSender) << 1U |
                  static_cast<unsigned>(m.acceptedOff) << 2U | static_cast<unsigned>(m.recalled) << 3U |
                  static_cast<unsigned>(m.forgotten) << 4U | static_cast<unsigned>(m.aftermath != 0) << 5U);
        if (m.fate != Fate::Accepted) return;
        if (m.to.kind != AddressKind::User) {
            out_.number(s_.rosters[m.roster].members.size());
            for (const Member& member : s_.rosters[m.roster].members) out_.number(member.user.value);
        }
        if (m.aftermath == 0) return;
        const Aftermath& after = s_.messages.aftermath(m);
        out_.number(after.recaller.exists() ? after.recaller.value + 1ULL : 0);
        out_.number(names_.of(after.recallerDevice));
        if (m.recalled) out_.ago(after.recalledAt, s_.now());
        for (const std::uint32_t d : names_.byDevice) {
            if (s_.devices[d].user != m.author) continue;
            out_.flag(s_.devices[d].online && s_.devices[d].began <= after.sessions);
        }
    }

    // The messages in the order of acceptance: that of the mailboxes.
    void order() {
        for (std::size_t i = s_.acceptedBegin; i < s_.accepted.size(); ++i) out_.number(names_.of(s_.accepted[i]));
        out_.number(0);
    }

    void memberships() {
        for (const Group& group : s_.groups) {
            out_.number(group.members.size());
            for (const UserId u : group.members) out_.number(u.value);
            remember<&Memory::ofGroup>(group, names_);
        }
        for (const Room& room : s_.rooms) {
            std::array<std::byte, 256> stack;
            std::pmr::monotonic_buffer_resource memory(stack.data(), stack.size());
            std::pmr::vector<std::uint32_t> inside(&memory);
            inside.reserve(room.devices.size());
            for (const DeviceId d : room.devices) inside.push_back(names_.of(d));
            // Who joined first is served first, which only the clock can tell.
            if (s_.handedOver) std::sort(inside.begin(), inside.end());
            for (const std::uint32_t d : inside) out_.number(d);
            out_.number(0);
            remember<&Memory::ofRoom>(room, names_);
        }
    }

    void openRecalls() {
        for (const OpenRecall& open : s_.openRecalls) {
            out_.number(names_.of(open.message));
            out_.number(open.recaller.exists() ? open.recaller.value + 1ULL : 0);
            out_.number(names_.of(open.device));
            out_.flag(open.isLost);
        }
        out_.number(0);
    }

    void underWay() {
        if (s_.handedOver) {
            for (const Waiting& waiting : s_.lines) {
                if (waiting.line == Line::Backend) packet(waiting.packet);
            }
            return;
        }
        link(s_.backend);
        s_.wheel.forEach([&](Instant t, const Packet& p) {
            out_.ahead(t, s_.now());
            out_.number(names_.of(p.device));
            packet(p);
        });
    }

    [[nodiscard]] unsigned relation(const Message& m, DeviceId d) const {
        const UserId u = s_.at(d).user;
        const Standing standing = standingOf(s_, m, u);
        if (!standing.any()) return 0;
        const std::uint32_t place = standing.place + (d.value - s_.at(u).first.value);
        unsigned bits = Concerned;
        if (m.from == d) bits |= Author;
        if (s_.messages.has(m, m.held, place)) bits |= Held;
        if (s_.messages.has(m, m.sent, place)) bits |= Sent;
        if (s_.messages.had(m, place)) bits |= Had;
        if (s_.messages.told(m, place)) bits |= Told;
        if (s_.messages.shown(m, place)) bits |= Shown;
        return bits;
    }

    // That of a device that is offline is compared with nothing.
    [[nodiscard]] unsigned olderConnections(DeviceId d) const {
        unsigned older = 0;
        for (const DeviceId other : DeviceRange{s_.at(s_.at(d).user)}) {
            if (s_.at(other).online && s_.at(other).began < s_.at(d).began) ++older;
        }
        return older;
    }

    // A session's age is compared with that of messages from before it, and with nothing else.
    [[nodiscard]] bool ageMatters(DeviceId d) const {
        const User& user = s_.at(s_.at(d).user);
        return user.mailbox.size() > user.mailboxBegin &&
               s_.messages[user.mailbox[user.mailboxBegin]].acceptedAt < s_.side(d).beganAt;
    }

    // What the device received too recently for the acknowledgement to be sure.
    void receipts(DeviceId d) {
        std::uint32_t number = s_.at(d).lastReceipt;
        while (const Receipt* receipt = s_.receipts.find(number, d)) {
            if (s_.receipts.acknowledged(number) || receipt->at + s_.longestLatency <= s_.now()) break;
            out_.number(names_.of(receipt->message));
            out_.ago(receipt->at, s_.now());
            number = receipt->previous;
        }
        out_.number(0);
    }

    void packet(const Packet& p) {
        out_.byte(static_cast<unsigned>(p.kind) | static_cast<unsigned>(p.via) << 4U |
                  (p.place == kNoPlace ? 0x40U : 0U));
        out_.number(names_.of(p.message));
        if (!p.device.exists()) return;
        out_.number(s_.at(p.device).session - p.session);
        if (lineOf(p.kind) == Line::Up) out_.flag(s_.side(p.device).flushed == p.session);
        if (p.kind == PacketKind::Send) out_.number(s_.side(p.device).installation - p.place);
    }

    void link(const Link& link) {
        out_.ahead(link.next, s_.now());
        const NetworkConditions& c = s_.conditions[link.conditions];
        out_.number(static_cast<std::uint64_t>(c.latencyLow.count()));
        out_.number(static_cast<std::uint64_t>(c.latencyHigh.count()));
        out_.number(c.lossPpm);
        out_.number(c.duplicatePpm);
    }

    // The device's own lines. Between lines there is no order.
    void lines(DeviceId d) {
        for (const Line line : {Line::Down, Line::Up, Line::Notice, Line::Astray}) {
            for (const Waiting& waiting : s_.lines) {
                if (waiting.line == line && waiting.packet.device == d) packet(waiting.packet);
            }
            out_.byte(0xff);
        }
    }

    // What only this server looks at.
    template <auto Part, class... About>
    void remember(const About&... about) {
        if (s_.policy.mutant == nullptr) return;
        if (const auto write = s_.policy.mutant->fault->memory.*Part) write(s_, about..., out_);
    }

    const State& s_;
    const Naming& names_;
    Encoder& out_;
};

}  // namespace

void encode(const State& s, const Naming& names, Encoder& out) {
    Writer(s, names, out).all();
}

void encodeDevice(const State& s, const Naming& names, DeviceId d, Encoder& out) {
    Writer(s, names, out).device(d);
}

std::string canonicalBytes(const State& s) {
    Naming names;
    names.keep(s.devices.size(), s.messages.size());
    Encoder out;
    encode(s, names, out);
    const auto bytes = out.bytes();
    return {bytes.begin(), bytes.end()};
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
