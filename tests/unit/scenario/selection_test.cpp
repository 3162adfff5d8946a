// Which files and cases a command line names.
#include "mdsync/selection.hpp"

#include <filesystem>
#include <fstream>

#include "reading.hpp"

using namespace mdsync;
using namespace mdsync::testing;

namespace {

using Numbers = std::vector<std::size_t>;

// A folder of the test's own, gone when it goes.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "mdsync-selection-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] const std::string& path() const { return path_; }
    void add(const std::string& name) const {
        std::filesystem::create_directories((std::filesystem::path{path_} / name).parent_path());
        std::ofstream{std::filesystem::path{path_} / name} << "{}";
    }

private:
    std::string path_;
};

}  // namespace

TEST_CASE("a selector is a path, with a case or a line behind it") {
    const auto parsed = [](const std::string& text) {
        const Selector selector = parseSelector(text);
        return selector.path + "|" + selector.choice.value_or("-") + "|" +
               (selector.line ? std::to_string(*selector.line) : "-");
    };
    CHECK(parsed("x/a.json") == "x/a.json|-|-");
    CHECK(parsed("x/a.json#days=2,zone=+08:00") == "x/a.json|days=2,zone=+08:00|-");
    CHECK(parsed("x/a.json:14") == "x/a.json|-|14");
    CHECK(parsed("x/a.json:14:7") == "x/a.json|-|14");
    CHECK(parsed("x/a.json:") == "x/a.json:|-|-");
    CHECK(parsed("x/a.json:b") == "x/a.json:b|-|-");
    CHECK(parsed("x/a.json:99999999999") == "x/a.json:99999999999|-|-");
    CHECK(parsed(":3") == ":3|-|-");
}

TEST_CASE("what exists under its whole name is a path") {
    const TemporaryFolder folder;
    folder.add("a.json:3");
    folder.add("b#c.json");
    CHECK_FALSE(parseSelector(folder.path() + "/a.json:3").line.has_value());
    CHECK_FALSE(parseSelector(folder.path() + "/b#c.json").choice.has_value());
    CHECK(parseSelector(folder.path() + "/b#c.json#d=1").path == folder.path() + "/b#c.json");
    CHECK(parseSelector(folder.path() + "/b#c.json#d=1").choice == "d=1");
}

TEST_CASE("a choice names its case, or all that agree with it") {
    const ScenarioFile file =
        read(world("{\"note\": \"${d} ${z}\"}", "\"matrix\": {\"d\": [1, 2], \"z\": [\"a,b\", \"c\"]},"));
    const auto chosen = [&](const std::string& text) { return selectCases(file, {"a.json", text, std::nullopt}); };
    CHECK(chosen("d=1,z=a,b") == Numbers{0});
    CHECK(chosen("d=2,z=c") == Numbers{3});
    CHECK(chosen("z=c,d=2") == Numbers{3});
    CHECK(chosen("d=2") == Numbers{2, 3});
    CHECK(chosen("z=c") == Numbers{1, 3});
    CHECK(chosen("d=3") == Numbers{});
    CHECK(chosen("d") == Numbers{});
    CHECK(selectCases(file, {"a.json", std::nullopt, std::nullopt}) == Numbers{0, 1, 2, 3});
}

TEST_CASE("a line names the entry of the matrix that holds it, else the whole file") {
    const ScenarioFile file =
        read(world("{\"note\": \"${d}\"}", "\"matrix\": [{\"d\": 1},\n{\"d\": 2}, {\"d\": 3},\n{\"d\":\n4}],"));
    const auto chosen = [&](std::uint32_t line) { return selectCases(file, {"a.json", std::nullopt, line}); };
    CHECK(chosen(1) == Numbers{0, 1, 2, 3});
    CHECK(chosen(2) == Numbers{0});
    CHECK(chosen(3) == Numbers{1, 2});
    CHECK(chosen(4) == Numbers{3});
    CHECK(chosen(5) == Numbers{3});
    CHECK(chosen(6) == Numbers{0, 1, 2, 3});
    CHECK(chosen(1000) == Numbers{});  // the file has no such line
}

TEST_CASE("a filter asks for text, tags and rules") {
    const Case made = only(world("", "\"tags\": [\"smoke\", \"web\"], \"rules\": [\"web.ten-tabs\"],"));
    CHECK(Filter{}.accepts(made));
    CHECK(Filter{{"A TEST"}, {}, {}}.accepts(made));
    CHECK(Filter{{"A.jSon"}, {}, {}}.accepts(made));
    CHECK(Filter{{"x", "test"}, {}, {}}.accepts(made));
    CHECK_FALSE(Filter{{"tost"}, {}, {}}.accepts(made));
    CHECK(Filter{{}, {"slow", "web"}, {}}.accepts(made));
    CHECK_FALSE(Filter{{}, {"slow"}, {}}.accepts(made));
    CHECK(Filter{{}, {}, {"web.ten-tabs"}}.accepts(made));
    CHECK_FALSE(Filter{{}, {}, {"web"}}.accepts(made));
    CHECK_FALSE(Filter{{"test"}, {"smoke"}, {"off.single-device"}}.accepts(made));
}

