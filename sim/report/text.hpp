// Text: small helpers that the reports for people share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mdsync/calendar.hpp"
#include "mdsync/report.hpp"
#include "mdsync/result.hpp"
#include "mdsync/time.hpp"

namespace mdsync {

// `2024-05-01` and `09:00:01.020`, local.
[[nodiscard]] std::string localDate(Instant t, const Zone& zone);
[[nodiscard]] std::string localTime(Instant t, const Zone& zone);

// `text` in lines of at most `width` bytes, broken at blanks, each after `indent`; ends with a newline.
[[nodiscard]] std::string wrapped(std::string_view text, std::string_view indent, std::size_t width);

// `text`, or as much of it as `width` columns hold, with `...` behind it.
[[nodiscard]] std::string clipped(std::string_view text, std::size_t width);

// The same, without its middle instead of its end.
[[nodiscard]] std::string withoutMiddle(std::string_view text, std::size_t width);

// What Paint painted, without its colours.
[[nodiscard]] std::string unpainted(std::string_view text);

// Which rules judged an adapter instead of the system behind it: `Not the system but its adapter, which emulates
// limits, is judged by limit.within (12 checks), web.ten-tabs (1 check)`. Empty: none.
[[nodiscard]] std::string emulatedText(const Result& result);

// How many cases something keeps from being judged: `24 cases, 17 for this alone`, `3 cases`.
[[nodiscard]] std::string costOf(const Lack& lack);

// How long deliveries, logins and catch-ups took, a line each; empty: the clock was virtual.
[[nodiscard]] std::string latencyTable(const Result& result);

// Paints text, or leaves it plain; knows how much fits into a line.
class Paint {
public:
    explicit Paint(bool color, std::size_t columns = 100) : color_(color), columns_(columns) {}
    [[nodiscard]] bool color() const { return color_; }
    [[nodiscard]] std::size_t columns() const { return columns_; }
    // Of running text.
    [[nodiscard]] std::size_t width() const { return columns_ - 2; }
    [[nodiscard]] std::string red(std::string_view text) const { return in("31;1", text); }
    [[nodiscard]] std::string green(std::string_view text) const { return in("32", text); }
    [[nodiscard]] std::string yellow(std::string_view text) const { return in("33", text); }
    [[nodiscard]] std::string bold(std::string_view text) const { return in("1", text); }
    [[nodiscard]] std::string faint(std::string_view text) const { return in("2", text); }
    // In the colour of the device with this number: a few devices have one each.
    [[nodiscard]] std::string lane(std::size_t number, std::string_view text) const;

private:
    [[nodiscard]] std::string in(std::string_view code, std::string_view text) const;
    bool color_;
    std::size_t columns_;
};

}  // namespace mdsync
