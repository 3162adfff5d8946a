// What a Checker promises whatever the rules are: it is a value, it explains, it counts honestly, it forgets.
#include <doctest/doctest.h>

#include <string>

#include "mdsync/rules.hpp"
#include "mdsync/trace_io.hpp"

using namespace mdsync;

namespace {

constexpr std::string_view kHeader =
    R"({"mdsync":"trace/1","t":1714525200000,"app":{"sync":true},"users":{"alice":{"phone":"android","mac":"macos"},"bob":{"pixel":"android"}}})"
    "\n";

Trace parsed(const std::string& lines) {
    TraceFile file = parseTrace(std::string(kHeader) + lines, "test");
    for (const Diagnostic& d : file.diagnostics) FAIL(d.message);
    return std::move(file.trace);
}

Checker judged(const Trace& trace, CheckerOptions options = {}) {
    Checker checker(trace.header, options);
    for (const Event& e : trace.events) checker.feed(e, trace.lexicon, trace.annex);
    checker.finish(trace.lexicon);
    return checker;
}

Counts countsOf(const Checker& checker, RuleId id) {
    return checker.counts()[static_cast<std::size_t>(id)];
}

const std::string kMacMissesM1 = R"({"t":1714525200010,"ev":"online","dev":"alice/phone"}
{"t":1714525200010,"ev":"online","dev":"alice/mac"}
{"t":1714525200010,"ev":"online","dev":"bob/pixel"}
{"t":1714525200020,"ev":"settled"}
{"t":1714525200030,"ev":"send","msg":"m1","dev":"bob/pixel","to":"alice"}
{"t":1714525200040,"ev":"accept","msg":"m1"}
{"t":1714525200050,"ev":"receive","msg":"m1","dev":"alice/phone","via":"live"}
)";

// Alice's phone is online, gets m1, and the trace is settled.
const std::string kPhoneHasM1 = R"({"t":1714525200010,"ev":"online","dev":"alice/phone"}
{"t":1714525200010,"ev":"online","dev":"bob/pixel"}
{"t":1714525200020,"ev":"settled"}
{"t":1714525200030,"ev":"send","msg":"m1","dev":"bob/pixel","to":"alice"}
{"t":1714525200040,"ev":"accept","msg":"m1"}
{"t":1714525200050,"ev":"receive","msg":"m1","dev":"alice/phone","via":"live"}
{"t":1714525200060,"ev":"settled"}
)";

}  // namespace