TEST_CASE("texts and tags combine with and, or and not") {
    const Case made = only(world("", "\"tags\": [\"smoke\", \"web\"],"));
    const auto tagged = [&](const std::string& text) { return Filter{{}, {text}, {}}.accepts(made); };
    CHECK(tagged("smoke and web"));
    CHECK_FALSE(tagged("smoke and not web"));
    CHECK(tagged("smoke and not (slow or api)"));
    CHECK(tagged("slow or not api and web"));
    CHECK(tagged("!slow"));
    CHECK_FALSE(tagged("!(slow or web)"));
    CHECK(tagged("not not web"));
    CHECK(Filter{{"a test and not b.json"}, {}, {}}.accepts(made));
    CHECK_FALSE(Filter{{"a tost and not b.json"}, {}, {}}.accepts(made));
}

TEST_CASE("an expression that misses something says what") {
    CHECK(wrongExpression("smoke and (web or api)").empty());
    CHECK(wrongExpression("").empty());
    CHECK(wrongExpression("smoke and") == "\"smoke and\": a word is missing at the end");
    CHECK(wrongExpression("or web") == "\"or web\": a word is missing before \"or\"");
    CHECK(wrongExpression("(web") == "\"(web\": a ( is not closed");
    CHECK(wrongExpression("web not api") == "\"web not api\": \"not\" is one too many");
}

TEST_CASE("a path has one name") {
    CHECK(tidyPath("./a.json") == "a.json");
    CHECK(tidyPath("././x//a.json") == "x/a.json");
    CHECK(tidyPath("/x/./a.json") == "/x/a.json");
    CHECK(tidyPath("../a.json") == "../a.json");
    CHECK(tidyPath("./-a.json") == "./-a.json");
    CHECK(tidyPath(".") == ".");
    CHECK(tidyPath("x/") == "x/");
    CHECK(tidyPath("/") == "/");
}

TEST_CASE("a line that the file does not have names nothing") {
    ScenarioFile file = read(world("{\"note\": \"n\"}"));
    file.text = std::make_shared<const ScenarioText>(ScenarioText{"{\n}\n", {{"a.json", 0}}});
    CHECK(selectCases(file, {"a.json", std::nullopt, 2}) == Numbers{0});
    CHECK(selectCases(file, {"a.json", std::nullopt, 3}).empty());
    CHECK(selectCases(file, {"a.json", std::nullopt, 0}).empty());
}

TEST_CASE("a folder is searched for scenarios, in order") {
    const TemporaryFolder folder;
    folder.add("b/z.json");
    folder.add("b/a.json");
    folder.add("a.json");
    folder.add("b/c/d.json");
    folder.add("notes.txt");
    folder.add("a.json.bak");
    folder.add(".json");
    std::filesystem::create_directories(folder.path() + "/odd.json");
    std::filesystem::create_directory_symlink(folder.path(), folder.path() + "/loop");
    const ListedFiles found = listScenarioFiles(folder.path());
    CHECK(found.paths == Strings{folder.path() + "/a.json", folder.path() + "/b/a.json", folder.path() + "/b/c/d.json",
                                 folder.path() + "/b/z.json"});
    CHECK(found.diagnostics.empty());
    CHECK(listScenarioFiles(folder.path() + "/").paths == found.paths);
    const ListedFiles missing = listScenarioFiles(folder.path() + "/none");
    CHECK(missing.paths.empty());
    REQUIRE(missing.diagnostics.size() == 1);
    CHECK(missing.diagnostics[0].code == "scenario.unreadable");
}

TEST_CASE("a folder is searched for traces, packed or not, in order") {
    const TemporaryFolder folder;
    for (const char* name :
         {"b/z.jsonl", "a.jsonl", "b/a.jsonl.zst", "b.jsonl.gz", "a.json", "a.jsonl.bak", "b.gz", ".jsonl"})
        folder.add(name);
    CHECK(listTraceFiles(folder.path()).paths == Strings{folder.path() + "/a.jsonl", folder.path() + "/b.jsonl.gz",
                                                         folder.path() + "/b/a.jsonl.zst",
                                                         folder.path() + "/b/z.jsonl"});
}
