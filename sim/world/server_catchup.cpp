// Catch-up: what a device gets at its login, and what is sent again because it was lost. See server.hpp.
//
// The whole catch-up of a login is put on the link at the moment of the login, in the order of acceptance, with
// `caught-up` behind it. What is accepted later comes behind that, as live. So nothing falls between, nothing comes
// twice, and the order of a conversation holds.
#include "world/audience.hpp"
#include "world/network.hpp"
#include "world/server.hpp"

namespace mdsync::world {
namespace {

void sendAgain(State& s, MessageId id, DeviceId d, std::uint32_t place, Via via) {
    sendMessage(s, Packet{d, id, 0, place, PacketKind::CatchUp, via});
}

// The device reports what it has: what was sent to it in an earlier session and is not there is lost; what is there has
// arrived, acknowledged or not.
void takeReport(State& s, Message& m, std::uint32_t place) {
    if (s.messages.has(m, m.held, place)) {
        s.messages.add(m, m.sent, place);
    } else {
        s.messages.remove(m, m.sent, place);
    }
}

void bringRecalled(State& s, const Login& login, MessageId id, Message& m, const Standing& standing,
                   std::uint32_t place, bool unclaimed) {
    const DeviceId d = login.device;
    const std::uint32_t offset = d.value - s.at(s.at(d).user).first.value;
    if (!s.messages.has(m, m.held, place)) {
        const Via via = decide<&Decisions::bringsAtLogin>(s, m, standing, login, unclaimed);
        if (via == Via::Unknown) return;
        const Recalled brings = decide<&Decisions::bringsRecalled>(s, m, login);
        if (brings != Recalled::Nothing) sendAgain(s, id, d, place, via);
        if (brings == Recalled::MessageAndRecall) tellRecalled(s, id, d, place);
        return;
    }
    if (s.messages.shown(m, place)) return;
    const std::uint32_t first = place - offset;
    const User& user = s.at(s.at(d).user);
    bool toldAlready = false;
    for (std::uint32_t i = 0; i < user.devices; ++i) {
        if (i != offset && s.messages.told(m, first + i)) toldAlready = true;
    }
    if (decide<&Decisions::tellsAtLogin>(s, m, login, toldAlready)) tellRecalled(s, id, d, place);
}

// Whether the message is a copy that only one of its sender's devices was to get.
bool mayMove(const State& s, const Message& m, const Standing& standing) {
    return standing.author && m.aftermath != 0 && s.messages.aftermath(m).sessions > 0;
}

// OFF, and only one of the sender's devices was to get the copy of a server-API message: another gets it that was
// online at acceptance, none that came later.
void giveCopyToOnline(State& s, MessageId id, UserId u, std::uint32_t place) {
    Message& m = s.messages[id];
    DeviceId chosen;
    for (const DeviceId d : DeviceRange{s.at(u)}) {
        if (!s.at(d).online || s.at(d).began > s.messages.aftermath(m).sessions) continue;
        if (!chosen.exists() || s.at(d).began > s.at(chosen).began) chosen = d;
    }
    if (!chosen.exists()) return;
    sendAgain(s, id, chosen, place + (chosen.value - s.at(u).first.value), Via::Offline);
}

void bring(State& s, const Login& login, MessageId id) {
    Message& m = s.messages[id];
    const DeviceId d = login.device;
    const UserId u = s.at(d).user;
    const Standing standing = standingOf(s, m, u);
    const std::uint32_t place = standing.place + (d.value - s.at(u).first.value);
    if (decide<&Decisions::takesReport>(s, m, d)) takeReport(s, m, place);
    if (isOver(s, m) || m.forgotten) return;
    if (mayMove(s, m, standing) && !m.recalled && !claimed(s, m, u, standing.place)) {
        giveCopyToOnline(s, id, u, standing.place);
    }
    const bool held = s.messages.has(m, m.held, place);
    if (!held && !stillEntitled(s, m, u)) return;
    const bool unclaimed = standing.audience && !claimed(s, m, u, standing.place);
    if (m.recalled) {
        bringRecalled(s, login, id, m, standing, place, unclaimed);
        return;
    }
    const bool has = s.messages.has(m, m.sent, place);
    if (has && !decide<&Decisions::repeats>(s, m, login)) return;
    const Via via = has ? Via::Compensation : decide<&Decisions::bringsAtLogin>(s, m, standing, login, unclaimed);
    if (via != Via::Unknown) sendAgain(s, id, d, place, via);
}

// Some online device of the user gets what none of them has.
void giveToOnline(State& s, MessageId id, UserId u, std::uint32_t place) {
    Message& m = s.messages[id];
    const auto eligible = [&](DeviceId d) {
        const DeviceSide& side = s.side(d);
        return s.at(d).online && decide<&Decisions::storeStillHas>(s, m, side.beganAt, side.offlineDays);
    };
    DeviceId d = chosenDevice(s, u);
    if (!d.exists()) return;
    // Where it came online too late for the store, another that was there in time may get it: the most recent of them.
    if (!eligible(d)) {
        d = DeviceId{};
        for (const DeviceId other : DeviceRange{s.at(u)}) {
            if (eligible(other) && (!d.exists() || s.at(other).began > s.at(d).began)) d = other;
        }
        if (!d.exists()) return;
    }
    sendAgain(s, id, d, place + (d.value - s.at(u).first.value), Via::Offline);
}

}  // namespace

bool claimed(const State& s, const Message& m, UserId u, std::uint32_t place) {
    const std::uint32_t devices = s.at(u).devices;
    if (s.messages.hasAny(m, m.sent, place, devices)) return true;
    return m.aftermath != 0 && s.messages.hasAny(m, s.messages.aftermath(m).had, place, devices);
}

void catchUp(State& s, DeviceId d) {
    const Login login{d, decide<&Decisions::serviceOn>(s), decide<&Decisions::windowStart>(s)};
    const User& user = s.at(s.at(d).user);
    perform<&Deeds::atLogin>(s, d);
    if (decide<&Decisions::catchesUpBackwards>(s)) {
        for (std::size_t i = user.mailbox.size(); i > user.mailboxBegin; --i) bring(s, login, user.mailbox[i - 1]);
    } else {
        for (std::size_t i = user.mailboxBegin; i < user.mailbox.size(); ++i) bring(s, login, user.mailbox[i]);
    }
    sendDown(s, Packet{d, MessageId{}, 0, 0, PacketKind::CaughtUp, Via::Unknown});
}

void lost(State& s, const Packet& p) {
    if (p.place == kNoPlace) return;
    Message& m = s.messages[p.message];
    if (!m.kept() || m.fate != Fate::Accepted || m.forgotten) return;
    const UserId u = s.at(p.device).user;
    const Standing standing = standingOf(s, m, u);
    if (!decide<&Decisions::takesForLost>(s, m, p.device)) return;
    s.messages.remove(m, m.sent, p.place);
    if (m.recalled || isOver(s, m) || !stillEntitled(s, m, u) || claimed(s, m, u, standing.place)) return;
    if (standing.audience) giveToOnline(s, p.message, u, standing.place);
    if (mayMove(s, m, standing)) giveCopyToOnline(s, p.message, u, standing.place);
}

}  // namespace mdsync::world
