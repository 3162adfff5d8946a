// What a Checker promises whatever the rules are: it is a value, it explains, it counts honestly, it forgets.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "mdsync/rules.hpp"
#include "mdsync/trace_io.hpp"
#include "trace_of.hpp"

using namespace mdsync;

namespace {

Checker judged(const Trace& trace, CheckerOptions options = {}) {
    Checker checker(trace.header, options);
    for (const Event& e : trace.events) checker.feed(e, trace.lexicon, trace.annex);
    checker.finish(trace.lexicon);
    return checker;
}

Counts countsOf(const Checker& checker, RuleId id) {
    return checker.counts()[static_cast<std::size_t>(id)];
}

const std::string kMacMissesM1 = R"(
    alice/phone online
    alice/mac online
    bob/pixel online
    settled
    bob/pixel sends m1 to alice
    m1 accepted
    alice/phone receives m1 live)";

// Alice's phone is online, gets m1, and the trace is settled.
const std::string kPhoneHasM1 = R"(
    alice/phone online
    bob/pixel online
    settled
    bob/pixel sends m1 to alice
    m1 accepted
    alice/phone receives m1 live
    settled)";

// A trace of many events, a millisecond apart.
class LongTrace {
public:
    explicit LongTrace(bool sync)
        : text_(
              fmt::format(R"({{"mdsync":"trace/1","t":1000,"app":{{"sync":{}}},"users":{{"alice":{{"phone":"android",)"
                          R"("mac":"macos"}},"bob":{{"pixel":"android"}}}},"groups":{{"team":["alice","bob"]}}}})",
                          sync)) {}
    void add(std::string_view event) { text_ += fmt::format("\n{{\"t\":{},{}}}", ++t_, event); }
    void device(std::string_view ev, std::string_view dev) { add(fmt::format(R"("ev":"{}","dev":"{}")", ev, dev)); }
    void offline(std::string_view dev) { add(fmt::format(R"("ev":"offline","dev":"{}","reason":"drop")", dev)); }
    void send(int number, bool isAccepted = true) {
        add(fmt::format(R"("ev":"send","msg":"m{}","dev":"bob/pixel","to":"alice")", number));
        if (isAccepted) add(fmt::format(R"("ev":"accept","msg":"m{}")", number));
    }
    [[nodiscard]] std::uint64_t looks() const {
        const TraceFile file = parseTrace(text_, "long");
        REQUIRE(file.valid);
        return judged(file.trace).looks();
    }

private:
    std::string text_;
    std::int64_t t_ = 1000;
};

// alice/phone comes and goes `n` times while `n` messages wait for it.
LongTrace backlog(int n, bool sync, bool settles) {
    LongTrace trace(sync);
    trace.device("online", "bob/pixel");
    for (int i = 0; i < n; ++i) trace.send(i);
    trace.add(R"("ev":"settled")");
    for (int i = 0; i < n; ++i) {
        trace.device("online", "alice/phone");
        if (settles) trace.add(R"("ev":"settled")");
        trace.offline("alice/phone");
    }
    return trace;
}

// alice/mac is thrown away again and again, while alice/phone has what it lacks.
LongTrace reinstalls(int n) {
    LongTrace trace(true);
    trace.device("online", "bob/pixel");
    trace.device("online", "alice/phone");
    for (int i = 0; i < n; ++i) {
        trace.send(i);
        trace.add(fmt::format(R"("ev":"receive","msg":"m{}","dev":"alice/phone","via":"live")", i));
    }
    for (int i = 0; i < n; ++i) trace.device("reinstall", "alice/mac");
    return trace;
}

LongTrace unanswered(int n) {
    LongTrace trace(true);
    for (int i = 0; i < n; ++i) trace.send(i, false);
    return trace;
}

