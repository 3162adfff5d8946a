// Shard: one part of a work that machines share among them: of a suite, of the seeds of a search, of the scenarios
// within bounds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mdsync {

// Part `number` of `of`, from 1. Nothing is shared out where there is one part.
struct Shard {
    std::uint32_t number = 1;
    std::uint32_t of = 1;

    // Whether this part has what has this key. Each thing belongs to one part.
    [[nodiscard]] bool has(std::uint64_t key) const { return key % of == number - 1; }
    // Whether this part has the case or file of this name: by its name alone, so that a new file moves no other one.
    [[nodiscard]] bool has(std::string_view name) const;

    bool operator==(const Shard&) const = default;
};

// The most parts of a search.
inline constexpr std::uint32_t kMostShards = 100'000;

// `2/8`, and back; nothing if it is no shard, with 1 <= number <= of.
[[nodiscard]] std::string spell(const Shard& shard);
[[nodiscard]] std::optional<Shard> findShard(std::string_view text);

}  // namespace mdsync
