// Every mistake that a trace can have is found, at its line and column, whichever half of the reader sees the rest.
#include <doctest/doctest.h>

#include <algorithm>

#include "helpers.hpp"

using namespace mdsync;
using namespace mdsync::testing;

namespace {

// The first mistake of `text`: `line:column code`. Both halves of the reader must agree on the line and the code.
std::string firstMistake(const std::string& text, ReadOptions options = {}) {
    const Streamed strict = stream(text, options);
    const Streamed slow = stream(relaxed(text), options);
    CHECK(strict.valid == slow.valid);
    CHECK(strict.diagnostics.empty() == strict.valid);
    if (strict.diagnostics.empty() || slow.diagnostics.empty()) return "none";
    CHECK(strict.events.empty());
    const Diagnostic& d = strict.diagnostics.front();
    CHECK(d.span.line == slow.diagnostics.front().span.line);
    CHECK(d.code == slow.diagnostics.front().code);
    CHECK(d.file == "test.jsonl");
    const auto codes = traceCodes();
    CHECK(std::any_of(codes.begin(), codes.end(), [&](const CodeText& code) { return code.code == d.code; }));
    return fmt::format("{}:{} {}", d.span.line, d.span.column, d.code);
}

std::string mistakeOf(const std::vector<std::string>& lines) {
    return firstMistake(traceOf(lines));
}

// The first mistake of a trace of this header and one event.
std::string headerMistake(const std::string& header) {
    return firstMistake(header + "\n{\"t\":1000,\"ev\":\"settled\"}\n");
}

// A header with `more` members.
std::string headerWith(const std::string& more) {
    return headerMistake(R"({"mdsync":"trace/1","t":1000,"users":{"a":{"p":"ios"}},)" + more + "}");
}

const std::string kSend = R"({"t":1000,"ev":"send","msg":"m1","dev":"alice/phone","to":"bob"})";
constexpr std::int64_t kHorizon = 8LL * 24 * 3'600'000;

}  // namespace

TEST_CASE("a trace without mistakes has none") {
    CHECK(mistakeOf({kSend, R"({"t":1000,"ev":"accept","msg":"m1"})"}) == "none");
    CHECK(firstMistake(std::string(kHeader)) == "none");
    CHECK(firstMistake(std::string(kHeader) + "\r\n" + kSend + "\r") == "none");
}

TEST_CASE("what is not a line of JSON is an error") {
    CHECK(mistakeOf({kSend, "accept m1"}) == "3:1 trace.not-json");
    CHECK(mistakeOf({kSend, R"({"t":1000,"ev":"settled"},)"}) == "3:26 trace.not-json");
    CHECK(mistakeOf({R"({"t":1000,"ev":"settled",})"}) == "2:26 trace.not-json");
    CHECK(mistakeOf({R"({"t":01000,"ev":"settled"})"}) == "2:7 trace.not-json");
    CHECK(mistakeOf({R"({"t":1000,"ev":"settled"} // end)"}) == "2:27 trace.not-json");
    CHECK(mistakeOf({R"({'t':1000,"ev":"settled"})"}) == "2:2 trace.not-json");
    CHECK(mistakeOf({"{\"t\":1000,\"ev\":\"note\",\"text\":\"a\tb\"}"}) == "2:32 trace.not-json");
    CHECK(mistakeOf({R"({"t":1000,"ev":"note","text":"\ud83d"})"}) == "2:37 trace.not-json");
    CHECK(mistakeOf({R"({"t":1000,"ev":"note","text":"\x41"})"}) == "2:32 trace.not-json");
    CHECK(mistakeOf({"[]"}) == "2:1 trace.wrong-type");
    CHECK(mistakeOf({"\"settled\""}) == "2:1 trace.wrong-type");
}

TEST_CASE("what stands behind x- must be JSON too") {
    CHECK(mistakeOf({R"({"t":1000,"ev":"settled","x-a":tru})"}) == "2:35 trace.not-json");
    CHECK(mistakeOf({R"({"t":1000,"ev":"settled","x-a":[1,2})"}) == "2:36 trace.not-json");
    CHECK(mistakeOf({R"({"t":1000,"ev":"settled","x-a":"\q"})"}) == "2:34 trace.not-json");
    CHECK(mistakeOf({"{\"t\":1000,\"ev\":\"settled\",\"x-a\":\"\xff\"}"}) == "2:33 trace.not-utf8");
    CHECK(mistakeOf({R"({"t":1000,"ev":"settled","x-a":1.5e+3,"x-b":{"a":1,"a":[{}]},"x-a":""})"}) == "none");
}