LongTrace recalled(int n) {
    LongTrace trace(true);
    for (int i = 0; i < n; ++i) {
        trace.send(i);
        trace.add(fmt::format(R"("ev":"recall","msg":"m{}","dev":"bob/pixel")", i));
        trace.add(fmt::format(R"("ev":"recall-accept","msg":"m{}")", i));
    }
    for (int i = 0; i < n; ++i) {
        trace.device("online", "alice/phone");
        trace.offline("alice/phone");
    }
    return trace;
}

}  // namespace

TEST_CASE("the work grows with the trace, not with its square") {
    const auto checkLinear = [](auto make) {
        constexpr int kSmall = 1000;
        const std::uint64_t small = make(kSmall).looks();
        const std::uint64_t large = make(4 * kSmall).looks();
        CHECK(small > 0);
        CHECK(large < 6 * small);
    };
    for (const bool sync : {false, true}) {
        for (const bool settles : {false, true}) {
            checkLinear([&](int n) { return backlog(n, sync, settles); });
        }
    }
    checkLinear(unanswered);
    checkLinear(recalled);
    checkLinear(reinstalls);
}

TEST_CASE("a violation names the device, the message and the chain of events that explains it") {
    const Trace trace = traceOf(kMacMissesM1 + "\nsettled");
    const Checker checker = judged(trace);
    REQUIRE(checker.violations().size() == 1);
    const Violation& v = checker.violations().front();
    CHECK(v.rule == RuleId::OnlineReceived);
    CHECK(trace.header.path(v.device) == "alice/mac");
    CHECK(v.messageName == "m1");
    CHECK(v.event == 7);   // the `settled` by which it was due
    CHECK(v.origin == 6);  // the line of the `send`
    REQUIRE(v.because.size() == 4);
    CHECK(v.because[0].text == "alice/mac online");
    CHECK(v.because[1].text == "m1 sent");
    CHECK(v.because[2].text == "m1 accepted");
    CHECK(v.because[3].text == "settled");
}

