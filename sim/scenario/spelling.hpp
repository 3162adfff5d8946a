// Spelling: the values of a scenario file as JSON text: names in ranges, durations, dates, objects on one line.
//
// The writing half of what scope.hpp and names.hpp read. It knows no verb and no key.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/op.hpp"

namespace mdsync::scenario {

// A matrix key that stands for the character `$`: the format has no other way to write a text with "${" in it.
inline constexpr std::string_view kDollar = "dollar";

// How wide a line of a scenario file is at most, where there is a choice.
inline constexpr std::size_t kWidth = 120;

// `text` in quotes; "${" is written with kDollar, bytes that are not UTF-8 as the replacement character.
[[nodiscard]] std::string quotedText(std::string_view text);

// `names` with runs of three and more such as tab1, tab2, tab3 as tab{1..3}.
[[nodiscard]] std::vector<std::string> inRanges(std::span<const std::string> names);

// `m1` as m{1..1}: the only other spelling of a name that the format knows. A name without a number stays as it is.
[[nodiscard]] std::string rangeOfOne(std::string_view name);

// The names as a list, and as one text where the format takes that too and one is enough; both in ranges.
[[nodiscard]] std::string listOf(std::span<const std::string> names);
[[nodiscard]] std::string oneOrList(std::span<const std::string> names);

[[nodiscard]] std::string spellLatency(const NetworkConditions& network);  // `20ms`, `5ms..80ms`
[[nodiscard]] std::string spellMillionths(std::uint32_t ppm);              // `0.05`
[[nodiscard]] std::string spellDate(Instant t, const Zone& zone);          // at the zone's offset, no empty fraction

// An object on one line, in the order of its keys.
class Inline {
public:
    void add(std::string_view key, std::string_view json);
    void text(std::string_view key, std::string_view value) { add(key, quotedText(value)); }
    void truth(std::string_view key, bool value) { add(key, value ? "true" : "false"); }
    [[nodiscard]] bool empty() const { return inside_.empty(); }
    [[nodiscard]] std::string str() const { return empty() ? "{}" : "{ " + inside_ + " }"; }

private:
    std::string inside_;
};

}  // namespace mdsync::scenario
