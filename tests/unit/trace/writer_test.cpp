// What the writer spells, the reader reads back, by both its halves.
#include <doctest/doctest.h>

#include "helpers.hpp"
#include "mdsync/choices.hpp"

using namespace mdsync;
using namespace mdsync::testing;

namespace {

// A line of every kind, with and without each optional key, in the writer's layout.
const std::vector<std::string> kEveryKind{
    R"({"t":1000,"ev":"connect","dev":"alice/phone"})",
    R"({"t":1000,"ev":"online","dev":"alice/phone"})",
    R"({"t":1000,"ev":"refused","dev":"alice/web","code":"31010"})",
    R"({"t":1000,"ev":"offline","dev":"alice/phone","reason":"logout"})",
    R"({"t":1000,"ev":"offline","dev":"alice/phone","reason":"drop"})",
    R"({"t":1000,"ev":"offline","dev":"alice/phone","reason":"replaced","by":"alice/web"})",
    R"({"t":1000,"ev":"offline","dev":"alice/phone","reason":"evicted","by":"alice/phone"})",
    R"({"t":1000,"ev":"offline","dev":"alice/phone","reason":"uninstall"})",
    R"({"t":1000,"ev":"offline","dev":"alice/phone","reason":"server"})",
    R"({"t":1000,"ev":"reinstall","dev":"alice/phone"})",
    R"({"t":1000,"ev":"send","msg":"m1","dev":"alice/phone","to":"bob","type":"RC:TxtMsg"})",
    R"({"t":1000,"ev":"send","msg":"m2","dev":"alice/phone","to":"group:team","type":"RC:TypSts","digest":"5eb63bbb"})",
    R"({"t":1000,"ev":"send","msg":"m3","dev":"alice/phone","to":"chatroom:lobby","type":"app:Order","text":"hi"})",
    R"({"t":1000,"ev":"send","msg":"m4","dev":"alice/phone","to":"bob","type":"RC:TxtMsg","text":""})",
    R"({"t":1000,"ev":"publish","msg":"p1","from":"bob","to":"alice","type":"RC:TxtMsg","api":"message","includeSender":false})",
    R"({"t":1000,"ev":"publish","msg":"p2","from":"bob","to":"group:team","type":"RC:TxtMsg","api":"status","includeSender":true,"digest":"x"})",
    R"({"t":1000,"ev":"publish","msg":"p3","from":"bob","to":"group:team","type":"RC:TxtMsg","api":"/message/group/publish.json","includeSender":false,"text":"\"\\\n\u0001é😀"})",
    R"({"t":1001,"ev":"accept","msg":"m1"})",
    R"({"t":1001,"ev":"reject","msg":"m2","code":"1008"})",
    R"({"t":1001,"ev":"receive","msg":"m1","dev":"bob/pixel"})",
    R"({"t":1001,"ev":"receive","msg":"m1","dev":"bob/pixel","via":"live"})",
    R"({"t":1001,"ev":"receive","msg":"m1","dev":"bob/pixel","via":"offline","digest":"5eb63bbb"})",
    R"({"t":1001,"ev":"receive","msg":"m1","dev":"bob/pixel","via":"compensation","text":"hi"})",
    R"({"t":1001,"ev":"caught-up","dev":"bob/pixel"})",
    R"({"t":1001,"ev":"caught-up","dev":"bob/pixel","count":0})",
    R"({"t":1001,"ev":"caught-up","dev":"bob/pixel","count":12,"conversations":["bob","group:team"]})",
    R"({"t":1001,"ev":"caught-up","dev":"bob/pixel","conversations":[]})",
    R"({"t":1002,"ev":"recall","msg":"m1","dev":"alice/phone"})",
    R"({"t":1002,"ev":"recall","msg":"m1","api":"alice"})",
    R"({"t":1002,"ev":"recall-accept","msg":"m1"})",
    R"({"t":1002,"ev":"recall-reject","msg":"m1","code":"mdsync:unknown-message"})",
    R"({"t":1002,"ev":"recalled","msg":"m1","dev":"bob/pixel"})",
    R"({"t":1003,"ev":"sync","enabled":true})",
    R"({"t":1003,"ev":"sync","enabled":false,"refused":"mdsync:unpaid"})",
    R"({"t":1003,"ev":"set","app":{"compensationDays":8},"refused":"mdsync:days-range"})",
    R"({"t":1003,"ev":"set","app":{"compensationDays":3,"offlineDays":-2,"limits":{"mobile":2,"miniprogram":3},"prepaid":true}})",
    R"({"t":1003,"ev":"set","app":{}})",
    R"({"t":1003,"ev":"join","group":"team","user":"bob"})",
    R"({"t":1003,"ev":"join","chatroom":"lobby","dev":"bob/pixel","refused":"1"})",
    R"({"t":1003,"ev":"leave","group":"team","user":"bob","refused":"mdsync:no-member"})",
    R"({"t":1003,"ev":"leave","chatroom":"lobby","dev":"bob/pixel"})",
    R"({"t":1003,"ev":"device","dev":"alice/tab9","platform":"web"})",
    R"({"t":1003,"ev":"device","dev":"dave/ios1","platform":"ios"})",
    R"({"t":1003,"ev":"group","group":"crew","members":["alice","dave"]})",
    R"({"t":1003,"ev":"group","group":"nobody","members":[]})",
    R"({"t":1003,"ev":"room","chatroom":"hall"})",
    R"({"t":1003,"ev":"online","dev":"dave/ios1"})",
    R"({"t":1004,"ev":"settled"})",
    R"({"t":1004,"ev":"note","text":"a \"note\""})"};

}  // namespace