TEST_CASE("a violation names the device, the message and the chain of events that explains it") {
    const Trace trace = parsed(kMacMissesM1 + R"({"t":1714525200060,"ev":"settled"})");
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
    const Checker checker = judged(parsed(R"({"t":1714525200010,"ev":"online","dev":"alice/phone"}
{"t":1714525200020,"ev":"send","msg":"m1","dev":"alice/phone","to":"bob"}
{"t":1714525200030,"ev":"accept","msg":"m1"}
{"t":1714525200040,"ev":"settled"}
{"t":1714525200050,"ev":"offline","dev":"alice/phone","reason":"uninstall"}
{"t":1714525200050,"ev":"reinstall","dev":"alice/phone"}
{"t":1714525200060,"ev":"online","dev":"alice/phone"}
{"t":1714525200070,"ev":"receive","msg":"m1","dev":"alice/phone","via":"compensation"}
{"t":1714525200080,"ev":"receive","msg":"m1","dev":"alice/phone","via":"compensation"}
{"t":1714525200090,"ev":"settled"})"));
    REQUIRE(checker.violations().size() == 1);
    CHECK(checker.violations().front().text == "alice/phone received m1 a second time, in one session");
}

TEST_CASE("a violation that rests on another terminal's receipt names that terminal") {
    const auto only = [](const std::string& more) {
        const Checker checker = judged(parsed(kPhoneHasM1 + more));
        REQUIRE(checker.violations().size() == 1);
        return checker.violations().front().text;
    };
    CHECK(only(R"({"t":1714525200070,"ev":"online","dev":"alice/mac"}
{"t":1714525200080,"ev":"settled"})") == "alice/mac logged in and did not get m1, which alice/phone has");
    CHECK(only(R"({"t":1714525200070,"ev":"offline","dev":"alice/phone","reason":"uninstall"}
{"t":1714525200070,"ev":"reinstall","dev":"alice/phone"}
{"t":1714525200080,"ev":"online","dev":"alice/phone"}
{"t":1714525200090,"ev":"settled"})") ==
          "alice/phone logged in and did not get m1, which an earlier installation of it has");
    CHECK(only(R"({"t":1714525200070,"ev":"offline","dev":"alice/phone","reason":"uninstall"}
{"t":1714525200070,"ev":"reinstall","dev":"alice/phone"}
{"t":1714525200080,"ev":"online","dev":"alice/mac"}
{"t":1714525200090,"ev":"settled"})") ==
          "alice/mac logged in and did not get m1, which an earlier installation of alice/phone has");
    CHECK(only(R"({"t":1714525200070,"ev":"receive","msg":"m1","dev":"alice/phone","via":"live"}
{"t":1714525200080,"ev":"settled"})") == "alice/phone received m1 a second time, in one session");
}

TEST_CASE("a duty that the trace ends before is open, and one that is already kept is not") {
    CHECK(judged(parsed(kMacMissesM1)).openDuties() == 1);
    const Trace kept =
        parsed(kMacMissesM1 + R"({"t":1714525200055,"ev":"receive","msg":"m1","dev":"alice/mac","via":"live"})");
    CHECK(judged(kept).openDuties() == 0);
    CHECK(countsOf(judged(kept), RuleId::OnlineReceived).checked == 2);
}

TEST_CASE("a copy made anywhere in a trace goes on exactly like the original") {
    const Trace trace = parsed(kMacMissesM1 + R"({"t":1714525200060,"ev":"settled"}
{"t":1714525200070,"ev":"recall","msg":"m1","dev":"bob/pixel"}
{"t":1714525200080,"ev":"recall-accept","msg":"m1"}
{"t":1714525200090,"ev":"offline","dev":"alice/phone","reason":"replaced"}
{"t":1714525200100,"ev":"reinstall","dev":"alice/phone"}
{"t":1714525200110,"ev":"online","dev":"alice/phone"}
{"t":1714525200120,"ev":"receive","msg":"m1","dev":"alice/phone","via":"compensation"}
{"t":1714525200130,"ev":"settled"})");
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
    std::string lines = R"({"t":1714525200010,"ev":"online","dev":"alice/phone"})"
                        "\n";
    for (int i = 0; i < 10; ++i) {
        lines += R"({"t":1714525200020,"ev":"receive","msg":"ghost)" + std::to_string(i) + R"(","dev":"alice/phone"})" +
                 "\n";
    }
    CheckerOptions options;
    options.violationLimit = 3;
    const Checker checker = judged(parsed(lines), options);
    CHECK(checker.violations().size() == 3);
    CHECK(countsOf(checker, RuleId::DeliveryNoPhantom).violated == 10);
}

TEST_CASE("in time mode a duty is due its delay after it arose, that millisecond included") {
    const auto violated = [](const std::string& end) {
        CheckerOptions options;
        options.settle = Millis{100};
        return countsOf(judged(parsed(kMacMissesM1 + end), options), RuleId::OnlineReceived).violated;
    };
    CHECK(violated(R"({"t":1714525200140,"ev":"receive","msg":"m1","dev":"alice/mac"})") == 0);
    CHECK(violated(R"({"t":1714525200141,"ev":"receive","msg":"m1","dev":"alice/mac"})") == 1);
    CHECK(violated(R"({"t":1714525200140,"ev":"note","text":"at the very end"})") == 0);
}

TEST_CASE("memory follows what is live, not the length of the trace") {
    const auto memoryAfter = [](int days) {
        std::string text = std::string(kHeader) + R"({"t":1714525200000,"ev":"online","dev":"alice/phone"})" + "\n" +
                           R"({"t":1714525200000,"ev":"online","dev":"bob/pixel"})" + "\n";
        for (int i = 0; i < days * 200; ++i) {
            const std::string t = R"({"t":)" + std::to_string(1714525200000 + static_cast<std::int64_t>(i) * 432'000);
            const std::string id = R"("msg":"m)" + std::to_string(i) + "\"";
            text += t + R"(,"ev":"send",)" + id + R"(,"dev":"bob/pixel","to":"alice"})" + "\n";
            text += t + R"(,"ev":"accept",)" + id + "}\n";
            text += t + R"(,"ev":"receive",)" + id + R"(,"dev":"alice/phone","via":"live"})" + "\n";
            text += t + R"(,"ev":"settled"})" + "\n";
        }
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
