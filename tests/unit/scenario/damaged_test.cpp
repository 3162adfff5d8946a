// Files that are damaged, enormous, or no files at all: always a diagnostic, never a crash, never long.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "reading.hpp"

using namespace mdsync;
using namespace mdsync::testing;

namespace {

// A valid file with everything in it.
const std::string kRich = R"({ // comment
  "$schema": "s", "mdsync": "scenario/1", "name": "rich \u00e9 ${days}", "description": "x",
  "rules": ["web.ten-tabs"], "tags": ["a"],
  "app": {"environment": "production", "prepaid": true, "sync": true, "compensationDays": "${days}", "offlineDays": 7,
          "timezone": "Europe/Berlin", "limits": {"mobile": 2, "miniprogram": 1}, "onLimit": "replace"},
  "readings": {"window": "rolling", "switch-delay": "15m", "group-status-path": "docs"},
  "start": "2024-05-01T09:00:00+08:00", "network": {"latency": "5ms..80ms", "loss": 0.05, "duplicate": 0.01}, "seed": 7,
  "messageTypes": {"app:Poke": "status"},
  "users": {"alice": {"phone": "android", "tab{1..11}": "web"}, "bob": {"pixel": "ios"}},
  "groups": {"team": ["alice", "bob"]}, "chatrooms": ["lobby"], "matrix": {"days": [1, 2]}, /* comment */
  "steps": [
    {"login": ["alice/*", "bob/pixel"]}, {"drop": "alice/phone", "noticedAfter": "1s", "settle": false},
    {"send": "m{1..${days}}", "from": "bob/pixel", "to": "group:team", "type": "app:Poke", "text": "t"},
    {"publish": "p", "from": "bob", "to": "alice", "api": "status", "includeSender": true, "refused": "1"},
    {"recall": "m1", "by": "bob/pixel"}, {"recall": "p", "api": "bob"}, {"sync": "disable"}, {"set": {"offlineDays": 9}},
    {"join": "group:team", "user": "bob"}, {"leave": "chatroom:lobby", "by": "bob/pixel"}, {"hold": "bob/pixel"},
    {"network": {"latency": "0ms"}, "on": ["bob/pixel"]}, {"release": "bob/pixel"}, {"server": "restart"},
    {"wait": "1h"}, {"wait": {"until": "2024-05-09T00:00:00Z"}}, {"note": "n"},
    {"concurrently": [{"login": "bob/pixel"}, {"login": "alice/phone"}]},
    {"repeat": "${days}", "as": "k", "steps": [{"send": "r${k}", "from": "bob/pixel", "to": "alice"}]},
    {"expect": {"device": "bob/pixel", "online": true, "has": [], "via": {"m1": "live"}, "conversations": ["group:team"]}},
    {"expect": {"user": "alice", "onlineCount": 1, "class": "mobile"}}, {"expect": {"message": "m1", "oneOf": "alice/*"}},
    {"expect": {"service": "sync", "state": "on"}}
  ]
}
)";

std::string codeOf(const std::string& text) {
    const ScenarioFile file = read(text);
    std::set<std::string> codes;
    for (const Diagnostic& found : file.diagnostics) codes.insert(found.code);
    std::string out;
    for (const std::string& code : codes) out += (out.empty() ? "" : " ") + code;
    return out;
}

std::string filled(const std::string& users, const std::string& steps, const std::string& top = "") {
    return "{\"name\": \"n\", " + top + "\"users\": {" + users + "}, \"steps\": [" + steps + "]}";
}

// A file of the test's own, gone when it goes.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& content) {
        std::string name = (std::filesystem::temp_directory_path() / "mdsync-scenario-XXXXXX").string();
        const int handle = ::mkstemp(name.data());
        REQUIRE(handle >= 0);
        std::fclose(::fdopen(handle, "w"));
        path_ = name;
        std::ofstream{path_, std::ios::binary} << content;
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { std::filesystem::remove(path_); }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

}  // namespace

TEST_CASE("the rich file is valid") {
    for (const std::string& found : complaints(kRich)) INFO(found);
    CHECK(read(kRich).valid());
    CHECK(read(kRich).cases.size() == 2);
}

TEST_CASE("every beginning of a valid file gives a diagnostic within its text") {
    for (std::size_t length = 0; length + 2 < kRich.size(); ++length) {
        const ScenarioFile file = read(kRich.substr(0, length));
        REQUIRE_FALSE(file.valid());
        CHECK(file.cases.empty());
        for (const Diagnostic& found : file.diagnostics) {
            CHECK(found.span.line >= 1);
            CHECK(found.span.offset <= length);
            CHECK_FALSE(render(found).empty());
        }
    }
}

