// Steps: verbs, companions, and what becomes of lists and ranges.
#include "reading.hpp"

using namespace mdsync;
using namespace mdsync::testing;

TEST_CASE("each device of a list, a range or a star is one action, in order") {
    const Case made = only(world(R"({"login": ["bob/pixel", "alice/tab{2..3}", "alice/phone"]},
{"logout": "alice/tab{2..3}"},
{"hold": "alice/*"})"));
    CHECK(actions(made, 0) == Strings{"login bob/pixel", "login alice/tab2", "login alice/tab3", "login alice/phone"});
    CHECK(actions(made, 1) == Strings{"logout alice/tab2", "logout alice/tab3"});
    CHECK(actions(made, 2) ==
          Strings{"hold alice/phone", "hold alice/laptop", "hold alice/tab1", "hold alice/tab2", "hold alice/tab3"});
    CHECK(made.steps[0].kind == StepKind::Act);
    CHECK(made.steps[0].settle);
    CHECK(made.steps[1].span.line == 7);
    CHECK(made.steps[1].span.column == 1);
    CHECK(made.steps[1].span.length == 29);
}

TEST_CASE("a send has defaults and one action for each id") {
    const Case made = only(world(R"({"send": ["m{1..2}", "x"], "from": "alice/phone", "to": "group:team"},
{"send": "y", "from": ["alice/phone"], "to": "chatroom:lobby", "type": "app:Poke", "text": "h\u0069"})"));
    CHECK(actions(made, 0) == Strings{"send m1 alice/phone -> group:team", "send m2 alice/phone -> group:team",
                                      "send x alice/phone -> group:team"});
    const Op& first = made.steps[0].actions[0].op;
    CHECK(made.lexicon.texts[first.type] == "RC:TxtMsg");
    CHECK(made.lexicon.texts[first.text].empty());
    const Op& second = made.steps[1].actions[0].op;
    CHECK(made.lexicon.texts[second.type] == "app:Poke");
    CHECK(made.lexicon.texts[second.text] == "hi");
    CHECK(second.to == Address::of(RoomId{0U}));
}

TEST_CASE("a publish is from a user, through an endpoint that fits") {
    const Case made = only(world(R"({"publish": "p1", "from": "alice", "to": "bob"},
{"publish": "p2", "from": "alice", "to": "bob", "api": "status", "includeSender": true},
{"publish": "p3", "from": "alice", "to": "group:team", "api": "/statusmessage/group/publish.json"},
{"publish": "p4", "from": "alice", "to": "chatroom:lobby", "api": "/message/chatroom/publish.json"})"));
    CHECK(actions(made, 0) == Strings{"publish p1 alice -> bob"});
    CHECK(made.steps[0].actions[0].op.api == Api::Message);
    CHECK_FALSE(made.steps[0].actions[0].op.includeSender);
    CHECK(made.steps[1].actions[0].op.api == Api::Status);
    CHECK(made.steps[1].actions[0].op.includeSender);
    CHECK(made.steps[2].actions[0].op.api == Api::Path);
    CHECK(made.lexicon.texts[made.steps[2].actions[0].op.path] == "/statusmessage/group/publish.json");
}

TEST_CASE("the path on which seed and vendor disagree is pointed out and taken") {
    const ScenarioFile file =
        read(world(R"({"publish": "p", "from": "bob", "to": "group:team", "api": "/message/group/publish.json"})"));
    CHECK(file.valid());
    const std::vector<Diagnostic> found = told(file);
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::Warning);
    CHECK(found[0].code == "scenario.group-status-path");
    CHECK(found[0].span.column == 60);
    CHECK(file.cases.size() == 1);
}

TEST_CASE("a recall is by devices or through the API") {
    const Case made = only(world(R"({"recall": ["m1", "m2"], "by": ["alice/phone", "bob/pixel"]},
{"recall": "m1", "api": "alice"},
{"send": "m1", "from": "alice/phone", "to": "bob"})"));
    CHECK(actions(made, 0) ==
          Strings{"recall m1 alice/phone", "recall m1 bob/pixel", "recall m2 alice/phone", "recall m2 bob/pixel"});
    CHECK(actions(made, 1) == Strings{"recall m1 alice"});
}

TEST_CASE("drop, sync, set, network and server carry their values") {
    const Case made = only(world(
        R"({"login": "alice/phone"}, {"drop": "alice/phone", "noticedAfter": "1m30s"}, {"sync": "enable"}, {"sync": "disable"},
{"set": {"compensationDays": 8, "limits": {"mobile": 2}, "prepaid": true}}, {"set": {"offlineDays": -1}},
{"network": {"latency": "1s..3s", "loss": 0.5}, "on": "alice/*"}, {"network": {}}, {"server": "restart"})"));
    CHECK(made.steps[1].actions[0].op.noticedAfter == Millis{90'000});
    CHECK(made.steps[2].actions[0].op.enabled);
    CHECK_FALSE(made.steps[3].actions[0].op.enabled);
    const SettingsChange& change = made.steps[4].actions[0].op.settings;
    CHECK(change.compensationDays == 8);
    CHECK(change.mobileLimit == 2);
    CHECK(change.prepaid == true);
    CHECK_FALSE(change.offlineDays.has_value());
    CHECK_FALSE(change.miniprogramLimit.has_value());
    CHECK(made.steps[5].actions[0].op.settings.offlineDays == -1);
    const Op& network = made.steps[6].actions[0].op;
    CHECK(network.network.latencyLow == Millis{1000});
    CHECK(network.network.latencyHigh == Millis{3000});
    CHECK(network.network.lossPpm == 500'000);
    CHECK(network.on.size() == 5);
    CHECK(made.steps[7].actions[0].op.network.latencyLow == Millis{20});
    CHECK(made.steps[7].actions[0].op.on.empty());
    CHECK(actions(made, 8) == Strings{"server"});
}

TEST_CASE("groups are joined by users, chatrooms by devices") {
    const Case made =
        only(world(R"({"join": "group:team", "user": "bob"}, {"leave": "group:team", "user": ["alice", "bob"]},
{"join": "chatroom:lobby", "by": ["alice/phone", "bob/pixel"]})"));
    CHECK(actions(made, 0) == Strings{"join bob -> group:team"});
    CHECK(actions(made, 1) == Strings{"leave alice -> group:team", "leave bob -> group:team"});
    CHECK(actions(made, 2) == Strings{"join alice/phone -> chatroom:lobby", "join bob/pixel -> chatroom:lobby"});
}

TEST_CASE("a refusal may be demanded, with or without its code, and settling skipped") {
    const Case made =
        only(world(R"({"sync": "enable", "refused": true}, {"sync": "enable", "refused": "1008", "settle": false},
{"sync": "enable", "refused": false, "settle": true}, {"sync": "enable"}, {"wait": "1s", "settle": false})"));
    CHECK(made.steps[0].actions[0].refusal.wanted);
    CHECK(made.steps[0].actions[0].refusal.code.empty());
    CHECK(made.steps[1].actions[0].refusal.wanted);
    CHECK(made.steps[1].actions[0].refusal.code == "1008");
    CHECK_FALSE(made.steps[1].settle);
    CHECK_FALSE(made.steps[2].actions[0].refusal.wanted);
    CHECK(made.steps[2].settle);
    CHECK_FALSE(made.steps[3].actions[0].refusal.wanted);
    CHECK_FALSE(made.steps[4].settle);
}

TEST_CASE("concurrent actions are one step, a list of devices one action each") {
    const Case made = only(world(
        R"({"concurrently": [{"login": "alice/*"}, {"publish": "p", "from": "bob", "to": "alice", "refused": true},
{"drop": "bob/pixel", "noticedAfter": "1s"}, {"login": "bob/pixel"}], "settle": false})"));
    CHECK(made.steps.size() == 1);
    CHECK(made.steps[0].kind == StepKind::Concurrently);
    CHECK_FALSE(made.steps[0].settle);
    CHECK(actions(made, 0) == Strings{"login alice/phone", "login alice/laptop", "login alice/tab1", "login alice/tab2",
                                      "login alice/tab3", "publish p bob -> alice", "drop bob/pixel",
                                      "login bob/pixel"});
    CHECK_FALSE(made.steps[0].actions[4].refusal.wanted);
    CHECK(made.steps[0].actions[5].refusal.wanted);
}

TEST_CASE("waits, notes and dates with offsets") {
    const Case made =
        only(world(R"({"wait": "29m59s"}, {"wait": {"until": "2024-05-02T00:00:00+08:00"}}, {"note": "here"})"));
    CHECK(made.steps[0].kind == StepKind::Wait);
    CHECK(made.steps[0].wait == Millis{1'799'000});
    CHECK_FALSE(made.steps[0].until.has_value());
    REQUIRE(made.steps[1].until.has_value());
    CHECK(spellInstant(*made.steps[1].until) == "2024-05-01T16:00:00.000Z");
    CHECK(made.steps[2].kind == StepKind::Note);
    CHECK(made.steps[2].note == "here");
    CHECK_FALSE(made.steps[2].settle);
}

TEST_CASE("a repeat counts from 1, by its name, and nests") {
    const Case made = only(world(
        R"({"repeat": 2, "as": "k", "steps": [{"send": "m${k}", "from": "alice/phone", "to": "bob", "text": "no ${k}"},
  {"repeat": 2, "steps": [{"send": "n${k}.${i}", "from": "alice/phone", "to": "bob", "text": "${i}"}]}]},
{"repeat": 0, "steps": [{"note": "never"}]})"));
    Strings sent;
    for (const Step& step : made.steps) {
        sent.push_back(made.lexicon.messages[step.actions[0].op.message] + "=" +
                       made.lexicon.texts[step.actions[0].op.text]);
    }
    CHECK(sent == Strings{"m1=no 1", "n1.1=1", "n1.2=2", "m2=no 2", "n2.1=1", "n2.2=2"});
    CHECK(made.steps[1].span.line == 7);
    CHECK(made.steps[4].span.line == 7);
}

TEST_CASE("comments may stand anywhere") {
    CHECK(only("/* a */ {\"name\": \"n\" /* b */, // c\n \"users\": {}, \"steps\": [ // d\n ] } // e").steps.empty());
}

TEST_CASE("the mistake of the design's picture looks like the picture") {
    const std::string text =
        "\n\n\n\n\n\n\n\n\n\n{ \"name\": \"n\",\n  \"users\": { \"ann\": { \"phone\": \"ios\" }, \"bob\": {} },\n  "
        "\"steps\": [\n"
        "    { \"sned\": \"m1\", \"from\": \"ann/phone\", \"to\": \"bob\" },\n"
        "    { \"expect\": { \"message\": \"m1\", \"accepted\": true } },\n"
        "    { \"logout\": \"ann/phone\" }\n  ]\n}\n";
    const ScenarioFile file = parseScenario(text, "scenarios/recall/late.json", someRules());
    CHECK(file.cases.empty());
    CHECK_FALSE(file.valid());
    REQUIRE(file.diagnostics.size() == 1);
    CHECK(render(file.diagnostics[0]) ==
          "error[scenario.unknown-verb]: unknown step \"sned\"\n"
          "  --> scenarios/recall/late.json:14:7\n"
          "   |\n"
          "14 |     { \"sned\": \"m1\", \"from\": \"ann/phone\", \"to\": \"bob\" },\n"
          "   |       ^^^^^^ did you mean \"send\"?\n");
}

TEST_CASE("a mistake in a step is said once, at its place, with what to write instead") {
    const auto step = [](const std::string& text) { return complaint(world(text)); };
    CHECK(step("7") ==
          "6:1 scenario.wrong-type a step is an object, not the number 7 | { \"login\": \"alice/phone\" }");
    CHECK(step("{}").starts_with("6:1 scenario.missing-key this step has no verb | one of login, logout"));
    CHECK(step("{\"from\": \"alice/phone\", \"to\": \"bob\"}")
              .starts_with("6:1 scenario.missing-key this step has no verb"));
    CHECK(step("{\"settle\": false, \"lgoin\": \"alice/phone\"}") ==
          "6:19 scenario.unknown-verb unknown step \"lgoin\" | did you mean \"login\"?");
    CHECK(step("{\"frobnicate\": 1}")
              .starts_with("6:2 scenario.unknown-verb unknown step \"frobnicate\" | known: login,"));
    CHECK(
        step("{\"login\": \"alice/phone\", \"logout\": \"bob/pixel\"}") ==
        "6:26 scenario.conflicting-keys a step has one verb, not both \"login\" and \"logout\" | make two steps of it");
    CHECK(step("{\"login\": 7}") ==
          "6:11 scenario.wrong-type \"login\" takes a device such as \"alice/phone\" or a list of them, not the number "
          "7 | ");
    CHECK(step("{\"login\": [\"alice/phone\", 7]}") ==
          "6:27 scenario.wrong-type \"login\" takes a text, not the number 7 | ");
    CHECK(step("{\"login\": []}") == "6:11 scenario.out-of-range \"login\" names no device | ");
    CHECK(step("{\"send\": \"m\", \"form\": \"alice/phone\", \"to\": \"bob\"}") ==
          "6:15 scenario.unknown-key \"send\" has no key \"form\" | did you mean \"from\"?");
    CHECK(step("{\"send\": \"m\", \"from\": \"alice/phone\"}") ==
          "6:2 scenario.missing-key \"send\" needs the key \"to\" | \"to\": a user, \"group:...\" or \"chatroom:...\"");
    CHECK(step("{\"login\": \"alice/phone\", \"text\": \"x\"}") ==
          "6:26 scenario.unknown-key \"login\" has no key \"text\" | known here: login, refused, settle");
    CHECK(step("{\"note\": \"x\", \"settle\": false}")
              .starts_with("6:15 scenario.unknown-key \"note\" has no key \"settle\""));
    CHECK(step("{\"repeat\": 1, \"steps\": [], \"settle\": false}").starts_with("6:28 scenario.unknown-key"));
    CHECK(step("{\"send\": [], \"from\": \"alice/phone\", \"to\": \"bob\"}") ==
          "6:10 scenario.out-of-range \"send\" names no message | ");
    CHECK(step("{\"send\": \"m\", \"from\": [\"alice/phone\", \"bob/pixel\"], \"to\": \"bob\"}") ==
          "6:23 scenario.out-of-range a message has one sender, not 2 | ");
    CHECK(step("{\"send\": \"m\", \"from\": \"alice/phone\", \"to\": \"bob\", \"type\": \"\"}") ==
          "6:59 scenario.out-of-range the message type is empty | ");
    CHECK(step("{\"publish\": \"m\", \"from\": \"alice\", \"to\": \"bob\", \"api\": \"stauts\"}") ==
          "6:55 scenario.unknown-word there is no endpoint \"stauts\" | did you mean \"status\"?");
    CHECK(
        step("{\"publish\": \"m\", \"from\": \"alice\", \"to\": \"bob\", \"api\": \"/message/group/publish.json\"}") ==
        "6:55 scenario.wrong-target the path /message/group/publish.json does not fit the target bob | did you mean "
        "\"/message/private/publish.json\"?");
    CHECK(step("{\"recall\": \"m\"}") ==
          "6:2 scenario.missing-key \"recall\" needs the key \"by\" or \"api\" | \"by\" a device, or \"api\" a user");
    CHECK(step("{\"recall\": \"m\", \"by\": \"alice/phone\", \"api\": \"bob\"}") ==
          "6:38 scenario.conflicting-keys a recall is \"by\" a device or \"api\" of a user, not both | ");
    CHECK(step("{\"sync\": \"on\"}") == "6:10 scenario.unknown-word \"sync\" is enable or disable, not \"on\" | ");
    CHECK(step("{\"set\": {}}").starts_with("6:9 scenario.missing-key \"set\" changes nothing"));
    CHECK(step("{\"set\": {\"days\": 3}}").starts_with("6:10 scenario.unknown-key \"set\" has no key \"days\""));
    CHECK(step("{\"set\": {\"limits\": {\"mobile\": 0}}}") ==
          "6:31 scenario.out-of-range \"mobile\" is 1..1000000, not 0 | ");
    CHECK(
        step("{\"join\": \"bob\", \"user\": \"alice\"}") ==
        "6:10 scenario.wrong-target \"join\" takes a group or chatroom, not the user bob | group:... with \"user\", or "
        "chatroom:... with \"by\"");
    CHECK(step("{\"join\": \"group:team\"}") ==
          "6:2 scenario.missing-key \"join\" of a group needs the key \"user\" | ");
    CHECK(step("{\"leave\": \"chatroom:lobby\", \"user\": \"bob\"}") ==
          "6:29 scenario.conflicting-keys a device leaves a chatroom, not a user | \"by\": \"alice/phone\"");
    CHECK(step("{\"network\": {\"latency\": \"1s\"}, \"on\": []}") ==
          "6:38 scenario.out-of-range \"on\" names no device | ");
    CHECK(step("{\"server\": \"stop\"}") == "6:12 scenario.unknown-word \"server\" is restart, not \"stop\" | ");
    CHECK(step("{\"wait\": 10}") ==
          "6:10 scenario.wrong-type \"wait\" takes a duration such as \"10m\", or {\"until\": date}, not the number 10 "
          "| ");
    CHECK(
        step("{\"wait\": \"10 minutes\"}").starts_with("6:10 scenario.bad-duration \"10 minutes\" is not a duration"));
    CHECK(step("{\"wait\": {\"untill\": \"2024-05-02T00:00:00Z\"}}") ==
          "6:11 scenario.unknown-key \"wait\" has no key \"untill\" | did you mean \"until\"?");
    CHECK(step("{\"wait\": {\"until\": \"tomorrow\"}}").starts_with("6:20 scenario.bad-date"));
    CHECK(step("{\"concurrently\": []}") == "6:18 scenario.out-of-range \"concurrently\" has no actions | ");
    for (const std::string inner : {"{\"wait\": \"1s\"}", "{\"note\": \"x\"}", "{\"server\": \"restart\"}",
                                    "{\"concurrently\": [{\"sync\": \"enable\"}]}", "{\"repeat\": 1, \"steps\": []}",
                                    "{\"expect\": {\"service\": \"sync\", \"state\": \"on\"}}"}) {
        CHECK(step("{\"concurrently\": [" + inner + "]}").starts_with("6:20 scenario.not-allowed-here"));
    }
    CHECK(step("{\"concurrently\": [{\"login\": \"alice/phone\", \"settle\": false}]}") ==
          "6:44 scenario.unknown-key \"login\" has no key \"settle\" | known here: login, refused");
    CHECK(step("{\"repeat\": -1, \"steps\": []}") == "6:12 scenario.out-of-range \"repeat\" is at least 0, not -1 | ");
    CHECK(step("{\"repeat\": 1.5, \"steps\": []}") ==
          "6:12 scenario.wrong-type \"repeat\" takes a whole number, not 1.5 | ");
    CHECK(step("{\"repeat\": 2, \"as\": \"a b\", \"steps\": []}").starts_with("6:21 scenario.bad-name"));
    CHECK(step("{\"repeat\": 1, \"as\": \"k\", \"steps\": [{\"repeat\": 1, \"as\": \"k\", \"steps\": []}]}")
              .starts_with("6:56 scenario.duplicate-name \"k\" is the name of something else here"));
    CHECK(step("{\"sync\": \"enable\", \"refused\": 1008}") ==
          "6:31 scenario.wrong-type \"refused\" takes true or a code, not the number 1008 | ");
    CHECK(step("{\"sync\": \"enable\", \"refused\": \"\"}").starts_with("6:31 scenario.out-of-range"));
    CHECK(step("{\"note\": \"${x}\"}") ==
          "6:10 scenario.undeclared nothing is called ${x} here | variables come from \"matrix\" and from a repeat");
    CHECK(step("{\"note\": \"a ${x\"}") == "6:10 scenario.bad-substitution ${ is never closed | write ${name}");
    CHECK(step("{\"repeat\": 3, \"as\": \"round\", \"steps\": [{\"note\": \"${roud}\"}]}") ==
          "6:49 scenario.undeclared nothing is called ${roud} here | did you mean \"round\"?");
}

TEST_CASE("all mistakes of a file come at once, in the order of the file") {
    const Strings all = complaints(world(R"({"login": "alice/phnoe"},
{"send": "m1", "from": "alice/phone", "to": "bbo"},
{"wait": "soon"},
{"expect": {"device": "bob/pixel", "has": ["m1"], "visble": ["m1"]}})",
                                         "\"tagz\": [],"));
    REQUIRE(all.size() == 5);
    CHECK(all[0].starts_with("2:1 scenario.unknown-key"));
    CHECK(all[1].starts_with("6:11 scenario.undeclared"));
    CHECK(all[2].starts_with("7:45 scenario.undeclared"));
    CHECK(all[3].starts_with("8:10 scenario.bad-duration"));
    CHECK(all[4].starts_with("9:51 scenario.unknown-key"));
}

TEST_CASE("what never happens uses no message id, and finds nobody online") {
    const std::string either = R"({"repeat": 0, "steps": [{"send": "m1", "from": "bob/pixel", "to": "alice"}]})";
    CHECK(complaint(world(R"({"login": "bob/pixel"}, {"send": "m1", "from": "bob/pixel", "to": "alice"},)" + either)) ==
          "nothing");
    CHECK(complaint(world(R"({"login": "bob/pixel"}, {"repeat": 0, "steps": [{"login": "bob/pixel"}]})")) == "nothing");
    CHECK(complaint(world(R"({"login": "bob/pixel"}, {"repeat": 0, "steps": [{"logout": "bob/pixel"}]},
{"login": "bob/pixel"})"))
              .starts_with("7:11 scenario.impossible-step"));
    CHECK(complaint(world(either + R"(, {"expect": {"device": "alice/phone", "has": "m1"}})"))
              .find("no step before sends a message \"m1\"") != std::string::npos);
}