TEST_CASE("bytes that are not UTF-8 are an error at their line") {
    CHECK(mistakeOf({kSend, "{\"t\":1000,\"ev\":\"note\",\"text\":\"ab\xc3(\"}"}) == "3:33 trace.not-utf8");
    CHECK(mistakeOf({kSend, "{\"t\":1000,\"ev\":\"note\",\"text\":\"\xed\xa0\x80\"}"}) == "3:31 trace.not-utf8");
    CHECK(mistakeOf({"{\"t\":1000,\"ev\":\"note\",\"text\":\"\xe4\xbd\xa0\xf0\x9f\x98\x80\"}"}) == "none");
}

TEST_CASE("blank lines and cut lines are errors") {
    CHECK(mistakeOf({kSend, "", kSend}) == "3:1 trace.blank-line");
    CHECK(mistakeOf({kSend, " \t"}) == "3:1 trace.blank-line");
    CHECK(firstMistake(traceOf({kSend}) + "\n") == "3:1 trace.blank-line");
    CHECK(firstMistake(traceOf({kSend}) + "\r\n") == "3:1 trace.blank-line");
    CHECK(firstMistake("\n" + traceOf({kSend})) == "1:1 trace.blank-line");
    const std::string whole = traceOf({kSend});
    CHECK(firstMistake(whole.substr(0, whole.size() - 1)) == "none");
    for (std::size_t cut = 2; cut < kSend.size(); ++cut) {
        CAPTURE(cut);
        CHECK(firstMistake(whole.substr(0, whole.size() - cut)).ends_with(" trace.cut-line"));
    }
    // A line that is wrong in its middle is not cut.
    CHECK(firstMistake(std::string(kHeader) + "\n{\"t\":1000 \"ev\":\"set") == "2:11 trace.not-json");
    CHECK(mistakeOf({R"({"t":1000,"ev":)"}) == "2:16 trace.not-json");
}

TEST_CASE("unknown events and keys are errors that name the nearest") {
    CHECK(mistakeOf({R"({"t":1000,"ev":"onlime","dev":"bob/pixel"})"}) == "2:16 trace.unknown-event");
    CHECK(mistakeOf({R"({"t":1000,"ev":"","dev":"bob/pixel"})"}) == "2:16 trace.unknown-event");
    CHECK(mistakeOf({R"({"t":1000,"ev":"online","dev":"bob/pixel","vai":"live"})"}) == "2:43 trace.unknown-key");
    CHECK(mistakeOf({R"({"t":1000,"ev":"online","dev":"bob/pixel","via":"live"})"}) == "2:43 trace.unknown-key");
    CHECK(mistakeOf({R"({"t":1000,"ev":"settled","X-a":1})"}) == "2:26 trace.unknown-key");
    CHECK(mistakeOf({R"({"t":1000,"ev":"settled","":1})"}) == "2:26 trace.unknown-key");
    const Streamed read = stream(traceOf({R"({"t":1000,"ev":"receive","msg":"m1","dev":"bob/pixle","vai":"live"})"}));
    REQUIRE(read.diagnostics.size() == 2);
    CHECK(read.diagnostics[0].hint == "did you mean \"bob/pixel\"?");
    CHECK(read.diagnostics[1].hint == "did you mean \"via\"?");
}

TEST_CASE("duplicate keys are errors") {
    CHECK(mistakeOf({R"({"t":1000,"ev":"settled","t":1000})"}) == "2:26 trace.duplicate-key");
    CHECK(mistakeOf({R"({"t":1000,"ev":"online","dev":"bob/pixel","dev":"bob/pixel"})"}) == "2:43 trace.duplicate-key");
    CHECK(mistakeOf({R"({"t":1000,"ev":"online","dev":"bob/pixel","d\u0065v":"bob/pixel"})"}) ==
          "2:43 trace.duplicate-key");
    CHECK(mistakeOf({R"({"t":1000,"ev":"set","app":{"prepaid":true,"prepaid":true}})"}) == "2:44 trace.duplicate-key");
}

