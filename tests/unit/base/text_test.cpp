// UTF-8, names, and words as messages quote them.
#include "base/text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace mdsync;

TEST_CASE("every code point is read back from its bytes, and a surrogate is none") {
    for (char32_t c = 0; c <= 0x10ffff; ++c) {
        if (c >= 0xd800 && c <= 0xdfff) continue;
        std::string bytes;
        appendUtf8(bytes, c);
        const CodePoint back = decodeUtf8(bytes);
        if (back.value != c || back.bytes != bytes.size()) {
            FAIL(static_cast<std::uint32_t>(c));
        }
    }
    for (const char* wrong : {"\x80", "\xc0\xaf", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xe2\x82",
                              "\xf4\x90\x80\x80", "\xf0\x8f\xbf\xbf", "\xff"}) {
        CHECK(decodeUtf8(wrong).bytes == 0);
        CHECK_FALSE(isUtf8(wrong));
        CHECK(findInvalidUtf8(std::string("0123456789\xe2\x82\xac") + wrong + "x") == 13);
    }
    CHECK(findInvalidUtf8("0123456789 \xe2\x82\xac\xf0\x9f\x98\x80") == std::string_view::npos);
    CHECK(findInvalidUtf8("") == std::string_view::npos);
}

TEST_CASE("a name has 1 to 64 bytes, and nothing that means something where names are used") {
    for (const char* name : {"a", "alice", "-", "J\xc3\xb6rg", "\xe4\xbd\xa0\xe5\xa5\xbd", "m|1"}) CHECK(isName(name));
    CHECK(isName(std::string(64, 'x')));
    CHECK_FALSE(isName(std::string(65, 'x')));
    CHECK_FALSE(isName(""));
    for (const char c : std::string("/:{}*,\t\n\r \x7f\0", 12)) CHECK_FALSE(isName(std::string("a") + c + "b"));
    CHECK_FALSE(isName("\xe4\xbd\xa0*"));
    CHECK_FALSE(isName("a\xff"));
}

TEST_CASE("a blank is a blank however wide it is") {
    // U+0085, U+00A0, U+1680, U+2000, U+200A, U+2028, U+202F, U+205F, U+3000
    for (const char* blank : {"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x8a", "\xe2\x80\xa8",
                              "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"}) {
        CHECK_FALSE(isName(std::string("al") + blank + "ice"));
    }
    CHECK(isName("al\xe2\x80\x8bice"));  // U+200B joins: no white space by Unicode
}

TEST_CASE("a quoted word is cut between two characters") {
    CHECK(mdsync::quoted("alice") == "\"alice\"");
    CHECK(mdsync::quoted(std::string(80, 'x')) == "\"" + std::string(80, 'x') + "\"");
    CHECK(mdsync::quoted(std::string(79, 'x') + "\xc3\xa9") == "\"" + std::string(79, 'x') + "...\"");
    CHECK(alternatives({"a", "b", "c"}) == "\"a\", \"b\" or \"c\"");
}
