// Diagnostics are drawn as the design shows them, whatever the file holds.
#include "mdsync/diagnostic.hpp"

#include <doctest/doctest.h>

using namespace mdsync;

namespace {
Diagnostic sned() {
    Diagnostic d;
    d.code = "scenario.unknown-verb";
    d.message = "unknown step \"sned\"";
    d.file = "scenarios/recall/late.json";
    d.span = {100, 6, 14, 7};
    d.excerpt = R"(    { "sned": "m1", "from": "ann/phone", "to": "bob" },)";
    d.hint = "did you mean \"send\"?";
    return d;
}
std::size_t columnOf(const std::string& text, char c) {
    const std::size_t found = text.rfind(c);
    return found - text.rfind('\n', found);
}
}  // namespace

TEST_CASE("a mistake is shown with its line, a caret and what was meant") {
    CHECK(render(sned()) == R"(error[scenario.unknown-verb]: unknown step "sned"
  --> scenarios/recall/late.json:14:7
   |
14 |     { "sned": "m1", "from": "ann/phone", "to": "bob" },
   |       ^^^^^^ did you mean "send"?
)");
}

TEST_CASE("a place without an excerpt, and a mistake without a place, are shown shorter") {
    Diagnostic d = sned();
    d.excerpt.clear();
    CHECK(render(d) ==
          "error[scenario.unknown-verb]: unknown step \"sned\"\n  --> scenarios/recall/late.json:14:7\n"
          "   = did you mean \"send\"?\n");
    d.span = {};
    d.severity = Severity::Warning;
    d.hint.clear();
    CHECK(render(d) == "warning[scenario.unknown-verb]: unknown step \"sned\"\n --> scenarios/recall/late.json\n");
}

TEST_CASE("the caret stands below its character whatever comes before it") {
    Diagnostic d = sned();
    d.hint.clear();
    d.span.length = 1;
    d.excerpt = "\t\x1b[\xe4\xbd\xa0\xff!";  // tab, escape, bracket, a wide character, a stray byte
    d.span.column = 8;
    const std::string text = render(d);
    CHECK(text.find("14 |  ?[\xe4\xbd\xa0?!\n") != std::string::npos);
    CHECK(columnOf(text, '^') == 5 + 7);
}

TEST_CASE("nothing of a file reaches the terminal as a control sequence") {
    Diagnostic d = sned();
    d.message = "unknown step \"\x1b[2J\"";
    d.file = "a\nb";
    d.hint = "\xe2\x80\xae";
    d.excerpt = std::string("\0\x7f\xc2\x9b", 4);
    const std::string text = render(d);
    for (const char c : text) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
    CHECK(text.find('\x7f') == std::string::npos);
    CHECK(text.find("\xc2\x9b") == std::string::npos);
    CHECK(text.find("\xe2\x80\xae") == std::string::npos);
}

TEST_CASE("long lines are cut around the caret") {
    Diagnostic d = sned();
    std::string line(5'000'000, 'x');
    line.replace(3'000'000, 6, "WRONG!");
    d.span.column = 3'000'001;
    setExcerpt(d, line);
    CHECK(d.excerpt.size() < 2000);
    const std::string text = render(d);
    CHECK(text.size() < 500);
    const std::size_t line1 = text.find("14 | ...");
    REQUIRE(line1 != std::string::npos);
    const std::size_t column = text.find("WRONG!") - line1;
    CHECK(columnOf(text, '^') - 1 == column + 5);  // rfind: the last of six carets
}

TEST_CASE("a place at or behind the end of its line has a caret") {
    Diagnostic d = sned();
    d.excerpt.assign(1, '{');
    d.span.column = 2;
    d.span.length = 0;
    d.hint.clear();
    CHECK(render(d).ends_with("14 | {\n   |  ^\n"));
    d.span.column = 4'000'000'000U;
    CHECK(render(d).ends_with("^\n"));
    setExcerpt(d, "{");
    CHECK(d.excerpt == "{");
}

TEST_CASE("the nearest word is at most a third of its letters away") {
    const std::vector<std::string_view> verbs{"login", "logout", "send", "recall", "wait"};
    CHECK(nearest("sned", verbs) == "send");
    CHECK(nearest("lgoin", verbs) == "login");
    CHECK(nearest("Login", verbs) == "login");
    CHECK(nearest("recal", verbs) == "recall");
    CHECK(nearest("logoff", verbs) == "logout");
    CHECK(nearest("log", verbs).empty());
    CHECK(nearest("xyz", verbs).empty());
    CHECK(nearest("", verbs).empty());
    CHECK(nearest(std::string(100'000, 'a'), verbs).empty());
    CHECK(nearest("vai", {"msg", "via"}) == "via");
    CHECK(suggest("sned", verbs) == "did you mean \"send\"?");
    CHECK(suggest("xyz", verbs).empty());
}
