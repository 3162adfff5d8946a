// The service is off: one device of a recipient gets a message, and nothing is brought again.
#include <doctest/doctest.h>

#include "stage.hpp"

using namespace mdsync;
using namespace mdsync::test;

TEST_CASE("off: the most recently connected device gets a message, and no other") {
    Stage s;
    s.logins({"bob/pixel", "bob/laptop", "alice/phone"});
    s.send("m1", "alice/phone", "bob");
    CHECK(s.received("bob/laptop") == "m1");
    CHECK(s.received("bob/pixel").empty());
}

TEST_CASE("off: the author's other devices get nothing") {
    Stage s;
    s.logins({"alice/phone", "alice/web", "bob/pixel"});
    s.send("m1", "alice/phone", "bob");
    CHECK(s.received("alice/web").empty());
    CHECK(s.received("bob/pixel") == "m1");
}

TEST_CASE("off: a message for nobody online waits for the first device that logs in, and for that one only") {
    Stage s;
    s.login("alice/phone");
    s.send("m1", "alice/phone", "bob");
    s.wait(hours{30});
    s.login("bob/laptop");
    s.login("bob/pixel");
    CHECK(s.received("bob/laptop", Via::Offline) == "m1");
    CHECK(s.received("bob/pixel").empty());
}

TEST_CASE("off: of two devices that log in at once one gets what was stored") {
    Stage s;
    s.network(Millis{5}, Millis{80});
    s.login("alice/phone");
    s.send("m1", "alice/phone", "bob");
    s.send("m2", "alice/phone", "bob");
    s.world().start(s.op(OpKind::Login, "bob/laptop"));
    s.world().start(s.op(OpKind::Login, "bob/pixel"));
    s.settle();
    CHECK((s.received("bob/laptop") + s.received("bob/pixel")) == "m1 m2");
}

TEST_CASE("off: a stored message is there for seven days to the millisecond") {
    for (const Millis late : {Millis{0}, Millis{1}}) {
        Stage s;
        s.network(Millis{0}, Millis{0});
        s.login("alice/phone");
        s.send("m1", "alice/phone", "bob");
        s.wait(hours{7 * 24} + late);
        s.login("bob/pixel");
        CHECK(s.received("bob/pixel") == (late == Millis{0} ? "m1" : ""));
    }
}

TEST_CASE("off: when the chosen device drops before it got the message, another that is online gets it") {
    Stage s;
    s.logins({"bob/pixel", "bob/laptop", "alice/phone"});
    s.startSend("m1", "alice/phone", "bob");
    s.wait(Millis{25});
    s.world().start(s.op(OpKind::Drop, "bob/laptop"));
    s.settle();
    CHECK(s.received("bob/laptop").empty());
    CHECK(s.received("bob/pixel") == "m1");
}

TEST_CASE("off: a phone that is replaced during a chat loses nothing") {
    Stage s;
    s.network(Millis{5}, Millis{80});
    s.logins({"bob/pixel", "alice/phone"});
    for (int i = 0; i < 20; ++i) s.startSend("m" + std::to_string(i), "bob/pixel", "alice");
    s.wait(Millis{50});
    s.world().start(s.op(OpKind::Login, "alice/phone2"));
    s.settle();
    CHECK(s.offline("alice/phone")->reason == OfflineReason::Replaced);
    CHECK(s.offline("alice/phone")->by == s.dev("alice/phone2"));
    for (int i = 0; i < 20; ++i) {
        const std::string id = "m" + std::to_string(i);
        const auto got = std::count_if(s.events.begin(), s.events.end(), [&](const Event& e) {
            return e.kind == EventKind::Receive && e.message == s.msg(id);
        });
        CHECK_MESSAGE(got >= 1, id);
    }
}

TEST_CASE("off: what a session received before a settle is never given to another device") {
    Stage s;
    s.network(Millis{30}, Millis{30});
    s.logins({"bob/pixel", "alice/phone"});
    s.send("m1", "alice/phone", "bob");
    s.drop("bob/pixel");
    s.login("bob/laptop");
    CHECK(s.received("bob/pixel") == "m1");
    CHECK(s.received("bob/laptop").empty());
}

TEST_CASE("off: when the session breaks before the acknowledgement arrives, another device may get the message too") {
    Stage s;
    s.network(Millis{30}, Millis{30});
    s.logins({"bob/pixel", "bob/laptop", "alice/phone"});
    s.startSend("m1", "alice/phone", "bob");
    s.wait(Millis{65});
    REQUIRE(s.received("bob/laptop") == "m1");
    s.drop("bob/laptop");
    CHECK(s.received("bob/pixel") == "m1");
    s.login("bob/laptop");
    CHECK(s.received("bob/laptop") == "m1");
}

TEST_CASE("off: a recall is shown on one device of another user, and on none of the recalling user but its own") {
    Stage s;
    s.header.app.sync = true;
    s.logins({"alice/phone", "alice/web", "bob/pixel", "bob/laptop"});
    s.send("m1", "alice/phone", "bob");
    s.sync(false);
    s.wait(minutes{30});
    s.recall("m1", "alice/phone");
    CHECK(s.recalled("alice/phone") == "m1");
    CHECK(s.recalled("alice/web").empty());
    CHECK(s.recalled("bob/laptop") == "m1");
    CHECK(s.recalled("bob/pixel").empty());
}

TEST_CASE("off: the server API reaches the sender's online devices and is not kept for the others") {
    Stage s;
    s.logins({"alice/phone", "bob/pixel"});
    s.publish("m1", "alice", "bob", true);
    s.publish("m2", "alice", "bob", false);
    s.login("alice/web");
    CHECK(s.received("alice/phone") == "m1");
    CHECK(s.received("alice/web").empty());
    CHECK(s.received("bob/pixel") == "m1 m2");
}
