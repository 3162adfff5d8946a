// Text: small helpers that the reports for people share.
#include "report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mdsync {

std::string localDate(Instant t, const Zone& zone) {
    return spellInstant(t, zone.offsetAt(t)).substr(0, 10);
}

std::string localTime(Instant t, const Zone& zone) {
    return spellInstant(t, zone.offsetAt(t)).substr(11, 12);
}

std::string counted(std::uint64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string wrapped(std::string_view text, std::string_view indent, std::size_t width) {
    std::string lines;
    std::string line;
    const auto flush = [&] {
        if (!line.empty()) lines += fmt::format("{}{}\n", indent, line);
        line.clear();
    };
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
        const std::string_view word = text.substr(0, end);
        if (!word.empty()) {
            if (!line.empty() && line.size() + 1 + word.size() > width) flush();
            if (!line.empty()) line += ' ';
            line += word;
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    flush();
    return lines;
}

std::string clipped(std::string_view text, std::size_t width) {
    constexpr std::string_view kMore = "...";
    if (widthOf(text) <= width) return std::string(text);
    return fmt::format("{}{}", fitting(text, width - std::min(width, kMore.size())), kMore);
}

std::string costOf(const Lack& lack) {
    const std::string cases = counted(lack.cases, "case");
    return lack.cases == lack.alone ? cases : fmt::format("{}, {} for this alone", cases, lack.alone);
}

std::string emulatedText(const Result& result) {
    const RuleCounts counts = emulatedCounts(result);
    Emulations emulates;
    std::vector<std::string> rules;
    for (const Rule& row : catalogue()) {
        const Counts& of = counts[static_cast<std::size_t>(row.id)];
        if (of.checked == 0) continue;
        emulates.add(*row.restsOn);
        const std::string violated = of.violated == 0 ? "" : fmt::format(", {} violated", of.violated);
        rules.push_back(fmt::format("{} ({}{})", row.name, counted(of.checked, "check"), violated));
    }
    if (rules.empty()) return {};
    return fmt::format("Not the system but its adapter, which emulates {}, is judged by {}",
                       fmt::join(wordsOf(emulates), ", "), fmt::join(rules, ", "));
}

std::string latencyTable(const Result& result) {
    const Latencies latencies = latenciesOf(result);
    if (isEmpty(latencies)) return {};
    std::string text = fmt::format("{:<10}{:>9}{:>9}{:>9}{:>9}{:>9}\n", "latency", "count", "p50", "p90", "p99", "max");
    for (std::size_t i = 0; i < latencies.size(); ++i) {
        const Latency& of = latencies[i];
        if (of.count() == 0) continue;
        text += fmt::format("{:<10}{:>9}", kLagWords[i], of.count());
        for (const unsigned permille : {500U, 900U, 990U, 1000U}) {
            text += fmt::format("{:>9}", spellDuration(of.percentile(permille)));
        }
        text += "\n";
    }
    return text + "\n";
}

std::string withoutMiddle(std::string_view text, std::size_t width) {
    constexpr std::string_view kGap = " ... ";
    const std::size_t all = widthOf(text);
    if (all <= width) return std::string(text);
    const std::size_t half = (width - std::min(width, kGap.size())) / 2;
    std::string_view front = fitting(text, half);
    std::string_view end = text.substr(fitting(text, all - half).size());
    // Between words, if there is a blank in the half that is nearer to the middle.
    if (const std::size_t blank = front.rfind(' '); blank != std::string_view::npos && blank > front.size() / 2) {
        front = front.substr(0, blank);
    }
    if (const std::size_t blank = end.find(' '); blank < end.size() / 2) end.remove_prefix(blank + 1);
    return fmt::format("{}{}{}", front, kGap, end);
}

std::string unpainted(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = std::min(text.find('\x1b', at), text.size());
        plain += text.substr(at, begin - at);
        const std::size_t end = text.find('m', begin);
        at = end == std::string_view::npos ? text.size() : end + 1;
    }
    return plain;
}

std::string Paint::lane(std::size_t number, std::string_view text) const {
    // Red says what failed and green what did not: these two are no device's.
    constexpr std::array<std::string_view, 9> kColours{"36", "35", "33", "34", "96", "95", "93", "94", "37"};
    return in(kColours[number % kColours.size()], text);
}

std::string Paint::in(std::string_view code, std::string_view text) const {
    return color_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

}  // namespace mdsync
