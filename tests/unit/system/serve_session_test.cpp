// ServeSession: one conversation of the adapter protocol, from the system's side.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "mdsync/serve.hpp"

using namespace mdsync;

namespace {

class Conversation {
public:
    // The lines that answer `request`.
    std::vector<std::string> say(const std::string& request) {
        std::string out;
        goesOn = session.take(request, out);
        std::vector<std::string> lines;
        for (std::size_t at = 0; at < out.size();) {
            const std::size_t end = out.find('\n', at);
            REQUIRE(end != std::string::npos);
            lines.push_back(out.substr(at, end - at));
            at = end + 1;
        }
        return lines;
    }
    std::string one(const std::string& request) {
        const std::vector<std::string> lines = say(request);
        return lines.size() == 1 ? lines.front() : std::to_string(lines.size()) + " lines";
    }
    void begin() {
        say(R"({"id":1,"op":"hello","protocol":"mdsync-adapter/1"})");
        CHECK(one(R"({"id":2,"op":"reset","seed":1,"world":{"mdsync":"trace/1","t":1000,"app":{"sync":true},)"
                  R"("users":{"alice":{"phone":"android","web":"web"},"bob":{"pixel":"android"}}}})") ==
              R"({"id":2,"ok":{"t":1000}})");
    }

    ServeSession session{makeWorldSystem({})};
    bool goesOn = true;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(Conversation, "the clock stops before the end of the instants that a trace may hold") {
    begin();
    std::string answer;
    for (int i = 0; i < 40; ++i) answer = one(R"({"id":3,"op":"advance","ms":8640000000000})");
    CHECK(answer == R"({"id":3,"error":"no clock of a trace goes so far"})");
    CHECK(one(R"({"id":4,"op":"advance","ms":1})").starts_with(R"({"id":4,"ok")"));
}

TEST_CASE("a long answer is handed over in pieces, and its rest is left out if nobody wants it") {
    std::string users;
    for (int i = 0; i < 30; ++i) users += (i > 0 ? ",\"u" : "\"u") + std::to_string(i) + R"(":{"p":"android"})";
    std::string members = R"("u0")";
    for (int i = 1; i < 30; ++i) members += ",\"u" + std::to_string(i) + "\"";
    const std::string text(300'000, 'x');
    for (const bool wanted : {true, false}) {
        ServeSession session{makeWorldSystem(ServerPolicy{})};
        std::string out;
        std::string taken;
        std::size_t longest = 0;
        const ServeSession::Spill spill = [&](std::string& some) {
            longest = std::max(longest, some.size());
            taken += some;
            some.clear();
            return wanted;
        };
        const auto ask = [&](const std::string& request) {
            session.take(request, out, spill);
            taken += out;
            out.clear();
        };
        ask(R"({"id":1,"op":"hello","protocol":"mdsync-adapter/1"})");
        ask(R"({"id":2,"op":"reset","world":{"mdsync":"trace/1","t":1000,"users":{)" + users + R"(},"groups":{"g":[)" +
            members + "]}}}");
        for (int i = 0; i < 30; ++i) ask(R"({"id":3,"op":"login","dev":"u)" + std::to_string(i) + R"(/p"})");
        ask(R"({"id":4,"op":"send","msg":"m1","dev":"u0/p","to":"group:g","text":")" + text + "\"}");
        ask(R"({"id":5,"op":"settle"})");
        std::size_t receipts = 0;
        for (std::size_t at = 0; (at = taken.find("\"receive\"", at)) != std::string::npos; ++at) ++receipts;
        CHECK(receipts == (wanted ? 29U : 4U));
        CHECK(longest < 1'500'000);
        CHECK(taken.find(R"({"id":5,"ok")") != std::string::npos);
    }
}

TEST_CASE("what one world is asked may take so much and no more, until the next one begins") {
    ServeSession session{makeWorldSystem(ServerPolicy{}), 3000};
    std::string out;
    const auto ask = [&](std::string_view request) {
        out.clear();
        session.take(request, out);
        return out.find("error") == std::string::npos;
    };
    const std::string_view reset =
        R"({"id":2,"op":"reset","world":{"mdsync":"trace/1","t":1000,"users":{"bob":{"pixel":"android"}}}})";
    CHECK(ask(R"({"id":1,"op":"hello","protocol":"mdsync-adapter/1"})"));
    CHECK(ask(reset));
    int asked = 0;
    while (asked < 100 && ask(R"({"id":3,"op":"login","dev":"bob/pixel"})")) ++asked;
    CHECK(asked > 3);
    CHECK(asked < 10);
    CHECK_FALSE(ask(R"({"id":4,"op":"advance","ms":1})"));
    CHECK_FALSE(ask(R"({"id":2,"op":"reset","world":{"mdsync":"trace/1","t":1000,"source":")" + std::string(300, 'x') +
                    R"(","users":{"bob":{"pixel":"android"}}}})"));
    CHECK(out == "{\"id\":2,\"error\":\"a world of more than 0 MiB\"}\n");
    CHECK(ask(reset));
    CHECK(ask(R"({"id":5,"op":"login","dev":"bob/pixel"})"));
}

