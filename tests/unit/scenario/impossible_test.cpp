// Steps that are impossible for certain, and those that only might be.
#include "reading.hpp"

using namespace mdsync;
using namespace mdsync::testing;

namespace {

constexpr std::string_view kUsers =
    "\"users\": {\"a\": {\"p\": \"android\", \"q\": \"ios\", \"m{1..2}\": \"miniprogram\", \"t{1..12}\": \"web\", "
    "\"pc\": \"linux\"}}, ";

// How many impossible steps there are; each step on a line of its own, from line 2.
std::vector<std::string> impossible(const std::vector<std::string>& steps, const std::string& top = "") {
    std::string text = "{\"name\": \"n\", " + top + std::string{kUsers} + "\"steps\": [";
    for (std::size_t i = 0; i < steps.size(); ++i) text += (i == 0 ? "\n" : ",\n") + steps[i];
    std::vector<std::string> out;
    for (const Diagnostic& found : parseScenario(text + "]}", "a.json", {}).diagnostics) {
        if (found.severity == Severity::Warning) continue;
        CHECK_MESSAGE(found.code == "scenario.impossible-step", render(found));
        out.push_back(std::to_string(found.span.line) + " " + found.message);
    }
    return out;
}

const std::string kLogin = R"({"login": "a/p"})";
const std::string kLogout = R"({"logout": "a/p"})";
const Strings kTwice{"3 a/p is certainly online and can't log in"};
const Strings kFine{};

}  // namespace

TEST_CASE("who is online can't log in, who is offline can't leave") {
    CHECK(impossible({kLogin, kLogin}) == kTwice);
    CHECK(impossible({R"({"login": ["a/p", "a/pc", "a/p"]})"}) ==
          Strings{"2 a/p is certainly online and can't log in"});
    CHECK(impossible({kLogout}) == Strings{"2 a/p is certainly offline and can't log out"});
    CHECK(impossible({R"({"drop": "a/p"})"}) == Strings{"2 a/p is certainly offline and has no connection to drop"});
    CHECK(impossible({kLogin, kLogout, kLogout}) == Strings{"4 a/p is certainly offline and can't log out"});
    CHECK(impossible({kLogin, R"({"reinstall": "a/p"})", kLogout}) ==
          Strings{"4 a/p is certainly offline and can't log out"});
    CHECK(impossible({kLogin, R"({"server": "restart"})", kLogout}) ==
          Strings{"4 a/p is certainly offline and can't log out"});
}

TEST_CASE("who left may come back") {
    CHECK(impossible({kLogin, kLogout, kLogin}) == kFine);
    CHECK(impossible({kLogin, R"({"drop": "a/p"})", kLogin}) == kFine);
    CHECK(impossible({kLogin, R"({"reinstall": "a/p"})", kLogin, kLogout}) == kFine);
    CHECK(impossible({kLogin, R"({"server": "restart"})", kLogin}) == kFine);
    CHECK(impossible({R"({"reinstall": "a/p"})", kLogin}) == kFine);
}

TEST_CASE("a drop that the server has not noticed leaves both open") {
    CHECK(impossible({kLogin, R"({"drop": "a/p", "noticedAfter": "1m"})", kLogin}) == kFine);
    CHECK(impossible({kLogin, R"({"drop": "a/p", "noticedAfter": "1m"})", kLogin, kLogin}) ==
          Strings{"5 a/p is certainly online and can't log in"});
}

TEST_CASE("whoever a limit may have cut may log in again") {
    CHECK(impossible({kLogin, R"({"login": "a/q"})", kLogin}) == kFine);
    CHECK(impossible({kLogin, R"({"login": "a/q"})", R"({"login": "a/q"})"}) ==
          Strings{"4 a/q is certainly online and can't log in"});
    CHECK(impossible({kLogin, R"({"login": "a/pc"})", kLogin}) ==
          Strings{"4 a/p is certainly online and can't log in"});
    CHECK(impossible({kLogin, R"({"login": "a/q"})", kLogin}, R"("app": {"limits": {"mobile": 2}}, )") ==
          Strings{"4 a/p is certainly online and can't log in"});
    CHECK(impossible({R"({"login": "a/m{1..2}"})", R"({"login": "a/m1"})"}) == kFine);
    CHECK(
        impossible({R"({"login": "a/m{1..2}"})", R"({"login": "a/m1"})"}, R"("app": {"limits": {"miniprogram": 2}}, )")
            .size() == 1);
    CHECK(impossible({kLogin, R"({"login": "a/q"})", R"({"login": "a/q"})", R"({"logout": "a/p"})"},
                     R"("app": {"onLimit": "refuse"}, )") == kFine);
}

TEST_CASE("a limit that falls below how many are there leaves all of them in doubt") {
    const std::string two = R"("app": {"limits": {"mobile": 2}}, )";
    const std::string lower = R"({"set": {"limits": {"mobile": 1}}})";
    CHECK(impossible({R"({"login": ["a/p", "a/q"]})", lower, kLogin, R"({"login": "a/q"})"}, two) == kFine);
    CHECK(impossible({kLogin, lower, kLogin}, two).size() == 1);
    CHECK(impossible({R"({"login": ["a/p", "a/q", "a/pc"]})", lower, R"({"login": "a/pc"})"}, two).size() == 1);
}

