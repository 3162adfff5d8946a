// WorldSystem: the simulated world behind the port.
#include <doctest/doctest.h>

#include "mdsync/system.hpp"

using namespace mdsync;

namespace {

Header twoDevices() {
    Header header;
    header.t = Instant{std::chrono::milliseconds{1714525200000}};
    header.addUser("alice");
    header.addDevice("phone", Platform::Android);
    header.addUser("bob");
    header.addDevice("pixel", Platform::Android);
    return header;
}

Op login(std::uint32_t device) {
    Op op;
    op.kind = OpKind::Login;
    op.device = DeviceId{device};
    return op;
}

}  // namespace

TEST_CASE("a login returns when the device is online, and its event can be drained") {
    const Header header = twoDevices();
    Lexicon lexicon;
    Annex annex;
    const std::unique_ptr<System> target = makeWorldSystem({});
    Capabilities capabilities;
    CHECK(target->hello(capabilities).kind == Answer::Kind::Ok);
    CHECK(capabilities.virtualClock);
    CHECK(target->reset(header, 1, lexicon, annex).kind == Answer::Kind::Ok);
    CHECK(target->now() == header.t);
    CHECK(target->start(login(0)).kind == Answer::Kind::Ok);
    std::vector<Event> events;
    target->drain(events);
    REQUIRE_FALSE(events.empty());
    CHECK(events.front().kind == EventKind::Online);
    events.clear();
    target->drain(events);
    CHECK(events.empty());
}

TEST_CASE("what a caught-up said is found in the annex that was given") {
    const Header header = twoDevices();
    Lexicon lexicon;
    Annex annex;
    annex.catchUps.resize(3);  // of somebody else
    const std::unique_ptr<System> target = makeWorldSystem({});
    (void)target->reset(header, 1, lexicon, annex);
    (void)target->start(login(0));
    (void)target->settle();
    std::vector<Event> events;
    target->drain(events);
    REQUIRE(events.size() == 2);
    CHECK(events[1].kind == EventKind::CaughtUp);
    REQUIRE(events[1].annex == 3);
    CHECK(annex.catchUps.at(3).count == 0);
}

TEST_CASE("concurrent logins are pending and both come online when it settles") {
    const Header header = twoDevices();
    Lexicon lexicon;
    Annex annex;
    const std::unique_ptr<System> target = makeWorldSystem({});
    (void)target->reset(header, 1, lexicon, annex);
    std::vector<std::size_t> answered;
    const std::vector<Op> ops{login(1), login(0)};
    target->startAll(ops, [&](std::size_t number, const Answer& answer) {
        answered.push_back(number);
        CHECK(answer.kind == Answer::Kind::Pending);
    });
    CHECK(answered == std::vector<std::size_t>{0, 1});
    CHECK_FALSE(target->settle().held);
    std::vector<Event> events;
    target->drain(events);
    CHECK(events.size() == 4);
}

TEST_CASE("reset begins a new world at the header's time") {
    const Header header = twoDevices();
    Lexicon lexicon;
    Annex annex;
    const std::unique_ptr<System> target = makeWorldSystem({});
    (void)target->reset(header, 1, lexicon, annex);
    (void)target->start(login(0));
    (void)target->advance(std::chrono::hours{1});
    (void)target->reset(header, 1, lexicon, annex);
    CHECK(target->now() == header.t);
    std::vector<Event> events;
    target->drain(events);
    CHECK(events.empty());
}

TEST_CASE("every kind of request has its word") {
    CHECK(spell(OpKind::Login) == "login");
    CHECK(spell(OpKind::ServerRestart) == "server");
    for (std::size_t i = 0; i < kOpKinds; ++i) CHECK_FALSE(spell(static_cast<OpKind>(i)).empty());
}
