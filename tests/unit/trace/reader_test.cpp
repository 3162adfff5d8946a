// What a TraceReader hands out: events, counts, order, numbers; from plain and compressed files.
#include <doctest/doctest.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "helpers.hpp"
#include "mdsync/choices.hpp"

using namespace mdsync;
using namespace mdsync::testing;

namespace {

constexpr std::int64_t kDay = 24LL * 3'600'000;

std::string settledAt(std::int64_t t) {
    return fmt::format(R"({{"t":{},"ev":"settled"}})", t);
}

ReadOptions skew(Millis d) {
    ReadOptions options;
    options.skew = d;
    return options;
}
ReadOptions lenient() {
    ReadOptions options;
    options.lenient = true;
    return options;
}

std::vector<std::int64_t> timesOf(const Streamed& read) {
    std::vector<std::int64_t> times;
    for (const Event& event : read.events) times.push_back(event.t.time_since_epoch().count());
    return times;
}
std::vector<std::uint32_t> originsOf(const Streamed& read) {
    std::vector<std::uint32_t> origins;
    for (const Event& event : read.events) origins.push_back(event.origin);
    return origins;
}

// A file in the temporary folder, removed at the end.
class TemporaryFile {
public:
    explicit TemporaryFile(std::string_view bytes)
        : path_((std::filesystem::temp_directory_path() / fmt::format("mdsync-trace-{}-{}", ::getpid(), count_++))
                    .string()) {
        std::ofstream(path_, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    ~TemporaryFile() { std::remove(path_.c_str()); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    static inline int count_ = 0;
    std::string path_;
};

std::string gzip(std::string_view text) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string input(text);
    std::string out(text.size() + 1000, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(out.size() - stream.avail_out);
    deflateEnd(&stream);
    return out;
}

std::string zstd(std::string_view text) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
    return out;
}

// Many lines of many kinds, more than a block holds.
std::string longTrace() {
    std::vector<std::string> lines;
    for (int i = 0; i < 15'000; ++i) {
        lines.push_back(fmt::format(R"({{"t":{},"ev":"send","msg":"m{}","dev":"alice/phone","to":"bob","text":"{}"}})",
                                    1000 + i, i, i));
        lines.push_back(fmt::format(R"({{"t":{},"ev":"accept","msg":"m{}"}})", 1000 + i, i));
        lines.push_back(fmt::format(
            R"({{"t":{},"ev":"receive","msg":"m{}","dev":"bob/pixel","via":"live","text":"{}"}})", 1000 + i, i, i));
    }
    return traceOf(lines);
}

}  // namespace

TEST_CASE("an event has the ids of what the line names, and its line's number") {
    const TraceFile file = parseTrace(
        traceOf(
            {R"({"t":1001,"ev":"publish","msg":"m1","from":"bob","to":"group:team","type":"app:X","api":"status","includeSender":true,"text":"hi"})",
             R"({"t":1002,"ev":"offline","dev":"alice/web","reason":"evicted","by":"alice/phone"})"}),
        "x");
    REQUIRE(file.valid);
    const Event& publish = file.trace.events.at(0);
    CHECK(publish.kind == EventKind::Publish);
    CHECK(publish.t == Instant{Millis{1001}});
    CHECK(file.trace.lexicon.messages[publish.message] == "m1");
    CHECK(publish.user == UserId{1U});
    CHECK(publish.to == Address::of(GroupId{0U}));
    CHECK(file.trace.lexicon.texts[publish.type] == "app:X");
    CHECK(publish.api == Api::Status);
    CHECK(publish.includeSender);
    CHECK(publish.payloadKind == PayloadKind::Text);
    CHECK(publish.payload == fingerprint("hi"));
    CHECK(file.trace.lexicon.texts[publish.text] == "hi");
    CHECK(publish.origin == 2);
    const Event& offline = file.trace.events.at(1);
    CHECK(offline.device == DeviceId{1U});
    CHECK(offline.by == DeviceId{0U});
    CHECK(offline.reason == OfflineReason::Evicted);
    CHECK(offline.origin == 3);
}

TEST_CASE("the header's defaults are those of the scenario format") {
    const TraceFile file = parseTrace(R"({"mdsync":"trace/1","t":5,"users":{"a":{}}})", "x");
    REQUIRE(file.valid);
    const Header& header = file.trace.header;
    CHECK_FALSE(header.app.sync);
    CHECK(header.app.environment == Environment::Development);
    CHECK(header.app.compensationDays == 1);
    CHECK(header.app.offlineDays == 7);
    CHECK(header.app.timezone.name() == "+08:00");
    CHECK(header.app.mobileLimit == 1);
    CHECK(header.app.onLimit == OnLimit::Replace);
    CHECK(header.readings.window == WindowReading::Calendar);
    CHECK(header.readings.switchDelay == Millis{30 * 60'000});
    CHECK(header.readings.groupStatusPath == GroupStatusPath::Docs);
    CHECK(header.findUser("a") == UserId{0U});
}

TEST_CASE("the ordinary type is none, spelled out or not, and texts are kept only when asked for") {
    const std::string text =
        traceOf({R"({"t":1000,"ev":"send","msg":"a","dev":"bob/pixel","to":"bob","type":"RC:TxtMsg","digest":"d"})",
                 R"({"t":1000,"ev":"send","msg":"b","dev":"bob/pixel","to":"bob","digest":"d"})",
                 R"({"t":1000,"ev":"note","text":"hello"})"});
    for (const std::string& layout : {text, relaxed(text)}) {
        const Streamed read = stream(layout);
        REQUIRE(read.events.size() == 3);
        CHECK_FALSE(read.events[0].type.exists());
        CHECK_FALSE(read.events[1].type.exists());
        CHECK_FALSE(read.events[0].text.exists());
        CHECK_FALSE(read.events[2].text.exists());
        CHECK(read.events[0].payload == fingerprint("d"));
        const TraceFile kept = parseTrace(layout, "x");
        CHECK(kept.trace.lexicon.texts[kept.trace.events[0].text] == "d");
        CHECK(kept.trace.lexicon.texts[kept.trace.events[2].text] == "hello");
    }
}

TEST_CASE("lines may end with CR LF, and the last one without an end") {
    const std::string text = traceOf({R"({"t":1000,"ev":"online","dev":"bob/pixel"})", settledAt(1001)});
    std::string crlf;
    for (const char c : text) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    CHECK(tell(stream(crlf).events) == tell(stream(text).events));
    CHECK(tell(stream(text.substr(0, text.size() - 1)).events) == tell(stream(text).events));
    CHECK(tell(stream(relaxed(crlf)).events) == tell(stream(text).events));
    CHECK(stream(text).events.size() == 2);
}

TEST_CASE("keys may come in any order and be spelled with escapes") {
    const Streamed read =
        stream(traceOf({R"({"dev":"\u0062ob/pixel","\u0065v":"rec\u0065ive","via":"live","msg":"m\u0031","t":1000})"}));
    REQUIRE(read.events.size() == 1);
    CHECK(read.messages[0] == "m1");
    CHECK(read.events[0].device == DeviceId{2U});
    CHECK(read.events[0].via == Via::Live);
}

TEST_CASE("long files come in batches that add up, and counts tell lines and bytes") {
    const std::string text = longTrace();
    const Streamed read = stream(text);
    CHECK(read.valid);
    CHECK(read.events.size() == 45'000);
    CHECK(read.counts.lines == 45'001);
    CHECK(read.counts.events == 45'000);
    CHECK(read.counts.bytes == text.size());
    CHECK(read.events.back().origin == 45'001);
    CHECK(tell(read.events) == tell(stream(relaxed(text)).events));
}

TEST_CASE("a whole trace has the annexes of all its batches") {
    std::vector<std::string> lines;
    for (int i = 0; i < 2000; ++i) {
        lines.push_back(fmt::format(R"({{"t":1000,"ev":"caught-up","dev":"bob/pixel","count":{}}})", i));
        lines.push_back(fmt::format(R"({{"t":1000,"ev":"set","app":{{"compensationDays":{}}}}})", i));
    }
    const TraceFile file = parseTrace(traceOf(lines), "x");
    REQUIRE(file.trace.events.size() == 4000);
    for (std::size_t i = 0; i < 2000; ++i) {
        REQUIRE(file.trace.annex.catchUps.at(file.trace.events[2 * i].annex).count == i);
        REQUIRE(file.trace.annex.settings.at(file.trace.events[2 * i + 1].annex).compensationDays ==
                static_cast<std::int64_t>(i));
    }
}

TEST_CASE("a lenient reader skips erroneous lines and counts them") {
    const std::string text = traceOf({settledAt(1000), "broken", R"({"t":9000000,"ev":"onlin","dev":"bob/pixel"})",
                                      settledAt(999), "", settledAt(1001)});
    for (const std::string& layout : {text, relaxed(text)}) {
        const Streamed read = stream(layout, lenient());
        CHECK(read.valid);
        CHECK(read.counts.skipped == 4);
        CHECK(timesOf(read) == std::vector<std::int64_t>{1000, 1001});
        CHECK(originsOf(read) == std::vector<std::uint32_t>{2, 7});
        REQUIRE(read.diagnostics.size() == 4);
        CHECK(read.diagnostics[0].severity == Severity::Warning);
    }
    // The answer to a skipped request is erroneous itself.
    CHECK(stream(traceOf({R"({"t":1000,"ev":"send","msg":"m","dev":"bob/x","to":"bob"})",
                          R"({"t":1000,"ev":"accept","msg":"m"})"}),
                 lenient())
              .counts.skipped == 2);
}

TEST_CASE("a lenient reader does not accept a broken header, and keeps few diagnostics") {
    CHECK_FALSE(stream("{\"mdsync\":\"trace/1\"}\n", lenient()).valid);
    CHECK_FALSE(stream("", lenient()).valid);
    const Streamed read = stream(traceOf(std::vector<std::string>(5000, "?")), lenient());
    CHECK(read.valid);
    CHECK(read.counts.skipped == 5000);
    CHECK(read.diagnostics.size() == 20);
}

TEST_CASE("lines within the skew are put in order, and the moved ones counted") {
    const std::string text =
        traceOf({settledAt(1010), settledAt(1005), settledAt(1010), settledAt(1007), settledAt(1030)});
    const Streamed read = stream(text, skew(Millis{5}));
    CHECK(read.valid);
    CHECK(timesOf(read) == std::vector<std::int64_t>{1005, 1007, 1010, 1010, 1030});
    CHECK(originsOf(read) == std::vector<std::uint32_t>{3, 5, 2, 4, 6});
    CHECK(read.counts.moved == 2);
    CHECK(tell(stream(relaxed(text), skew(Millis{5})).events) == tell(read.events));
    CHECK(tell(stream(text, skew(Millis{1000})).events) == tell(read.events));
}

TEST_CASE("lines beyond the skew are errors, at their line") {
    const std::string text = traceOf({settledAt(1010), settledAt(1004), settledAt(1011)});
    const Streamed read = stream(text, skew(Millis{5}));
    REQUIRE(read.diagnostics.size() == 1);
    CHECK(read.diagnostics[0].span.line == 3);
    CHECK(read.diagnostics[0].span.column == 6);
    CHECK(read.diagnostics[0].code == "trace.time-backwards");
    ReadOptions options = skew(Millis{5});
    options.lenient = true;
    const Streamed skipped = stream(text, options);
    CHECK(timesOf(skipped) == std::vector<std::int64_t>{1010, 1011});
    CHECK(skipped.counts.skipped == 1);
    CHECK(skipped.counts.moved == 0);
}

TEST_CASE("an instant is read whole, however many digits it has, and what is no digit is told") {
    std::vector<std::string> lines;
    std::vector<std::int64_t> instants;
    for (const std::int64_t t : {1234LL, 12345LL, 123456LL, 1234567LL, 12345678LL, 98765432LL, 123456789LL,
                                 1714525200000LL, 1714525299999LL, 87654321012345LL}) {
        instants.push_back(t);
        lines.push_back(settledAt(t));
    }
    for (const Streamed& read : {stream(traceOf(lines)), stream(relaxed(traceOf(lines)))}) {
        REQUIRE(read.events.size() == instants.size());
        for (std::size_t i = 0; i < instants.size(); ++i) CHECK(read.events[i].t == Instant{Millis{instants[i]}});
    }
    for (const char wrong : {'/', ':', 'x', '\0', '\xb5'}) {
        for (std::size_t at = 5; at < 18; ++at) {
            std::string line = settledAt(1714525200000LL);
            line[at] = wrong;
            CHECK_FALSE(stream(traceOf({line})).valid);
        }
    }
}

TEST_CASE("a line with a bad id does not move the clock, in whichever layout") {
    const std::string text = traceOf({R"({"t":1000,"ev":"send","msg":"m","dev":"alice/phone","to":"bob"})",
                                      R"({"t":9000,"ev":"receive","msg":"a/b","dev":"bob/pixel"})",
                                      R"({"t":1001,"ev":"receive","msg":"m","dev":"bob/pixel"})"});
    ReadOptions options = skew(Millis{5});
    options.lenient = true;
    for (const Streamed& read : {stream(text, options), stream(relaxed(text), options)}) {
        CHECK(read.events.size() == 2);
        CHECK(read.counts.skipped == 1);
    }
}

TEST_CASE("the header's time is the first, whatever the skew") {
    const Streamed read = stream(traceOf({settledAt(998), settledAt(1000)}), skew(Millis{5}));
    REQUIRE_FALSE(read.valid);
    CHECK(read.diagnostics[0].span.line == 2);
    CHECK(read.diagnostics[0].code == "trace.time-backwards");
}

TEST_CASE("with a skew other errors are looked for in the new order, and named by the line in the file") {
    const std::string accept = R"({"t":1002,"ev":"accept","msg":"m"})";
    const std::string send = R"({"t":1001,"ev":"send","msg":"m","dev":"bob/pixel","to":"bob"})";
    CHECK_FALSE(stream(traceOf({accept, send})).valid);
    CHECK(stream(traceOf({accept, send}), skew(Millis{5})).valid);
    const Streamed read =
        stream(traceOf({send, R"({"t":1001,"ev":"accept","msg":"x"})", "?", R"({"t":1000,"ev":"accept","msg":"m"})"}),
               skew(Millis{5}));
    CHECK(tell(read.diagnostics) ==
          "5:trace.not-asked-for \"accept\" of \"m\", which nobody sent\n"
          "3:trace.not-asked-for \"accept\" of \"x\", which nobody sent\n"
          "4:trace.not-json expected a value, found \"?\"\n");
}

TEST_CASE("a broken line does not make the lines after it too old") {
    const std::string text = traceOf({settledAt(1000), R"({"t":99999999,"ev":"settld"})", settledAt(1001)});
    ReadOptions options = skew(Millis{5});
    options.lenient = true;
    const Streamed read = stream(text, options);
    CHECK(timesOf(read) == std::vector<std::int64_t>{1000, 1001});
    CHECK(read.counts.skipped == 1);
}

TEST_CASE("reordering gives what a stable sort gives") {
    const auto choices = randomChoices(5);
    std::vector<std::string> lines;
    std::vector<std::pair<std::int64_t, std::uint32_t>> expected;
    for (std::uint32_t i = 0; i < 5000; ++i) {
        const std::int64_t t = 1100 + i / 3 - choices->draw(streamOf(Purpose::Order, 0), 50);
        lines.push_back(settledAt(t));
        expected.emplace_back(t, i + 2);
    }
    std::sort(expected.begin(), expected.end());
    const Streamed read = stream(traceOf(lines), skew(Millis{60}));
    REQUIRE(read.valid);
    REQUIRE(read.events.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        REQUIRE(read.events[i].t == Instant{Millis{expected[i].first}});
        REQUIRE(read.events[i].origin == expected[i].second);
    }
}

// ---- Numbers of messages

TEST_CASE("over a hundred days the numbers follow what is live, and names stay right") {
    std::string text = std::string(kHeader) + "\n";
    for (int day = 0; day < 100; ++day) {
        for (int i = 0; i < 1000; ++i) {
            const std::int64_t t = 1000 + day * kDay + i * 1000LL;
            const std::string id = fmt::format("day{}-message-number-{}", day, i);
            text += fmt::format(R"({{"t":{},"ev":"send","msg":"{}","dev":"alice/phone","to":"bob"}})", t, id) + "\n";
            text += fmt::format(R"({{"t":{},"ev":"accept","msg":"{}"}})", t, id) + "\n";
            text += fmt::format(R"({{"t":{},"ev":"receive","msg":"{}","dev":"bob/pixel","via":"live"}})", t, id) + "\n";
            if (i % 10 == 0)
                text +=
                    fmt::format(R"({{"t":{},"ev":"receive","msg":"ghost{}-{}","dev":"bob/pixel"}})", t, day, i) + "\n";
        }
    }
    const Streamed read = stream(text);
    REQUIRE(read.valid);
    REQUIRE(read.events.size() == 310'000);
    CHECK(read.words < 12'000);  // of 110,000
    CHECK(read.words > 9'000);
    for (std::size_t i = 0; i < read.events.size(); ++i) {
        if (read.messages[i].starts_with("ghost")) continue;
        REQUIRE(read.messages[i].starts_with(
            fmt::format("day{}-", (read.events[i].t - Instant{Millis{1000}}) / Millis{kDay})));
    }
    ReadOptions whole;
    whole.recycle = false;
    CHECK(stream(text, whole).words == 110'000);
    CHECK(stream(relaxed(text)).messages == read.messages);
}

TEST_CASE("a number that was sent is used again by a send only, and is listed before") {
    std::vector<std::string> lines{R"({"t":1000,"ev":"send","msg":"old","dev":"alice/phone","to":"bob"})",
                                   R"({"t":1000,"ev":"receive","msg":"oldghost","dev":"bob/pixel"})",
                                   R"({"t":1000,"ev":"accept","msg":"old"})"};
    for (int i = 0; i < 600; ++i) lines.push_back(settledAt(1000 + 10 * kDay));
    lines.push_back(fmt::format(R"({{"t":{},"ev":"receive","msg":"ghost1","dev":"bob/pixel"}})", 1000 + 10 * kDay));
    lines.push_back(fmt::format(R"({{"t":{},"ev":"receive","msg":"ghost2","dev":"bob/pixel"}})", 1000 + 10 * kDay));
    lines.push_back(
        fmt::format(R"({{"t":{},"ev":"send","msg":"new","dev":"alice/phone","to":"bob"}})", 1000 + 10 * kDay));
    const std::string text = traceOf(lines);
    TraceReader reader = TraceReader::ofText(text, "x");
    auto batch = reader.next();
    const MessageId sent = batch[0].message;
    const MessageId unsent = batch[1].message;
    CHECK(reader.retired().empty());
    batch = reader.next();
    CHECK(std::vector<MessageId>(reader.retired().begin(), reader.retired().end()) ==
          std::vector<MessageId>{sent, unsent});
    const auto tail = batch.last(3);
    CHECK(tail[0].message == unsent);
    CHECK(tail[1].message == MessageId{2U});
    CHECK(tail[2].message == sent);
    CHECK(reader.lexicon().messages[sent] == "new");
    CHECK(reader.next().empty());
}

TEST_CASE("a forgotten id that is mentioned again does not share a number") {
    std::vector<std::string> lines{R"({"t":1000,"ev":"send","msg":"old","dev":"alice/phone","to":"bob"})",
                                   R"({"t":1000,"ev":"accept","msg":"old"})"};
    for (int i = 0; i < 600; ++i) lines.push_back(settledAt(1000 + 10 * kDay));
    for (const char* const line :
         {R"("receive","msg":"old","dev":"bob/pixel")", R"("send","msg":"new","dev":"alice/phone","to":"bob")",
          R"("receive","msg":"old","dev":"bob/pixel")"}) {
        lines.push_back(fmt::format("{{\"t\":{},\"ev\":{}}}", 1000 + 10 * kDay, line));
    }
    const Streamed read = stream(traceOf(lines));
    REQUIRE(read.messages.size() == 605);
    CHECK(read.messages[602] == "old");
    CHECK(read.messages[603] == "new");
    CHECK(read.messages[604] == "old");
    CHECK(read.events[602].message == read.events[604].message);
    CHECK(read.events[602].message != read.events[603].message);
}

TEST_CASE("what an event declares is known from its line on, in the order of time") {
    const std::string text =
        traceOf({R"({"t":1000,"ev":"settled"})", R"({"t":1300,"ev":"online","dev":"dave/ios1"})",
                 R"({"t":1100,"ev":"device","dev":"dave/ios1","platform":"ios"})", R"({"t":2000,"ev":"settled"})"});
    CHECK_FALSE(stream(text).valid);
    const Streamed read = stream(text, skew(Millis{500}));
    REQUIRE(read.valid);
    CHECK(timesOf(read) == std::vector<std::int64_t>{1000, 1100, 1300, 2000});
    CHECK(read.events[1].device == read.events[2].device);
}

TEST_CASE("a trace whose events declare becomes one whose header does") {
    const TraceFile file = parseTrace(
        traceOf({R"({"t":1000,"ev":"device","dev":"alice/tab9","platform":"web"})",
                 R"({"t":1000,"ev":"group","group":"crew","members":["alice"]})",
                 R"({"t":1000,"ev":"online","dev":"alice/tab9"})", R"({"t":1000,"ev":"online","dev":"bob/pixel"})"}),
        "test");
    REQUIRE(file.valid);
    const Trace whole = declaredAtStart(file.trace);
    REQUIRE(whole.events.size() == 2);
    CHECK(whole.header.path(whole.events[0].device) == "alice/tab9");
    CHECK(whole.header.path(whole.events[1].device) == "bob/pixel");
    CHECK(whole.header.findGroup("crew").exists());
    const UserInfo& alice = whole.header.users[whole.header.findUser("alice").index()];
    CHECK(alice.later.empty());
    CHECK(whole.events[0].device.value == alice.firstDevice.value + alice.deviceCount - 1);
}

TEST_CASE("what was sent is forgotten past its horizon, answered or not") {
    for (const bool answered : {false, true}) {
        std::vector<std::string> lines{R"({"t":1000,"ev":"send","msg":"m","dev":"alice/phone","to":"bob"})"};
        if (answered) lines.emplace_back(R"({"t":1000,"ev":"accept","msg":"m"})");
        for (int i = 0; i < 1200; ++i) lines.push_back(settledAt(1000 + (i < 600 ? 10 : 30) * kDay));
        for (const char* const line :
             {R"("receive","msg":"m","dev":"bob/pixel")", R"("send","msg":"n","dev":"alice/phone","to":"bob")"}) {
            lines.push_back(fmt::format("{{\"t\":{},\"ev\":{}}}", 1000 + 30 * kDay, line));
        }
        const std::string text = traceOf(lines);
        for (const Streamed& read : {stream(text), stream(relaxed(text))}) {
            REQUIRE(read.valid);
            const std::size_t received = read.events.size() - 2;
            CHECK(read.messages[received] == "m");
            CHECK(read.events[received].message != read.events[0].message);
            CHECK(read.events[received + 1].message == read.events[0].message);  // its number is used again
        }
    }
}

TEST_CASE("a message that is mentioned again is remembered") {
    std::vector<std::string> lines{R"({"t":1000,"ev":"send","msg":"kept","dev":"alice/phone","to":"bob"})"};
    for (int day = 1; day < 40; ++day) {
        for (int i = 0; i < 600; ++i) lines.push_back(settledAt(day * kDay));
        lines.push_back(fmt::format(R"({{"t":{},"ev":"receive","msg":"kept","dev":"bob/pixel"}})", day * kDay));
    }
    const Streamed read = stream(traceOf(lines));
    CHECK(read.words == 1);
    for (std::size_t i = 0; i < read.events.size(); ++i)
        CHECK((!read.events[i].message.exists() || read.messages[i] == "kept"));
}

TEST_CASE("an id sent again beyond its horizon keeps its number") {
    const Streamed read = stream(
        traceOf({R"({"t":1000,"ev":"send","msg":"m","dev":"alice/phone","to":"bob"})",
                 fmt::format(R"({{"t":{},"ev":"send","msg":"m","dev":"alice/phone","to":"bob"}})", 1001 + 8 * kDay)}));
    REQUIRE(read.events.size() == 2);
    CHECK(read.events[0].message == read.events[1].message);
}

TEST_CASE("ids longer than a key are told apart") {
    std::vector<std::string> lines;
    for (int i = 0; i < 3000; ++i) {
        lines.push_back(fmt::format(
            R"({{"t":1000,"ev":"send","msg":"00000000-0000-0000-0000-{:012}","dev":"alice/phone","to":"bob"}})", i));
    }
    for (int i = 0; i < 3000; ++i)
        lines.push_back(fmt::format(R"({{"t":1000,"ev":"accept","msg":"00000000-0000-0000-0000-{:012}"}})", i));
    const Streamed read = stream(traceOf(lines));
    REQUIRE(read.events.size() == 6000);
    for (std::size_t i = 0; i < 3000; ++i) REQUIRE(read.events[i].message == read.events[i + 3000].message);
    CHECK(read.words == 3000);
}

// ---- Files

TEST_CASE("a file is read as its text is, plain, gzipped or zstd-compressed, in one part or several") {
    const std::string text = longTrace();
    const std::string expected = tell(stream(text).events);
    const std::string_view front = std::string_view(text).substr(0, text.size() / 2);
    const std::string_view back = std::string_view(text).substr(text.size() / 2);
    // pzstd writes a frame to be skipped before each part.
    const std::string skipped("P*M\x18\4\0\0\0abcd", 12);
    for (const std::string& bytes : {text, gzip(text), zstd(text), gzip(front) + gzip(back), zstd(front) + zstd(back),
                                     skipped + zstd(front) + skipped + zstd(back)}) {
        const TemporaryFile file(bytes);
        const Streamed read = stream(TraceReader(file.path()));
        CHECK(read.valid);
        CHECK(read.counts.bytes == text.size());
        CHECK(tell(read.events) == expected);
    }
}

TEST_CASE("a compressed file that is cut or damaged is an error at the line that was reached") {
    const std::string text = longTrace();
    for (const std::string& whole : {gzip(text), zstd(text)}) {
        const TemporaryFile cut(whole.substr(0, whole.size() / 2));
        const Streamed read = stream(TraceReader(cut.path()));
        CHECK_FALSE(read.valid);
        REQUIRE_FALSE(read.diagnostics.empty());
        CHECK(read.diagnostics.back().code == "trace.unreadable");
        CHECK(read.diagnostics.back().span.line > 1000);
        std::string bytes = whole;
        for (std::size_t i = bytes.size() / 2; i < bytes.size() / 2 + 64; ++i) bytes[i] = static_cast<char>(~bytes[i]);
        const TemporaryFile damaged(bytes);
        CHECK_FALSE(stream(TraceReader(damaged.path())).valid);
        const Streamed tolerant = stream(TraceReader(cut.path(), lenient()));
        CHECK(tolerant.valid);
        CHECK(tolerant.counts.skipped > 0);
        CHECK(tolerant.events.size() > 1000);
    }
}

TEST_CASE("what is not a readable file is a diagnostic") {
    for (const std::string& path : {std::string("/no/such/file"), std::filesystem::temp_directory_path().string(),
                                    std::string("a\0b", 3), std::string()}) {
        const Streamed read = stream(TraceReader(path));
        CHECK_FALSE(read.valid);
        REQUIRE(read.diagnostics.size() == 1);
        CHECK(read.diagnostics[0].code == "trace.unreadable");
        CHECK(read.diagnostics[0].span.line == 0);
        CHECK(read.diagnostics[0].file == path);
    }
    const TemporaryFile empty("");
    CHECK(stream(TraceReader(empty.path())).diagnostics.at(0).code == "trace.empty");
}

TEST_CASE("memory stays bounded when only the rest is looked through for errors") {
    std::string text = std::string(kHeader) + "\nbroken\n";
    for (int day = 0; day < 100; ++day) {
        for (int i = 0; i < 200; ++i) {
            const std::int64_t t = 1000 + day * kDay;
            text += fmt::format(R"({{"t":{},"ev":"send","msg":"d{}-{}","dev":"alice/phone","to":"bob"}})", t, day, i) +
                    fmt::format("\n{{\"t\":{},\"ev\":\"accept\",\"msg\":\"d{}-{}\"}}\n", t, day, i);
        }
    }
    const Streamed read = stream(text);
    CHECK(read.diagnostics.size() == 1);
    CHECK(read.counts.lines == 40'002);
    CHECK(read.words < 3'000);  // of 20,000
}