TEST_CASE("every kind of event is written as it was read, by both halves of the reader") {
    const std::string lines = traceOf(kEveryKind);
    const std::string text = lines.substr(lines.find('\n'));
    for (const std::string& layout : {lines, relaxed(lines)}) {
        const TraceFile file = parseTrace(layout, "x");
        CHECK(tell(file.diagnostics).empty());
        REQUIRE(file.trace.events.size() == kEveryKind.size());
        const std::string again = written(file.trace);
        CHECK(again.substr(again.find('\n')) == text);
    }
    CHECK(tell(stream(lines).events) == tell(stream(relaxed(lines)).events));
    ReadOptions keep;
    keep.keepTexts = true;
    CHECK(tell(stream(lines, keep).events) == tell(stream(relaxed(lines), keep).events));
}

TEST_CASE("a short header has what is not the default, a complete one everything") {
    const std::string source =
        R"({"mdsync":"trace/1","t":1714525200000,"source":"x","app":{"sync":false},"users":{"a":{"p":"ios","w":"web"},"b":{}},)"
        R"("groups":{"g":["a","b"],"h":[]},"chatrooms":["r","s"],"messageTypes":{"app:A":"normal","app:B":"status"}})";
    const TraceFile file = parseTrace(source, "x");
    REQUIRE(file.valid);
    CHECK(written(file.trace) == source + "\n");
    const std::string complete = written(file.trace, HeaderStyle::Complete);
    CHECK(
        complete ==
        R"({"mdsync":"trace/1","t":1714525200000,"source":"x","app":{"environment":"development","prepaid":false,)"
        R"("sync":false,"compensationDays":1,"offlineDays":7,"timezone":"+08:00","limits":{"mobile":1,"miniprogram":1},)"
        R"("onLimit":"replace"},"users":{"a":{"p":"ios","w":"web"},"b":{}},"groups":{"g":["a","b"],"h":[]},)"
        R"("chatrooms":["r","s"],"messageTypes":{"app:A":"normal","app:B":"status"},)"
        R"("readings":{"window":"calendar","switch-delay":"30m","group-status-path":"docs"},"silent":[],"accept":"instant"})"
        "\n");
    CHECK(written(parseTrace(complete, "x").trace) == source + "\n");
}

