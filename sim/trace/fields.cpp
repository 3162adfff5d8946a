// See fields.hpp.
#include "trace/fields.hpp"

#include <fmt/format.h>

#include "mdsync/diagnostic.hpp"

namespace mdsync {
namespace {

std::string_view nameOf(json::Kind kind) {
    switch (kind) {
        case json::Kind::Null:
            return "null";
        case json::Kind::Boolean:
            return "a boolean";
        case json::Kind::Number:
            return "a number";
        case json::Kind::String:
            return "a string";
        case json::Kind::Object:
            return "an object";
        case json::Kind::List:
            return "a list";
    }
    return {};
}

}  // namespace

bool Fields::wrongType(const json::Node& node, std::string_view key, std::string_view wanted) {
    const bool fraction = node.kind == json::Kind::Number && wanted == "a whole number";
    return faults_.add("trace.wrong-type", node,
                       fmt::format("{} must be {}, not {}", quoted(key), wanted,
                                   fraction ? "one with a fraction or exponent" : nameOf(node.kind)));
}

std::optional<std::string_view> Fields::string(const json::Node& node, std::string_view key) {
    if (node.kind == json::Kind::String) return json_.text(node);
    wrongType(node, key, "a string");
    return std::nullopt;
}

std::optional<bool> Fields::boolean(const json::Node& node, std::string_view key) {
    if (node.kind == json::Kind::Boolean) return node.truth;
    wrongType(node, key, "true or false");
    return std::nullopt;
}

std::optional<std::int64_t> Fields::integer(const json::Node& node, std::string_view key, std::int64_t low,
                                            std::int64_t high) {
    if (!node.isWhole) {
        wrongType(node, key, "a whole number");
        return std::nullopt;
    }
    const auto value = json_.integer(node);
    if (value && *value >= low && *value <= high) return value;
    const bool wide = low == std::numeric_limits<std::int64_t>::min();
    faults_.add("trace.bad-value", node,
                wide || high == std::numeric_limits<std::int64_t>::max()
                    ? fmt::format("{} is out of range", quoted(key))
                    : fmt::format("{} must lie within {}..{}", quoted(key), low, high));
    return std::nullopt;
}

bool Fields::object(const json::Node& node, std::string_view key) {
    return node.kind == json::Kind::Object || wrongType(node, key, "an object");
}

bool Fields::array(const json::Node& node, std::string_view key) {
    return node.kind == json::Kind::List || wrongType(node, key, "a list");
}

std::optional<Instant> Fields::instant(const json::Node& node) {
    const auto millis =
        integer(node, "t", kFirstInstant.time_since_epoch().count(), kLastInstant.time_since_epoch().count());
    if (!millis) return std::nullopt;
    return Instant{Millis{*millis}};
}

std::optional<std::size_t> Fields::oneOf(const json::Node& node, std::string_view key,
                                         const std::vector<std::string_view>& words) {
    const auto word = string(node, key);
    if (!word) return std::nullopt;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == *word) return i;
    }
    std::string hint = suggest(*word, words);
    if (hint.empty()) hint = fmt::format("expected {}", alternatives(words));
    faults_.add("trace.bad-value", node, fmt::format("{} cannot be {}", quoted(key), quoted(*word)), std::move(hint));
    return std::nullopt;
}

void Fields::unknownKey(const json::Node& key, std::string_view what, const std::vector<std::string_view>& known) {
    const std::string_view name = json_.text(key);
    if (name.starts_with("x-")) return;
    faults_.add("trace.unknown-key", key, fmt::format("unknown key {} in {}", quoted(name), what),
                suggest(name, known));
}

void Fields::duplicateKey(const json::Node& key) {
    faults_.add("trace.duplicate-key", key, fmt::format("the key {} stands here twice", quoted(json_.text(key))));
}

std::vector<std::string_view> platformWords() {
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < kPlatforms; ++i) words.push_back(spell(static_cast<Platform>(i)));
    return words;
}

}  // namespace mdsync
