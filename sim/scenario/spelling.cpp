#include "scenario/spelling.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "mdsync/trace_io.hpp"

namespace mdsync::scenario {

namespace {

// A name with a number at its end that a range may name: no leading zeros, at most nine digits.
struct Numbered {
    std::string_view stem;
    std::uint32_t number = 0;
};

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

std::optional<Numbered> numbered(std::string_view name) {
    std::size_t begin = name.size();
    while (begin > 0 && isDigit(name[begin - 1])) --begin;
    const std::string_view digits = name.substr(begin);
    if (digits.empty() || digits.size() > 9 || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
    Numbered out{name.substr(0, begin), 0};
    std::from_chars(digits.data(), digits.data() + digits.size(), out.number);
    return out;
}

// How many of `names` from the first on count up by one.
std::size_t runLength(std::span<const std::string> names) {
    const std::optional<Numbered> first = numbered(names.front());
    std::size_t length = 1;
    while (first && length < names.size()) {
        const std::optional<Numbered> next = numbered(names[length]);
        if (!next || next->stem != first->stem || next->number != first->number + length) break;
        ++length;
    }
    return length;
}

std::string bracketed(const std::vector<std::string>& names) {
    std::string out = "[";
    for (const std::string& name : names) {
        if (out.size() > 1) out += ", ";
        out += quotedText(name);
    }
    return out + "]";
}

}  // namespace

std::string quotedText(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i, 2) == "${") {
            plain += fmt::format("${{{}}}", kDollar);
        } else {
            plain += text[i];
        }
    }
    return jsonString(plain);
}

std::vector<std::string> inRanges(std::span<const std::string> names) {
    constexpr std::size_t kWorthIt = 3;
    std::vector<std::string> out;
    while (!names.empty()) {
        const std::size_t length = runLength(names);
        if (length < kWorthIt) {
            out.push_back(names.front());
            names = names.subspan(1);
            continue;
        }
        const Numbered first = *numbered(names.front());
        out.push_back(fmt::format("{}{{{}..{}}}", first.stem, first.number, first.number + length - 1));
        names = names.subspan(length);
    }
    return out;
}

std::string rangeOfOne(std::string_view name) {
    const std::optional<Numbered> one = numbered(name);
    return one ? fmt::format("{}{{{}..{}}}", one->stem, one->number, one->number) : std::string{name};
}

std::string listOf(std::span<const std::string> names) {
    return bracketed(inRanges(names));
}

std::string oneOrList(std::span<const std::string> names) {
    const std::vector<std::string> ranges = inRanges(names);
    return ranges.size() == 1 ? quotedText(ranges.front()) : bracketed(ranges);
}

std::string spellLatency(const NetworkConditions& network) {
    const std::string low = spellDuration(network.latencyLow);
    return network.latencyLow == network.latencyHigh ? low : low + ".." + spellDuration(network.latencyHigh);
}

std::string spellMillionths(std::uint32_t ppm) {
    std::string out = fmt::format("{}.{:06}", ppm / 1'000'000, ppm % 1'000'000);
    while (out.back() == '0') out.pop_back();
    if (out.back() == '.') out.pop_back();
    return out;
}

std::string spellDate(Instant t, const Zone& zone) {
    std::string out = spellInstant(t, zone.offsetAt(t));
    if (const std::size_t fraction = out.find(".000"); fraction != std::string::npos) out.erase(fraction, 4);
    return out;
}

void Inline::add(std::string_view key, std::string_view json) {
    if (!inside_.empty()) inside_ += ", ";
    inside_ += quotedText(key);
    inside_ += ": ";
    inside_ += json;
}

}  // namespace mdsync::scenario
