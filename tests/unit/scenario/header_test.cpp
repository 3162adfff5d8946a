// Everything of a scenario that is not a step.
#include "reading.hpp"

using namespace mdsync;
using namespace mdsync::testing;

TEST_CASE("a file with name, users and steps has the documented defaults") {
    const Case made = only(world(""));
    CHECK(made.file == "a.json");
    CHECK(made.id == "a.json");
    CHECK(made.name == "a test");
    CHECK(made.choice.empty());
    CHECK(made.choiceSpan.line == 0);
    CHECK(made.seed == 1);
    CHECK_FALSE(made.networkGiven);
    CHECK(made.network.latencyLow == Millis{20});
    CHECK(made.network.latencyHigh == Millis{20});
    CHECK(spellInstant(made.header.t, std::chrono::minutes{480}) == "2024-05-01T09:00:00.000+08:00");
    CHECK(made.header.app.environment == Environment::Development);
    CHECK_FALSE(made.header.app.prepaid);
    CHECK_FALSE(made.header.app.sync);
    CHECK(made.header.app.compensationDays == 1);
    CHECK(made.header.app.offlineDays == 7);
    CHECK(made.header.app.timezone.name() == "+08:00");
    CHECK(made.header.app.mobileLimit == 1);
    CHECK(made.header.app.miniprogramLimit == 1);
    CHECK(made.header.app.onLimit == OnLimit::Replace);
    CHECK(made.header.readings.window == WindowReading::Calendar);
    CHECK(made.header.readings.switchDelay == std::chrono::minutes{30});
    CHECK(made.steps.empty());
}

TEST_CASE("every key of the header is taken") {
    const Case made = only(world("", R"(
        "$schema": "x", "mdsync": "scenario/1", "description": "why", "rules": ["web.ten-tabs"], "tags": ["smoke", "web"],
        "app": {"environment": "production", "prepaid": true, "sync": true, "compensationDays": 7, "offlineDays": 2,
                "timezone": "Europe/Berlin", "limits": {"mobile": 2, "miniprogram": 3}, "onLimit": "refuse"},
        "readings": {"window": "any", "switch-delay": "15m", "group-status-path": "seed"},
        "start": "2024-03-30T23:59:59.999+01:00", "network": {"latency": "5ms..80ms", "loss": 0.05, "duplicate": 1e-6},
        "seed": 18446744073709551615, "messageTypes": {"app:Poke": "status", "app:Order": "normal"},)"));
    CHECK(made.description == "why");
    CHECK(made.rules == Strings{"web.ten-tabs"});
    CHECK(made.tags == Strings{"smoke", "web"});
    CHECK(made.header.app.environment == Environment::Production);
    CHECK(made.header.app.prepaid);
    CHECK(made.header.app.sync);
    CHECK(made.header.app.compensationDays == 7);
    CHECK(made.header.app.offlineDays == 2);
    CHECK(made.header.app.timezone.name() == "Europe/Berlin");
    CHECK(made.header.app.mobileLimit == 2);
    CHECK(made.header.app.miniprogramLimit == 3);
    CHECK(made.header.app.onLimit == OnLimit::Refuse);
    CHECK(made.header.readings.window == WindowReading::Any);
    CHECK(made.header.readings.switchDelay == std::chrono::minutes{15});
    CHECK(made.header.readings.groupStatusPath == GroupStatusPath::Seed);
    CHECK(spellInstant(made.header.t) == "2024-03-30T22:59:59.999Z");
    CHECK(made.networkGiven);
    CHECK(made.network.latencyLow == Millis{5});
    CHECK(made.network.latencyHigh == Millis{80});
    CHECK(made.network.lossPpm == 50'000);
    CHECK(made.network.duplicatePpm == 1);
    CHECK(made.seed == 18446744073709551615U);
    CHECK(made.header.messageTypes ==
          std::vector<std::pair<std::string, bool>>{{"app:Order", false}, {"app:Poke", true}});
}

TEST_CASE("users have their devices one after the other, ranges unrolled, in the order of the file") {
    const Case made =
        only(R"({"name": "n", "steps": [], "groups": {"g{1..2}": ["u{1..2}", "zoe"]}, "chatrooms": ["r{9..11}"],
        "users": {"zoe": {}, "u{1..2}": {"tab{9..11}": "web", "pc": "electron", "x1": "ios"}}})");
    Strings paths;
    for (std::size_t i = 0; i < made.header.devices.size(); ++i) paths.push_back(made.header.path(DeviceId{i}));
    CHECK(paths == Strings{"u1/tab9", "u1/tab10", "u1/tab11", "u1/pc", "u1/x1", "u2/tab9", "u2/tab10", "u2/tab11",
                           "u2/pc", "u2/x1"});
    CHECK(made.header.users[0].deviceCount == 0);
    CHECK(made.header.devices[3].platform == Platform::Electron);
    REQUIRE(made.header.groups.size() == 2);
    CHECK(made.header.groups[1].name == "g2");
    CHECK(made.header.groups[1].members == std::vector<UserId>{UserId{1U}, UserId{2U}, UserId{0U}});
    CHECK(made.header.rooms == Strings{"r9", "r10", "r11"});
}

TEST_CASE("all platforms are known") {
    const Case made =
        only(R"({"name": "n", "steps": [], "users": {"u": {"a": "android", "b": "ios", "c": "harmony", "d": "web",
        "e": "windows", "f": "macos", "g": "linux", "h": "electron", "i": "miniprogram"}}})");
    for (std::size_t i = 0; i < kPlatforms; ++i) CHECK(made.header.devices[i].platform == static_cast<Platform>(i));
}

