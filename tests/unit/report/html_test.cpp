// HTML: what stands in the page's data, and that nothing in it can end them.
#include <doctest/doctest.h>

#include <string>

#include "mdsync/report.hpp"
#include "trace_of.hpp"

using namespace mdsync;

namespace {

const char* const kSendAndReceive = R"(
    alice/phone online
    bob/pixel online
    bob/pixel sends m1 to alice
    m1 accepted
    alice/phone receives m1 live
    alice/phone offline logout)";

CaseResult shown(Verdict verdict, bool full) {
    CaseResult result;
    result.id = "a.json";
    result.verdict = verdict;
    addStory(result, traceOf(kSendAndReceive), nullptr, {}, full);
    return result;
}

std::string pageOf(CaseResult result, bool full) {
    Result all;
    all.cases.push_back(std::move(result));
    return htmlReport(all, "1.2.3", full);
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a story has a letter, a time, a device and a message for each event") {
    const std::string story = shown(Verdict::Fail, false).story;
    CHECK(has(story, R"("kinds":"OOsalx")"));
    CHECK(has(story, R"("t":[)"));
    CHECK(has(story, R"("messages":["m1"])"));
    CHECK(has(story, R"("m":[-1,-1,0,0,0,-1])"));
    CHECK(has(story, "offline (logout)"));
}

TEST_CASE("of a case that passed the story is kept only where all are wanted") {
    CHECK(shown(Verdict::Pass, false).story.empty());
    CHECK(!shown(Verdict::Pass, true).story.empty());
    CHECK(!has(pageOf(shown(Verdict::Pass, true), false), "id=\"story0\""));
    CHECK(has(pageOf(shown(Verdict::Pass, true), true), "id=\"story0\""));
    CHECK(has(pageOf(shown(Verdict::Fail, false), false), "id=\"story0\""));
}

TEST_CASE("nothing in a name ends the data or a script") {
    const std::string plain = pageOf(shown(Verdict::Fail, false), false);
    CaseResult hostile = shown(Verdict::Fail, false);
    hostile.name = "</script><!-- \xe2\x80\xa8 \xe2\x80\xa9 \x01 \xff";
    const std::string page = pageOf(std::move(hostile), false);
    const auto count = [](const std::string& text, std::string_view part) {
        std::size_t found = 0;
        for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
        return found;
    };
    CHECK(count(page, "</script>") == count(plain, "</script>"));
    CHECK(count(page, "<!--") == count(plain, "<!--"));
    CHECK(has(page, R"(\u003c/script>\u003c!-- \u2028 \u2029 \u0001 )"));
    CHECK(!has(page, "\xff"));
}
