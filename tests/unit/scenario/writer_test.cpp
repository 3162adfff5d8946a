// The writer: what it writes is read again as the same case, and looks like what a person would write.
#include "reading.hpp"

using namespace mdsync;
using namespace mdsync::testing;

namespace {

// The lines of `text` from `"steps": [` on, without it and the end.
Strings stepLines(const std::string& text) {
    Strings lines;
    const std::string_view begin = "\"steps\": [\n";
    for (std::size_t at = text.find(begin) + begin.size(); at < text.size();) {
        const std::size_t end = text.find('\n', at);
        if (text.compare(at, end - at, "  ]") == 0) break;
        std::size_t from = text.find_first_not_of(' ', at);
        lines.push_back(text.substr(from, end - from));
        at = end + 1;
    }
    return lines;
}

// The steps that are written for `steps`; writing what was read of them gives the same text.
Strings rewritten(const std::string& steps, const std::string& top = "") {
    const std::string once = writeScenario(only(world(steps, top)));
    CHECK(writeScenario(only(once)) == once);
    return stepLines(once);
}

}  // namespace

TEST_CASE("a scenario is written with one step a line and without defaults") {
    const Case made = only(R"({
  "mdsync": "scenario/1", "name": "a test", "app": {"sync": true, "compensationDays": 1}, "seed": 1,
  "start": "2024-05-01T09:00:00+08:00",
  "users": {"alice": {"phone": "android", "tab{1..11}": "web"}, "bob": {"pixel": "android"}},
  "groups": {"team": ["alice", "bob"]},
  "steps": [
    {"login": ["alice/phone", "alice/tab1", "alice/tab2", "alice/tab3"]},
    {"repeat": 2, "steps": [{"send": ["m${i}"], "from": "alice/phone", "to": "bob", "type": "RC:TxtMsg"}]},
    {"wait": "60m"}
  ]})");
    CHECK(writeScenario(made) == R"({
  "mdsync": "scenario/1",
  "name": "a test",
  "app": { "sync": true },
  "users": { "alice": { "phone": "android", "tab{1..11}": "web" }, "bob": { "pixel": "android" } },
  "groups": { "team": ["alice", "bob"] },
  "steps": [
    { "login": ["alice/phone", "alice/tab{1..3}"] },
    { "send": "m1", "from": "alice/phone", "to": "bob" },
    { "send": "m2", "from": "alice/phone", "to": "bob" },
    { "wait": "1h" }
  ]
}
)");
}

TEST_CASE("what is not the default is written") {
    const std::string once = writeScenario(only(R"({
  "name": "a test", "description": "it says \"so\"", "rules": ["web.ten-tabs"], "tags": ["slow"], "seed": 7,
  "app": {"environment": "production", "prepaid": true, "sync": true, "compensationDays": 3, "offlineDays": 2,
          "timezone": "Europe/Berlin", "limits": {"mobile": 2, "miniprogram": 3}, "onLimit": "refuse"},
  "readings": {"window": "rolling", "switch-delay": "15m", "group-status-path": "seed"},
  "start": "2024-07-01T09:00:00.250+02:00", "network": {"latency": "5ms..80ms", "loss": 0.05, "duplicate": 0.000001},
  "messageTypes": {"app:Poke": "status", "app:Order": "normal"},
  "users": {"alice": {}}, "groups": {"nobody": []}, "chatrooms": ["r1", "r2", "r3"], "steps": []})"));
    CHECK(once == R"({
  "mdsync": "scenario/1",
  "name": "a test",
  "description": "it says \"so\"",
  "rules": ["web.ten-tabs"],
  "tags": ["slow"],
  "app": { "environment": "production", "prepaid": true, "sync": true, "compensationDays": 3, "offlineDays": 2, "timezone": "Europe/Berlin", "limits": { "mobile": 2, "miniprogram": 3 }, "onLimit": "refuse" },
  "readings": { "window": "rolling", "switch-delay": "15m", "group-status-path": "seed" },
  "start": "2024-07-01T09:00:00.250+02:00",
  "network": { "latency": "5ms..80ms", "loss": 0.05, "duplicate": 0.000001 },
  "seed": 7,
  "messageTypes": { "app:Order": "normal", "app:Poke": "status" },
  "users": { "alice": {} },
  "groups": { "nobody": [] },
  "chatrooms": ["r{1..3}"],
  "steps": []
}
)");
    CHECK(writeScenario(only(once)) == once);
}

