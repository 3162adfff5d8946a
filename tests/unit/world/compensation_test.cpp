// Logins while the service is on: windows, reinstalls, races, recalls.
#include <doctest/doctest.h>

#include "stage.hpp"

using namespace mdsync;
using namespace mdsync::test;

namespace {

// bob's pixel receives a message at `sent`, and his laptop logs in at `login`.
std::string broughtTo(Stage& s, std::string_view sent, std::string_view login) {
    s.on();
    s.network(Millis{0}, Millis{0});
    s.logins({"alice/phone", "bob/pixel"});
    s.waitUntil(sent);
    s.send("m1", "alice/phone", "bob");
    s.waitUntil(login);
    s.login("bob/laptop");
    return s.received("bob/laptop", Via::Compensation);
}

}  // namespace

TEST_CASE("a new device gets what was sent and received today, in order, and lists its conversations") {
    Stage s;
    s.on().logins({"alice/phone", "bob/pixel"});
    s.send("m1", "alice/phone", "bob");
    s.send("m2", "bob/pixel", "alice");
    s.send("m3", "alice/phone", "group:team");
    s.login("alice/web");
    CHECK(s.received("alice/web", Via::Compensation) == "m1 m2 m3");
    CHECK(s.conversations() == "bob group:team");
    CHECK(*s.catchUps.back().count == 3);
}

TEST_CASE("a returning device gets what it lacks and nothing twice") {
    Stage s;
    s.on().logins({"alice/phone", "bob/pixel", "bob/laptop"});
    s.send("m1", "alice/phone", "bob");
    s.logout("bob/laptop");
    s.send("m2", "alice/phone", "bob");
    s.login("bob/laptop");
    CHECK(s.received("bob/laptop") == "m1 m2");
}

TEST_CASE("a reinstalled app gets back what it sent and received") {
    Stage s;
    s.on().logins({"alice/phone", "bob/pixel"});
    s.send("m1", "alice/phone", "bob");
    s.send("m2", "bob/pixel", "alice");
    s.reinstall("alice/phone");
    CHECK(s.offline("alice/phone")->reason == OfflineReason::Uninstall);
    s.login("alice/phone");
    CHECK(s.received("alice/phone", Via::Compensation) == "m1 m2");
}

TEST_CASE("the window begins at midnight in the app's zone, to the millisecond") {
    {
        Stage s;
        CHECK(broughtTo(s, "2024-05-02T00:00:00+08:00", "2024-05-02T23:59:59.999+08:00") == "m1");
    }
    {
        Stage s;
        CHECK(broughtTo(s, "2024-05-01T23:59:59.999+08:00", "2024-05-02T00:00:00+08:00").empty());
    }
    {
        Stage s;
        s.header.app.timezone = *Zone::find("Z");
        CHECK(broughtTo(s, "2024-05-01T23:59:59.999+08:00", "2024-05-02T00:00:00+08:00") == "m1");
    }
}

TEST_CASE("seven days reach back to the midnight six days ago") {
    for (const bool inside : {true, false}) {
        Stage s;
        s.header.app.compensationDays = 7;
        CHECK(broughtTo(s, inside ? "2024-05-02T00:00:00+08:00" : "2024-05-01T23:59:59.999+08:00",
                        "2024-05-08T12:00:00+08:00") == (inside ? "m1" : ""));
    }
}

TEST_CASE("days are counted on the calendar where daylight saving makes one of 23 hours") {
    // Berlin, 2024-03-31: two days reach back to Saturday's midnight, 47 hours before Monday's.
    for (const bool inside : {true, false}) {
        Stage s;
        s.header.t = *parseInstant("2024-03-29T12:00:00+01:00");
        s.header.app.timezone = *Zone::find("Europe/Berlin");
        s.header.app.compensationDays = 2;
        CHECK(broughtTo(s, inside ? "2024-03-30T00:00:00+01:00" : "2024-03-29T23:59:59.999+01:00",
                        "2024-03-31T23:30:00+02:00") == (inside ? "m1" : ""));
    }
}

TEST_CASE("the rolling reading counts 24 hours back from the login") {
    for (const Millis more : {Millis{0}, Millis{1}}) {
        Stage s;
        s.header.readings.window = WindowReading::Rolling;
        s.on();
        s.network(Millis{0}, Millis{0});
        s.logins({"alice/phone", "bob/pixel"});
        s.send("m1", "alice/phone", "bob");
        s.wait(hours{24} + more);
        s.login("bob/laptop");
        CHECK(s.received("bob/laptop") == (more == Millis{0} ? "m1" : ""));
    }
}

TEST_CASE("the offline store works beside compensation: what no device received comes from before the window") {
    Stage s;
    s.on().logins({"alice/phone"});
    s.send("m1", "alice/phone", "bob");
    s.wait(hours{72});
    s.login("bob/pixel");
    s.login("bob/laptop");
    CHECK(s.received("bob/pixel", Via::Offline) == "m1");
    CHECK(s.received("bob/laptop").empty());
}

