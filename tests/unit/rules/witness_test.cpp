// Witness and counsel: what the rules say on the way, and what they would say now.
#include "rules/witness.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "judged.hpp"
#include "recorded.hpp"
#include "rules/counsel.hpp"
#include "trace_of.hpp"

using namespace mdsync;
using rules::Outcome;
using rules::Tri;

namespace {

class Notes : public rules::Witness {
public:
    void hear(const rules::Ban& ban, const rules::Arrival&, Tri broken) override {
        bans.emplace_back(ban.rule, broken);
    }
    void hear(const rules::Duty& duty, const rules::Claim&, Outcome outcome, bool atEnd) override {
        if (outcome != Outcome::NotMine) duties.push_back({duty.rule, outcome, atEnd});
    }

    void hear(RuleId rule, const std::string& about, Outcome outcome, const std::string&) override {
        if (outcome != Outcome::NotMine) connections.emplace_back(rule, about);
    }

    struct Duty {
        RuleId rule;
        Outcome outcome;
        bool atEnd;
    };
    std::vector<std::pair<RuleId, Tri>> bans;
    std::vector<Duty> duties;
    std::vector<std::pair<RuleId, std::string>> connections;
};

// Judges the trace, the end included.
void judge(const Trace& trace, Checker& checker) {
    checker.feed(std::span(trace.events), trace.lexicon, trace.annex);
    checker.finish(trace.lexicon);
}

}  // namespace

TEST_CASE("a witness hears the bans in order until one is broken") {
    const Trace trace = traceOf(R"(
        alice/phone online
        bob/pixel online
        settled
        bob/pixel sends m1 to bob
        m1 accepted
        alice/phone receives m1 live
        settled)");
    Notes notes;
    Checker checker(trace.header, {.settle = {}, .violationLimit = 10, .witness = &notes});
    judge(trace, checker);
    REQUIRE(notes.bans.size() == 2);
    CHECK(notes.bans[0] == std::pair(RuleId::DeliveryNoPhantom, Tri::No));
    CHECK(notes.bans[1] == std::pair(RuleId::DeliveryNoLeak, Tri::Yes));
}

TEST_CASE("a witness hears of each duty what became of it") {
    const Trace trace = traceOf(R"(
        alice/phone online
        alice/mac online
        bob/pixel online
        settled
        bob/pixel sends m1 to alice
        m1 accepted
        alice/phone receives m1 live
        alice/mac offline drop
        settled
        bob/pixel sends m2 to alice
        m2 accepted)");
    Notes notes;
    Checker checker(trace.header, {.settle = {}, .violationLimit = 10, .witness = &notes});
    judge(trace, checker);
    std::vector<Notes::Duty> received;
    for (const Notes::Duty& duty : notes.duties) {
        if (duty.rule == RuleId::OnlineReceived) received.push_back(duty);
    }
    REQUIRE(received.size() == 3);
    CHECK(received[0].outcome == Outcome::Kept);
    CHECK(received[1].outcome == Outcome::Lapsed);
    CHECK(received[2].outcome == Outcome::Broken);
    CHECK(received[2].atEnd);
}

// With a witness each rule is asked, without one most of what is in order is not (rules/as_owed.cpp).
TEST_CASE("nobody is judged otherwise because a witness listens: the recorded traces") {
    DeafWitness deaf;
    for (const recorded::Recorded& trace : recorded::all()) {
        const recorded::Judgement alone = recorded::judge(trace);
        const recorded::Judgement heard = recorded::judge(trace, &deaf);
        CAPTURE(trace.name());
        CHECK(wordsOf(alone.counts, alone.violations, alone.open) ==
              wordsOf(heard.counts, heard.violations, heard.open));
    }
}

TEST_CASE("nobody is judged otherwise because a witness listens: what no recorded trace has") {
    const char* const traces[] = {
        // It was on its way to a session that ended, and comes in the next.
        R"(
        alice/phone online
        bob/pixel online
        settled
        bob/pixel sends m1 to alice
        m1 accepted
        alice/phone offline drop
        alice/phone online
        alice/phone receives m1 live
        settled)",
        // Nobody tells when m1 and m2 were accepted, and m3 comes in between: in the second session m1 does not count.
        R"(
        alice/phone online
        bob/pixel online
        settled
        bob/pixel sends m1 to alice
        alice/phone receives m1 live
        settled
        alice/phone offline drop
        alice/phone online
        settled
        bob/pixel sends m2 to alice
        bob/pixel sends m3 to alice
        m3 accepted
        alice/phone receives m3 live
        alice/phone receives m2 live
        settled)"};
    for (const char* const text : traces) {
        const Trace trace = traceOf(text);
        DeafWitness deaf;
        Checker heard(trace.header, {.settle = {}, .violationLimit = 10, .witness = &deaf});
        Checker alone(trace.header, {.settle = {}, .violationLimit = 10});
        judge(trace, heard);
        judge(trace, alone);
        CHECK(wordsOf(heard.counts(), heard.violations(), heard.openDuties()) ==
              wordsOf(alone.counts(), alone.violations(), alone.openDuties()));
    }
}

TEST_CASE("counsel says what is owed until the next settled moment, and what would be forbidden") {
    const Trace trace = traceOf(R"(
        alice/phone online
        bob/pixel online
        settled
        bob/pixel sends m1 to alice
        m1 accepted)");
    Checker checker(trace.header);
    checker.feed(std::span(trace.events), trace.lexicon, trace.annex);
    const MessageId m1 = trace.lexicon.messages.find("m1");
    const DeviceId phone = trace.header.findDevice("alice/phone");
    const DeviceId pixel = trace.header.findDevice("bob/pixel");
    CHECK(rules::owedNow(checker, m1, phone) == std::vector{RuleId::OnlineReceived});
    CHECK(rules::owedNow(checker, m1, pixel).empty());
    CHECK_FALSE(rules::ifItCame(checker, m1, phone));
    REQUIRE(rules::ifItCame(checker, m1, pixel));
    CHECK(rules::ifItCame(checker, m1, pixel)->rule == RuleId::DeliveryOnce);
    CHECK(checker.counts()[static_cast<std::size_t>(RuleId::DeliveryOnce)].violated == 0);
}
