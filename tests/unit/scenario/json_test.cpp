// JSON with positions: what is JSON, what is not, and where everything stands.
#include "base/json.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "scenario/mistakes.hpp"

using namespace mdsync;
using json::Document;
using json::Node;
using scenario::Mistakes;
using scenario::readJson;

namespace {

// `line:column code message`, or nothing.
std::string mistakeIn(const std::string& text) {
    Mistakes mistakes{text, "a.json"};
    Document document;
    const bool usable = readJson(document, text, mistakes);
    const auto found = mistakes.take();
    if (found.empty()) {
        CHECK(usable);
        return "";
    }
    return std::to_string(found[0].span.line) + ":" + std::to_string(found[0].span.column) + " " + found[0].code + " " +
           found[0].message;
}

}  // namespace

TEST_CASE("every key and value knows its bytes") {
    const std::string text = "// first\n{ /* a */ \"k\\u0065y\" : [1, \"two\", { \"x\": -0.5e3 }], \"b\": null }";
    Mistakes mistakes{text, "a.json"};
    Document document;
    REQUIRE(readJson(document, text, mistakes));
    const auto bytes = [&](scenario::Place place) { return text.substr(place.offset, place.length); };
    std::vector<const Node*> members;
    for (const Node& child : document.children(document.root())) members.push_back(&child);
    REQUIRE(members.size() == 2);
    CHECK(document.key(*members[0]) == "key");
    CHECK(bytes(members[0]->keyPlace()) == "\"k\\u0065y\"");
    CHECK(bytes(members[0]->place) == "[1, \"two\", { \"x\": -0.5e3 }]");
    CHECK(document.children(*members[0]).size() == 3);
    CHECK(document.compact(*members[0]) == "[1,\"two\",{\"x\":-0.5e3}]");
    CHECK(document.text(*members[1]) == "null");
    const Span span = mistakes.spanOf(members[1]->keyPlace());
    CHECK(span.line == 2);
    CHECK(span.column == 53);
}

TEST_CASE("escapes become the characters they stand for") {
    const std::string text = R"("a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0000z")";
    Mistakes mistakes{text, "a.json"};
    Document document;
    REQUIRE(readJson(document, text, mistakes));
    CHECK(document.text(document.root()) == std::string_view("a\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80\0z", 17));
}

TEST_CASE("what is not JSON is said with its place") {
    CHECK(mistakeIn("") == "1:1 scenario.not-json the file is empty");
    CHECK(mistakeIn(" \n // only a comment") == "2:19 scenario.not-json the file is empty");
    CHECK(mistakeIn("{} x") == "1:4 scenario.not-json expected the end of the file, found \"x\"");
    CHECK(mistakeIn("{\n  \"a\": 1,\n}") == "3:1 scenario.not-json expected a key in double quotes, found \"}\"");
    CHECK(mistakeIn("[1,]") == "1:4 scenario.not-json expected a value, found \"]\"");
    CHECK(mistakeIn("{\"a\" 1}") == "1:6 scenario.not-json expected a colon after the key, found \"1\"");
    CHECK(mistakeIn("{\"a\": 1 \"b\": 2}") == "1:9 scenario.not-json expected a comma or }, found a string");
    CHECK(mistakeIn("{\n\"a\": [1, 2") == "2:11 scenario.not-json the file ends inside the list that begins on line 2");
    CHECK(mistakeIn("{\"a\": True}") == "1:7 scenario.not-json expected a value, found \"True\"");
    CHECK(mistakeIn("{'a': 1}") == "1:2 scenario.not-json expected a key in double quotes, found \"'\"");
    CHECK(mistakeIn("[1 / 2]") == "1:4 scenario.not-json a single \"/\" is not JSON");
    CHECK(mistakeIn("[1 /* 2]") == "1:4 scenario.not-json this comment never ends");
    CHECK(mistakeIn("[01]") == "1:2 scenario.not-json this is not a number");
    CHECK(mistakeIn("[1.]") == "1:2 scenario.not-json this is not a number");
    CHECK(mistakeIn("[10m]") == "1:2 scenario.not-json this is not a number");
    CHECK(mistakeIn("[\"abc") == "1:2 scenario.not-json this string never ends");
    CHECK(mistakeIn("[\"ab\nc\"]") == "1:2 scenario.not-json this string does not end on its line");
    CHECK(mistakeIn("[\"\\x\"]") == "1:3 scenario.not-json there is no such escape");
    CHECK(mistakeIn("[\"\\ud800x\"]") == "1:3 scenario.not-json this is half of a surrogate pair");
    CHECK(mistakeIn(std::string("[1, \0]", 6)) ==
          "1:5 scenario.not-json expected a value, found the control character 0x00");
    CHECK(mistakeIn("[\"\x01\"]") == "1:3 scenario.not-json a string can't contain the control character 0x01");
}