TEST_CASE("every file with one byte changed or left out is read to an end") {
    const std::string bytes{"\"{}[],:0x$*/ \n\xff", 16};
    std::size_t valid = 0;
    for (std::size_t at = 0; at < kRich.size(); ++at) {
        std::string without = kRich;
        without.erase(at, 1);
        valid += read(without).valid() ? 1 : 0;
        std::string changed = kRich;
        changed[at] = bytes[at % bytes.size()];
        const ScenarioFile file = read(changed);
        valid += file.valid() ? 1 : 0;
        CHECK(file.valid() == !file.cases.empty());
    }
    CHECK(valid > 100);  // blanks, texts
}

TEST_CASE("every value of a valid file can be of another type without a crash") {
    std::size_t wrong = 0;
    for (std::size_t at = 0; at < kRich.size(); ++at) {
        if (kRich[at] != '"' && kRich[at] != '[' && kRich[at] != '{') continue;
        for (const std::string value :
             {"null", "7", "-1.5", "true", "[]", "{}", "\"${days}\"", "\"\"", "[[\"a/b\"]]"}) {
            const std::size_t end = kRich.find_first_of(",}]\n", at + 1);
            const std::string changed = kRich.substr(0, at) + value + kRich.substr(end);
            wrong += read(changed).valid() ? 0 : 1;
        }
    }
    CHECK(wrong > 1000);
}