TEST_CASE("every verb is written as it is read") {
    const Strings steps{
        R"({ "login": ["alice/phone", "bob/pixel"], "settle": false },)",
        R"({ "logout": "alice/phone", "refused": true },)",
        R"({ "drop": "bob/pixel", "noticedAfter": "1m30s" },)",
        R"({ "reinstall": "alice/tab{1..3}" },)",
        R"({ "send": "m{1..4}", "from": "alice/phone", "to": "group:team", "type": "RC:TypSts", "text": "hi" },)",
        R"({ "publish": ["p1", "p2"], "from": "bob", "to": "alice", "api": "status", "includeSender": true },)",
        R"({ "publish": "p3", "from": "bob", "to": "alice", "api": "/message/private/publish.json" },)",
        R"({ "recall": ["m1", "m2"], "by": ["alice/phone", "bob/pixel"], "refused": "mdsync:unknown" },)",
        R"({ "recall": "m{1..3}", "api": "alice" },)",
        R"({ "sync": "enable" },)",
        R"({ "set": { "compensationDays": 8, "offlineDays": 2, "limits": { "mobile": 3 }, "prepaid": true } },)",
        R"({ "join": "group:team", "user": ["alice", "bob"], "refused": true },)",
        R"({ "leave": "chatroom:lobby", "by": ["alice/phone", "alice/laptop"] },)",
        R"({ "network": { "latency": "1s..3s", "loss": 0.5 }, "on": "alice/tab{1..3}" },)",
        R"({ "network": {} },)",
        R"({ "hold": "alice/phone" },)",
        R"({ "release": "alice/phone" },)",
        R"({ "server": "restart" },)",
        R"({ "wait": "0ms", "settle": false },)",
        R"({ "wait": { "until": "2024-05-02T00:00:00.001+08:00" } },)",
        R"({ "concurrently": [)",
        R"({ "login": "alice/phone" },)",
        R"({ "send": ["n1", "n2"], "from": "alice/phone", "to": "bob" })",
        R"(], "settle": false },)",
        R"({ "note": "äöü \"quoted\"" })",
    };
    std::string text;
    for (const std::string& step : steps) text += step + "\n";
    CHECK(rewritten(text) == steps);
}

TEST_CASE("every expectation is written as it is read") {
    const Strings steps{
        R"({ "send": "m{1..4}", "from": "alice/phone", "to": "bob" },)",
        R"({ "expect": { "device": ["alice/phone", "bob/pixel"], "online": false, "offlineReason": "evicted" } },)",
        R"({ "expect": { "device": "alice/phone", "has": ["m1"], "lacks": ["m2"], "exactly": [], "visible": ["m{1..3}"] } },)",
        R"({ "expect": { "device": "alice/phone", "hidden": ["m1"], "recalled": ["m1"], "order": ["m2", "m1"] } },)",
        R"({ "expect": { "device": "alice/phone", "via": { "m{1..3}": "offline", "m4": "live" }, "count": 4 } },)",
        R"({ "expect": { "device": "alice/phone", "conversations": ["bob", "group:team"] } },)",
        R"({ "expect": { "user": "alice", "onlineCount": 2, "class": "web", "online": ["alice/phone"] } },)",
        R"({ "expect": { "message": "m{1..4}", "receivedBy": [], "oneOf": ["bob/pixel"], "accepted": true } },)",
        R"({ "expect": { "device": "alice/phone", "has": ["m1"], "within": "2s" } },)",
        R"({ "expect": { "user": "alice", "online": ["alice/phone"], "within": "1m500ms" } },)",
        R"({ "expect": { "message": ["m1", "m2"], "receivedBy": [], "within": "0ms" } },)",
        R"({ "expect": { "message": ["m3", "m4"], "receivedBy": [], "within": "1s" } },)",
        R"({ "expect": { "service": "sync", "state": "changing" } })",
    };
    std::string text;
    for (const std::string& step : steps) text += step + "\n";
    CHECK(rewritten(text) == steps);
}

TEST_CASE("a way that is asked twice of one message keeps two keys") {
    CHECK(rewritten(R"({ "send": "m1", "from": "alice/phone", "to": "bob" },
      { "expect": { "device": "bob/pixel", "via": { "m1": "live", "m{1..1}": "offline" } } })")
              .back() == R"({ "expect": { "device": "bob/pixel", "via": { "m1": "live", "m{1..1}": "offline" } } })");
}

TEST_CASE("a recall of other messages by other devices is a step of its own") {
    Case made = only(world(R"({ "recall": ["m1", "m2"], "by": ["alice/phone", "bob/pixel"] })"));
    made.steps[0].actions.push_back(made.steps[0].actions[0]);
    CHECK(stepLines(writeScenario(made)) ==
          Strings{R"({ "recall": ["m1", "m2"], "by": ["alice/phone", "bob/pixel"], "settle": false },)",
                  R"({ "recall": "m1", "by": "alice/phone" })"});
}

TEST_CASE("a text with a variable's signs in it is read again as that text") {
    const Case made =
        only(R"({"name": "costs ${sign}{5}", "matrix": {"sign": ["$"]}, "users": {"alice": {"phone": "web"}},
      "steps": [{"login": "alice/phone"}, {"note": "$${sign}{x} and ${sign}"}]})");
    REQUIRE(made.name == "costs ${5}");
    REQUIRE(made.steps[1].note == "$${x} and $");
    const Case again = only(writeScenario(made));
    CHECK(again.name == made.name);
    CHECK(again.steps[1].note == made.steps[1].note);
    CHECK(again.id == "a.json#dollar=$");
}

TEST_CASE("names are written in ranges only where a range names exactly them") {
    CHECK(rewritten(R"({ "send": ["m9", "m10", "m11", "x08", "x09", "x10", "y1", "y2", "z0", "z1", "z2", "z2b"],
                        "from": "alice/phone", "to": "bob" })") ==
          Strings{R"({ "send": ["m{9..11}", "x08", "x09", "x10", "y1", "y2", "z{0..2}", "z2b"], )"
                  R"("from": "alice/phone", "to": "bob" })"});
    CHECK(rewritten(R"({ "send": ["9", "10", "11", "999999998", "999999999", "1000000000"],
                        "from": "alice/phone", "to": "bob" })") ==
          Strings{R"({ "send": ["{9..11}", "999999998", "999999999", "1000000000"], )"
                  R"("from": "alice/phone", "to": "bob" })"});
}
