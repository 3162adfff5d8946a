// Expectations: what a device has, shows and lists, from events alone.
#include <doctest/doctest.h>

#include "cases.hpp"
#include "run/expectations.hpp"

using namespace mdsync;

namespace {

// Feeds an observer by hand and asks it.
class Scene {
public:
    Scene() : header_(people()), observer_(header_) {}

    MessageId message(const std::string& name) { return lexicon_.messages.intern(name); }

    Scene& online(DeviceId device) { return see(ScriptedSystem::ofDevice(EventKind::Online, device)); }
    Scene& offline(DeviceId device, OfflineReason reason) {
        Event event = ScriptedSystem::ofDevice(EventKind::Offline, device);
        event.reason = reason;
        return see(event);
    }
    Scene& reinstall(DeviceId device) { return see(ScriptedSystem::ofDevice(EventKind::Reinstall, device)); }
    Scene& send(const std::string& name, DeviceId device, Address to) {
        Event event = ScriptedSystem::ofMessage(EventKind::Send, message(name), device);
        event.to = to;
        return see(event);
    }
    Scene& receive(const std::string& name, DeviceId device, Via via = Via::Live) {
        Event event = ScriptedSystem::ofMessage(EventKind::Receive, message(name), device);
        event.via = via;
        return see(event);
    }
    Scene& happen(EventKind kind, const std::string& name, DeviceId device = {}) {
        return see(ScriptedSystem::ofMessage(kind, message(name), device));
    }
    Scene& sync(bool enabled, Millis after, bool refused = false) {
        Event event;
        event.kind = EventKind::Sync;
        event.enabled = enabled;
        event.refused = refused;
        event.t = header_.t + after;
        return see(event);
    }

    // What follows happens so long after the start.
    Scene& at(Millis after) {
        clock_ = header_.t + after;
        return *this;
    }

    std::vector<Finding> look(const Expectation& expect, Millis after = Millis{0}) const {
        return lookUp(expect, observer_, header_, lexicon_, {.now = header_.t + after});
    }
    // What is said of the one check of `expect`, of which the last step began at 1s, on line 7.
    std::string said(const Expectation& expect) const {
        const std::vector<Finding> findings =
            lookUp(expect, observer_, header_, lexicon_,
                   {.now = clock_, .began = header_.t + Millis{1000}, .place = "line 7"});
        REQUIRE(findings.size() == 1);
        return (findings[0].met ? "met: " : "unmet: ") + findings[0].text;
    }
    bool met(const Expectation& expect, Millis after = Millis{0}) const {
        const std::vector<Finding> findings = look(expect, after);
        REQUIRE(findings.size() == 1);
        return findings[0].met;
    }
    std::vector<MessageId> messages(std::initializer_list<const char*> names) {
        std::vector<MessageId> ids;
        for (const char* name : names) ids.push_back(message(name));
        return ids;
    }

private:
    Scene& see(Event event) {
        if (event.t == Instant{}) event.t = clock_;
        observer_.see(event);
        return *this;
    }

    Header header_;
    Instant clock_ = header_.t;
    Lexicon lexicon_;
    Observer observer_;
};

Expectation ofDevice(DeviceId device) {
    Expectation expect;
    expect.devices = {device};
    return expect;
}

}  // namespace

TEST_CASE("a device has what it received or sent since its installation began") {
    Scene scene;
    scene.send("m1", kPhone, Address::of(kBob)).receive("m2", kPhone);
    Expectation expect = ofDevice(kPhone);
    expect.exactly = scene.messages({"m1", "m2"});
    CHECK(scene.met(expect));
    scene.reinstall(kPhone);
    CHECK_FALSE(scene.met(expect));
    CHECK(scene.look(expect)[0].text == "alice/phone has nothing, expected exactly m1, m2: - m1, m2");
    scene.receive("m2", kPhone);
    expect.exactly = scene.messages({"m2"});
    CHECK(scene.met(expect));
}

TEST_CASE("a device does not have what was rejected") {
    Scene scene;
    scene.send("m1", kPhone, Address::of(kBob));
    Expectation lacks = ofDevice(kPhone);
    lacks.lacks = scene.messages({"m1"});
    CHECK_FALSE(scene.met(lacks));
    scene.happen(EventKind::Reject, "m1");
    CHECK(scene.met(lacks));
}

TEST_CASE("recalled messages are had but not visible") {
    Scene scene;
    scene.receive("m1", kPhone).receive("m2", kPhone).happen(EventKind::Recalled, "m1", kPhone);
    Expectation has = ofDevice(kPhone);
    has.has = scene.messages({"m1", "m2"});
    CHECK(scene.met(has));
    Expectation visible = ofDevice(kPhone);
    visible.visible = scene.messages({"m2"});
    CHECK(scene.met(visible));
    Expectation hidden = ofDevice(kPhone);
    hidden.hidden = scene.messages({"m1", "m3"});
    CHECK(scene.met(hidden));
    hidden.hidden = scene.messages({"m2"});
    CHECK(scene.look(hidden)[0].text == "alice/phone shows m2, expected it to hide m2");
}

