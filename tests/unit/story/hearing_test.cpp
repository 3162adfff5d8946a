// Hearing: what each rule said to one event.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "mdsync/story.hpp"
#include "mdsync/trace_io.hpp"
#include "trace_of.hpp"

using namespace mdsync;

namespace {

// What was said to the event with this number, from 0.
Hearing heard(const Trace& trace, std::uint64_t event) {
    Inquiry inquiry(trace);
    inquiry.readTo(event);
    return inquiry.hearNext();
}

const Saying& saying(const std::vector<Saying>& all, RuleId id) {
    const auto found = std::find_if(all.begin(), all.end(), [id](const Saying& each) { return each.rule == id; });
    REQUIRE(found != all.end());
    return *found;
}

std::vector<Trace> conformanceTraces() {
    std::vector<Trace> all;
    for (const auto& file : std::filesystem::directory_iterator(MDSYNC_TRACES)) {
        Trace trace = readTrace(file.path().string()).trace;
        all.push_back(declaredAtStart(trace));
    }
    return all;
}

}  // namespace

TEST_CASE("a ban that is not broken says what was missing") {
    const Trace trace = traceOf(R"(
        alice/phone online
        bob/pixel online
        settled
        bob/pixel sends m1 to alice
        m1 accepted
        alice/phone receives m1 live
        alice/phone receives m1 live)");
    const Hearing hearing = heard(trace, trace.events.size() - 1);
    CHECK(saying(hearing.bans, RuleId::DeliveryNoLeak).said == "not broken");
    CHECK(saying(hearing.bans, RuleId::DeliveryNoLeak).why == "m1 is to alice");
    CHECK(saying(hearing.bans, RuleId::ChatroomLiveOnly).why == "m1 went to alice");
    CHECK(hearing.bans.back().rule == RuleId::DeliveryOnce);
    CHECK(hearing.bans.back().said == "broken");
    REQUIRE(hearing.violated.size() == 1);
    CHECK(hearing.violated[0].text == hearing.bans.back().why);
}

TEST_CASE("a ban that is undecided whenever the message was accepted does not say that nobody told when") {
    const std::string folder = MDSYNC_TRACES;
    const Trace trace = readTrace(folder + "/edge.seen.overtaken-by-a-longer-window.jsonl").trace;
    const auto late = std::find_if(trace.events.begin(), trace.events.end(), [](const Event& e) {
        return e.kind == EventKind::Receive && e.via == Via::Offline;
    });
    const Hearing hearing = heard(trace, static_cast<std::uint64_t>(late - trace.events.begin()));
    const Saying& window = saying(hearing.bans, RuleId::CompensationWindow);
    CHECK(window.said == "undecided");
    CHECK(window.why == "whenever m1 was accepted, the page, or a reading of it, allows both");
}

TEST_CASE("what was owed live to the session is asked nothing") {
    const Trace trace = traceOf(R"(
        alice/phone online
        bob/pixel online
        settled
        bob/pixel sends m1 to alice
        m1 accepted
        alice/phone receives m1 live
        settled)");
    const Hearing arrival = heard(trace, trace.events.size() - 2);
    CHECK(arrival.isAwaited);
    CHECK(arrival.bans.empty());
    const Hearing settled = heard(trace, trace.events.size() - 1);
    CHECK_FALSE(settled.isAwaited);
    CHECK(saying(settled.duties, RuleId::OnlineReceived).said == "kept");
    CHECK(saying(settled.duties, RuleId::OnlineReceived).about == "m1 on alice/phone");
}

TEST_CASE("what is said event by event adds up to what is judged, in every recorded trace") {
    const std::vector<Trace> traces = conformanceTraces();
    REQUIRE(traces.size() > 100);
    for (const Trace& trace : traces) {
        Inquiry inquiry(trace);
        RuleCounts sum{};
        std::size_t violated = 0;
        for (std::size_t i = 0; i < trace.events.size(); ++i) {
            const Hearing hearing = inquiry.hearNext();
            for (const auto& [id, counts] : hearing.counted) sum[static_cast<std::size_t>(id)] += counts;
            violated += hearing.violated.size();
            for (const Saying& each : hearing.bans) CHECK_FALSE((each.said == "broken" && each.why.empty()));
        }
        Checker checker(trace.header);
        checker.feed(std::span(trace.events), trace.lexicon, trace.annex);
        for (const Rule& row : catalogue()) {
            const auto at = static_cast<std::size_t>(row.id);
            CHECK(sum[at].checked == checker.counts()[at].checked);
            CHECK(sum[at].violated == checker.counts()[at].violated);
        }
        CHECK(violated == checker.violations().size());
    }
}