TEST_CASE("a second copy of one's own message after a reinstall is not called a first") {
    const Checker checker = judged(traceOf(R"(
    alice/phone online
    alice/phone sends m1 to bob
    m1 accepted
    settled
    alice/phone offline uninstall
    alice/phone reinstalled
    alice/phone online
    alice/phone receives m1 compensation
    alice/phone receives m1 compensation
    settled)"));
    REQUIRE(checker.violations().size() == 1);
    CHECK(checker.violations().front().text == "alice/phone received m1 a second time, in one session");
}

TEST_CASE("a violation that rests on another terminal's receipt names that terminal") {
    const auto only = [](const std::string& more) {
        const Checker checker = judged(traceOf(kPhoneHasM1 + more));
        REQUIRE(checker.violations().size() == 1);
        return checker.violations().front().text;
    };
    CHECK(only(R"(
    alice/mac online
    settled)") == "alice/mac logged in and did not get m1, which alice/phone has");
    CHECK(only(R"(
    alice/phone offline uninstall
    alice/phone reinstalled
    alice/phone online
    settled)") == "alice/phone logged in and did not get m1, which an earlier installation of it has");
    CHECK(only(R"(
    alice/phone offline uninstall
    alice/phone reinstalled
    alice/mac online
    settled)") == "alice/mac logged in and did not get m1, which an earlier installation of alice/phone has");
    CHECK(only(R"(
    alice/phone receives m1 live
    settled)") == "alice/phone received m1 a second time, in one session");
}

TEST_CASE("a duty that the trace ends before is open, and one that is already kept is not") {
    CHECK(judged(traceOf(kMacMissesM1)).openDuties() == 1);
    const Trace kept = traceOf(kMacMissesM1 + "\nalice/mac receives m1 live");
    CHECK(judged(kept).openDuties() == 0);
    CHECK(countsOf(judged(kept), RuleId::OnlineReceived).checked == 2);
}

TEST_CASE("whose an answer was is decided by the settled moment after the asking, and not by who goes offline later") {
    const auto unanswered = [](const std::string& gone) {
        return countsOf(judged(traceOf(kPhoneHasM1 + R"(
    alice/phone recalls m1
    bob/pixel recalls m1
    m1 recall-accepted)" + gone + R"(
    bob/pixel recalls m1
    m1 recall-accepted
    settled)")),
                        RuleId::DeliveryAnswered)
            .violated;
    };
    CHECK(unanswered("\nsettled\nalice/phone offline drop") == 2);
    CHECK(unanswered("\nalice/phone offline drop\nsettled") == 0);
}

TEST_CASE("a copy made anywhere in a trace goes on exactly like the original") {
    const Trace trace = traceOf(kMacMissesM1 + R"(
    settled
    bob/pixel recalls m1
    m1 recall-accepted
    alice/phone offline replaced
    alice/phone reinstalled
    alice/phone online
    alice/phone receives m1 compensation
    settled)");
    const Checker whole = judged(trace);
    CHECK(whole.violations().size() > 1);
    for (std::size_t cut = 0; cut <= trace.events.size(); ++cut) {
        Checker first(trace.header);
        for (std::size_t i = 0; i < cut; ++i) first.feed(trace.events[i], trace.lexicon, trace.annex);
        Checker second = first;
        for (std::size_t i = cut; i < trace.events.size(); ++i)
            second.feed(trace.events[i], trace.lexicon, trace.annex);
        second.finish(trace.lexicon);
        CHECK(first.events() == cut);
        CHECK(second.counts() == whole.counts());
        REQUIRE(second.violations().size() == whole.violations().size());
        for (std::size_t i = 0; i < whole.violations().size(); ++i)
            CHECK(second.violations()[i].text == whole.violations()[i].text);
    }
}

TEST_CASE("violations beyond the limit are counted but not described") {
    std::string lines = "alice/phone online";
    for (int i = 0; i < 10; ++i) lines += fmt::format("\nalice/phone receives ghost{}", i);
    CheckerOptions options;
    options.violationLimit = 3;
    const Checker checker = judged(traceOf(lines), options);
    CHECK(checker.violations().size() == 3);
    CHECK(countsOf(checker, RuleId::DeliveryNoPhantom).violated == 10);
}

TEST_CASE("in time mode a duty is due its delay after it arose, that millisecond included") {
    const auto violated = [](const std::string& end) {
        CheckerOptions options;
        options.settle = Millis{100};
        return countsOf(judged(traceOf(kMacMissesM1 + "\n" + end), options), RuleId::OnlineReceived).violated;
    };
    CHECK(violated("at 160 alice/mac receives m1") == 0);
    CHECK(violated("at 161 alice/mac receives m1") == 1);
    CHECK(violated("at 160 note") == 0);
}

TEST_CASE("memory follows what is live, not the length of the trace") {
    const auto memoryAfter = [](int days) {
        std::string lines = "at 0 alice/phone online\nat 0 bob/pixel online\n";
        for (std::int64_t i = 0; i < days * 200; ++i) {
            lines += fmt::format(R"(
                at {0} bob/pixel sends m{1} to alice
                at {0} m{1} accepted
                at {0} alice/phone receives m{1} live
                at {0} settled)",
                                 i * 432'000, i);
        }
        const std::string text = traceTextOf(lines);
        TraceReader reader = TraceReader::ofText(text, "test");
        Checker checker(reader.header());
        for (auto batch = reader.next(); !batch.empty(); batch = reader.next()) {
            for (const Event& e : batch) checker.feed(e, reader.lexicon(), reader.annex());
        }
        checker.finish(reader.lexicon());
        CHECK(reader.valid());
        CHECK(countsOf(checker, RuleId::OnlineReceived).checked == static_cast<std::uint64_t>(days) * 200);
        return checker.memory();
    };
    CHECK(static_cast<double>(memoryAfter(100)) <= 1.2 * static_cast<double>(memoryAfter(10)));
}
