// The service is on: all online devices, limits of classes, and ten tabs.
#include <doctest/doctest.h>

#include "stage.hpp"

using namespace mdsync;
using namespace mdsync::test;

namespace {

Stage withTabs(int tabs) {
    Cast alice{"alice", {}};
    for (int i = 1; i <= tabs; ++i) alice.devices.emplace_back("tab" + std::to_string(i), Platform::Web);
    Stage s{{alice, {"bob", {{"pixel", Platform::Android}}}}};
    s.on();
    for (int i = 1; i <= tabs; ++i) s.login("alice/tab" + std::to_string(i));
    return s;
}

}  // namespace

TEST_CASE("on: every online device of the recipient and every other device of the author gets a message") {
    Stage s;
    s.on().logins({"alice/phone", "alice/web", "bob/pixel", "bob/laptop"});
    s.send("m1", "alice/phone", "bob");
    for (const char* device : {"alice/web", "bob/pixel", "bob/laptop"}) CHECK(s.received(device, Via::Live) == "m1");
    CHECK(s.received("alice/phone").empty());
}

TEST_CASE("on: group messages reach the members and nobody else") {
    Stage s;
    s.on().logins({"alice/phone", "alice/web", "bob/pixel", "carol/phone"});
    s.send("m1", "alice/phone", "group:team");
    CHECK(s.received("bob/pixel") == "m1");
    CHECK(s.received("alice/web") == "m1");
    CHECK(s.received("carol/phone").empty());
}

TEST_CASE("a login of one class disconnects none of another") {
    Stage s;
    s.on().logins({"alice/phone", "alice/web", "alice/pc"});
    for (const char* device : {"alice/phone", "alice/web", "alice/pc"}) CHECK(s.online(device));
}

TEST_CASE("a second mobile replaces the first") {
    Stage s;
    s.logins({"alice/phone", "alice/phone2"});
    CHECK_FALSE(s.online("alice/phone"));
    CHECK(s.online("alice/phone2"));
    CHECK(s.offline("alice/phone")->reason == OfflineReason::Replaced);
    CHECK(s.offline("alice/phone")->by == s.dev("alice/phone2"));
}

TEST_CASE("a ticket raises the number of mobiles") {
    Stage s;
    SettingsChange change;
    change.mobileLimit = 2;
    s.set(change);
    s.logins({"alice/phone", "alice/phone2"});
    CHECK(s.online("alice/phone"));
    CHECK(s.online("alice/phone2"));
}

TEST_CASE("where the older device is protected the newcomer is refused") {
    Stage s;
    s.header.app.onLimit = OnLimit::Refuse;
    s.login("alice/phone");
    const Answer answer = s.login("alice/phone2");
    CHECK(answer.kind == Answer::Kind::Refused);
    CHECK(answer.text == "31023");
    CHECK(s.online("alice/phone"));
    CHECK(s.count(EventKind::Refused) == 0);
}

TEST_CASE("a refusal that nobody waits for is an event") {
    Stage s;
    s.header.app.onLimit = OnLimit::Refuse;
    s.login("alice/phone");
    CHECK(s.world().start(s.op(OpKind::Login, "alice/phone2")).kind == Answer::Kind::Pending);
    s.settle();
    CHECK(s.count(EventKind::Refused) == 1);
}

TEST_CASE("off: a second tab replaces the first; on: ten stay") {
    Stage off;
    off.logins({"alice/web", "alice/web2"});
    CHECK_FALSE(off.online("alice/web"));
    Stage ten = withTabs(10);
    CHECK(ten.count(EventKind::Offline) == 0);
}

TEST_CASE("an eleventh tab disconnects the earliest and only it") {
    Stage s = withTabs(11);
    CHECK(s.count(EventKind::Offline) == 1);
    CHECK(s.offline("alice/tab1")->reason == OfflineReason::Evicted);
    CHECK(s.offline("alice/tab1")->by == s.dev("alice/tab11"));
    CHECK(s.online("alice/tab11"));
}

TEST_CASE("a tab that reconnected is the newest") {
    Stage s = withTabs(10);
    s.logout("alice/tab1");
    s.login("alice/tab1");
    Stage t = withTabs(11);
    CHECK_FALSE(t.online("alice/tab1"));
    t.login("alice/tab1");
    CHECK_FALSE(t.online("alice/tab2"));
    CHECK(t.online("alice/tab1"));
}