TEST_CASE_FIXTURE(Conversation, "events come before the answer, and the answers tell the time") {
    begin();
    CHECK(say(R"({"id":3,"op":"login","dev":"alice/phone"})") ==
          Lines{R"({"t":1020,"ev":"online","dev":"alice/phone"})", R"({"id":3,"ok":{"t":1020}})"});
    CHECK(say(R"({"id":4,"op":"settle"})").back() == R"({"id":4,"ok":{"t":1040}})");
    CHECK(one(R"({"id":5,"op":"advance","ms":250})") == R"({"id":5,"ok":{"t":1290}})");
    CHECK(one(R"({"id":6,"op":"login","dev":"alice/phone"})") == R"({"id":6,"refused":"mdsync:online","t":1290})");
    CHECK(say(R"({"id":7,"op":"logout","dev":"alice/phone"})") ==
          Lines{R"({"t":1290,"ev":"offline","dev":"alice/phone","reason":"logout"})", R"({"id":7,"ok":{}})"});
    CHECK(goesOn);
    CHECK(say(R"({"id":8,"op":"bye"})").empty());
    CHECK_FALSE(goesOn);
}

TEST_CASE_FIXTURE(Conversation, "requests of one moment begin together and are answered in turn") {
    begin();
    CHECK(say(R"({"id":3,"op":"login","dev":"alice/phone","more":true})").empty());
    CHECK(say(R"({"id":4,"op":"login","dev":"bob/pixel"})") ==
          Lines{R"({"id":3,"ok":{"t":1000,"pending":true}})", R"({"id":4,"ok":{"t":1000,"pending":true}})"});
    const Lines settled = say(R"({"id":5,"op":"settle"})");
    CHECK(settled.back() == R"({"id":5,"ok":{"t":1040}})");
}

TEST_CASE_FIXTURE(Conversation,
                  "what comes in between does not overtake those that wait for the last of their moment") {
    begin();
    CHECK(say(R"({"id":3,"op":"login","dev":"alice/phone","more":true})").empty());
    CHECK(say(R"({"id":4,"op":"login","dev":"alice/fridge"})") ==
          Lines{R"({"id":3,"ok":{"t":1000,"pending":true}})",
                R"~({"id":4,"error":"no device \"alice/fridge\" is declared (column 28)"})~"});
    CHECK(say(R"({"id":5,"op":"logout","dev":"bob/pixel","more":true})").empty());
    CHECK(say(R"({"id":6,"op":"teleport"})") == Lines{R"({"id":5,"refused":"mdsync:offline"})",
                                                      R"({"id":6,"unsupported":"there is no request \"teleport\""})"});
}

TEST_CASE_FIXTURE(Conversation, "a hold is told by the settle that it keeps from being one") {
    begin();
    say(R"({"id":3,"op":"login","dev":"alice/phone"})");
    say(R"({"id":4,"op":"login","dev":"bob/pixel"})");
    say(R"({"id":5,"op":"hold","dev":"alice/phone"})");
    say(R"({"id":6,"op":"send","msg":"m1","dev":"bob/pixel","to":"alice","text":"hi"})");
    CHECK(say(R"({"id":7,"op":"settle"})").back().ends_with(R"("held":true}})"));
    say(R"({"id":8,"op":"release","dev":"alice/phone"})");
    const Lines settled = say(R"({"id":9,"op":"settle"})");
    CHECK(settled.front().find(R"("ev":"receive","msg":"m1","dev":"alice/phone")") != std::string::npos);
    CHECK(settled.back().find("held") == std::string::npos);
}

TEST_CASE_FIXTURE(Conversation, "a request that is wrong gets an error and the conversation goes on") {
    CHECK(one(R"({"id":1,"op":"settle"})") == R"({"id":1,"error":"the first request must be hello"})");
    CHECK(one(R"({"id":2,"op":"hello","protocol":"mdsync-adapter/9"})") ==
          R"({"id":2,"error":"this server speaks \"mdsync-adapter/1\" only"})");
    CHECK(one(R"({"id":2,"op":"hello"})").starts_with(R"({"id":2,"error")"));
    begin();
    CHECK(one("nonsense").starts_with(R"({"id":0,"error":"the line is not JSON)"));
    CHECK(one("").starts_with(R"({"id":0,"error")"));
    CHECK(one("[]").starts_with(R"({"id":0,"error")"));
    CHECK(one(R"({"op":"settle"})").starts_with(R"({"id":0,"error":"a request needs an \"id\")"));
    CHECK(one(R"({"id":"x","op":"settle"})").starts_with(R"({"id":0,"error":"\"id\" must be a whole number)"));
    CHECK(one(R"({"id":3})").starts_with(R"({"id":3,"error":"a request needs an \"op\")"));
    CHECK(one(R"({"id":4,"op":"advance"})").starts_with(R"({"id":4,"error":"\"advance\" lacks \"ms\")"));
    CHECK(one(R"({"id":4,"op":"advance","ms":-1})").starts_with(R"({"id":4,"error")"));
    CHECK(one(R"({"id":5,"op":"reset","seed":1})").starts_with(R"({"id":5,"error":"\"reset\" lacks \"world\")"));
    CHECK(one(R"({"id":5,"op":"reset","seed":-1,"world":{}})").starts_with(R"({"id":5,"error":"\"seed\" must be)"));
    CHECK(one(R"({"id":6,"op":"reset","seed":18446744073709551615,"world":{"mdsync":"trace/1","t":1,"users":{}}})") ==
          R"({"id":6,"ok":{"t":1}})");
    CHECK(one(R"({"id":7,"op":"reset","seed":1,"world":{"mdsync":"trace/1","t":1}})") ==
          R"({"id":7,"error":"the world is wrong: the header lacks \"users\""})");
    CHECK(one(R"({"id":8,"op":"settle"})") == R"({"id":8,"error":"there is no world: reset comes first"})");
    CHECK(goesOn);
}
