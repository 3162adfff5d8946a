// Time: reading and spelling durations and instants. See mdsync/time.hpp.
#include "mdsync/time.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace mdsync {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t millis;
};
constexpr std::array<Unit, 5> kUnits{{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::int64_t kLongest = 100'000LL * 86'400'000;

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

// Takes exactly `digits` digits off the front of `text`.
std::optional<int> takeNumber(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    int number = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (!isDigit(text[i])) return std::nullopt;
        number = number * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return number;
}

bool takeChar(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

// `Z`, `+hh:mm` or `-hh:mm`, and nothing after it.
std::optional<std::chrono::minutes> parseOffset(std::string_view text) {
    if (text == "Z") return std::chrono::minutes{0};
    const bool west = takeChar(text, '-');
    if (!west && !takeChar(text, '+')) return std::nullopt;
    const auto hours = takeNumber(text, 2);
    if (!hours || *hours > 23 || !takeChar(text, ':')) return std::nullopt;
    const auto minutes = takeNumber(text, 2);
    if (!minutes || *minutes > 59 || !text.empty()) return std::nullopt;
    const std::chrono::minutes offset{*hours * 60 + *minutes};
    return west ? -offset : offset;
}

// `hh:mm:ss` or `hh:mm:ss.fff`, off the front of `text`.
std::optional<Millis> takeClock(std::string_view& text) {
    const auto hour = takeNumber(text, 2);
    if (!hour || *hour > 23 || !takeChar(text, ':')) return std::nullopt;
    const auto minute = takeNumber(text, 2);
    if (!minute || *minute > 59 || !takeChar(text, ':')) return std::nullopt;
    const auto second = takeNumber(text, 2);
    if (!second || *second > 59) return std::nullopt;
    Millis clock = std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second};
    if (takeChar(text, '.')) {
        const auto millis = takeNumber(text, 3);
        if (!millis) return std::nullopt;
        clock += Millis{*millis};
    }
    return clock;
}

}  // namespace

std::optional<Millis> parseDuration(std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::int64_t total = 0;
    std::size_t nextUnit = 0;  // units must fall: 1h30m, not 30m1h
    while (!text.empty()) {
        std::size_t digits = 0;
        std::int64_t count = 0;
        while (digits < text.size() && isDigit(text[digits])) {
            count = count * 10 + (text[digits] - '0');
            if (count > kLongest) return std::nullopt;
            ++digits;
        }
        if (digits == 0) return std::nullopt;
        text.remove_prefix(digits);
        std::size_t letters = 0;
        while (letters < text.size() && !isDigit(text[letters])) ++letters;
        const std::string_view name = text.substr(0, letters);
        text.remove_prefix(letters);
        std::size_t unit = nextUnit;
        while (unit < kUnits.size() && kUnits[unit].name != name) ++unit;
        if (unit == kUnits.size() || count > (kLongest - total) / kUnits[unit].millis) return std::nullopt;
        total += count * kUnits[unit].millis;
        nextUnit = unit + 1;
    }
    return Millis{total};
}

std::string spellDuration(Millis d) {
    if (d.count() == 0) return "0ms";
    std::string spelled;
    // Unsigned, so that the most negative duration has a spelling too.
    auto rest = static_cast<std::uint64_t>(d.count());
    if (d.count() < 0) {
        spelled = "-";
        rest = std::uint64_t{0} - rest;
    }
    for (const Unit& unit : kUnits) {
        const auto size = static_cast<std::uint64_t>(unit.millis);
        if (rest >= size) spelled += fmt::format("{}{}", rest / size, unit.name);
        rest %= size;
    }
    return spelled;
}

std::optional<Instant> parseInstant(std::string_view text) {
    using namespace std::chrono;
    const auto y = takeNumber(text, 4);
    if (!y || !takeChar(text, '-')) return std::nullopt;
    const auto m = takeNumber(text, 2);
    if (!m || !takeChar(text, '-')) return std::nullopt;
    const auto d = takeNumber(text, 2);
    if (!d || !takeChar(text, 'T')) return std::nullopt;
    const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
    if (!date.ok()) return std::nullopt;
    const auto clock = takeClock(text);
    if (!clock) return std::nullopt;
    const auto offset = parseOffset(text);
    if (!offset) return std::nullopt;
    return Instant{sys_days{date}} + *clock - *offset;
}

std::string spellInstant(Instant t, std::chrono::minutes offset) {
    using namespace std::chrono;
    const Instant local = t + offset;
    const auto midnight = floor<days>(local);
    const year_month_day date{midnight};
    const hh_mm_ss clock{duration_cast<milliseconds>(local - midnight)};
    std::string spelled =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                    clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
    if (offset.count() == 0) return spelled + "Z";
    const auto size = offset.count() < 0 ? -offset.count() : offset.count();
    return spelled + fmt::format("{}{:02}:{:02}", offset.count() < 0 ? '-' : '+', size / 60, size % 60);
}

}  // namespace mdsync