TEST_CASE("each event needs its keys") {
    const std::vector<std::string> lacking{R"("ev":"connect")",
                                           R"("ev":"online")",
                                           R"("ev":"reinstall")",
                                           R"("ev":"refused","dev":"bob/pixel")",
                                           R"("ev":"refused","code":"31010")",
                                           R"("ev":"offline","dev":"bob/pixel")",
                                           R"("ev":"offline","reason":"drop")",
                                           R"("ev":"send","dev":"bob/pixel","to":"bob")",
                                           R"("ev":"send","msg":"m","to":"bob")",
                                           R"("ev":"send","msg":"m","dev":"bob/pixel")",
                                           R"("ev":"publish","from":"bob","to":"bob")",
                                           R"("ev":"publish","msg":"m","to":"bob")",
                                           R"("ev":"publish","msg":"m","from":"bob")",
                                           R"("ev":"accept")",
                                           R"("ev":"reject","code":"1")",
                                           R"("ev":"receive","msg":"m")",
                                           R"("ev":"receive","dev":"bob/pixel")",
                                           R"("ev":"caught-up")",
                                           R"("ev":"recall","msg":"m")",
                                           R"("ev":"recall","api":"bob")",
                                           R"("ev":"recall-accept")",
                                           R"("ev":"recall-reject","code":"1")",
                                           R"("ev":"recalled","msg":"m")",
                                           R"("ev":"recalled","dev":"bob/pixel")",
                                           R"("ev":"sync")",
                                           R"("ev":"set")",
                                           R"("ev":"join")",
                                           R"("ev":"join","group":"team")",
                                           R"("ev":"join","user":"bob")",
                                           R"("ev":"leave","chatroom":"lobby")",
                                           R"("ev":"leave","dev":"bob/pixel")",
                                           R"("ev":"note")"};
    for (const std::string& keys : lacking) {
        CAPTURE(keys);
        CHECK(mistakeOf({"{\"t\":1000," + keys + "}"}) == "2:16 trace.missing-key");
    }
    CHECK(mistakeOf({R"({"t":1000,"ev":"send","msg":"m","dev":"bob/pixel","to":"bob"})",
                     R"({"t":1000,"ev":"reject","msg":"m"})"}) == "3:16 trace.missing-key");
    CHECK(mistakeOf({R"({"ev":"settled"})"}) == "2:1 trace.missing-key");
    CHECK(mistakeOf({R"({"t":1000})"}) == "2:1 trace.missing-key");
    CHECK(mistakeOf({R"({"t":1000,"x-ev":"settled"})"}) == "2:1 trace.missing-key");
}

TEST_CASE("keys that exclude each other are not both taken") {
    CHECK(mistakeOf({R"({"t":1000,"ev":"receive","msg":"m","dev":"bob/pixel","digest":"a","text":"a"})"}) ==
          "2:67 trace.unknown-key");
    CHECK(mistakeOf({R"({"t":1000,"ev":"recall","msg":"m","dev":"bob/pixel","api":"bob"})"}) ==
          "2:53 trace.unknown-key");
    CHECK(mistakeOf({R"({"t":1000,"ev":"join","group":"team","user":"bob","dev":"bob/pixel"})"}) ==
          "2:51 trace.unknown-key");
    CHECK(mistakeOf({R"({"t":1000,"ev":"join","chatroom":"lobby","dev":"bob/pixel","user":"bob"})"}) ==
          "2:60 trace.unknown-key");
    CHECK(mistakeOf({R"({"t":1000,"ev":"join","group":"team","user":"bob","chatroom":"lobby","dev":"bob/pixel"})"}) ==
          "2:38 trace.unknown-key");
}

