// Again: the command line that repeats what a report shows.
#include "mdsync/again.hpp"

#include <doctest/doctest.h>

using namespace mdsync;

TEST_CASE("words are quoted for a shell only where they need it") {
    CHECK(shellWord("scenarios/web/tabs.json#days=2,zone=+08:00") == "scenarios/web/tabs.json#days=2,zone=+08:00");
    CHECK(shellWord("my file.json") == "'my file.json'");
    CHECK(shellWord("it's") == "'it'\\''s'");
    CHECK(shellWord("#x") == "'#x'");
    CHECK(shellWord("") == "''");
    CHECK(shellWord("-") == "-");
    CHECK(shellWord("\x1b[31m'\\\xc2\x9b") == "$'\\x1b[31m\\'\\\\\\xc2\\x9b'");
}

TEST_CASE("the line names the case, its seed, and a server where it is not the reference") {
    CHECK(spell(Again{.path = "web/tabs.json"}) == "mdsync run web/tabs.json");
    CHECK(spell(Again{.path = "my days.json#days=2", .seed = 7, .server = "mutant:evict-second"}) ==
          "mdsync run 'my days.json#days=2' --seed 7 --server mutant:evict-second");
    CHECK(spell(Again{.path = "a.json", .server = "exec:python3 my_adapter.py"}) ==
          "mdsync run a.json --target 'exec:python3 my_adapter.py'");
    CHECK(spell(Again{.command = "check", .path = "field.jsonl", .flags = "--settle 5s"}) ==
          "mdsync check field.jsonl --settle 5s");
}
