// Words are numbered in the order of first mention.
#include "mdsync/lexicon.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace mdsync;

TEST_CASE("words are counted from zero in the order of first mention") {
    Words<TextId> words;
    CHECK_FALSE(words.find("a").exists());
    CHECK(words.intern("b") == TextId{0U});
    CHECK(words.intern("a") == TextId{1U});
    CHECK(words.intern("b") == TextId{0U});
    CHECK(words.find("a") == TextId{1U});
    CHECK(words[TextId{1U}] == "a");
    CHECK(words.size() == 2);
}

TEST_CASE("references stay valid while thousands of words follow") {
    Words<TextId> words;
    const std::string& first = words[words.intern("first")];
    for (int i = 0; i < 20'000; ++i) words.intern(fmt::format("w{}", i));
    CHECK(first == "first");
    for (int i = 0; i < 20'000; ++i)
        REQUIRE(words.find(fmt::format("w{}", i)) == TextId{static_cast<std::size_t>(i) + 1});
}

TEST_CASE("a copy is independent") {
    Words<TextId> words;
    words.intern("a");
    Words<TextId> copy = words;
    copy.intern("b");
    CHECK(words.size() == 1);
    CHECK(copy.find("a") == TextId{0U});
    CHECK_FALSE(words.find("b").exists());
}

TEST_CASE("a renamed number forgets its old word, and no other is lost") {
    Words<MessageId> words;
    const std::uint32_t live = 500;
    const auto word = [](std::uint32_t i) {  // short and long ones
        return fmt::format("{}{}", i % 3 == 0 ? "a-word-of-more-than-fifteen-bytes-" : "m", i);
    };
    for (std::uint32_t i = 0; i < live; ++i) words.intern(word(i));
    for (std::uint32_t i = live; i < 20'000; ++i) {
        const MessageId number{i % live};
        words.release(number);
        REQUIRE_FALSE(words.find(word(i - live)).exists());
        REQUIRE(words[number] == word(i - live));
        words.rename(number, ShortKey::of(word(i)), word(i));
        REQUIRE(words.find(word(i - live / 2)) == MessageId{(i - live / 2) % live});
        REQUIRE(words.find(word(i)) == number);
    }
    CHECK(words.size() == live);
}

TEST_CASE("a released word may be interned again, under another number") {
    Words<MessageId> words;
    words.intern("a");
    words.release(MessageId{0U});
    CHECK(words.intern("a") == MessageId{1U});
    CHECK(words[MessageId{0U}] == "a");
}

TEST_CASE("add tells whether a word is new") {
    Words<UserId> words;
    CHECK(words.add("a"));
    CHECK_FALSE(words.add("a"));
}
