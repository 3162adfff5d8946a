// Whole scenarios, as people write them.
#include "reading.hpp"

using namespace mdsync;
using namespace mdsync::testing;

TEST_CASE("a scenario of eleven tabs reads as it was meant") {
    const Case made = only(R"({
  "name": "The eleventh tab evicts the earliest current connection, and only it",
  "rules": ["web.ten-tabs", "web.evict-earliest"],
  "app": {"sync": true},
  "users": {"alice": {"tab{1..13}": "web", "pc": "electron", "phone": "android"}, "bob": {"phone": "ios"}},
  "steps": [
    {"login": ["bob/phone", "alice/phone", "alice/tab1"]},
    {"login": ["alice/tab{2..10}"]},
    {"expect": {"user": "alice", "onlineCount": 11}},
    {"drop": "alice/tab1"},
    {"login": ["alice/tab1"]},
    {"login": ["alice/tab11"]},
    {"expect": {"device": "alice/tab2", "online": false, "offlineReason": "evicted"}},
    {"send": "m2", "from": "bob/phone", "to": "alice", "text": "body of m2"},
    {"expect": {"device": "alice/tab2", "lacks": ["m2"]}},
    {"login": ["alice/tab2"]},
    {"expect": {"device": "alice/tab2", "online": true, "has": ["m2"]}}
  ]
})");
    CHECK(made.header.devices.size() == 16);
    CHECK(made.steps.size() == 11);
    CHECK(actions(made, 1).size() == 9);
    CHECK(actions(made, 1).back() == "login alice/tab10");
    CHECK(made.steps[10].span.line == 17);
}

TEST_CASE("a scenario of a recall that waits reads as it was meant") {
    const Case made = only(R"({
  "name": "A recall waits for devices that are offline",
  "rules": ["recall.offline-devices"],
  "app": {"sync": true},
  "groups": {"team": ["alice", "bob", "carol"]},
  "users": {"alice": {"phone": "android", "laptop": "web"}, "bob": {"pixel": "android"}, "carol": {"phone": "ios"}},
  "steps": [
    {"login": ["alice/phone", "alice/laptop", "bob/pixel", "carol/phone"]},
    {"send": "g1", "from": "carol/phone", "to": "group:team"},
    {"publish": "p1", "from": "carol", "to": "alice"},
    {"logout": ["alice/laptop", "bob/pixel", "alice/phone"]},
    {"recall": "g1", "by": "carol/phone"},
    {"recall": "p1", "api": "carol"},
    {"wait": "1h"},
    {"login": ["bob/pixel", "alice/laptop"]},
    {"expect": {"device": "bob/*", "recalled": ["g1"]}},
    {"expect": {"device": "alice/*", "recalled": ["g1", "p1"]}}
  ]
})");
    CHECK(made.header.groups[0].members.size() == 3);
    CHECK(actions(made, 5) == Strings{"recall p1 carol"});
    CHECK(messageNames(made, *made.steps[9].expect.recalled) == Strings{"g1", "p1"});
}

TEST_CASE("a scenario of a service that is off reads as it was meant") {
    const Case made = only(R"({
  "name": "Service off by default: one device of the recipient",
  "rules": ["off.single-device"],
  "groups": {"team": ["alice", "bob"]},
  "users": {"alice": {"phone": "android", "laptop": "web", "pc": "windows"}, "bob": {"pixel": "android", "tab": "web"}},
  "steps": [
    {"login": ["alice/phone", "alice/laptop", "alice/pc", "bob/pixel"]},
    {"send": "m1", "from": "bob/pixel", "to": "alice", "text": "body of m1"},
    {"send": "g1", "from": "bob/pixel", "to": "group:team", "text": "body of g1"},
    {"login": ["bob/tab"]},
    {"expect": {"device": "alice/pc", "lacks": ["m1"]}}
  ]
})");
    CHECK_FALSE(made.header.app.sync);
    CHECK(made.steps[2].actions[0].op.to == Address::of(GroupId{0U}));
}
