// `expect`: subjects and checks.
#include "reading.hpp"

using namespace mdsync;
using namespace mdsync::testing;

namespace {
const std::string kSends =
    "{\"send\": [\"m{1..3}\"], \"from\": \"alice/phone\", \"to\": \"bob\"}, {\"recall\": \"m3\", \"by\": "
    "\"alice/phone\"},\n";
Expectation expected(const std::string& text, Case& made) {
    made = only(world(kSends + "{\"expect\": " + text + "}"));
    REQUIRE(made.steps.size() == 3);
    CHECK(made.steps[2].kind == StepKind::Expect);
    CHECK_FALSE(made.steps[2].settle);
    return made.steps[2].expect;
}
// On line 7.
std::string wrong(const std::string& text) {
    return complaint(world(kSends + "{\"expect\": " + text + "}"));
}
}  // namespace

TEST_CASE("a device is asked for all that it can show") {
    Case made;
    const Expectation all = expected(
        R"({"device": ["bob/pixel", "alice/tab{1..2}"], "online": false, "offlineReason": "evicted", "has": "m1",
        "lacks": ["m{2..3}"], "exactly": ["m1"], "visible": [], "hidden": ["m3"], "recalled": ["m3"], "order": ["m2", "m1"],
        "via": {"m1": "compensation", "m{2..3}": "live"}, "count": 3, "conversations": ["alice", "group:team"]})",
        made);
    CHECK(all.subject == ExpectKind::Device);
    CHECK(deviceNames(made, all.devices) == Strings{"bob/pixel", "alice/tab1", "alice/tab2"});
    CHECK(all.online == false);
    CHECK(all.offlineReason == OfflineReason::Evicted);
    CHECK(messageNames(made, *all.has) == Strings{"m1"});
    CHECK(messageNames(made, *all.lacks) == Strings{"m2", "m3"});
    CHECK(messageNames(made, *all.exactly) == Strings{"m1"});
    CHECK(messageNames(made, *all.visible).empty());
    CHECK(messageNames(made, *all.hidden) == Strings{"m3"});
    CHECK(messageNames(made, *all.recalled) == Strings{"m3"});
    CHECK(messageNames(made, *all.order) == Strings{"m2", "m1"});
    REQUIRE(all.via.size() == 3);
    CHECK(all.via[0].second == Via::Compensation);
    CHECK(made.lexicon.messages[all.via[2].first] == "m3");
    CHECK(all.via[2].second == Via::Live);
    CHECK(all.count == 3);
    CHECK(*all.conversations == std::vector<Address>{Address::of(UserId{0U}), Address::of(GroupId{0U})});
}

TEST_CASE("what is not asked is not there") {
    Case made;
    const Expectation one = expected("{\"device\": \"bob/pixel\", \"count\": 0}", made);
    CHECK(one.count == 0);
    CHECK_FALSE(one.online.has_value());
    CHECK_FALSE(one.has.has_value());
    CHECK_FALSE(one.exactly.has_value());
    CHECK_FALSE(one.conversations.has_value());
    CHECK_FALSE(one.offlineReason.has_value());
}

TEST_CASE("a user, a message and the service are asked too") {
    Case made;
    Expectation one = expected(
        "{\"user\": \"alice\", \"onlineCount\": 2, \"class\": \"web\", \"online\": [\"alice/tab{1..2}\"]}", made);
    CHECK(one.subject == ExpectKind::User);
    CHECK(one.user == UserId{0U});
    CHECK(one.onlineCount == 2);
    CHECK(one.deviceClass == "web");
    CHECK(deviceNames(made, *one.onlineDevices) == Strings{"alice/tab1", "alice/tab2"});
    one = expected("{\"message\": \"m2\", \"receivedBy\": [], \"oneOf\": \"alice/*\", \"accepted\": true}", made);
    CHECK(one.subject == ExpectKind::Message);
    CHECK(made.lexicon.messages[one.message] == "m2");
    CHECK(one.receivedBy->empty());
    CHECK(one.oneOf->size() == 5);
    CHECK(one.accepted == true);
    one = expected("{\"service\": \"sync\", \"state\": \"changing\"}", made);
    CHECK(one.subject == ExpectKind::Service);
    CHECK(one.state == "changing");
}

TEST_CASE("an expectation of several messages is one step each") {
    const Case made = only(world(kSends + "{\"expect\": {\"message\": [\"m{1..3}\"], \"accepted\": true}}"));
    REQUIRE(made.steps.size() == 5);
    CHECK(made.lexicon.messages[made.steps[4].expect.message] == "m3");
    CHECK(made.steps[4].span.offset == made.steps[2].span.offset);
}

