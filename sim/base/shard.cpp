#include "mdsync/shard.hpp"

#include <fmt/format.h>

#include <charconv>

#include "mdsync/short_key.hpp"

namespace mdsync {

namespace {

std::optional<std::uint32_t> numberIn(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}  // namespace

bool Shard::has(std::string_view name) const {
    return has(fingerprint(name));
}

std::string spell(const Shard& shard) {
    return fmt::format("{}/{}", shard.number, shard.of);
}

std::optional<Shard> findShard(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto number = numberIn(text.substr(0, slash));
    const auto count = numberIn(text.substr(slash + 1));
    if (!number || !count || *number < 1 || *number > *count) return std::nullopt;
    return Shard{*number, *count};
}

}  // namespace mdsync
