// The matrix, and what "${...}" becomes.
#include "reading.hpp"

using namespace mdsync;
using namespace mdsync::testing;

TEST_CASE("an object of lists gives every combination, the last key fastest") {
    const std::vector<Case> all = cases(world("{\"note\": \"${days} in ${zone}\"}",
                                              "\"matrix\": {\"days\": [1, 7], \"zone\": [\"+08:00\", \"Z\"]}, \"app\": "
                                              "{\"compensationDays\": \"${days}\", \"timezone\": \"${zone}\"},"));
    Strings ids;
    Strings notes;
    for (const Case& one : all) {
        ids.push_back(one.id);
        notes.push_back(one.steps[0].note);
    }
    CHECK(ids == Strings{"a.json#days=1,zone=+08:00", "a.json#days=1,zone=Z", "a.json#days=7,zone=+08:00",
                         "a.json#days=7,zone=Z"});
    CHECK(notes == Strings{"1 in +08:00", "1 in Z", "7 in +08:00", "7 in Z"});
    CHECK(all[3].header.app.compensationDays == 7);
    CHECK(all[3].header.app.timezone.name() == "Z");
    CHECK(all[3].choice == std::vector<std::pair<std::string, std::string>>{{"days", "7"}, {"zone", "Z"}});
    CHECK(all[3].choiceSpan.line == 0);
}

TEST_CASE("a list of objects gives one case an entry, and each knows its lines") {
    const std::vector<Case> all = cases(
        "{\"name\": \"${who} ${sync}\", \"users\": {\"alice\": {\"phone\": \"ios\"}},\n\"matrix\": [\n"
        "  {\"who\": \"alice\", \"sync\": true},\n"
        "  {\"sync\": false,\n   \"who\": \"nobody\"}\n],\n"
        "\"app\": {\"sync\": \"${sync}\"}, \"steps\": []}");
    REQUIRE(all.size() == 2);
    CHECK(all[0].id == "a.json#who=alice,sync=true");
    CHECK(all[0].name == "alice true");
    CHECK(all[0].header.app.sync);
    CHECK(all[0].choiceSpan.line == 3);
    CHECK(all[0].choiceSpan.column == 3);
    CHECK(all[0].choiceLastLine == 3);
    CHECK(all[1].id == "a.json#sync=false,who=nobody");
    CHECK_FALSE(all[1].header.app.sync);
    CHECK(all[1].choiceSpan.line == 4);
    CHECK(all[1].choiceLastLine == 5);
}

TEST_CASE("values of any type can be chosen, as a whole") {
    const std::vector<Case> all =
        cases(world("{\"login\": \"${who}\"}, {\"network\": \"${net}\"}",
                    "\"matrix\": [{\"who\": [\"alice/phone\", \"bob/pixel\"], \"net\": {\"loss\": 0.25}}],"));
    REQUIRE(all.size() == 1);
    CHECK(all[0].id == "a.json#who=[\"alice/phone\",\"bob/pixel\"],net={\"loss\":0.25}");
    CHECK(actions(all[0], 0) == Strings{"login alice/phone", "login bob/pixel"});
    CHECK(all[0].steps[1].actions[0].op.network.lossPpm == 250'000);
}

TEST_CASE("ranges, keys and repeats take numbers from the matrix") {
    const std::vector<Case> all =
        cases(R"({"name": "n", "matrix": {"n": [2, 3]}, "users": {"a": {"tab{1..${n}}": "web"}},
"steps": [{"repeat": "${n}", "steps": [{"send": "m${i}-{1..${n}}", "from": "a/tab${i}", "to": "a", "text": "${n}"}]}]})");
    REQUIRE(all.size() == 2);
    CHECK(all[0].header.devices.size() == 2);
    CHECK(all[1].header.devices.size() == 3);
    CHECK(all[1].steps.size() == 3);
    CHECK(actions(all[1], 2) == Strings{"send m3-1 a/tab3 -> a", "send m3-2 a/tab3 -> a", "send m3-3 a/tab3 -> a"});
    CHECK(all[1].lexicon.texts[all[1].steps[2].actions[0].op.text] == "3");
}

TEST_CASE("the reader does not care what stands in a case that has no round") {
    const std::vector<Case> all =
        cases(world("{\"repeat\": \"${n}\", \"steps\": [{\"send\": \"m${i}\", \"from\": \"alice/phone\", "
                    "\"to\": \"bob\"}]}, {\"send\": \"m1\", \"from\": \"alice/phone\", \"to\": \"bob\"}",
                    "\"matrix\": {\"n\": [0]},"));
    REQUIRE(all.size() == 1);
    CHECK(all[0].steps.size() == 1);
    CHECK(all[0].lexicon.messages.size() == 1);
    CHECK(
        complaint(world("{\"repeat\": 0, \"steps\": [{\"sned\": \"m1\"}]}")).starts_with("6:26 scenario.unknown-verb"));
}