TEST_CASE("probabilities are parts per million, exactly") {
    const auto loss = [](const std::string& number) {
        return only(world("", "\"network\": {\"loss\": " + number + "},")).network.lossPpm;
    };
    CHECK(loss("0") == 0);
    CHECK(loss("-0") == 0);
    CHECK(loss("1") == 1'000'000);
    CHECK(loss("1.000") == 1'000'000);
    CHECK(loss("0.1e1") == 1'000'000);
    CHECK(loss("0.3") == 300'000);
    CHECK(loss("0.000001") == 1);
    CHECK(loss("12.5E-2") == 125'000);
    CHECK(loss("0.29000000000") == 290'000);
    const auto bad = [](const std::string& number) {
        return complaint(world("", "\"network\": {\"loss\": " + number + "},"));
    };
    CHECK(bad("1.1") == "2:21 scenario.out-of-range \"loss\" is 0..1, not 1.1 | ");
    CHECK(bad("1.0000001") == "2:21 scenario.out-of-range \"loss\" is 0..1, not 1.0000001 | ");
    CHECK(bad("-0.1") == "2:21 scenario.out-of-range \"loss\" is 0..1, not -0.1 | ");
    CHECK(bad("1e999999999999") == "2:21 scenario.out-of-range \"loss\" is 0..1, not 1e999999999999 | ");
    CHECK(bad("0.0000001") == "2:21 scenario.out-of-range \"loss\" is 0..1, not 0.0000001 | in steps of 0.000001");
    CHECK(bad("\"5%\"") == "2:21 scenario.wrong-type \"loss\" takes a number from 0 to 1, not the text \"5%\" | ");
}

TEST_CASE("a mistake in the header is said once, at its place, with what to write instead") {
    const auto top = [](const std::string& keys) { return complaint(world("", keys + ",")); };
    CHECK(top("\"descripton\": \"x\"") ==
          "2:1 scenario.unknown-key a scenario has no key \"descripton\" | did you mean \"description\"?");
    CHECK(top("\"rules\": \"web.ten-tabs\"") ==
          "2:10 scenario.wrong-type \"rules\" takes a list of rules, not the text \"web.ten-tabs\" | ");
    CHECK(top("\"rules\": [\"web.evict-earlist\"]") ==
          "2:11 scenario.unknown-rule there is no rule \"web.evict-earlist\" | did you mean \"web.evict-earliest\"?");
    CHECK(top("\"rules\": [\"web.ten-tabs\", \"web.ten-tabs\"]") ==
          "2:27 scenario.duplicate-name the rule \"web.ten-tabs\" is listed twice | ");
    CHECK(top("\"tags\": [1]") == "2:10 scenario.wrong-type \"tags\" takes a text, not the number 1 | ");
    CHECK(top("\"mdsync\": \"scenario/2\"") ==
          "2:11 scenario.unknown-word \"mdsync\" is scenario/1, not \"scenario/2\" | did you mean \"scenario/1\"?");
    CHECK(top("\"app\": {\"enviroment\": \"production\"}") ==
          "2:9 scenario.unknown-key \"app\" has no key \"enviroment\" | did you mean \"environment\"?");
    CHECK(top("\"app\": {\"environment\": \"produktion\"}") ==
          "2:24 scenario.unknown-word \"environment\" is development or production, not \"produktion\" | did you mean "
          "\"production\"?");
    CHECK(top("\"app\": {\"sync\": \"yes\"}") ==
          "2:17 scenario.wrong-type \"sync\" takes true or false, not the text \"yes\" | write true");
    CHECK(top("\"app\": {\"compensationDays\": 8}") ==
          "2:29 scenario.out-of-range \"compensationDays\" is 1..7, not 8 | ");
    CHECK(top("\"app\": {\"compensationDays\": 1.5}") ==
          "2:29 scenario.wrong-type \"compensationDays\" takes a whole number, not 1.5 | ");
    CHECK(top("\"app\": {\"offlineDays\": 99999999999999999999}") ==
          "2:24 scenario.out-of-range \"offlineDays\" is 1..7, not 99999999999999999999 | ");
    CHECK(top("\"app\": {\"limits\": {\"mobile\": 0}}") ==
          "2:30 scenario.out-of-range \"mobile\" is 1..1000000, not 0 | ");
    CHECK(top("\"app\": {\"limits\": {\"web\": 3}}") ==
          "2:20 scenario.unknown-key \"limits\" has no key \"web\" | known here: mobile, miniprogram");
    CHECK(top("\"app\": {\"timezone\": \"Europe/Berlim\"}") ==
          "2:21 scenario.unknown-zone there is no time zone \"Europe/Berlim\" | write an offset such as +08:00, or a "
          "name such "
          "as Europe/Berlin");
    CHECK(top("\"app\": {\"environment\": \"production\", \"sync\": true}") ==
          "2:46 scenario.malformed-app the service can't be on in production unless it is prepaid | add \"prepaid\": "
          "true, or "
          "turn it on in a step");
    CHECK(top("\"readings\": {\"switch-delay\": \"30 min\"}") ==
          "2:30 scenario.bad-duration \"30 min\" is not a duration | durations look like 250ms, 90s, 30m, 25h, 2d or "
          "29m59s");
    CHECK(top("\"start\": \"2024-02-30T00:00:00Z\"") ==
          "2:10 scenario.bad-date \"2024-02-30T00:00:00Z\" is not a date | dates look like 2024-05-01T09:00:00+08:00");
    CHECK(top("\"start\": \"2038-01-01T00:00:00Z\", \"app\": {\"timezone\": \"Asia/Tokyo\"}") ==
          "2:10 scenario.out-of-range with the time zone Asia/Tokyo a run lies in 1970..2037 | ");
    CHECK(complaint(world("", "\"start\": \"2037-12-31T23:59:59Z\", \"app\": {\"timezone\": \"Asia/Tokyo\"},")) ==
          "nothing");
    CHECK(complaint(world("", "\"start\": \"2099-12-31T23:59:59Z\",")) == "nothing");
    CHECK(top("\"network\": {\"latency\": \"80ms..5ms\"}") ==
          "2:24 scenario.out-of-range the latency \"80ms..5ms\" falls | write the smaller first");
    CHECK(top("\"network\": {\"latency\": \"5..80ms\"}") ==
          "2:24 scenario.bad-duration \"5..80ms\" is not a latency | latencies look like 20ms or 5ms..80ms");
    CHECK(top("\"seed\": -1") == "2:9 scenario.out-of-range \"seed\" is 0..18446744073709551615, not -1 | ");
    CHECK(top("\"seed\": 18446744073709551616") ==
          "2:9 scenario.out-of-range \"seed\" is 0..18446744073709551615, not 18446744073709551616 | ");
    CHECK(top("\"messageTypes\": {\"app:Poke\": \"statuss\"}") ==
          "2:30 scenario.unknown-word a message type is status or normal, not \"statuss\" | did you mean \"status\"?");
    CHECK(top("\"messageTypes\": {\"RC:TypSts\": \"normal\"}") ==
          "2:31 scenario.out-of-range RC:TypSts is a status message by the seed and can't be declared normal | ");
}

TEST_CASE("a mistake among the names is said once, and what refers to them is not blamed") {
    const auto users = [](const std::string& text) {
        return complaint("{\"name\": \"n\", \"users\":\n{" + text + "},\n\"steps\": [{\"login\": \"alice/phone\"}]}");
    };
    CHECK(users("\"alice\": {\"phone\": \"andriod\"}") ==
          "2:21 scenario.unknown-word there is no platform \"andriod\" | did you mean \"android\"?");
    CHECK(users("\"alice\": \"android\"") ==
          "2:11 scenario.wrong-type a user takes an object of devices, not the text \"android\" | { \"phone\": "
          "\"android\" }");
    CHECK(users("\"al ice\": {\"phone\": \"ios\"}") ==
          "2:2 scenario.bad-name \"al ice\" can't be the name of a user | 1..64 bytes without blanks and / : { } * ,");
    CHECK(
        users("\"alice\": {\"pho,ne\": \"ios\"}") ==
        "2:12 scenario.bad-name \"pho,ne\" can't be the name of a device | 1..64 bytes without blanks and / : { } * ,");
    CHECK(users("\"alice\": {\"\": \"ios\", \"phone\": \"ios\"}").starts_with("2:12 scenario.bad-name"));
    CHECK(users("\"alice\": {\"a\xc2\xa0"
                "b\": \"ios\", \"phone\": \"ios\"}")
              .starts_with("2:12 scenario.bad-name"));
    CHECK(users("\"alice\": {\"" + std::string(65, 'x') + "\": \"ios\", \"phone\": \"ios\"}")
              .starts_with("2:12 scenario.bad-name"));
    CHECK(users("\"alice\": {\"" + std::string(64, 'x') + "\": \"ios\", \"phone\": \"ios\"}") == "nothing");
    CHECK(users("\"alice\": {\"tab{3..1}\": \"web\", \"phone\": \"ios\"}") ==
          "2:12 scenario.bad-range the range in \"tab{3..1}\" falls | write the smaller number first");
    CHECK(users("\"alice\": {\"tab{1..}\": \"web\", \"phone\": \"ios\"}") ==
          "2:12 scenario.bad-range \"tab{1..}\" is not a name with a range | ranges look like tab{1..11}");
    CHECK(users("\"alice\": {\"tab{01..3}\": \"web\", \"phone\": \"ios\"}").starts_with("2:12 scenario.bad-range"));
    CHECK(users("\"alice\": {\"t{1..2}x{1..2}\": \"web\", \"phone\": \"ios\"}") ==
          "2:12 scenario.bad-range \"t{1..2}x{1..2}\" has more than one range | ");
    CHECK(users("\"alice\": {\"tab{1..3}\": \"web\", \"tab2\": \"web\", \"phone\": \"ios\"}") ==
          "2:32 scenario.duplicate-name the device \"alice/tab2\" is declared twice | ");
    CHECK(users("\"alice\": {\"phone\": \"ios\"}, \"alice{1..2}\": {}, \"alice2\": {}") ==
          "2:48 scenario.duplicate-name the user \"alice2\" is declared twice | ");
    const auto groups = [](const std::string& text) {
        return complaint("{\"name\": \"n\", \"users\": {\"alice\": {}, \"bob\": {}}, \"steps\": [],\n" + text + "}");
    };
    CHECK(groups("\"groups\": {\"g\": [\"alic\"]}") ==
          "2:18 scenario.undeclared there is no user \"alic\" | did you mean \"alice\"?");
    CHECK(groups("\"groups\": {\"g\": \"alice\"}") ==
          "2:17 scenario.wrong-type a group takes a list of users, not the text \"alice\" | [\"alice\", \"bob\"]");
    CHECK(groups("\"groups\": {\"g\": [\"bob\", \"bob\"]}") ==
          "2:17 scenario.duplicate-name \"bob\" is in the group twice | ");
    CHECK(groups("\"chatrooms\": [\"x\", \"x\"]") ==
          "2:20 scenario.duplicate-name the chatroom \"x\" is declared twice | ");
}

TEST_CASE("what must be there and is not is missing once") {
    CHECK(complaints("{\"steps\": []}") ==
          Strings{"1:1 scenario.missing-key a scenario needs the key \"name\" | \"name\": a text"});
    CHECK(complaints("{}").empty());  // there for others to extend
    CHECK(
        complaint("[]") ==
        "1:1 scenario.wrong-type a scenario is one JSON object | { \"name\": ..., \"users\": ..., \"steps\": [...] }");
}
