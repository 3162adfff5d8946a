// Presence: who is connected, as events tell it.
#include <doctest/doctest.h>

#include "mdsync/presence.hpp"

using namespace mdsync;

namespace {

constexpr DeviceId kPhone{0U};
constexpr DeviceId kTab{1U};

Event of(EventKind kind, DeviceId device = {}) {
    Event event;
    event.kind = kind;
    event.device = device;
    return event;
}

Op op(OpKind kind, DeviceId device = kPhone) {
    Op made;
    made.kind = kind;
    made.device = device;
    return made;
}

}  // namespace

TEST_CASE("a device connects, is online, and is offline again") {
    Presence presence(2);
    CHECK(presence.obstacle(op(OpKind::Login)).empty());
    CHECK(presence.obstacle(op(OpKind::Logout)) == "offline");
    presence.see(of(EventKind::Connect, kPhone));
    CHECK_FALSE(presence.online(kPhone));
    CHECK(presence.connected(kPhone));
    CHECK(presence.obstacle(op(OpKind::Logout)).empty());  // what comes of it, the system decides
    presence.see(of(EventKind::Online, kPhone));
    CHECK(presence.online(kPhone));
    CHECK_FALSE(presence.online(kTab));
    CHECK(presence.howManyOnline() == 1);
    CHECK(presence.obstacle(op(OpKind::Login)) == "online");
    presence.see(of(EventKind::Offline, kPhone));
    CHECK(presence.obstacle(op(OpKind::Drop)) == "offline");
    CHECK(presence.howManyOnline() == 0);
}

TEST_CASE("a login that is refused, or that nobody answers before the world comes to rest, is over") {
    Presence presence(2);
    presence.see(of(EventKind::Connect, kPhone));
    presence.see(of(EventKind::Connect, kTab));
    presence.see(of(EventKind::Refused, kPhone));
    CHECK_FALSE(presence.connected(kPhone));
    CHECK(presence.connected(kTab));
    presence.see(of(EventKind::Settled));
    CHECK_FALSE(presence.connected(kTab));
}

TEST_CASE("a device whose network went knows that it is offline before the server does") {
    Presence presence(1);
    presence.see(of(EventKind::Online, kPhone));
    Op drop = op(OpKind::Drop);
    drop.noticedAfter = Millis{5};
    presence.ask(drop);
    CHECK(presence.online(kPhone));
    CHECK_FALSE(presence.reaches(kPhone));
    CHECK(presence.obstacle(op(OpKind::Login)).empty());
    CHECK(presence.obstacle(op(OpKind::Logout)) == "off the network");
    presence.see(of(EventKind::Offline, kPhone));
    CHECK(presence.obstacle(op(OpKind::Logout)) == "offline");
}

TEST_CASE("a reinstalled device is offline") {
    Presence presence(1);
    presence.see(of(EventKind::Online, kPhone));
    presence.see(of(EventKind::Reinstall, kPhone));
    CHECK_FALSE(presence.online(kPhone));
}