TEST_CASE("a mistake in an expectation is said once") {
    CHECK(wrong("{}").starts_with(
        "7:12 scenario.missing-key this expectation has no subject | one of device, user, message, service"));
    CHECK(wrong("{\"devcie\": \"bob/pixel\", \"has\": \"m1\"}") ==
          "7:13 scenario.unknown-key unknown subject \"devcie\" | did you mean \"device\"?");
    CHECK(wrong("{\"device\": \"bob/pixel\", \"user\": \"bob\", \"online\": true}") ==
          "7:36 scenario.conflicting-keys an expectation has one subject, not both \"device\" and \"user\" | make two "
          "steps of it");
    CHECK(
        wrong("{\"device\": \"bob/pixel\"}").starts_with("7:13 scenario.missing-key this expectation checks nothing"));
    CHECK(wrong("{\"device\": \"bob/pixel\", \"hass\": \"m1\"}") ==
          "7:36 scenario.unknown-key an expectation of a device has no key \"hass\" | did you mean \"has\"?");
    CHECK(wrong("{\"device\": \"bob/pixel\", \"onlineCount\": 1}").starts_with("7:36 scenario.unknown-key"));
    CHECK(
        wrong("{\"device\": \"bob/pixel\", \"offlineReason\": \"kicked\"}").starts_with("7:53 scenario.unknown-word"));
    CHECK(wrong("{\"device\": \"bob/pixel\", \"via\": {\"m1\": \"compensaton\"}}") ==
          "7:50 scenario.unknown-word a message comes live, offline or by compensation, not \"compensaton\" | did you "
          "mean "
          "\"compensation\"?");
    CHECK(wrong("{\"device\": \"bob/pixel\", \"via\": {\"m9\": \"live\"}}").starts_with("7:44 scenario.undeclared"));
    CHECK(wrong("{\"device\": \"bob/pixel\", \"count\": -1}") ==
          "7:45 scenario.out-of-range \"count\" is at least 0, not -1 | ");
    CHECK(wrong("{\"device\": \"bob/pixel\", \"conversations\": [\"chatroom:lobby\"]}")
              .starts_with("7:53 scenario.wrong-target"));
    CHECK(wrong("{\"user\": \"alice\", \"class\": \"web\"}")
              .starts_with("7:30 scenario.missing-key \"class\" needs the key \"onlineCount\""));
    CHECK(wrong("{\"user\": \"alice\", \"class\": \"tablet\", \"onlineCount\": 1}")
              .starts_with("7:39 scenario.unknown-word"));
    CHECK(wrong("{\"user\": \"alice\", \"online\": [\"bob/pixel\"]}") ==
          "7:40 scenario.bad-reference bob/pixel is not a device of alice | ");
    CHECK(wrong("{\"message\": \"m1\", \"oneOf\": []}")
              .starts_with("7:39 scenario.out-of-range \"oneOf\" names no device"));
    CHECK(wrong("{\"service\": \"sync\"}")
              .starts_with("7:13 scenario.missing-key an expectation of the service needs the key \"state\""));
    CHECK(wrong("{\"service\": \"push\", \"state\": \"on\"}").starts_with("7:24 scenario.unknown-word"));
}

TEST_CASE("what must come about soon says how soon") {
    Case made;
    CHECK(expected(R"({"device": "bob/pixel", "has": "m1", "within": "2s"})", made).within == Millis{2000});
    CHECK(expected(R"({"device": "bob/pixel", "exactly": "m1", "lacks": "m2", "within": "250ms"})", made).within ==
          Millis{250});
    CHECK(expected(R"({"device": "bob/pixel", "recalled": "m3", "within": "0ms"})", made).within == Millis{0});
    CHECK(expected(R"({"device": "bob/pixel", "online": false, "within": "1m"})", made).within == Millis{60000});
    CHECK(expected(R"({"user": "bob", "online": [], "within": "2s"})", made).within == Millis{2000});
    CHECK(expected(R"({"message": "m1", "receivedBy": "bob/pixel", "within": "2s"})", made).within == Millis{2000});
    CHECK_FALSE(expected(R"({"device": "bob/pixel", "has": "m1"})", made).within.has_value());
}

TEST_CASE("a limit of time stands beside a check that comes about, and behind a step that brings it about") {
    CHECK(wrong(R"({"device": "bob/pixel", "lacks": "m1", "within": "2s"})") ==
          "7:51 scenario.missing-key \"within\" needs the key \"has\", \"exactly\", \"recalled\" or \"online\" | "
          "at most how long after the last step began it became so");
    CHECK(wrong(R"({"user": "bob", "onlineCount": 1, "within": "2s"})") ==
          "7:46 scenario.missing-key \"within\" needs the key \"online\" | "
          "at most how long after the last step began it became so");
    CHECK(wrong(R"({"message": "m1", "accepted": true, "within": "2s"})")
              .starts_with("7:48 scenario.missing-key \"within\" needs the key \"receivedBy\""));
    CHECK(wrong(R"({"service": "sync", "state": "on", "within": "2s"})").starts_with("7:47 scenario.unknown-key"));
    CHECK(wrong(R"({"device": "bob/pixel", "has": "m1", "within": "soon"})").starts_with("7:59 scenario.bad-duration"));
    CHECK(wrong(R"({"device": "bob/pixel", "has": "m1", "within": 2})").starts_with("7:59 scenario.wrong-type"));
    CHECK(complaint(world(R"({"wait": "1s"}, {"expect": {"device": "bob/pixel", "online": false, "within": "2s"}})")) ==
          "6:79 scenario.impossible-step no step before this one does anything | \"within\" counts from the last step "
          "that is no expect, wait or note");
}

TEST_CASE("a step that was left out for its mistakes may have done something") {
    CHECK(complaint(
              world(R"({"logn": "bob/pixel"}, {"expect": {"device": "bob/pixel", "online": true, "within": "2s"}})"))
              .starts_with("6:"));
    CHECK(complaint(
              world(R"({"login": "bob/pixl"}, {"expect": {"device": "bob/pixel", "online": true, "within": "2s"}})"))
              .starts_with("6:"));
    CHECK(complaint(world(R"({"repeat": 0, "steps": [{"login": "bob/pixel"}]},
{"expect": {"device": "bob/pixel", "online": true, "within": "2s"}})"))
              .starts_with("7:"));
}