TEST_CASE("what is not the default comes back from both headers") {
    const std::string source =
        R"({"mdsync":"trace/1","t":0,"app":{"environment":"production","prepaid":true,"sync":true,"compensationDays":7,)"
        R"("offlineDays":1,"timezone":"Europe/Berlin","limits":{"mobile":2,"miniprogram":3},"onLimit":"refuse"},)"
        R"("users":{"\"q\\":{"é":"harmony"}},"groups":{"\"g":["\"q\\"]},"chatrooms":["\"r"],"messageTypes":{"\"t":"status"},)"
        R"("readings":{"window":"any","switch-delay":"29m59s","group-status-path":"seed"},)"
        R"("silent":["connect","accept","recall-accept","caught-up","settled"]})";
    const TraceFile file = parseTrace(source, "x");
    CHECK(tell(file.diagnostics).empty());
    CHECK(written(file.trace) == source + "\n");
    const TraceFile again = parseTrace(written(file.trace, HeaderStyle::Complete), "x");
    CHECK(written(again.trace) == source + "\n");
}

TEST_CASE("strings are escaped as JSON wants it, and bytes that are not UTF-8 replaced") {
    const auto json = [](std::string_view text) {
        std::string out;
        appendJsonString(out, text);
        return out;
    };
    CHECK(json("") == "\"\"");
    CHECK(json("a\"b\\c/") == R"("a\"b\\c/")");
    CHECK(json(std::string_view("\0\x01\x1f\b\f\n\r\t\x7f", 9)) == "\"\\u0000\\u0001\\u001f\\b\\f\\n\\r\\t\x7f\"");
    CHECK(json("\xc3\xa9 \xe4\xbd\xa0 \xf0\x9f\x98\x80") == "\"\xc3\xa9 \xe4\xbd\xa0 \xf0\x9f\x98\x80\"");
    CHECK(json("a\xff"
               "b\xc3") ==
          "\"a\xef\xbf\xbd"
          "b\xef\xbf\xbd\"");
    CHECK(json("\xed\xa0\x80") == "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    CHECK(json("\xc0\xaf") == "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST_CASE("a payload whose bytes were not kept is written as a digest of its fingerprint") {
    const std::string text =
        traceOf({R"({"t":1000,"ev":"send","msg":"m","dev":"bob/pixel","to":"bob","type":"RC:TxtMsg","text":"abc"})"});
    TraceReader reader = TraceReader::ofText(text, "x");
    std::string out;
    const auto batch = reader.next();
    TraceWriter(reader.header(), reader.lexicon(), reader.annex()).append(out, batch[0]);
    CHECK(out ==
          "{\"t\":1000,\"ev\":\"send\",\"msg\":\"m\",\"dev\":\"bob/pixel\",\"to\":\"bob\",\"type\":\"RC:TxtMsg\","
          "\"digest\":\"44bc2cf5ad770999\"}\n");
}

TEST_CASE("random texts come back byte for byte") {
    const auto choices = randomChoices(11);
    const auto draw = [&](std::uint32_t bound) { return choices->draw(streamOf(Purpose::Generate, 0), bound); };
    const std::vector<std::string> pieces{
        "a", "\"", "\\", "\n", std::string(1, '\0'), "\x1f", "é", "你", "😀", "/", "\x7f", "{", " ", "12345678"};
    Trace trace;
    trace.header.addUser("u");
    const DeviceId device = trace.header.addDevice("d", Platform::Ios);
    std::vector<std::string> texts;
    for (std::uint32_t i = 0; i < 2000; ++i) {
        std::string text;
        for (std::uint32_t n = draw(12); n > 0; --n) text += pieces[draw(static_cast<std::uint32_t>(pieces.size()))];
        Event event;
        event.kind = EventKind::Receive;
        event.device = device;
        event.message = trace.lexicon.messages.intern("m");
        event.payloadKind = PayloadKind::Text;
        event.text = trace.lexicon.texts.intern(text);
        trace.events.push_back(event);
        texts.push_back(text);
    }
    const TraceFile file = parseTrace(written(trace), "x");
    CHECK(tell(file.diagnostics).empty());
    REQUIRE(file.trace.events.size() == texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
        REQUIRE(file.trace.lexicon.texts[file.trace.events[i].text] == texts[i]);
        REQUIRE(file.trace.events[i].payload == fingerprint(texts[i]));
    }
}