TEST_CASE("on: the tabs replace each other even where newcomers are refused") {
    Cast alice{"alice", {}};
    for (int i = 1; i <= 11; ++i) alice.devices.emplace_back("tab" + std::to_string(i), Platform::Web);
    Stage s{{alice}};
    s.header.groups.clear();
    s.on().header.app.onLimit = OnLimit::Refuse;
    for (int i = 1; i <= 11; ++i) s.login("alice/tab" + std::to_string(i));
    CHECK(s.online("alice/tab11"));
    CHECK_FALSE(s.online("alice/tab1"));
}

TEST_CASE("status messages reach who is online and nobody later") {
    Stage s;
    s.on().logins({"alice/phone", "bob/pixel"});
    s.send("m1", "alice/phone", "bob", "RC:TypSts");
    s.send("m2", "alice/phone", "bob", "app:Poke");
    Op status = s.publishing("m3", "alice", "bob", false);
    status.api = Api::Status;
    s.act(status);
    s.login("bob/laptop");
    s.reinstall("bob/pixel");
    s.login("bob/pixel");
    CHECK(s.received("bob/pixel") == "m1 m2 m3");
    CHECK(s.received("bob/laptop").empty());
    CHECK(s.conversations().empty());
}

TEST_CASE("the group path that the seed prints is a status endpoint only under that reading") {
    for (const GroupStatusPath reading : {GroupStatusPath::Docs, GroupStatusPath::Seed}) {
        Stage s;
        s.header.readings.groupStatusPath = reading;
        s.on().logins({"alice/phone"});
        Op op = s.publishing("m1", "alice", "group:team", false);
        op.api = Api::Path;
        op.path = s.lexicon.texts.intern("/message/group/publish.json");
        s.act(op);
        s.login("bob/pixel");
        CHECK(s.received("bob/pixel") == (reading == GroupStatusPath::Seed ? "" : "m1"));
    }
}

TEST_CASE("chatroom messages reach the devices in the room, and a device leaves with its session") {
    Stage s;
    s.on().logins({"alice/phone", "bob/pixel", "bob/laptop", "carol/phone"});
    s.membership(OpKind::Join, "chatroom:lobby", "alice/phone");
    s.membership(OpKind::Join, "chatroom:lobby", "bob/pixel");
    s.send("m1", "alice/phone", "chatroom:lobby");
    s.logout("bob/pixel");
    s.login("bob/pixel");
    s.send("m2", "alice/phone", "chatroom:lobby");
    s.membership(OpKind::Join, "chatroom:lobby", "bob/pixel");
    s.membership(OpKind::Join, "chatroom:lobby", "carol/phone");
    s.membership(OpKind::Leave, "chatroom:lobby", "carol/phone");
    s.send("m3", "alice/phone", "chatroom:lobby");
    CHECK(s.received("bob/pixel") == "m1 m3");
    CHECK(s.received("bob/laptop").empty());
    CHECK(s.received("carol/phone").empty());
}

TEST_CASE("the switch takes effect when thirty minutes have passed, to the millisecond") {
    for (const Millis early : {Millis{1}, Millis{0}}) {
        Stage s;
        s.network(Millis{0}, Millis{0});
        s.logins({"alice/phone", "bob/pixel", "bob/laptop"});
        s.sync(true);
        s.wait(minutes{30} - early);
        s.send("m1", "alice/phone", "bob");
        CHECK(s.received("bob/pixel") == (early == Millis{1} ? "" : "m1"));
    }
}

TEST_CASE("a switch that is turned back while it takes effect changes nothing") {
    Stage s;
    s.logins({"alice/phone", "bob/pixel", "bob/laptop"});
    s.sync(true);
    s.wait(minutes{20});
    s.sync(false);
    s.wait(minutes{25});
    s.send("m1", "alice/phone", "bob");
    CHECK(s.received("bob/pixel").empty());
}

TEST_CASE("production must be paid for before the switch is turned on; development need not") {
    Stage s;
    s.header.app.environment = Environment::Production;
    CHECK(s.sync(true).text == "mdsync:unpaid");
    SettingsChange pays;
    pays.prepaid = true;
    s.set(pays);
    CHECK(s.sync(true).kind == Answer::Kind::Ok);
}

TEST_CASE("a ticket sets one to seven days and nothing else") {
    Stage s;
    for (const std::int64_t days : {0, 1, 7, 8}) {
        SettingsChange change;
        change.compensationDays = days;
        const bool legal = days >= 1 && days <= 7;
        CHECK(s.set(change).kind == (legal ? Answer::Kind::Ok : Answer::Kind::Refused));
    }
}