TEST_CASE("what is accepted while a device logs in comes exactly once") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Stage s;
        s.seed = seed;
        s.on();
        s.network(Millis{5}, Millis{80});
        s.logins({"alice/phone", "bob/pixel"});
        for (int i = 0; i < 10; ++i) s.send("a" + std::to_string(i), "alice/phone", "bob");
        s.world().start(s.op(OpKind::Login, "bob/laptop"));
        for (int i = 0; i < 10; ++i) {
            s.startSend("b" + std::to_string(i), "alice/phone", "bob");
            s.wait(Millis{10});
        }
        s.settle();
        CHECK(s.received("bob/laptop") == "a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9");
    }
}

TEST_CASE("a server-API message waits for its sender's next login when that is included") {
    Stage s;
    s.on().login("bob/pixel");
    s.publish("m1", "alice", "bob", true);
    s.publish("m2", "alice", "bob", false);
    s.login("alice/web");
    CHECK(s.received("alice/web") == "m1");
}

TEST_CASE("who left a group is owed nothing; who joined later gets nothing from before") {
    Stage s;
    s.on().logins({"alice/phone"});
    s.send("m1", "alice/phone", "group:team");
    s.membership(OpKind::Leave, "group:team", "bob");
    s.membership(OpKind::Join, "group:team", "carol");
    s.send("m2", "alice/phone", "group:team");
    s.logins({"bob/pixel", "carol/phone"});
    CHECK(s.received("bob/pixel").empty());
    CHECK(s.received("carol/phone") == "m2");
}

TEST_CASE("a recall reaches devices that are online at once and others at their login") {
    Stage s;
    s.on().logins({"alice/phone", "alice/web", "bob/pixel", "bob/laptop"});
    s.send("m1", "alice/phone", "bob");
    s.logout("bob/laptop");
    s.recall("m1", "alice/phone");
    CHECK(s.recalled("alice/web") == "m1");
    CHECK(s.recalled("bob/pixel") == "m1");
    CHECK(s.recalled("bob/laptop").empty());
    s.login("bob/laptop");
    CHECK(s.recalled("bob/laptop") == "m1");
    s.logout("bob/laptop");
    s.login("bob/laptop");
    CHECK(s.recalled("bob/laptop") == "m1");
}

TEST_CASE("a recalled message does not come back to a device that lacks it") {
    Stage s;
    s.on().logins({"alice/phone", "bob/pixel"});
    s.send("m1", "alice/phone", "bob");
    s.apiRecall("m1", "alice");
    s.login("bob/laptop");
    s.reinstall("bob/pixel");
    s.login("bob/pixel");
    CHECK(s.received("bob/laptop").empty());
    CHECK(s.received("bob/pixel") == "m1");
}

TEST_CASE("recall against login: whichever comes first, the device does not show the message") {
    for (int late = 0; late < 60; late += 5) {
        Stage s;
        s.on().logins({"alice/phone", "bob/pixel"});
        s.send("m1", "alice/phone", "bob");
        s.world().start(s.op(OpKind::Login, "bob/laptop"));
        s.wait(Millis{late});
        s.world().start(s.recalling("m1", "alice/phone"));
        s.settle();
        CHECK(s.received("bob/laptop") == s.recalled("bob/laptop"));
    }
}

TEST_CASE("a recall of what nobody sent is rejected") {
    Stage s;
    s.on().login("alice/phone");
    CHECK(s.recall("never", "alice/phone").kind == Answer::Kind::Ok);
    CHECK(s.count(EventKind::RecallReject) == 1);
}

TEST_CASE("of two recalls under way the one that was asked for first is answered first") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Stage s;
        s.seed = seed;
        s.on();
        s.logins({"alice/phone", "alice/web", "bob/pixel"});
        s.send("m1", "alice/phone", "bob");
        s.sync(false);
        s.wait(minutes{30});
        s.network(Millis{5}, Millis{200});
        s.world().start(s.recalling("m1", "alice/phone"));
        s.world().start(s.recalling("m1", "bob/pixel"));
        s.settle();
        // Off: of the recalling user only the recalling device.
        CHECK(s.recalled("alice/phone") == "m1");
        CHECK(s.recalled("alice/web").empty());
    }
}

TEST_CASE("who left a group is still told of the recall of what was on its way") {
    Stage s;
    s.on().logins({"alice/phone", "bob/pixel"});
    s.hold("bob/pixel");
    s.send("m1", "alice/phone", "group:team");
    s.membership(OpKind::Leave, "group:team", "bob");
    s.recall("m1", "alice/phone");
    s.release("bob/pixel");
    CHECK(s.received("bob/pixel") == "m1");
    CHECK(s.recalled("bob/pixel") == "m1");
}

TEST_CASE("an author from outside the group gets the copy that the server API promises") {
    Stage s;
    s.on().login("bob/pixel");
    s.publish("m1", "carol", "group:team", true);
    s.login("carol/phone");
    CHECK(s.received("carol/phone") == "m1");
}