TEST_CASE("the recalling device shows the recall from its acceptance") {
    Scene scene;
    scene.online(kPhone).send("m1", kPhone, Address::of(kBob)).happen(EventKind::Recall, "m1", kPhone);
    Expectation recalled = ofDevice(kPhone);
    recalled.recalled = scene.messages({"m1"});
    CHECK_FALSE(scene.met(recalled));
    scene.happen(EventKind::RecallAccept, "m1");
    CHECK(scene.met(recalled));
    Expectation other = ofDevice(kWeb);
    other.recalled = scene.messages({"m1"});
    CHECK_FALSE(scene.met(other));
}

TEST_CASE("a rejected recall shows nowhere") {
    Scene scene;
    scene.online(kPhone).send("m1", kPhone, Address::of(kBob)).happen(EventKind::Recall, "m1", kPhone);
    scene.happen(EventKind::RecallReject, "m1");
    Expectation recalled = ofDevice(kPhone);
    recalled.recalled = scene.messages({"m1"});
    CHECK_FALSE(scene.met(recalled));
}

TEST_CASE("an acceptance belongs to the recall whose device stayed connected") {
    Scene scene;
    scene.online(kPhone).online(kWeb).receive("m1", kPhone).receive("m1", kWeb);
    scene.happen(EventKind::Recall, "m1", kPhone).offline(kPhone, OfflineReason::Drop);
    scene.happen(EventKind::Recall, "m1", kWeb).happen(EventKind::RecallAccept, "m1");
    Expectation recalled = ofDevice(kWeb);
    recalled.recalled = scene.messages({"m1"});
    CHECK(scene.met(recalled));
}

TEST_CASE("order compares first receipts and wants all of them received") {
    Scene scene;
    scene.receive("m2", kPhone).receive("m1", kPhone).receive("m2", kPhone).send("m3", kPhone, Address::of(kBob));
    Expectation order = ofDevice(kPhone);
    order.order = scene.messages({"m2", "m1"});
    CHECK(scene.met(order));
    order.order = scene.messages({"m1", "m2"});
    CHECK_FALSE(scene.met(order));
    order.order = scene.messages({"m2", "m3"});
    CHECK(scene.look(order)[0].text == "alice/phone did not receive m3, expected the order m2, m3");
}

TEST_CASE("via is how the message first came in this installation") {
    Scene scene;
    scene.receive("m1", kPhone, Via::Live).reinstall(kPhone).receive("m1", kPhone, Via::Compensation);
    Expectation via = ofDevice(kPhone);
    via.via = {{scene.message("m1"), Via::Compensation}};
    CHECK(scene.met(via));
    via.via = {{scene.message("m1"), Via::Live}};
    CHECK(scene.look(via)[0].text == "alice/phone received m1 via compensation, expected live");
}

TEST_CASE("count counts what a device has, not how often it came") {
    Scene scene;
    scene.receive("m1", kPhone).receive("m1", kPhone).send("m2", kPhone, Address::of(kBob));
    Expectation count = ofDevice(kPhone);
    count.count = 2;
    CHECK(scene.met(count));
    count.count = 3;
    CHECK(scene.look(count)[0].text == "alice/phone has 2 messages, expected 3");
}

TEST_CASE("conversations are the other user and the group, never the room") {
    Scene scene;
    scene.send("m1", kPixel, Address::of(kAlice)).receive("m1", kPhone);
    scene.send("m2", kPixel, Address::of(GroupId{0U})).receive("m2", kPhone);
    scene.send("m3", kPixel, Address::of(RoomId{0U})).receive("m3", kPhone);
    Expectation list = ofDevice(kPhone);
    list.conversations = {Address::of(GroupId{0U}), Address::of(kBob)};
    CHECK(scene.met(list));
    list.conversations = {Address::of(kBob)};
    CHECK(scene.look(list)[0].text == "alice/phone has the conversations bob, group:team, expected bob");
    Expectation own = ofDevice(kPixel);
    own.conversations = {Address::of(kAlice), Address::of(GroupId{0U})};
    CHECK(scene.met(own));
}

TEST_CASE("a conversation of which only recalled messages are known may be listed or not") {
    Scene scene;
    scene.send("m1", kPixel, Address::of(kAlice)).receive("m1", kPhone).happen(EventKind::Recalled, "m1", kPhone);
    Expectation list = ofDevice(kPhone);
    list.conversations = {Address::of(kBob)};
    CHECK(scene.met(list));
    list.conversations = std::vector<Address>{};
    CHECK(scene.met(list));
    list.conversations = {Address::of(GroupId{0U})};
    CHECK_FALSE(scene.met(list));
}

