// Whatever the bytes are, reading gives a diagnostic, in bounded memory, and never crashes.
#include <doctest/doctest.h>
#include <simdjson.h>
#include <sys/resource.h>

#include <algorithm>

#include "helpers.hpp"
#include "mdsync/choices.hpp"
#include "trace/fault.hpp"

using namespace mdsync;
using namespace mdsync::testing;

namespace {

std::string firstCode(const std::string& text) {
    const Streamed read = stream(text);
    return read.diagnostics.empty() ? "none"
                                    : fmt::format("{} {}", read.diagnostics[0].span.line, read.diagnostics[0].code);
}

std::string repeated(std::string_view piece, std::size_t count) {
    std::string text;
    text.reserve(piece.size() * count);
    for (std::size_t i = 0; i < count; ++i) text += piece;
    return text;
}

long peakKilobytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

}  // namespace

TEST_CASE("200,000 nested lists are too deep, wherever they stand") {
    const std::string deep = repeated("[", 200'000);
    const std::string closed = deep + repeated("]", 200'000);
    CHECK(firstCode(deep) == "1 trace.too-deep");
    CHECK(firstCode(traceOf({closed})) == "2 trace.too-deep");
    CHECK(firstCode(traceOf({"{\"t\":1000,\"ev\":\"settled\",\"x-a\":" + closed + "}"})) == "2 trace.too-deep");
    CHECK(firstCode(traceOf({repeated("{\"a\":", 200'000)})) == "2 trace.too-deep");
    CHECK(firstCode(traceOf({"{\"t\":1000,\"ev\":\"settled\",\"x-a\":" + repeated("[", 1000) + repeated("]", 1000) +
                             "}"})) == "none");
}

TEST_CASE("NUL bytes and random bytes are not JSON") {
    CHECK(firstCode(std::string(100'000, '\0')) == "1 trace.not-json");
    CHECK(firstCode(traceOf({std::string("{\"t\":1000,\"ev\":\"sett\0led\"}", 26)})) == "2 trace.not-json");
    CHECK(firstCode(traceOf({std::string("{\"t\":1000,\"ev\":\"settled\"}\0", 26)})) == "2 trace.not-json");
    const auto choices = randomChoices(1);
    for (int round = 0; round < 200; ++round) {
        std::string bytes;
        for (int i = 0; i < 300; ++i) bytes += static_cast<char>(choices->draw(streamOf(Purpose::Generate, 0), 256));
        CHECK_FALSE(stream(bytes).valid);
        CHECK_FALSE(stream(std::string(kHeader) + "\n" + bytes).valid);
    }
}

TEST_CASE("a line of 100 MB is too long, costs little memory and hides nothing behind it") {
    const long before = peakKilobytes();
    std::string text = std::string(kHeader) + "\n{\"t\":1000,\"ev\":\"note\",\"text\":\"" + repeated("x", 100'000'000);
    const long held = peakKilobytes() - before;
    CHECK(firstCode(text) == "2 trace.too-long");
    text += "\"}\n{\"t\":1000,\"ev\":\"settled\"}\nbroken\n";
    const Streamed read = stream(text);
    REQUIRE(read.diagnostics.size() == 2);
    CHECK(read.diagnostics[0].code == "trace.too-long");
    CHECK(read.diagnostics[0].excerpt.starts_with("{\"t\":1000"));
    CHECK(read.diagnostics[1].span.line == 4);
    CHECK(text.substr(read.diagnostics[1].span.offset, 6) == "broken");
    ReadOptions lenient;
    lenient.lenient = true;
    const Streamed skipped = stream(text, lenient);
    CHECK(skipped.events.size() == 1);
    CHECK(skipped.events[0].origin == 3);
    CHECK(skipped.counts.skipped == 2);
    CHECK(peakKilobytes() - before - held < 100'000 + 40'000);  // growing `text` itself copies it once
    CHECK(firstCode(repeated("{", 100'000'000)) == "1 trace.too-long");
}

TEST_CASE("a line just within the limit is read by both halves, one beyond by none") {
    for (const std::string frame : {R"({"t":1000,"ev":"receive","msg":"m","dev":"bob/pixel","via":"live","text":""})",
                                    R"({"t":1000,"ev":"send","msg":"m","dev":"bob/pixel","to":"alice","text":""})"}) {
        const auto line = [&](std::size_t size) {
            std::string text = frame;
            return text.insert(text.size() - 2, std::string(size - frame.size(), 'x'));
        };
        constexpr std::size_t kLimit = std::size_t{4} << 20U;
        CHECK(firstCode(traceOf({line(kLimit)})) == "none");
        CHECK(firstCode(traceOf({line(kLimit + 1)})) == "2 trace.too-long");
        CHECK(firstCode(traceOf({line(kLimit + 1), "?"})) == "2 trace.too-long");
    }
}

TEST_CASE("a header of 100,000 devices is read, and its devices are found quickly") {
    std::string header = R"({"mdsync":"trace/1","t":1000,"users":{)";
    for (int user = 0; user < 10'000; ++user) {
        header += fmt::format("{}\"u{}\":{{", user == 0 ? "" : ",", user);
        for (int device = 0; device < 10; ++device)
            header += fmt::format("{}\"d{}\":\"web\"", device == 0 ? "" : ",", device);
        header += "}";
    }
    std::string text = header + "}}\n";
    for (int i = 0; i < 50'000; ++i)
        text += fmt::format("{{\"t\":1000,\"ev\":\"online\",\"dev\":\"u{}/d{}\"}}\n", (i * 7) % 10'000, i % 10);
    const Streamed read = stream(text);
    CHECK(read.valid);
    CHECK(read.events.size() == 50'000);
    CHECK(read.events[1].device == DeviceId{71U});
}

TEST_CASE("many undeclared names do not make a lenient reader slow") {
    std::string header = R"({"mdsync":"trace/1","t":1000,"users":{)";
    for (int user = 0; user < 20'000; ++user)
        header += fmt::format("{}\"user{}\":{{\"d\":\"web\"}}", user == 0 ? "" : ",", user);
    std::string text = header + "}}\n" + repeated("{\"t\":1000,\"ev\":\"online\",\"dev\":\"usr1/d\"}\n", 100'000);
    ReadOptions lenient;
    lenient.lenient = true;
    const Streamed read = stream(text, lenient);  // a hint for each would take a quarter of an hour
    CHECK(read.counts.skipped == 100'000);
    CHECK(read.diagnostics.at(0).hint.starts_with("did you mean"));
}

TEST_CASE("what is read as a line of JSON is what simdjson takes") {
    const auto choices = randomChoices(7);
    const auto draw = [&](std::uint32_t bound) { return choices->draw(streamOf(Purpose::Generate, 1), bound); };
    const std::vector<std::string> seeds{
        R"({"t":1000,"ev":"receive","msg":"m1","dev":"bob/pixel","via":"live","digest":"5eb63bbb"})",
        R"({"a":[1,-2.5e+10,0,true,false,null,{"b":"\u00e9\ud83d\ude00\n\\","c":{}},[]],"d":"é你😀"})",
        R"([0.1,1E5,-0,"",[[[[]]]],{"":""}])"};
    const std::string alphabet = "{}[]\",:\\/u0123456789aeftrnls.+-E \t\x01\x80\xc3\xa9\xff";
    simdjson::dom::parser parser;
    json::Document json;
    int valid = 0;
    for (int round = 0; round < 60'000; ++round) {
        std::string line = seeds[draw(static_cast<std::uint32_t>(seeds.size()))];
        for (std::uint32_t n = draw(4); n > 0; --n) {
            const std::size_t at = draw(static_cast<std::uint32_t>(line.size()));
            const char c = alphabet[draw(static_cast<std::uint32_t>(alphabet.size()))];
            switch (draw(4)) {
                case 0:
                    line[at] = c;
                    break;
                case 1:
                    line.insert(at, 1, c);
                    break;
                case 2:
                    line.erase(at, 1 + draw(3));
                    break;
                default:
                    line.insert(at, line.substr(draw(static_cast<std::uint32_t>(line.size())), draw(6)));
                    break;
            }
            if (line.empty()) line.assign(1, '0');
        }
        const bool expected = parser.parse(line).error() == simdjson::SUCCESS;
        CAPTURE(line);
        const bool got = json.read(line, kLine);
        if (got != expected) {
            // simdjson checks that numbers fit; the grammar does not.
            const auto error = parser.parse(line).error();
            REQUIRE(error == simdjson::NUMBER_ERROR);
        }
        valid += got ? 1 : 0;
        if (!got) REQUIRE(json.faults().back().at <= line.size());
    }
    CHECK(valid > 10'000);
    CHECK(valid < 50'000);
}

TEST_CASE("mutated traces read alike in both layouts") {
    // The usual layout and the same line with blanks and another key must give the same event or the same mistake.
    const auto choices = randomChoices(3);
    const auto draw = [&](std::uint32_t bound) { return choices->draw(streamOf(Purpose::Generate, 2), bound); };
    const std::vector<std::string> words{
        "\"send\"", "\"receive\"",   "\"accept\"",    "\"msg\"",        "\"dev\"",    "\"to\"",   "\"m1\"", "\"m2\"",
        "\"bob\"",  "\"bob/pixel\"", "\"alice/web\"", "\"group:team\"", "1000",       "1001",     "true",   "\"via\"",
        "\"live\"", "\"text\"",      "\"recall\"",    "\"offline\"",    "\"reason\"", "\"drop\"", "\"by\"", "\"api\""};
    const std::vector<std::string> seeds{
        R"({"t":1000,"ev":"send","msg":"m1","dev":"bob/pixel","to":"alice","type":"RC:TxtMsg","digest":"d"})",
        R"({"t":1000,"ev":"publish","msg":"m2","from":"bob","to":"alice","type":"t","api":"status","includeSender":true,"text":"x"})",
        R"({"t":1000,"ev":"accept","msg":"m1"})",
        R"({"t":1000,"ev":"receive","msg":"m1","dev":"bob/pixel","via":"live","text":"x"})",
        R"({"t":1000,"ev":"offline","dev":"alice/web","reason":"drop","by":"alice/phone"})",
        R"({"t":1000,"ev":"recall","msg":"m1","dev":"bob/pixel"})",
        R"({"t":1000,"ev":"caught-up","dev":"bob/pixel","count":3})",
        R"({"t":1000,"ev":"settled"})"};
    ReadOptions lenient;
    lenient.lenient = true;
    lenient.maxErrors = 1000;
    std::uint64_t events = 0;
    std::uint64_t skipped = 0;
    for (int round = 0; round < 3000; ++round) {
        std::vector<std::string> lines;
        for (int n = 0; n < 10; ++n) {
            std::string line = seeds[draw(static_cast<std::uint32_t>(seeds.size()))];
            if (draw(3) == 0) {
                // One token for another.
                std::vector<std::pair<std::size_t, std::size_t>> tokens;
                for (std::size_t at = line.find('"'); at != std::string::npos;
                     at = line.find('"', line.find('"', at + 1) + 1)) {
                    tokens.emplace_back(at, line.find('"', at + 1) + 1 - at);
                }
                const auto [at, size] = tokens[draw(static_cast<std::uint32_t>(tokens.size()))];
                line.replace(at, size, words[draw(static_cast<std::uint32_t>(words.size()))]);
            }
            lines.push_back(line);
        }
        const std::string text = traceOf(lines);
        const Streamed usual = stream(text, lenient);
        const Streamed other = stream(relaxed(text), lenient);
        REQUIRE(tell(usual.events) == tell(other.events));
        REQUIRE(tell(usual.diagnostics) == tell(other.diagnostics));
        events += usual.counts.events;
        skipped += usual.counts.skipped;
    }
    CHECK(events > 10'000);
    CHECK(skipped > 3'000);
}
