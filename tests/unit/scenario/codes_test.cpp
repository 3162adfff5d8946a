// The table of codes: complete, and each of them can happen.
#include <set>

#include "reading.hpp"

using namespace mdsync;
using namespace mdsync::testing;

TEST_CASE("every code is explained, once, in full sentences") {
    std::set<std::string_view> seen;
    for (const CodeInfo& info : scenarioCodes()) {
        INFO(info.code);
        CHECK(info.code.starts_with("scenario."));
        CHECK(seen.insert(info.code).second);
        CHECK_FALSE(info.title.ends_with("."));
        CHECK(info.explanation.size() > info.title.size());
        CHECK(info.explanation.ends_with("."));
        CHECK(findScenarioCode(info.code) == &info);
    }
    CHECK(findScenarioCode("scenario.nothing") == nullptr);
}

TEST_CASE("every code happens") {
    const std::string sends = "{\"publish\": \"m\", \"from\": \"bob\", \"to\": \"alice\"}";
    std::string many = "{\"sned\": 1}";
    for (int i = 0; i < 1000; ++i) many += ",{\"sned\": 1}";
    const std::string faulty[] = {std::string(17U * 1024U * 1024U, ' '),
                                  "\xff",
                                  "{",
                                  std::string(70, '['),
                                  "{\"name\": 1, \"name\": 2}",
                                  world("{\"login\": \"alice/phone\", \"x\": 1}"),
                                  "{}",
                                  world("{\"login\": 1, \"logout\": 1}"),
                                  world("7"),
                                  world("{\"sned\": 1}"),
                                  world("{\"concurrently\": [{\"wait\": \"1s\"}]}"),
                                  world("{\"sync\": \"on\"}"),
                                  world("{\"login\": []}"),
                                  world("{\"recall\": \" \", \"api\": \"bob\"}"),
                                  world("{\"recall\": \"other\", \"api\": \"bob\"}"),
                                  world("{\"publish\": \"m\", \"from\": \"bob\", \"to\": \"alice\", \"type\": "
                                        "\"RC:x\"}"),
                                  world("", "\"extends\": \"/no/such/file\","),
                                  "{\"mdsync\": \"trace/1\"}",
                                  world("{\"login\": \"alice/t{2..1}\"}"),
                                  world("{\"login\": \"alice\"}"),
                                  world("{\"wait\": \"x\"}"),
                                  world("{\"wait\": {\"until\": \"x\"}}"),
                                  world("", "\"app\": {\"timezone\": \"x\"},"),
                                  world("{\"note\": \"${\"}"),
                                  world("", "\"rules\": [\"x\"],"),
                                  world("{\"login\": \"carl/x\"}"),
                                  world("", "\"tags\": [\"a\", \"a\"],"),
                                  world(sends + "," + sends),
                                  world("{\"join\": \"bob\"}"),
                                  world("", "\"app\": {\"environment\": \"production\", \"sync\": true},"),
                                  world("{\"logout\": \"bob/pixel\"}"),
                                  world("", "\"matrix\": {\"a\": [1]},"),
                                  world("{\"publish\": \"m\", \"from\": \"bob\", \"to\": \"group:team\", \"api\": "
                                        "\"/message/group/publish.json\"}"),
                                  world(many)};
    std::set<std::string> happened{readScenario("/no/such/file", {}).diagnostics.at(0).code};
    for (const std::string& text : faulty) {
        for (const Diagnostic& found : read(text).diagnostics) happened.insert(found.code);
    }
    for (const CodeInfo& info : scenarioCodes()) {
        INFO(info.code);
        CHECK(happened.contains(std::string{info.code}));
        happened.erase(std::string{info.code});
    }
    CHECK(happened.empty());
}
