// AdapterAddress: where an adapter is, as `--target` spells it.
#include "system/address.hpp"

#include <doctest/doctest.h>

using namespace mdsync;

namespace {

using Words = std::vector<std::string>;

Words words(const std::string& text) {
    return parseAdapterAddress("exec:" + text).command;
}

}  // namespace

TEST_CASE("a command is split at blanks") {
    CHECK(words("adapter") == Words{"adapter"});
    CHECK(words("  python3\tadapter.py  --fast ") == Words{"python3", "adapter.py", "--fast"});
}

TEST_CASE("quotes and backslashes keep blanks, and each other") {
    CHECK(words(R"('a b' "c d" e\ f)") == Words{"a b", "c d", "e f"});
    CHECK(words(R"(x'y'"z")") == Words{"xyz"});
    CHECK(words(R"('it"s' "it's" \'\")") == Words{"it\"s", "it's", "'\""});
    CHECK(words(R"('a\b' "a\"b")") == Words{"a\\b", "a\"b"});
    CHECK(words(R"(a '' "")") == Words{"a", "", ""});
    CHECK(words("a\\") == Words{"a\\"});
}

TEST_CASE("a command that names nothing, or whose quote never ends, is a mistake") {
    for (const char* text : {"exec:", "exec:  ", "exec:''", "exec:'a", "exec:a \"b"}) {
        CHECK_FALSE(parseAdapterAddress(text).problem.empty());
    }
}

TEST_CASE("a socket is a host and a port") {
    const AdapterAddress address = parseAdapterAddress("tcp:adapter.test:7000");
    CHECK(address.problem.empty());
    CHECK(address.host == "adapter.test");
    CHECK(address.port == "7000");
    CHECK(parseAdapterAddress("tcp:[::1]:7000").host == "::1");
    for (const char* text : {"tcp:", "tcp:host", "tcp:host:", "tcp::7000", "tcp:host:70000", "tcp:host:7x",
                             "tcp:host:0", "tcp:host:-1", "host:7000", ""}) {
        CHECK_FALSE(parseAdapterAddress(text).problem.empty());
    }
}