TEST_CASE("online and the reason why not follow the last connection") {
    Scene scene;
    Expectation reason = ofDevice(kPhone);
    reason.offlineReason = OfflineReason::Evicted;
    CHECK(scene.look(reason)[0].text == "alice/phone was never online, expected offline (evicted)");
    scene.online(kPhone);
    CHECK(scene.look(reason)[0].text == "alice/phone is online, expected offline (evicted)");
    scene.offline(kPhone, OfflineReason::Evicted);
    CHECK(scene.met(reason));
    Expectation online = ofDevice(kPhone);
    online.online = false;
    CHECK(scene.met(online));
    scene.online(kPhone);
    CHECK_FALSE(scene.met(online));
}

TEST_CASE("a user's online devices are counted by class and named") {
    Scene scene;
    scene.online(kPhone).online(kWeb).online(kPixel);
    Expectation count;
    count.subject = ExpectKind::User;
    count.user = kAlice;
    count.onlineCount = 2;
    CHECK(scene.met(count));
    count.deviceClass = "web";
    CHECK_FALSE(scene.met(count));
    count.onlineCount = 1;
    CHECK(scene.met(count));
    Expectation names;
    names.subject = ExpectKind::User;
    names.user = kAlice;
    names.onlineDevices = {kWeb, kPhone};
    CHECK(scene.met(names));
    names.onlineDevices = {kWeb};
    CHECK(scene.look(names)[0].text ==
          "alice is online on alice/phone, alice/web, expected exactly alice/web: + alice/phone");
}

TEST_CASE("a message's receivers are counted over all installations") {
    Scene scene;
    scene.receive("m1", kPhone).reinstall(kPhone).receive("m1", kPixel).happen(EventKind::Accept, "m1");
    Expectation by;
    by.subject = ExpectKind::Message;
    by.message = scene.message("m1");
    by.receivedBy = {kPixel, kPhone};
    CHECK(scene.met(by));
    by.receivedBy.reset();
    by.oneOf = {kPhone, kWeb};
    CHECK(scene.met(by));
    by.oneOf = {kPhone, kPixel};
    CHECK_FALSE(scene.met(by));
    by.oneOf.reset();
    by.accepted = true;
    CHECK(scene.met(by));
    by.accepted = false;
    CHECK_FALSE(scene.met(by));
}

TEST_CASE("the service is changing until the delay has passed to the millisecond") {
    Scene scene;
    const auto state = [&](const std::string& word, Millis after) {
        Expectation expect;
        expect.subject = ExpectKind::Service;
        expect.state = word;
        return scene.met(expect, after);
    };
    CHECK(state("off", Millis{0}));
    scene.sync(true, Millis{1000}, true);
    CHECK(state("off", Millis{1000}));
    scene.sync(true, Millis{1000});
    CHECK(state("changing", Millis{1000}));
    scene.sync(true, Millis{2000});
    CHECK(state("changing", Millis{1000} + std::chrono::minutes{30} - Millis{1}));
    CHECK(state("on", Millis{1000} + std::chrono::minutes{30}));
}

TEST_CASE("what must come within a time is late by when it came") {
    Scene scene;
    scene.at(Millis{500}).receive("m1", kPhone).at(Millis{2000}).receive("m2", kPhone);
    scene.at(Millis{4200}).receive("m3", kPhone).at(Millis{4300}).receive("m4", kPhone).receive("m3", kPhone);
    Expectation has = ofDevice(kPhone);
    has.within = Millis{2000};
    has.has = scene.messages({"m1", "m2"});
    CHECK(scene.said(has) == "met: alice/phone has m1, m2 within 2s");
    has.has = scene.messages({"m1", "m2", "m3"});
    CHECK(scene.said(has) == "unmet: alice/phone got m3 3s200ms after the last step, line 7; within 2s was asked");
    has.has = scene.messages({"m3", "m4"});
    CHECK(scene.said(has) ==
          "unmet: alice/phone got m3, m4 up to 3s300ms after the last step, line 7; within 2s was asked");
    has.has = scene.messages({"m1", "m9"});
    CHECK(scene.said(has) == "unmet: alice/phone lacks m9, expected it to have m1, m9 within 2s");
    has.within = Millis{3300};
    has.has = scene.messages({"m4"});
    CHECK(scene.said(has) == "met: alice/phone has m4 within 3s300ms");
}

