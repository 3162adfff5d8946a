// What is wrong with one line, before it is known which line of which file it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/text.hpp"
#include "mdsync/time.hpp"

namespace mdsync {

struct Fault {
    std::string_view code;
    std::string message;
    std::uint32_t at = 0;  // byte of the line
    std::uint32_t length = 1;
    std::string hint;
};

// The milliseconds that `t` may have: the years 0 to 9999, so that adding days never overflows.
inline constexpr Instant kFirstInstant{Millis{-62'167'219'200'000}};
inline constexpr Instant kLastInstant{Millis{253'402'300'799'999}};
// What the zone library knows about named zones: 1970..2037, in UTC.
inline constexpr Instant kFirstOfZones{Millis{0}};
inline constexpr Instant kLastOfZones{Millis{2'145'916'799'999}};

// How lines of traces and adapters are read. Nested as deep as somebody's own `x-` keys may need, and no deeper than the
// stack is; what a key says twice is found by who reads its object, as `x-` keys may repeat themselves.
inline constexpr json::Options kLine{.what = "line", .deepest = 1024, .mostNodes = std::uint32_t{1} << 22U};

// Collects the faults of one line. The functions return false, so that a failed check can be returned.
class Faults {
public:
    bool add(std::string_view code, const json::Node& node, std::string message, std::string hint = {}) {
        if (!full()) list_.push_back({code, std::move(message), node.place.offset, node.place.length, std::move(hint)});
        return false;
    }
    // Something is wrong with the line as a whole.
    void addLine(std::string_view code, std::uint32_t at, std::string message) {
        list_.push_back({code, std::move(message), at, 1, {}});
    }
    // The line is not JSON at all. REQUIRES: `line` could not be read.
    void addSyntax(const json::Document& line, bool unterminated);

    void clear() { list_.clear(); }
    // Nobody will read the hints: looking for the nearest of thousands of names is slow.
    void withoutHints(bool off) { noHints_ = off; }
    [[nodiscard]] bool wantsHints() const { return !noHints_ && !full(); }
    [[nodiscard]] bool empty() const { return list_.empty(); }
    [[nodiscard]] bool full() const { return list_.size() >= kMost; }  // more are not collected
    [[nodiscard]] const std::vector<Fault>& list() const { return list_; }

private:
    static constexpr std::size_t kMost = 50;

    std::vector<Fault> list_;
    bool noHints_ = false;
};

}  // namespace mdsync