TEST_CASE("text that is not UTF-8 is refused at its first wrong byte") {
    CHECK(mistakeIn("{\n\"a\": \"\xff\"}") == "2:7 scenario.not-utf8 the byte 0xff is not UTF-8");
    CHECK(mistakeIn("\"\xc0\xaf\"") == "1:2 scenario.not-utf8 the byte 0xc0 is not UTF-8");          // overlong
    CHECK(mistakeIn("\"\xed\xa0\x80\"") == "1:2 scenario.not-utf8 the byte 0xed is not UTF-8");      // a surrogate
    CHECK(mistakeIn("\"\xf4\x90\x80\x80\"") == "1:2 scenario.not-utf8 the byte 0xf4 is not UTF-8");  // beyond Unicode
    CHECK(mistakeIn("\"\xe2\x82") == "1:2 scenario.not-utf8 the byte 0xe2 is not UTF-8");            // cut
    CHECK(mistakeIn("\"\xe2\x82\xac\xf0\x9f\x98\x80 0123456789\"") == "");
    CHECK(mistakeIn(std::string("\xff\xfe{\0", 4)) == "1:1 scenario.not-utf8 the byte 0xff is not UTF-8");
}

TEST_CASE("a byte order mark does no harm and counts for no column") {
    CHECK(mistakeIn("\xef\xbb\xbf{\"a\": 1}") == "");
    CHECK(mistakeIn("\xef\xbb\xbf{\"a\" 1}") == "1:6 scenario.not-json expected a colon after the key, found \"1\"");
}

TEST_CASE("nesting beyond 64 is refused, however deep it goes") {
    CHECK(mistakeIn(std::string(64, '[') + std::string(64, ']')) == "");
    CHECK(mistakeIn(std::string(65, '[') + std::string(65, ']')) ==
          "1:65 scenario.too-deep lists and objects are nested more than 64 deep");
    CHECK(mistakeIn(std::string(200'000, '[')) ==
          "1:65 scenario.too-deep lists and objects are nested more than 64 deep");
}

TEST_CASE("a repeated key is a mistake in small and in large objects") {
    CHECK(mistakeIn("{\"a\": 1,\n \"\\u0061\": 2}") == "2:2 scenario.duplicate-key the key \"a\" stands here twice");
    std::string large = "{\"k7\": 0\n";
    for (int i = 8; i < 100; ++i) large += ", \"k" + std::to_string(i) + "\": 0\n";
    CHECK(mistakeIn(large + "}") == "");
    CHECK(mistakeIn(large + ", \"k50\": 1}") == "94:3 scenario.duplicate-key the key \"k50\" stands here twice");
    CHECK(mistakeIn(large + ", \"k7\": 1}") == "94:3 scenario.duplicate-key the key \"k7\" stands here twice");
}

// An independent opinion on what is JSON: the texts below, and each with one byte changed or left out.
TEST_CASE("a text is taken exactly if nlohmann/json takes it") {
    const std::string text =
        "{\"a\": [1, -2.5e+3, 0.0, true, false, null, \"x\\n\\u00e9\\ud83d\\ude00\"], \"b\": {\"c\": {}, \"d\": []}}";
    int valid = 0;
    const auto agree = [&](const std::string& candidate) {
        const bool theirs = nlohmann::json::accept(candidate);
        Mistakes mistakes{candidate, "a.json"};
        Document document;
        bool ours = readJson(document, candidate, mistakes);
        if (theirs) ++valid;
        INFO(candidate);
        CHECK(ours == theirs);
    };
    agree(text);
    const std::string bytes = std::string("{}[]\",:\\0159.eE+-tfnu /\n\t\x01\x7f\x80\xc3", 29) + '\0';
    for (std::size_t at = 0; at < text.size(); ++at) {
        agree(text.substr(0, at));
        agree(text.substr(0, at) + text.substr(at + 1));
        for (const char byte : bytes) {
            std::string changed = text;
            changed[at] = byte;
            agree(changed);
        }
    }
    CHECK(valid > 100);
}
