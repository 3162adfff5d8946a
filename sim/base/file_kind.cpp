#include "base/file_kind.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mdsync {

namespace {

struct Kind {
    std::string_view name;
    std::string_view noun;
    std::string_view use;  // {}: the file
};
constexpr std::array<Kind, 7> kKinds{{
    {"scenario", "this is a scenario", "mdsync run {}"},
    {"trace", "this is a trace", "mdsync check {}"},
    {"result", "this is a result", "mdsync merge {}, mdsync diff OLD NEW, or mdsync run --failed {}"},
    {"baseline", "this is a baseline", "mdsync run --baseline {}"},
    {"run", "this is a recorded run", "mdsync replay {}"},
    {"campaign", "this is the state of a search", "mdsync explore --campaign DIR"},
    {"certificate", "this is the state of an exhaustive search", "mdsync explore --exhaustive --campaign DIR"},
}};

constexpr std::size_t kBeginning = 65536;

// The word that `text` has behind `"mdsync":`, without its version.
std::string_view named(std::string_view text) {
    constexpr std::string_view kKey = "\"mdsync\"";
    const std::size_t key = text.find(kKey);
    if (key == std::string_view::npos) return {};
    const std::size_t value = text.find_first_not_of(" \t\r\n:", key + kKey.size());
    if (value == std::string_view::npos || text[value] != '"') return {};
    const std::string_view word = text.substr(value + 1, text.find_first_of("\"\n", value + 1) - value - 1);
    return word.find('/') == std::string_view::npos ? std::string_view{} : word.substr(0, word.find('/'));
}

const Kind* find(std::string_view name) {
    const auto* const kind =
        std::find_if(kKinds.begin(), kKinds.end(), [name](const Kind& k) { return k.name == name; });
    return kind == kKinds.end() ? nullptr : kind;
}

}  // namespace

std::string_view fileKind(std::string_view text) {
    text = text.substr(0, kBeginning);
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || text[first] != '{') return {};
    if (const Kind* const kind = find(named(text))) return kind->name;
    const bool isScenario = text.find("\"steps\"") != std::string_view::npos &&
                            text.find("\"users\"") != std::string_view::npos &&
                            text.find("\"mdsync\"") == std::string_view::npos;
    return isScenario ? kKinds.front().name : std::string_view{};
}

std::string fileNoun(std::string_view kind) {
    const Kind* const row = find(kind);
    return row == nullptr ? std::string() : std::string(row->noun);
}

std::string fileUse(std::string_view kind, std::string_view file) {
    const Kind* const row = find(kind);
    if (row == nullptr) return {};
    std::string use{row->use};
    for (std::size_t at = use.find("{}"); at != std::string::npos; at = use.find("{}")) use.replace(at, 2, file);
    return use;
}

}  // namespace mdsync