TEST_CASE("values of the wrong type are errors") {
    const std::vector<std::pair<std::string, int>> wrong{
        {R"({"t":"1000","ev":"settled"})", 6},
        {R"({"t":1000.0,"ev":"settled"})", 6},
        {R"({"t":1e3,"ev":"settled"})", 6},
        {R"({"t":null,"ev":"settled"})", 6},
        {R"({"t":1000,"ev":7})", 16},
        {R"({"t":1000,"ev":"online","dev":7})", 31},
        {R"({"t":1000,"ev":"online","dev":["bob/pixel"]})", 31},
        {R"({"t":1000,"ev":"sync","enabled":1})", 33},
        {R"({"t":1000,"ev":"sync","enabled":true,"refused":true})", 48},
        {R"({"t":1000,"ev":"set","app":[]})", 28},
        {R"({"t":1000,"ev":"set","app":{"compensationDays":"3"}})", 48},
        {R"({"t":1000,"ev":"set","app":{"limits":3}})", 38},
        {R"({"t":1000,"ev":"note","text":{}})", 30},
        {R"({"t":1000,"ev":"caught-up","dev":"bob/pixel","count":"0"})", 54},
        {R"({"t":1000,"ev":"caught-up","dev":"bob/pixel","conversations":"bob"})", 62},
        {R"({"t":1000,"ev":"caught-up","dev":"bob/pixel","conversations":[1]})", 63},
        {R"({"t":1000,"ev":"recall","msg":5,"dev":"bob/pixel"})", 31},
        {R"({"t":1000,"ev":"refused","dev":"bob/pixel","code":31010})", 51},
        {R"({"t":1000,"ev":"receive","msg":"m","dev":"bob/pixel","digest":5})", 63}};
    for (const auto& [line, column] : wrong) {
        CAPTURE(line);
        CHECK(mistakeOf({line}) == fmt::format("2:{} trace.wrong-type", column));
    }
}

TEST_CASE("values outside their list are errors") {
    CHECK(mistakeOf({R"({"t":1000,"ev":"offline","dev":"bob/pixel","reason":"kicked"})"}) == "2:53 trace.bad-value");
    CHECK(mistakeOf({R"({"t":1000,"ev":"offline","dev":"bob/pixel","reason":""})"}) == "2:53 trace.bad-value");
    CHECK(mistakeOf({R"({"t":1000,"ev":"receive","msg":"m","dev":"bob/pixel","via":"lives"})"}) ==
          "2:60 trace.bad-value");
    CHECK(mistakeOf({R"({"t":1000,"ev":"receive","msg":"m","dev":"bob/pixel","via":""})"}) == "2:60 trace.bad-value");
    CHECK(mistakeOf({R"({"t":1000,"ev":"caught-up","dev":"bob/pixel","count":-1})"}) == "2:54 trace.bad-value");
    CHECK(mistakeOf({R"({"t":9223372036854775808,"ev":"settled"})"}) == "2:6 trace.bad-value");
    CHECK(mistakeOf({R"({"t":253402300800000,"ev":"settled"})"}) == "2:6 trace.bad-value");
    CHECK(mistakeOf({fmt::format(R"({{"t":1000,"ev":"receive","msg":"m","dev":"bob/pixel","digest":"{}"}})",
                                 std::string(65, 'd'))}) == "2:63 trace.bad-value");
    CHECK(mistakeOf({fmt::format(R"({{"t":1000,"ev":"receive","msg":"m","dev":"bob/pixel","digest":"{}"}})",
                                 std::string(64, 'd'))}) == "none");
}

TEST_CASE("the api of a publish fits its target") {
    const auto publish = [](const char* to, const char* api) {
        return mistakeOf(
            {fmt::format(R"({{"t":1000,"ev":"publish","msg":"m","from":"bob","api":"{}","to":"{}"}})", api, to)});
    };
    for (const char* api :
         {"message", "status", "/message/private/publish.json", "/statusmessage/private/publish.json"}) {
        CHECK(publish("alice", api) == "none");
    }
    CHECK(publish("group:team", "/message/group/publish.json") == "none");
    CHECK(publish("chatroom:lobby", "/statusmessage/chatroom/publish.json") == "none");
    for (const char* api :
         {"", "Message", "/message/group/publish.json", "/message/private/publish", "message/private/publish.json"}) {
        CHECK(publish("alice", api) == "2:55 trace.bad-value");
    }
    CHECK(publish("group:team", "/message/private/publish.json") == "2:55 trace.bad-value");
    CHECK(publish("chatroom:lobby", "/message/group/publish.json") == "2:55 trace.bad-value");
}

