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
