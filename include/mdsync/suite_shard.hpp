// SuiteShard: one part of a suite that machines share among them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mdsync {

// Part `number` of `count`, from 1. Nothing is shared out where there is one part.
struct SuiteShard {
    std::uint32_t number = 1;
    std::uint32_t count = 1;

    // Whether this part has the case or file of this name: by the fingerprint of the name alone, so that a new file moves
    // no other one.
    [[nodiscard]] bool has(std::string_view name) const;

    bool operator==(const SuiteShard&) const = default;
};

// `2/8`, and back; nothing if it is no shard, with 1 <= number <= count.
[[nodiscard]] std::string spell(const SuiteShard& shard);
[[nodiscard]] std::optional<SuiteShard> findSuiteShard(std::string_view text);

}  // namespace mdsync