TEST_CASE("what the header does not declare is an error") {
    CHECK(mistakeOf({R"({"t":1000,"ev":"online","dev":"bob/tablet"})"}) == "2:31 trace.undeclared-device");
    CHECK(mistakeOf({R"({"t":1000,"ev":"online","dev":"bob"})"}) == "2:31 trace.undeclared-device");
    CHECK(mistakeOf({R"({"t":1000,"ev":"online","dev":""})"}) == "2:31 trace.undeclared-device");
    CHECK(mistakeOf({R"({"t":1000,"ev":"offline","dev":"bob/pixel","reason":"drop","by":"bob/x"})"}) ==
          "2:65 trace.undeclared-device");
    CHECK(mistakeOf({R"({"t":1000,"ev":"send","msg":"m","dev":"bob/pixel","to":"carol"})"}) ==
          "2:56 trace.undeclared-user");
    CHECK(mistakeOf({R"({"t":1000,"ev":"send","msg":"m","dev":"bob/pixel","to":"group:teem"})"}) ==
          "2:56 trace.undeclared-group");
    CHECK(mistakeOf({R"({"t":1000,"ev":"send","msg":"m","dev":"bob/pixel","to":"chatroom:x"})"}) ==
          "2:56 trace.undeclared-room");
    CHECK(mistakeOf({R"({"t":1000,"ev":"publish","msg":"m","from":"group:team","to":"bob"})"}) ==
          "2:43 trace.undeclared-user");
    CHECK(mistakeOf({R"({"t":1000,"ev":"recall","msg":"m","api":"carol"})"}) == "2:41 trace.undeclared-user");
    CHECK(mistakeOf({R"({"t":1000,"ev":"join","group":"group:team","user":"bob"})"}) == "2:31 trace.undeclared-group");
    CHECK(mistakeOf({R"({"t":1000,"ev":"join","group":"team","user":"carol"})"}) == "2:45 trace.undeclared-user");
    CHECK(mistakeOf({R"({"t":1000,"ev":"leave","chatroom":"x","dev":"bob/pixel"})"}) == "2:35 trace.undeclared-room");
    CHECK(mistakeOf({R"({"t":1000,"ev":"caught-up","dev":"bob/pixel","conversations":["alice","group:x"]})"}) ==
          "2:71 trace.undeclared-group");
}

TEST_CASE("by is a device of the same user") {
    CHECK(mistakeOf({R"({"t":1000,"ev":"offline","dev":"bob/pixel","reason":"replaced","by":"alice/phone"})"}) ==
          "2:69 trace.foreign-by");
    CHECK(mistakeOf({R"({"t":1000,"ev":"offline","dev":"alice/web","reason":"replaced","by":"alice/phone"})"}) ==
          "none");
}

TEST_CASE("message ids are names") {
    for (const std::string& id :
         {std::string(), std::string("a b"), std::string("a/b"), std::string(65, 'm'), std::string("a\\u0000")}) {
        CAPTURE(id);
        CHECK(mistakeOf({fmt::format(R"({{"t":1000,"ev":"receive","msg":"{}","dev":"bob/pixel"}})", id)}) ==
              "2:32 trace.bad-name");
    }
    CHECK(mistakeOf({fmt::format(R"({{"t":1000,"ev":"receive","msg":"{}","dev":"bob/pixel"}})",
                                 std::string(64, 'm'))}) == "none");
}