TEST_CASE("what is too large is found before it exists") {
    const auto begin = std::chrono::steady_clock::now();
    CHECK(codeOf(filled("\"a\": {\"t{1..999999999}\": \"web\"}", "")) == "scenario.too-large");
    CHECK(codeOf(filled("\"a{1..10001}\": {}", "")) == "scenario.too-large");
    CHECK(codeOf(filled("\"a{1..5000}\": {\"t{1..5000}\": \"web\"}", "")) == "scenario.too-large");
    CHECK(codeOf(filled("\"a\": {}", "", "\"chatrooms\": [\"r{1..9999}\", \"s{1..9999}\"], ")) == "scenario.too-large");
    CHECK(codeOf(filled("\"a\": {}", "", "\"groups\": {\"r{1..9999}\": [], \"s{1..9999}\": []}, ")) ==
          "scenario.too-large");
    CHECK(codeOf(filled("\"a\": {}", "{\"publish\": [\"m{1..9999}\", \"n{1..2}\"], \"from\": \"a\", \"to\": \"a\"}")) ==
          "scenario.too-large");
    CHECK(codeOf(filled("\"a\": {}", "{\"repeat\": 100001, \"steps\": []}")) == "scenario.too-large");
    CHECK(codeOf(filled("\"a\": {}", "{\"repeat\": 99999999999999999999999, \"steps\": []}")) == "scenario.too-large");
    CHECK(codeOf(filled("\"a\": {}",
                        "{\"repeat\": 1000, \"steps\": [{\"repeat\": 1000, \"steps\": [{\"note\": \"x\"}]}]}")) ==
          "scenario.too-large");
    std::string nested = "{\"note\": \"x\"}";
    for (int i = 0; i < 20; ++i) nested = "{\"repeat\": 100000, \"steps\": [" + nested + "]}";
    CHECK(codeOf(filled("\"a\": {}", nested)) == "scenario.too-large");
    std::string empty;
    for (int i = 0; i < 20; ++i) empty = "{\"repeat\": 100000, \"steps\": [" + empty + "]}";
    CHECK(codeOf(filled("\"a\": {}", empty)) == "scenario.too-large");
    CHECK(codeOf(filled("\"a\": {\"t{1..9999}\": \"web\"}",
                        "{\"repeat\": 100000, \"steps\": [{\"hold\": \"a/*\"}]}")) == "scenario.too-large");
    std::string lists;
    for (char key = 'a'; key <= 'z'; ++key) {
        lists += std::string(key == 'a' ? "" : ",") + "\"" + key + "\": [0,1,2,3,4,5,6,7,8,9]";
    }
    CHECK(codeOf(filled("\"a\": {}", "", "\"matrix\": {" + lists + "}, ")) == "scenario.too-large");
    std::string entries = "{\"a\": 0}";
    for (int i = 1; i <= 10'000; ++i) entries += ",{\"a\": " + std::to_string(i) + "}";
    CHECK(codeOf(filled("\"a\": {}", "{\"note\": \"${a}\"}", "\"matrix\": [" + entries + "], ")) ==
          "scenario.too-large");
    CHECK(codeOf(std::string(16U * 1024U * 1024U + 1, ' ')) == "scenario.too-large");
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    CHECK(taken.count() < 60);  // far less; but sanitizers and busy machines are slow
}

TEST_CASE("what is just not too large is taken") {
    CHECK(read(filled("\"a{1..10000}\": {}", "")).valid());
    CHECK(read(filled("\"a\": {\"t{1..10000}\": \"web\"}", "")).valid());
    CHECK(read(filled("\"a\": {}", "{\"publish\": \"m{1..10000}\", \"from\": \"a\", \"to\": \"a\"}")).valid());
    CHECK(
        only(filled("\"a\": {}", "{\"repeat\": 1000, \"steps\": [{\"repeat\": 100, \"steps\": [{\"note\": \"x\"}]}]}"))
            .steps.size() == 100'000);
    CHECK(
        codeOf(filled("\"a\": {}",
                      "{\"repeat\": 1000, \"steps\": [{\"repeat\": 100, \"steps\": [{\"note\": \"x\"}]}]}, {\"note\": "
                      "\"y\"}")) == "scenario.too-large");
    const std::string hundred = [] {
        std::string list = "0";
        for (int i = 1; i < 100; ++i) list += "," + std::to_string(i);
        return list;
    }();
    CHECK(cases(filled("\"a\": {}", "{\"note\": \"${x}${y}\"}",
                       "\"matrix\": {\"x\": [" + hundred + "], \"y\": [" + hundred + "]}, "))
              .size() == 10'000);
}

TEST_CASE("a thousand mistakes are enough") {
    std::string steps = "{\"sned\": 1}";
    for (int i = 0; i < 5000; ++i) steps += ",{\"sned\": 1}";
    const ScenarioFile file = read(filled("\"a\": {}", steps));
    REQUIRE(file.diagnostics.size() == 1001);
    CHECK(file.diagnostics.back().code == "scenario.more-mistakes");
}

TEST_CASE("nobody waits for the hundred thousandth mistake, or the hundred thousandth name") {
    std::string rules = "\"r\"";
    std::string keys;
    for (int i = 0; i < 100'000; ++i) {
        rules += ",\"web.evict-earliesx" + std::to_string(i) + "\"";
        keys += "\"k" + std::to_string(i) + "\": 1, ";
    }
    const auto begin = std::chrono::steady_clock::now();
    CHECK(read(filled("\"a\": {}", "", keys)).diagnostics.size() == 1001);
    CHECK(read(filled("\"a\": {}", "", "\"rules\": [" + rules + "], ")).diagnostics.size() == 1001);
    CHECK(only(filled("\"a\": {}", "", "\"tags\": [" + rules + "], ")).tags.size() == 100'001);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    CHECK(taken.count() < 60);
}

TEST_CASE("many warnings do not make a file invalid") {
    std::string steps;
    for (int i = 0; i < 1500; ++i) {
        steps += std::string(i == 0 ? "" : ",") + "{\"publish\": \"m" + std::to_string(i) +
                 "\", \"from\": \"a\", \"to\": \"group:g\", \"api\": \"/message/group/publish.json\"}";
    }
    CHECK(read(filled("\"a\": {}", steps, "\"groups\": {\"g\": [\"a\"]}, ")).valid());
}

TEST_CASE("a file that can't be read is a diagnostic") {
    const auto code = [](const std::string& path) {
        const ScenarioFile file = readScenario(path, someRules());
        CHECK(file.path == path);
        CHECK(file.cases.empty());
        REQUIRE(file.diagnostics.size() == 1);
        CHECK(file.diagnostics[0].file == path);
        return file.diagnostics[0].code;
    };
    CHECK(code("/no/such/file.json") == "scenario.unreadable");
    CHECK(code("/tmp") == "scenario.unreadable");
    CHECK(code("") == "scenario.unreadable");
    CHECK(code("/dev/null") == "scenario.not-json");
    CHECK(code("/dev/zero") == "scenario.too-large");
    CHECK(code(TemporaryFile{std::string(17U * 1024U * 1024U, '[')}.path()) == "scenario.too-large");
    CHECK(code(TemporaryFile{std::string(1000, '\0')}.path()) == "scenario.not-json");
    const TemporaryFile rich{kRich};
    const ScenarioFile file = readScenario(rich.path(), someRules());
    CHECK(file.valid());
    CHECK(file.cases[1].id == rich.path() + "#days=2");
}
