// References: to users, devices, groups, rooms, messages.
#include "reading.hpp"

using namespace mdsync;
using namespace mdsync::testing;

namespace {
std::string step(const std::string& text) {
    return complaint(world(text));
}
}  // namespace

TEST_CASE("an undeclared thing is named with the nearest that is declared") {
    CHECK(step("{\"login\": \"alise/phone\"}") ==
          "6:11 scenario.undeclared there is no user \"alise\" | did you mean \"alice\"?");
    CHECK(step("{\"login\": \"alice/phne\"}") ==
          "6:11 scenario.undeclared alice has no device \"phne\" | did you mean \"phone\"?");
    CHECK(step("{\"login\": \"bob/zzz\"}") == "6:11 scenario.undeclared bob has no device \"zzz\" | bob has pixel");
    CHECK(step("{\"login\": \"alice/tab{2..5}\"}") ==
          "6:11 scenario.undeclared alice has no device \"tab4\" | did you mean \"tab1\"?");
    CHECK(step("{\"join\": \"group:tem\", \"user\": \"bob\"}") ==
          "6:10 scenario.undeclared there is no group \"tem\" | did you mean \"team\"?");
    CHECK(step("{\"join\": \"chatroom:loby\", \"by\": \"bob/pixel\"}") ==
          "6:10 scenario.undeclared there is no chatroom \"loby\" | did you mean \"lobby\"?");
    CHECK(step("{\"join\": \"grp:team\", \"user\": \"bob\"}") ==
          "6:10 scenario.bad-reference there is no kind of target \"grp\" | a target is a user, group:... or "
          "chatroom:...");
}

TEST_CASE("a user is not a device, and a device not a user") {
    CHECK(step("{\"send\": \"m\", \"from\": \"alice\", \"to\": \"bob\"}") ==
          "6:23 scenario.bad-reference \"from\" takes a device, not \"alice\" | did you mean \"alice/phone\"?");
    CHECK(step("{\"send\": \"m\", \"from\": \"nobody\", \"to\": \"bob\"}") ==
          "6:23 scenario.bad-reference \"from\" takes a device, not \"nobody\" | a device is written user/device");
    CHECK(
        step("{\"publish\": \"m\", \"from\": \"alice/phone\", \"to\": \"bob\"}") ==
        "6:26 scenario.bad-reference \"from\" takes a user, not the device \"alice/phone\" | did you mean \"alice\"?");
    CHECK(step("{\"send\": \"m\", \"from\": \"alice/phone\", \"to\": \"bob/pixel\"}") ==
          "6:44 scenario.bad-reference \"to\" takes a user, not the device \"bob/pixel\" | did you mean \"bob\"?");
    CHECK(step("{\"login\": \"alice/phone/x\"}") ==
          "6:11 scenario.bad-reference \"alice/phone/x\" has more than one / | a device is written user/device");
    CHECK(step("{\"login\": \"*/phone\"}").starts_with("6:11 scenario.bad-name \"*\" can't be the name of a user"));
}

TEST_CASE("one target is one target") {
    const std::string text = R"({"name": "n", "users": {"u{1..3}": {"d": "web"}}, "steps": [
{"publish": "m", "from": "u1", "to": "u{2..3}"}]})";
    CHECK(complaint(text) == "2:38 scenario.out-of-range \"to\" takes one target, not 2 | ");
}

TEST_CASE("ranges of users and of devices combine") {
    const Case made = only(R"({"name": "n", "users": {"u{1..3}": {"d{1..2}": "web", "p": "ios"}}, "steps": [
{"hold": "u{2..3}/d{1..2}"}, {"hold": "u{1..2}/*"}]})");
    CHECK(actions(made, 0) == Strings{"hold u2/d1", "hold u2/d2", "hold u3/d1", "hold u3/d2"});
    CHECK(actions(made, 1) ==
          Strings{"hold u1/d1", "hold u1/d2", "hold u1/p", "hold u2/d1", "hold u2/d2", "hold u2/p"});
}

TEST_CASE("a message id is used once") {
    CHECK(step("{\"send\": \"m1\", \"from\": \"alice/phone\", \"to\": \"bob\"},\n{\"publish\": [\"m{1..2}\"], "
               "\"from\": \"bob\", "
               "\"to\": \"alice\"}") ==
          "7:14 scenario.duplicate-message the message id \"m1\" is used twice | line 6 sends it already");
    CHECK(
        step("{\"repeat\": 2, \"steps\": [{\"send\": \"m1\", \"from\": \"alice/phone\", \"to\": \"bob\"}]}") ==
        "6:34 scenario.duplicate-message the message id \"m1\" is used twice | each message has an id of its own; in a "
        "repeat: m${i}");
    CHECK(step("{\"concurrently\": [{\"send\": \"m1\", \"from\": \"alice/phone\", \"to\": \"bob\"},\n{\"send\": "
               "\"m1\", \"from\": "
               "\"bob/pixel\", \"to\": \"alice\"}]}")
              .starts_with("7:10 scenario.duplicate-message"));
    CHECK(step("{\"send\": \"m 1\", \"from\": \"alice/phone\", \"to\": \"bob\"}")
              .starts_with("6:10 scenario.bad-name \"m 1\" can't be the name of a message"));
}

TEST_CASE("an expectation names messages that were sent before; only a recall need not") {
    CHECK(step("{\"recall\": \"ghost\", \"by\": \"alice/phone\", \"refused\": true}") == "nothing");
    CHECK(step("{\"recall\": \"ghost\", \"by\": \"alice/phone\"}").starts_with("6:12 scenario.never-sent"));
    CHECK(step("{\"expect\": {\"device\": \"bob/pixel\", \"lacks\": \"m1\"}},\n{\"send\": \"m1\", \"from\": "
               "\"alice/phone\", \"to\": "
               "\"bob\"}") == "6:45 scenario.undeclared no step before sends a message \"m1\" | ");
    CHECK(step("{\"send\": \"hello\", \"from\": \"alice/phone\", \"to\": \"bob\"},\n{\"expect\": {\"device\": "
               "\"bob/pixel\", \"has\": "
               "[\"helo\"]}}") ==
          "7:44 scenario.undeclared no step before sends a message \"helo\" | did you mean \"hello\"?");
    CHECK(
        step(
            "{\"recall\": \"ghost\", \"by\": \"alice/phone\", \"refused\": true},\n{\"expect\": {\"message\": \"ghost\", \"accepted\": "
            "false}}")
            .starts_with("7:24 scenario.undeclared"));
}

TEST_CASE("a faulty send is not followed by complaints about its message") {
    CHECK(step("{\"send\": \"m1\", \"from\": \"alice/fone\", \"to\": \"bob\"},\n{\"expect\": {\"device\": "
               "\"bob/pixel\", \"has\": "
               "[\"m1\"]}}")
              .starts_with("6:24 scenario.undeclared alice has no device"));
    CHECK(complaints(world("{\"send\": \"m1\", \"from\": \"alice/fone\", \"to\": \"bob\"},\n{\"expect\": {\"device\": "
                           "\"bob/pixel\", "
                           "\"has\": [\"m1\"]}}"))
              .size() == 1);
}