TEST_CASE("a wide blank is a blank in the names of a trace, as in those of a scenario") {
    CHECK(mistakeOf({R"({"t":1000,"ev":"receive","msg":"m\u00a01","dev":"bob/pixel"})"}) == "2:32 trace.bad-name");
    CHECK(mistakeOf({"{\"t\":1000,\"ev\":\"receive\",\"msg\":\"m\xe3\x80\x80"
                     R"(1","dev":"bob/pixel"})"}) == "2:32 trace.bad-name");
    CHECK(headerMistake(R"({"mdsync":"trace/1","t":1000,"users":{"al\u2009ice":{}}})") == "1:39 trace.bad-name");
    CHECK(headerWith(R"("chatrooms":["the\u00a0lobby"])") == "1:69 trace.bad-name");
}

TEST_CASE("time does not run backwards") {
    CHECK(mistakeOf({R"({"t":1005,"ev":"settled"})", R"({"t":1004,"ev":"settled"})"}) == "3:6 trace.time-backwards");
    CHECK(mistakeOf({R"({"t":999,"ev":"settled"})"}) == "2:6 trace.time-backwards");
    CHECK(mistakeOf({R"({"t":-5,"ev":"settled"})"}) == "2:6 trace.time-backwards");
    CHECK(mistakeOf({R"({"t":1005,"ev":"settled"})", R"({"t":1005,"ev":"settled"})"}) == "none");
}

TEST_CASE("an id is not used twice within its horizon") {
    const auto at = [](std::int64_t t, const char* rest) { return fmt::format("{{\"t\":{},{}}}", t, rest); };
    const char* const send = R"("ev":"send","msg":"m1","dev":"alice/phone","to":"bob")";
    const char* const publish = R"("ev":"publish","msg":"m1","from":"alice","to":"bob")";
    const char* const accept = R"("ev":"accept","msg":"m1")";
    const char* const reject = R"("ev":"reject","msg":"m1","code":"1")";
    CHECK(mistakeOf({at(1000, send), at(1001, send)}) == "3:29 trace.used-twice");
    CHECK(mistakeOf({at(1000, send), at(1001, reject), at(1002, publish)}) == "4:32 trace.used-twice");
    CHECK(mistakeOf({at(1000, publish), at(1000 + kHorizon, send)}) == "3:34 trace.used-twice");
    CHECK(mistakeOf({at(1000, publish), at(1001 + kHorizon, send)}) == "none");
    // The horizon begins with acceptance, the first one.
    CHECK(mistakeOf({at(1000, send), at(2000, accept), at(1001 + kHorizon, send)}) == "4:34 trace.used-twice");
    CHECK(mistakeOf({at(1000, send), at(2000, accept), at(3000, accept), at(2001 + kHorizon, send)}) == "none");
    CHECK(mistakeOf({at(1000, send), at(2000, reject), at(3000, accept), at(1001 + kHorizon, send)}) == "none");
}

TEST_CASE("answers need a request") {
    const auto line = [](const char* ev, const char* more = "") {
        return fmt::format(R"({{"t":1000,"ev":"{}","msg":"m1"{}}})", ev, more);
    };
    const std::string code = R"(,"code":"1")";
    for (const char* ev : {"accept", "recall-accept"}) CHECK(mistakeOf({line(ev)}).ends_with(" trace.not-asked-for"));
    for (const char* ev : {"reject", "recall-reject"})
        CHECK(mistakeOf({line(ev, code.c_str())}).ends_with(" trace.not-asked-for"));
    CHECK(mistakeOf({kSend, line("recall-accept")}) == "3:38 trace.not-asked-for");
    CHECK(mistakeOf({line("recall", R"(,"api":"bob")"), line("accept")}) == "3:31 trace.not-asked-for");
    // A receipt of what nobody sent is for the rules to judge, and is no request.
    CHECK(mistakeOf({line("receive", R"(,"dev":"bob/pixel")"), line("accept")}) == "3:31 trace.not-asked-for");
    CHECK(mistakeOf({line("recall", R"(,"api":"bob")"), line("recall-accept")}) == "none");
    CHECK(mistakeOf({line("recalled", R"(,"dev":"bob/pixel")")}) == "none");
    CHECK(mistakeOf({kSend, line("accept"), line("accept"), line("reject", code.c_str())}) == "none");
    // The horizon of what is never accepted begins when it is asked for: later an answer is one to what nobody asked.
    const auto acceptAt = [](std::int64_t t) { return fmt::format(R"({{"t":{},"ev":"accept","msg":"m1"}})", t); };
    CHECK(mistakeOf({kSend, acceptAt(1000 + kHorizon)}) == "none");
    CHECK(mistakeOf({kSend, acceptAt(1001 + kHorizon)}) == "3:36 trace.not-asked-for");
    CHECK(mistakeOf({kSend, line("receive", R"(,"dev":"bob/pixel")"), acceptAt(1001 + kHorizon)}) ==
          "4:36 trace.not-asked-for");
    CHECK(mistakeOf({kSend, line("accept"), acceptAt(1000 + kHorizon)}) == "none");
    CHECK(mistakeOf({kSend, line("accept"), acceptAt(1001 + kHorizon)}) == "4:36 trace.not-asked-for");
}

TEST_CASE("several mistakes are all reported, up to a limit, and one mistake once") {
    const std::vector<std::string> lines{
        R"({"t":1000,"ev":"send","msg":"m1","dev":"alice/phone","to":"bobb","typ":"x"})",
        R"({"t":1000,"ev":"accept","msg":"m1"})", R"({"t":1000,"ev":"onlin","dev":"bob/pixel"})"};
    const Streamed read = stream(traceOf(lines));
    REQUIRE(read.diagnostics.size() == 3);  // that m1 was asked for is understood
    CHECK(read.diagnostics[0].code == "trace.undeclared-user");
    CHECK(read.diagnostics[1].code == "trace.unknown-key");
    CHECK(read.diagnostics[2].code == "trace.unknown-event");
    std::vector<std::string> many(5000, "?");
    CHECK(stream(traceOf(many)).diagnostics.size() == 20);
    ReadOptions three;
    three.maxErrors = 3;
    CHECK(stream(traceOf(many), three).diagnostics.size() == 3);
    // Far beyond the first batch.
    many.assign(2000, R"({"t":1000,"ev":"settled"})");
    many[3] = "?";
    many[1990] = "?";
    const Streamed late = stream(traceOf(many));
    REQUIRE(late.diagnostics.size() == 2);
    CHECK(late.diagnostics[1].span.line == 1992);
}

TEST_CASE("a place has its offset in the file and its line's text") {
    const std::string text = traceOf({kSend, R"({"t":1000,"ev":"online","dev":"bob/tablet"})"});
    const Streamed read = stream(text);
    REQUIRE(read.diagnostics.size() == 1);
    const Diagnostic& d = read.diagnostics[0];
    CHECK(text.substr(d.span.offset, d.span.length) == "\"bob/tablet\"");
    CHECK(d.excerpt == R"({"t":1000,"ev":"online","dev":"bob/tablet"})");
}

// ---- The header

TEST_CASE("the first line is a header with its version, time and users") {
    CHECK(firstMistake(kSend + "\n") == "1:1 trace.no-header");
    CHECK(headerMistake("[1]") == "1:1 trace.no-header");
    CHECK(headerMistake("{") == "1:2 trace.not-json");
    CHECK(headerMistake(R"({"mdsync":"trace/2","t":1000,"users":{}})") == "1:11 trace.version");
    CHECK(headerMistake(R"({"mdsync":"trace/1","users":{}})") == "1:1 trace.missing-key");
    CHECK(headerMistake(R"({"mdsync":"trace/1","t":1000})") == "1:1 trace.missing-key");
    CHECK(headerMistake(R"({"mdsync":"trace/1","t":1000,"users":{}})") == "none");
    CHECK(headerMistake(R"({"mdsync":"trace/1","t":"now","users":{}})") == "1:25 trace.wrong-type");
    CHECK(headerMistake(R"({"mdsync":"trace/1","t":1000,"users":{},"user":{}})") == "1:41 trace.unknown-key");
    CHECK(headerMistake(R"({"mdsync":"trace/1","t":1000,"users":{},"users":{}})") == "1:41 trace.duplicate-key");
    CHECK(headerMistake(R"({"x-by":{},"users":{},"t":1000,"mdsync":"trace/1"})") == "none");
    CHECK(headerMistake("\xef\xbb\xbf{}") == "1:1 trace.not-json");
    CHECK(firstMistake("") == "1:1 trace.empty");
}

TEST_CASE("a header declares users, devices, groups and chatrooms properly") {
    CHECK(headerMistake(R"({"mdsync":"trace/1","t":1000,"users":[]})") == "1:38 trace.wrong-type");
    CHECK(headerMistake(R"({"mdsync":"trace/1","t":1000,"users":{"a":["p"]}})") == "1:43 trace.wrong-type");
    CHECK(headerMistake(R"({"mdsync":"trace/1","t":1000,"users":{"a":{"p":"symbian"}}})") == "1:48 trace.bad-value");
    CHECK(headerMistake(R"({"mdsync":"trace/1","t":1000,"users":{"a b":{}}})") == "1:39 trace.bad-name");
    CHECK(headerMistake(R"({"mdsync":"trace/1","t":1000,"users":{"a":{"p/q":"ios"}}})") == "1:44 trace.bad-name");
    CHECK(headerMistake(R"({"mdsync":"trace/1","t":1000,"users":{"a":{},"a":{}}})") == "1:46 trace.duplicate-key");
    CHECK(headerMistake(R"({"mdsync":"trace/1","t":1000,"users":{"a":{"p":"ios","p":"ios"}}})") ==
          "1:54 trace.duplicate-key");
    CHECK(headerMistake(R"({"mdsync":"trace/1","t":1000,"users":{"x-a":{"x-p":7}}})") == "1:52 trace.wrong-type");
    CHECK(headerWith(R"("groups":{"g":["b"]})") == "1:71 trace.undeclared-user");
    CHECK(headerWith(R"("groups":{"g":["a","a"]})") == "1:75 trace.duplicate-key");
    CHECK(headerWith(R"("groups":{"g":[],"g":[]})") == "1:73 trace.duplicate-key");
    CHECK(headerWith(R"("chatrooms":["r","r"])") == "1:73 trace.duplicate-key");
    CHECK(headerWith(R"("chatrooms":["a/b"])") == "1:69 trace.bad-name");
    CHECK(headerWith(R"("messageTypes":{"app:Poke":"statu"})") == "1:83 trace.bad-value");
    CHECK(headerWith(R"("messageTypes":{"a":"status","a":"status"})") == "1:85 trace.duplicate-key");
    CHECK(headerWith(R"("silent":["accept","online"])") == "1:75 trace.bad-value");
    CHECK(
        headerWith(R"("groups":{"g":["a"]},"chatrooms":["r"],"messageTypes":{"a:b":"status"},"silent":["settled"])") ==
        "none");
    // Groups may stand before the users they name.
    CHECK(headerMistake(R"({"groups":{"g":["a"]},"users":{"a":{}},"t":1,"mdsync":"trace/1"})") == "none");
}

TEST_CASE("settings and readings are in range, and production is prepaid") {
    CHECK(headerWith(R"("app":{"sync":true,"environment":"production"})") == "1:70 trace.unpaid");
    CHECK(headerWith(R"("app":{"environment":"production"})") == "none");
    CHECK(headerWith(R"("app":{"sync":true,"environment":"production","prepaid":true})") == "none");
    for (const char* value : {"0", "8", "-1", "1000000000000"}) {
        CHECK(headerWith(fmt::format(R"("app":{{"compensationDays":{}}})", value)) == "1:82 trace.bad-value");
        CHECK(headerWith(fmt::format(R"("app":{{"offlineDays":{}}})", value)) == "1:77 trace.bad-value");
    }
    CHECK(headerWith(R"("app":{"limits":{"mobile":0}})") == "1:82 trace.bad-value");
    CHECK(headerWith(R"("app":{"limits":{"web":2}})") == "1:73 trace.unknown-key");
    CHECK(headerWith(R"("app":{"onLimit":"replce"})") == "1:73 trace.bad-value");
    CHECK(headerWith(R"("app":{"timezone":"Mars/Base"})") == "1:74 trace.bad-value");
    CHECK(headerWith(R"("app":{"snyc":true})") == "1:63 trace.unknown-key");
    CHECK(headerWith(R"("app":{"x-plan":1})") == "none");
    CHECK(headerWith(R"("readings":{"window":"rollin"})") == "1:77 trace.bad-value");
    CHECK(headerWith(R"("readings":{"switch-delay":"30"})") == "1:83 trace.bad-value");
    CHECK(headerWith(R"("readings":{"switchDelay":"30m"})") == "1:68 trace.unknown-key");
    CHECK(headerWith(R"("readings":{"window":"any","switch-delay":"29m59s","group-status-path":"seed"})") == "none");
}

TEST_CASE("with a named timezone every instant lies in 1970..2037") {
    const auto trace = [](std::int64_t header, const char* zone, std::int64_t event) {
        return firstMistake(
            fmt::format(R"({{"mdsync":"trace/1","t":{},"app":{{"timezone":"{}"}},"users":{{}}}})", header, zone) +
            fmt::format("\n{{\"t\":{},\"ev\":\"settled\"}}\n", event));
    };
    constexpr std::int64_t kEnd = 2'145'916'800'000;
    CHECK(trace(0, "Europe/Berlin", kEnd - 1) == "none");
    CHECK(trace(0, "Europe/Berlin", kEnd) == "2:6 trace.beyond-zone");
    CHECK(trace(-1, "Europe/Berlin", 0) == "1:25 trace.beyond-zone");
    CHECK(trace(-1, "+01:00", kEnd) == "none");
}

TEST_CASE("all mistakes of a header are reported together") {
    const Streamed read = stream(
        R"({"mdsync":"trace/1","t":-1.5,"app":{"snc":true,"onLimit":"x"},"users":{"a":{"p":"io"}},"groups":{"g":["b"]}})");
    CHECK(tell(read.diagnostics) ==
          "1:trace.wrong-type \"t\" must be a whole number, not one with a fraction or exponent\n"
          "1:trace.unknown-key unknown key \"snc\" in \"app\"\n"
          "1:trace.bad-value \"onLimit\" cannot be \"x\"\n"
          "1:trace.bad-value \"p\" cannot be \"io\"\n"
          "1:trace.undeclared-user no user \"b\" is declared\n");
}