TEST_CASE("ten tabs are certain while the service is on, one while it is off") {
    const std::string on = R"("app": {"sync": true}, )";
    CHECK(impossible({R"({"login": "a/t{1..10}"})", R"({"login": "a/t1"})"}, on).size() == 1);
    CHECK(impossible({R"({"login": "a/t{1..11}"})", R"({"login": "a/t1"})"}, on) == kFine);
    CHECK(impossible({R"({"login": "a/t{1..11}"})", R"({"login": "a/t11"})"}, on).size() == 1);
    CHECK(impossible({R"({"login": "a/t{1..2}"})", R"({"login": "a/t1"})"}) == kFine);
    CHECK(impossible({R"({"login": "a/t{1..2}"})", R"({"sync": "disable"})", R"({"login": "a/t2"})"}, on) == kFine);
    CHECK(impossible({R"({"login": "a/t1"})", R"({"sync": "disable"})", R"({"login": "a/t1"})"}, on).size() == 1);
    CHECK(impossible({R"({"sync": "enable"})", R"({"login": "a/t{1..2}"})", R"({"login": "a/t2"})"}) == kFine);
}

TEST_CASE("what was to be refused, lost, held or unsettled is not certain") {
    CHECK(impossible({R"({"login": "a/p", "refused": true})", kLogin}) == kFine);
    CHECK(impossible({R"({"login": "a/p", "settle": false})", kLogin}) == kFine);
    CHECK(impossible({R"({"login": "a/p", "settle": false})", R"({"server": "restart"})", kLogin}) == kFine);
    CHECK(impossible({kLogin, kLogin}, R"("network": {"loss": 0.5}, )") == kFine);
    CHECK(impossible({R"({"network": {"loss": 1}})", kLogin, kLogin}) == kFine);
    CHECK(impossible({R"({"hold": "a/p"})", kLogin, kLogin}) == kFine);
    CHECK(impossible({kLogin, R"({"logout": "a/p", "settle": false})", kLogout}) == kFine);
    CHECK(impossible({R"({"hold": "a/p"})", R"({"release": "a/p"})", kLogin, kLogin}).size() == 1);
    CHECK(impossible({kLogin, R"({"set": {"limits": {"mobile": 2}}})", R"({"login": "a/q"})", kLogin}) == kFine);
}

TEST_CASE("of one instant only what no order makes possible is impossible") {
    CHECK(impossible({kLogin, R"({"concurrently": [{"login": "a/p"}, {"login": "a/pc"}]})"}) == kTwice);
    CHECK(impossible({kLogin, R"({"concurrently": [{"login": "a/p"}, {"logout": "a/p"}]})", kLogin, kLogout}) == kFine);
    CHECK(impossible({R"({"concurrently": [{"login": "a/p"}, {"login": "a/pc"}]})", kLogin}) == kTwice);
    CHECK(impossible({R"({"concurrently": [{"login": "a/p"}, {"login": "a/q"}]})", kLogin, R"({"login": "a/q"})"}) ==
          kFine);
    CHECK(impossible({R"({"concurrently": [{"logout": "a/p"}]})"}).size() == 1);
    CHECK(impossible({kLogin, R"({"concurrently": [{"logout": "a/p"}, {"login": "a/q"}]})", R"({"login": "a/q"})",
                      kLogin}) == kFine);
}

TEST_CASE("a step that could not be read leaves nothing certain") {
    const std::string text = "{\"name\": \"n\", " + std::string{kUsers} + "\"steps\": [" + kLogin +
                             ",{\"lgout\": \"a/p\"}," + kLogin + "," + kLogout + "," + kLogout + "]}";
    const auto found = parseScenario(text, "a.json", {}).diagnostics;
    REQUIRE(found.size() == 2);  // the second logout is impossible whatever the misspelled step was
    CHECK(found[0].code == "scenario.unknown-verb");
    CHECK(found[1].message == "a/p is certainly offline and can't log out");
}

TEST_CASE("nobody waits for a moment that has passed") {
    const auto wait = [](const std::string& steps, const std::string& top = "") {
        return complaint(world(steps, top));
    };
    CHECK(wait(R"({"wait": {"until": "2024-05-01T08:59:59+08:00"}})") ==
          "6:20 scenario.impossible-step this moment has certainly passed | it is 2024-05-01T09:00:00.000+08:00 or "
          "later here");
    CHECK(wait(R"({"wait": {"until": "2024-05-01T09:00:00+08:00"}})") == "nothing");
    CHECK(wait(R"({"repeat": 3, "steps": [{"wait": "1d"}]}, {"wait": {"until": "2024-05-04T08:59:59.999+08:00"}})")
              .starts_with("6:62 scenario.impossible-step"));
    CHECK(wait(R"({"repeat": 3, "steps": [{"wait": "1d"}]}, {"wait": {"until": "2024-05-04T09:00:00+08:00"}})") ==
          "nothing");
    CHECK(wait(R"({"wait": "5000d"}, {"note": "x"}, {"wait": "1s"})", "\"app\": {\"timezone\": \"Europe/Berlin\"},") ==
          "6:10 scenario.out-of-range with the time zone Europe/Berlin a run lies in 1970..2037 | ");
    CHECK(wait(R"({"wait": "5000d"})") == "nothing");
    CHECK(wait(R"({"repeat": 100, "steps": [{"wait": "99999d"}]})") ==
          "6:36 scenario.out-of-range a run ends before the year 10000 | ");
}