TEST_CASE("what is wrong in some cases only is said once, with the case") {
    CHECK(complaint(world("", "\"matrix\": {\"days\": [7, 8, 9]}, \"app\": {\"compensationDays\": \"${days}\"},")) ==
          "2:60 scenario.out-of-range \"compensationDays\" is 1..7, not 8 (with days=8) | ");
    CHECK(complaint(world("{\"login\": \"alice/${d}\"}", "\"matrix\": {\"d\": [\"phone\", \"fone\"]},")) ==
          "6:11 scenario.undeclared alice has no device \"fone\" (with d=fone) | alice has phone, laptop, tab1, tab2, "
          "tab3");
    CHECK(
        complaint(world("", "\"matrix\": {\"days\": [\"7\"]}, \"app\": {\"compensationDays\": \"${days}\"},")) ==
        "2:56 scenario.wrong-type \"compensationDays\" takes a whole number, not the text \"7\" (with days=7) | write 7");
}

TEST_CASE("a mistake in the matrix is said once, and its users are not blamed") {
    const auto matrix = [](const std::string& text) {
        return complaint(world("{\"note\": \"${a} ${b}\"}, {\"login\": \"${a}\"}", "\"matrix\": " + text + ","));
    };
    CHECK(complaints(
              world("{\"login\": \"${a}\"}, {\"logout\": \"bob/pixel\"}, {\"join\": \"chatroom:r1\", \"by\": "
                    "\"bob/pixel\"}, {\"send\": \"m{1..${a}}\", \"from\": \"bob/pixel\", \"to\": \"u1\"}, {\"expect\": "
                    "{\"device\": \"bob/pixel\", \"has\": \"m1\"}}",
                    "\"matrix\": {\"a\": []},"))
              .size() == 1);
    CHECK(matrix("7").starts_with("2:11 scenario.wrong-type \"matrix\" takes an object of lists or a list of objects"));
    CHECK(matrix("{}") == "2:11 scenario.out-of-range the matrix is empty | remove it, or name a key");
    CHECK(matrix("[]") == "2:11 scenario.out-of-range the matrix is empty | remove it, or name an entry");
    CHECK(matrix("{\"a\": 1, \"b\": [2]}") ==
          "2:17 scenario.wrong-type the matrix key \"a\" takes a list | each value is one case: [1, 2, 7]");
    CHECK(matrix("{\"a\": [], \"b\": [2]}") == "2:17 scenario.out-of-range the matrix key \"a\" has no values | ");
    CHECK(matrix("[{\"a\": 1, \"b\": 2}, {\"a\": 1}]") ==
          "2:30 scenario.missing-key this entry of the matrix lacks the key \"b\" | all entries have the same keys");
    CHECK(matrix("[3]") == "2:12 scenario.wrong-type an entry of the matrix is an object: { \"days\": 2 } | ");
    CHECK(matrix("{\"a=1\": [1], \"b\": [1]}").starts_with("2:12 scenario.bad-name \"a=1\" can't be a matrix key"));
    CHECK(matrix("{\"a\": [\"${b}\"], \"b\": [1]}") ==
          "2:18 scenario.bad-substitution the matrix can't refer to a variable | ");
}

TEST_CASE("two cases that read alike are a mistake") {
    CHECK(complaint(world("{\"note\": \"${a}\"}", "\"matrix\": [{\"a\": 1}, {\"a\": \"1\"}],")) ==
          "2:22 scenario.duplicate-name the case a=1 is there twice | ");
    CHECK(complaint(world("{\"note\": \"${a}\"}", "\"matrix\": {\"a\": [1, 1]},")) ==
          "2:1 scenario.duplicate-name the case a=1 is there twice | ");
}

TEST_CASE("a matrix key that nothing uses is a warning, one that is not there an error") {
    const ScenarioFile file = read(world("", "\"matrix\": {\"days\": [1, 2]},"));
    CHECK(file.valid());
    CHECK(file.cases.size() == 2);
    const std::vector<Diagnostic> found = told(file);
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::Warning);
    CHECK(found[0].code == "scenario.unused-matrix-key");
    CHECK(complaint(world("{\"note\": \"${day} ${days}\"}", "\"matrix\": {\"days\": [1, 2]},")) ==
          "6:10 scenario.undeclared nothing is called ${day} here | did you mean \"days\"?");
    CHECK(complaint(world("{\"repeat\": 1, \"as\": \"days\", \"steps\": [{\"note\": \"${days}\"}]}",
                          "\"matrix\": {\"days\": [1]},"))
              .starts_with("6:21 scenario.duplicate-name \"days\" is the name of something else here"));
    CHECK(complaint(world("{\"repeat\": 1, \"steps\": [{\"note\": \"${i}\"}]}", "\"matrix\": {\"i\": [1]},"))
              .starts_with("6:12 scenario.duplicate-name"));
}
