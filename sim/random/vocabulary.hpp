// Vocabulary: the words that a search may use: verbs of scenario files and faults.
//
// `--without` takes words away; whoever makes scenarios asks here. It says nothing about how often a word comes.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mdsync::search {

enum class Word : std::uint8_t {
    Login,
    Logout,
    Drop,
    Reinstall,
    Send,
    Publish,
    Recall,
    Sync,
    Set,
    Join,
    Leave,
    Hold,
    Release,
    Server,
    Wait,
    Network,
    Concurrently,
    // faults and freedoms that are no verb of their own
    Latency,  // links slower than the default, or without delay
    Loss,
    Duplicate,
    Unnoticed,  // a drop that the server notices later
    Unsettled   // "settle": false
};
inline constexpr std::size_t kWords = 22;

inline constexpr std::array<std::string_view, kWords> kSpellings{
    "login",        "logout",  "drop",  "reinstall", "send",      "publish",  "recall", "sync",
    "set",          "join",    "leave", "hold",      "release",   "server",   "wait",   "network",
    "concurrently", "latency", "loss",  "duplicate", "unnoticed", "unsettled"};

[[nodiscard]] constexpr std::string_view spell(Word word) {
    return kSpellings[static_cast<std::size_t>(word)];
}

[[nodiscard]] std::optional<Word> wordOf(std::string_view spelling);

// The words that are left out.
using Without = std::bitset<kWords>;
[[nodiscard]] Without withoutOf(const std::vector<std::string>& words);  // those that are none do not count

[[nodiscard]] inline bool allows(const Without& without, Word word) {
    return !without[static_cast<std::size_t>(word)];
}

}  // namespace mdsync::search
