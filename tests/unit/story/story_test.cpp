// Stories: why a device lacks a message, has it, or does not show its recall, from a trace alone.
#include "mdsync/story.hpp"

#include <doctest/doctest.h>

#include "trace_of.hpp"

using namespace mdsync;

namespace {

using About = Doubt::About;

// What is asked of a trace at its end.
class Asking {
public:
    explicit Asking(const std::string& lines) : trace_(traceOf(lines)), inquiry_(trace_) {
        inquiry_.readTo(trace_.events.size());
    }

    std::string why(About about, const std::string& device, const std::string& message = "") const {
        const MessageId m = message.empty() ? MessageId{} : trace_.lexicon.messages.find(message);
        const Doubt doubt{.about = about, .device = trace_.header.findDevice(device), .message = m};
        return inquiry_.reasons(std::vector{doubt}).at(0).text;
    }
    MessageStory story(const std::string& device, const std::string& message) const {
        return inquiry_.story(trace_.header.findDevice(device), trace_.lexicon.messages.find(message));
    }
    Belongings belongings(const std::string& device) const {
        return inquiry_.belongings(trace_.header.findDevice(device));
    }
    const Inquiry& inquiry() const { return inquiry_; }
    const Trace& trace() const { return trace_; }

private:
    Trace trace_;
    Inquiry inquiry_;
};

constexpr const char* kPhoneHasIt = R"(
    alice/phone online
    bob/pixel online
    settled
    bob/pixel sends m1 to alice
    m1 accepted
    alice/phone receives m1 live
    settled)";

}  // namespace

TEST_CASE("a device that was never online lacks everything for that reason") {
    CHECK(Asking(kPhoneHasIt).why(About::Lacks, "alice/mac", "m1") == "m1: alice/mac was never online");
}

TEST_CASE("who has been offline since before a message is told when and how that came") {
    const Asking asking(R"(
        alice/phone online
        bob/pixel online
        settled
        alice/phone offline logout
        settled
        bob/pixel sends m1 to alice
        m1 accepted
        settled)");
    CHECK(asking.why(About::Lacks, "alice/phone", "m1") ==
          "m1: alice/phone has been offline since 09:00:00.040 (logout)");
}

TEST_CASE("a message of two others is none of alice's") {
    const Asking asking(R"(
        alice/phone online
        bob/pixel online
        settled
        bob/pixel sends m1 to bob
        m1 accepted
        settled)");
    CHECK(asking.why(About::Lacks, "alice/phone", "m1") == "m1: it went from bob to bob, and alice has no part in it");
}

TEST_CASE("a violated duty is the reason") {
    const Asking asking(R"(
        alice/phone online
        alice/mac online
        bob/pixel online
        settled
        bob/pixel sends m1 to alice
        m1 accepted
        alice/phone receives m1 live
        settled)");
    CHECK(asking.why(About::Lacks, "alice/mac", "m1") ==
          "m1: online.received is violated: alice/mac was online all the time and did not receive it");
}

TEST_CASE("before anything has settled, what is owed is on its way") {
    const Asking asking(R"(
        alice/phone online
        bob/pixel online
        settled
        bob/pixel sends m1 to alice
        m1 accepted)");
    CHECK(asking.why(About::Lacks, "alice/phone", "m1") ==
          "m1: on its way: online.received demands it by the next settled moment");
}

TEST_CASE("what was sent and not answered is not there yet") {
    const Asking asking(R"(
        alice/phone online
        bob/pixel online
        settled
        bob/pixel sends m1 to alice)");
    CHECK(asking.why(About::Lacks, "alice/phone", "m1") ==
          "m1: sent 09:00:00.040, and neither accepted nor rejected so far");
}

TEST_CASE("a message before the window of a login is not brought") {
    const Asking asking(R"(
        alice/phone online
        bob/pixel online
        settled
        bob/pixel sends m1 to alice
        m1 accepted
        alice/phone receives m1 live
        settled
        at 90000000 alice/mac online
        settled)");
    CHECK(
        asking.why(About::Lacks, "alice/mac", "m1") ==
        "m1: accepted 05-01 09:00:00.050, before the window of alice/mac's login, from 05-02 00:00 (compensation.window)");
}

TEST_CASE("what was recalled before it came does not come") {
    const Asking asking(R"(
        alice/phone online
        bob/pixel online
        settled
        bob/pixel sends m1 to alice
        m1 accepted
        alice/phone receives m1 live
        settled
        bob/pixel recalls m1
        m1 recall-accepted
        alice/phone offline logout
        alice/mac online
        settled)");
    CHECK(asking.why(About::Lacks, "alice/mac", "m1") == "m1: recalled 09:00:00.090, before it came");
}

TEST_CASE("a reinstalled device had it before") {
    const Asking asking(std::string(kPhoneHasIt) + R"(
        alice/phone offline uninstall
        alice/phone reinstalled
        settled)");
    CHECK(
        asking.why(About::Lacks, "alice/phone", "m1") ==
        "m1: alice/phone had it until it was reinstalled 09:00:00.090; alice/phone was reinstalled 09:00:00.090 and has "
        "not been online since");
}

TEST_CASE("what came is told with its way and the rule that demands it") {
    CHECK(Asking(kPhoneHasIt).why(About::Has, "alice/phone", "m1") ==
          "m1: came 09:00:00.060 live; online.received demands it");
}

TEST_CASE("a recall that nobody asked for is not shown") {
    CHECK(Asking(kPhoneHasIt).why(About::NotRecalled, "alice/phone", "m1") == "m1: nobody recalled it");
}

