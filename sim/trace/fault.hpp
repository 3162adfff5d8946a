// What is wrong with one line, before it is known which line of which file it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "mdsync/time.hpp"
#include "trace/json_line.hpp"

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

// Collects the faults of one line. The functions return false, so that a failed check can be returned.
class Faults {
public:
    explicit Faults(const JsonLine& json) : json_(json) {}

    bool add(std::string_view code, std::size_t node, std::string message, std::string hint = {}) {
        const JsonNode& n = json_[node];
        if (!full()) list_.push_back({code, std::move(message), n.begin, n.end - n.begin, std::move(hint)});
        return false;
    }
    // Something is wrong with the line as a whole.
    void addLine(std::string_view code, std::uint32_t at, std::string message) {
        list_.push_back({code, std::move(message), at, 1, {}});
    }
    // The line is not JSON at all.
    void addSyntax(bool unterminated);

    void clear() { list_.clear(); }
    // Nobody will read the hints: looking for the nearest of thousands of names is slow.
    void withoutHints(bool off) { noHints_ = off; }
    [[nodiscard]] bool wantsHints() const { return !noHints_ && !full(); }
    [[nodiscard]] bool empty() const { return list_.empty(); }
    [[nodiscard]] bool full() const { return list_.size() >= kMost; }  // more are not collected
    [[nodiscard]] const std::vector<Fault>& list() const { return list_; }

private:
    static constexpr std::size_t kMost = 50;

    const JsonLine& json_;
    std::vector<Fault> list_;
    bool noHints_ = false;
};

}  // namespace mdsync