TEST_CASE("a time counts in the present installation") {
    Scene scene;
    scene.receive("m1", kPhone).at(Millis{2000}).reinstall(kPhone).at(Millis{4000}).receive("m1", kPhone);
    Expectation has = ofDevice(kPhone);
    has.has = scene.messages({"m1"});
    has.within = Millis{2000};
    CHECK(scene.said(has) == "unmet: alice/phone got m1 3s after the last step, line 7; within 2s was asked");
}

TEST_CASE("a device has exactly some messages since the last of them came, or another one went") {
    Scene scene;
    scene.receive("m1", kPhone).at(Millis{3500}).receive("m2", kPhone);
    Expectation exactly = ofDevice(kPhone);
    exactly.within = Millis{2000};
    exactly.exactly = scene.messages({"m1", "m2"});
    CHECK(scene.said(exactly) == "unmet: alice/phone got m2 2s500ms after the last step, line 7; within 2s was asked");
    exactly.exactly = scene.messages({"m1"});
    CHECK(scene.said(exactly) == "unmet: alice/phone has m1, m2, expected exactly m1 within 2s: + m2");
    scene.at(Millis{1500}).send("m3", kWeb, Address::of(kBob)).at(Millis{5000}).happen(EventKind::Reject, "m3");
    exactly = ofDevice(kWeb);
    exactly.within = Millis{2000};
    exactly.exactly = scene.messages({});
    CHECK(scene.said(exactly) ==
          "unmet: alice/web came to have nothing 4s after the last step, line 7; within 2s was asked");
    exactly.within = Millis{4000};
    CHECK(scene.said(exactly) == "met: alice/web has nothing within 4s");
}

TEST_CASE("a recall that a device shows late is late") {
    Scene scene;
    scene.receive("m1", kPhone).at(Millis{3500}).happen(EventKind::Recalled, "m1", kPhone);
    Expectation recalled = ofDevice(kPhone);
    recalled.within = Millis{2000};
    recalled.recalled = scene.messages({"m1"});
    CHECK(scene.said(recalled) ==
          "unmet: alice/phone showed m1 recalled 2s500ms after the last step, line 7; within 2s was asked");
    recalled.within = Millis{2500};
    CHECK(scene.said(recalled) == "met: alice/phone shows m1 recalled within 2s500ms");
}

TEST_CASE("a device that comes or goes late is late") {
    Scene scene;
    Expectation online = ofDevice(kPhone);
    online.online = false;
    online.within = Millis{0};
    CHECK(scene.said(online) == "met: alice/phone is offline within 0ms");  // it never was anything else
    scene.at(Millis{1500}).online(kPhone).at(Millis{5000}).online(kPhone);  // the second one changes nothing
    online.online = true;
    online.within = Millis{400};
    CHECK(scene.said(online) ==
          "unmet: alice/phone came online 500ms after the last step, line 7; within 400ms was asked");
    online.within = Millis{500};
    CHECK(scene.said(online) == "met: alice/phone is online within 500ms");
    scene.at(Millis{6000}).offline(kPhone, OfflineReason::Drop).at(Millis{7000}).offline(kPhone, OfflineReason::Server);
    online.online = false;
    online.within = Millis{2000};
    CHECK(scene.said(online) == "unmet: alice/phone went offline 5s after the last step, line 7; within 2s was asked");
}

TEST_CASE("a user's devices are those that must be online since the last of them turned") {
    Scene scene;
    scene.online(kPhone).at(Millis{4000}).offline(kPhone, OfflineReason::Replaced).at(Millis{4500}).online(kWeb);
    Expectation online;
    online.subject = ExpectKind::User;
    online.user = kAlice;
    online.onlineDevices = std::vector<DeviceId>{kWeb};
    online.within = Millis{2000};
    CHECK(scene.said(online) ==
          "unmet: alice/web came online and alice/phone went offline up to 3s500ms after the last "
          "step, line 7; within 2s was asked");
    online.within = Millis{3500};
    CHECK(scene.said(online) == "met: alice is online on alice/web within 3s500ms");
}

TEST_CASE("a message that a device received late is late, but not what came once more") {
    Scene scene;
    scene.at(Millis{1500}).receive("m1", kPhone).at(Millis{4000}).receive("m1", kPixel);
    scene.at(Millis{9000}).reinstall(kPhone).receive("m1", kPhone);
    Expectation received;
    received.subject = ExpectKind::Message;
    received.message = scene.message("m1");
    received.receivedBy = std::vector<DeviceId>{kPhone, kPixel};
    received.within = Millis{2000};
    CHECK(scene.said(received) == "unmet: bob/pixel got m1 3s after the last step, line 7; within 2s was asked");
    received.receivedBy = std::vector<DeviceId>{};
    CHECK(
        scene.said(received) ==
        "unmet: m1 was received by alice/phone, bob/pixel, expected exactly nothing within 2s: + alice/phone, bob/pixel");
}