TEST_CASE("a violated recall is the reason that it is not shown") {
    const Asking asking(std::string(kPhoneHasIt) + R"(
        bob/pixel recalls m1
        m1 recall-accepted
        settled)");
    const std::string why = asking.why(About::NotRecalled, "alice/phone", "m1");
    CHECK_MESSAGE(why.starts_with("m1: recall.online-devices is violated: "), why);
}

TEST_CASE("what has the same reason is told together, missing and too much apart") {
    const Asking asking(R"(
        alice/phone online
        bob/pixel online
        settled
        bob/pixel sends m1 to alice
        m1 accepted
        alice/phone receives m1 live
        bob/pixel sends m2 to alice
        m2 accepted
        alice/phone receives m2 live
        settled)");
    const DeviceId phone = asking.trace().header.findDevice("alice/phone");
    const DeviceId mac = asking.trace().header.findDevice("alice/mac");
    const MessageId m1 = asking.trace().lexicon.messages.find("m1");
    const MessageId m2 = asking.trace().lexicon.messages.find("m2");
    const std::vector<Doubt> doubts{{.about = About::Lacks, .device = mac, .message = m1, .sign = '-'},
                                    {.about = About::Has, .device = phone, .message = m1, .sign = '+'},
                                    {.about = About::Lacks, .device = mac, .message = m2, .sign = '-'},
                                    {.about = About::Has, .device = phone, .message = m2, .sign = '+'}};
    const std::vector<Because> reasons = asking.inquiry().reasons(doubts);
    REQUIRE(reasons.size() == 2);
    CHECK(reasons[0].text == "- m1, m2: alice/mac was never online");
    CHECK(reasons[1].text == "+ m1, m2: came 09:00:00.060 to 09:00:00.090 live; online.received demands it");
}

TEST_CASE("an online device is told since when") {
    CHECK(Asking(kPhoneHasIt).why(About::Online, "alice/phone") ==
          "alice/phone has been online since 09:00:00.010, and nothing disconnected it");
}

TEST_CASE("a story has a sentence for each event that matters, and none for the others") {
    const MessageStory story = Asking(R"(
        alice/phone online
        bob/pixel online
        settled
        bob/pixel sends m1 to alice
        m1 accepted
        alice/phone receives m1 live
        settled
        bob/pixel sends m2 to alice
        m2 accepted
        alice/phone receives m2 live
        settled
        at 90000000 alice/mac online
        settled)")
                                   .story("alice/mac", "m1");
    CHECK(story.headline == "alice/mac lacks m1");
    REQUIRE(story.events.size() == 4);
    CHECK(story.events[0].text == "bob/pixel sends m1 to alice");
    CHECK(story.events[1].text == "it is accepted; the service is on; alice/mac was never online so far");
    CHECK(story.events[2].text == "alice/phone receives it live");
    CHECK(story.events[3].text == "alice/mac logs in; the service is on, its window is from 05-02 00:00");
    REQUIRE(story.rules.size() == 2);
    CHECK(story.rules[0] == "delivery.no-loss demanded it of one device of alice, and was kept");
    CHECK(story.rules[1] == "compensation.window forbids that it comes now");
}

TEST_CASE("a device's belongings are what it has, lacks and is owed") {
    const Belongings belongings = Asking(R"(
        alice/phone online
        bob/pixel online
        settled
        bob/pixel sends m1 to alice
        m1 accepted
        alice/phone receives m1 live
        settled
        bob/pixel sends m2 to alice
        m2 accepted)")
                                      .belongings("alice/phone");
    CHECK(belongings.has == std::vector<std::string>{"m1: came 09:00:00.060 live; online.received demands it"});
    CHECK(belongings.lacks ==
          std::vector<std::string>{"m2: on its way: online.received demands it by the next settled moment"});
    CHECK(belongings.owed == std::vector<std::string>{"m2: online.received demands it by the next settled moment"});
    CHECK(belongings.headline ==
          "alice/phone has been online since 09:00:00.010; the window of its login is from 05-01 00:00");
}

TEST_CASE("an inquiry answers about the moment to which it has read") {
    const Trace trace = traceOf(kPhoneHasIt);
    Inquiry inquiry(trace);
    inquiry.readTo(3);
    const Doubt doubt{.about = About::Lacks,
                      .device = trace.header.findDevice("alice/phone"),
                      .message = trace.lexicon.messages.find("m1")};
    CHECK(inquiry.reasons(std::vector{doubt}).at(0).text == "m1: it is sent later, 09:00:00.040");
}

TEST_CASE("what came nearest to a rule is the message that misses the least") {
    const Asking asking(R"(
        alice/phone online
        bob/pixel online
        settled
        bob/pixel sends m1 to alice
        m1 accepted
        alice/phone receives m1 live
        settled)");
    CHECK(asking.inquiry().nearest(RuleId::RecallOfflineDevices) ==
          "no recall of m1 was accepted; the rule asks for a recall that is accepted");
    CHECK(asking.inquiry().nearest(RuleId::OffSingleDevice) ==
          "the service was on when m1 was accepted; the rule asks for a service that is off");
    CHECK(asking.inquiry().nearest(RuleId::WebEvictEarliest) ==
          "at most 0 web connections of one user were online at once; the rule asks for an eleventh login, while the "
          "service is on");
    CHECK(asking.inquiry().nearest(RuleId::ServiceTakesEffect) == "nobody turned the switch");
}

TEST_CASE("for every rule that a trace of nothing leaves untested there is a sentence") {
    const Asking asking("settled");
    for (const Rule& row : catalogue()) CHECK_FALSE_MESSAGE(asking.inquiry().nearest(row.id).empty(), row.name);
}
