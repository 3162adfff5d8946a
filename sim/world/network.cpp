// The network: conditions, and what arrives. See network.hpp.
#include "world/network.hpp"

#include <array>
#include <span>

#include "base/fetch.hpp"
#include "world/client.hpp"
#include "world/server.hpp"

namespace mdsync::world {
namespace {

constexpr std::uint32_t kMillion = 1000000;

bool same(const NetworkConditions& a, const NetworkConditions& b) {
    return a.latencyLow == b.latencyLow && a.latencyHigh == b.latencyHigh && a.lossPpm == b.lossPpm &&
           a.duplicatePpm == b.duplicatePpm;
}

std::uint32_t numberOf(State& s, const NetworkConditions& conditions) {
    for (std::size_t i = 0; i < s.conditions.size(); ++i) {
        if (same(s.conditions[i], conditions)) return static_cast<std::uint32_t>(i);
    }
    s.conditions.push_back(conditions);
    return static_cast<std::uint32_t>(s.conditions.size() - 1);
}

void fetchUser(const State& s, UserId u) {
    constexpr std::uint32_t kMost = 8;
    const User& user = s.at(u);
    for (std::uint32_t i = 0; i < user.devices && i < kMost; ++i) {
        fetchToWrite(&s.devices[user.first.index() + i]);
    }
    if (!user.mailbox.empty()) fetchToWrite(&user.mailbox.back());
}

// Asks for the records that these packets will need, so that they are there by then: with many devices, memory is what a
// delivery waits for.
void fetchFor(const State& s, std::span<const Packet> packets) {
    for (const Packet& p : packets) {
        if (p.kind == PacketKind::Deliver) {
            fetchToWrite(&s.devices[p.device.index()]);
            fetchToWrite(&s.messages[p.message]);
        } else if (p.kind == PacketKind::Send || p.kind == PacketKind::Publish) {
            const Message& m = s.messages[p.message];
            fetchUser(s, m.author);
            if (m.to.kind == AddressKind::User) fetchUser(s, m.to.user());
        }
    }
}

}  // namespace

bool getsThrough(const State& s, const Packet& p) {
    const Device& device = s.at(p.device);
    if (p.session == s.side(p.device).flushed) return true;
    return p.session == device.session && device.online && device.linkUp;
}

void putOnLine(State& s, const Packet& p) {
    s.lines.push_back({p, lineOf(p.kind)});
}

void putAside(State& s, const Packet& p) {
    constexpr Millis kAMoment{100};
    if (s.handedOver) {
        s.lines.push_back({p, Line::Astray});
        return;
    }
    const Instant at = arrival(s, s.at(p.device).down);
    s.wheel.push(at + kAMoment, p);
    doubleSometimes(s, p, at);
}

Millis drawRetries(State& s, Link& link) {
    constexpr Millis kRetryAfter{200};
    constexpr int kMostRetries = 50;
    const std::uint32_t gone = s.conditions[link.conditions].lossPpm;
    const std::uint64_t key = s.chance.keyOf(streamOf(Purpose::Loss, link.entity));
    Millis time{0};
    // Drawn so that 0, the plainest, means that nothing is lost.
    for (int i = 0; i < kMostRetries && s.chance.draw(key, link.lossDraws, kMillion, Label::Loss) >= kMillion - gone;
         ++i) {
        time += kRetryAfter;
    }
    return time;
}

void doubleSometimes(State& s, const Packet& p, Instant at) {
    const Link& link = s.at(p.device).down;
    const std::uint32_t doubled = s.conditions[link.conditions].duplicatePpm;
    if (doubled == 0) return;
    const std::uint64_t key = s.chance.keyOf(streamOf(Purpose::Duplicate, link.entity));
    if (s.chance.draw(key, s.side(p.device).duplicateDraws, kMillion, Label::Duplicate) < kMillion - doubled) return;
    Packet twin = p;
    if (decide<&Decisions::numbersPackets>(s)) twin.kind = PacketKind::Duplicate;
    s.wheel.push(at, twin);
}

void setConditions(State& s, const NetworkConditions& conditions, const std::vector<DeviceId>& on) {
    const std::uint32_t number = numberOf(s, conditions);
    s.longestLatency = std::max(s.longestLatency, conditions.latencyHigh);
    const auto put = [&](DeviceId d) {
        s.at(d).down.conditions = number;
        s.side(d).up.conditions = number;
    };
    for (const DeviceId d : on) put(d);
    if (!on.empty()) return;
    for (std::size_t i = 0; i < s.devices.size(); ++i) put(DeviceId{i});
    s.backend.conditions = number;
}

bool isUnderWay(const State& s, MessageId id) {
    const auto isOfIt = [id](const Packet& p) { return p.message == id; };
    bool found = s.receipts.mentions(id, s.now() - s.longestLatency);
    s.wheel.forEach([&](Instant, const Packet& p) { found |= isOfIt(p); });
    for (const Waiting& waiting : s.lines) found |= isOfIt(waiting.packet);
    for (const Shelf& shelf : s.shelves) {
        found |= std::any_of(shelf.waiting.begin(), shelf.waiting.end(), isOfIt);
        found |= std::any_of(shelf.lost.begin(), shelf.lost.end(), isOfIt);
    }
    return found;
}

void dispatch(State& s, const Packet& p) {
    switch (p.kind) {
        case PacketKind::Deliver:
            if (s.at(p.device).live == p.session) {
                receive(s, p);
            } else {
                arriveAside(s, p);
            }
            break;
        case PacketKind::CatchUp:
        case PacketKind::Recalled:
        case PacketKind::CaughtUp:
            arrive(s, p);
            break;
        case PacketKind::Duplicate:
            break;
        case PacketKind::Connect:
            connect(s, p.device);
            break;
        case PacketKind::Send:
            if (getsThrough(s, p)) accept(s, p.message, p.place);
            break;
        case PacketKind::Recall:
            if (getsThrough(s, p)) {
                recall(s, p.message);
            } else {
                loseRecall(s, p);
            }
            break;
        case PacketKind::Publish:
            accept(s, p.message, 0);
            break;
        case PacketKind::ApiRecall:
            recall(s, p.message);
            break;
        case PacketKind::Notice:
            noticeDrop(s, p);
            break;
    }
}

void runUntil(State& s, Instant until) {
    std::array<Packet, Wheel<Packet>::kChunk> due;
    while (const std::size_t count = s.wheel.popSome(until, due)) {
        fetchFor(s, s.wheel.firstChunk());
        for (std::size_t i = 0; i < count; ++i) dispatch(s, due[i]);
    }
}

}  // namespace mdsync::world
