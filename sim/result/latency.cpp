#include "mdsync/latency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace mdsync {

namespace {

// `p99` and `p99.9`, in thousandths; `max`.
std::optional<unsigned> permilleOf(std::string_view word) {
    if (word == "max") return 1000;
    if (!word.starts_with('p')) return std::nullopt;
    word.remove_prefix(1);
    unsigned percent = 0;
    const char* const end = word.data() + word.size();
    const auto [rest, error] = std::from_chars(word.data(), end, percent);
    if (error != std::errc{} || percent < 1 || percent > 99) return std::nullopt;
    if (rest == end) return percent * 10;
    const bool isTenth = end - rest == 2 && rest[0] == '.' && rest[1] >= '0' && rest[1] <= '9';
    return isTenth ? std::optional(percent * 10 + static_cast<unsigned>(rest[1] - '0')) : std::nullopt;
}

constexpr std::array<std::string_view, kLagWords.size()> kPlural{"deliveries", "logins", "catch-ups"};

}  // namespace

Millis Latency::percentile(unsigned permille) const {
    const std::uint64_t rank = std::max<std::uint64_t>(1, (count_ * permille + 999) / 1000);
    std::uint64_t below = 0;
    for (const auto& [took, times] : seen_) {
        below += times;
        if (below >= rank) return took;
    }
    return seen_.rbegin()->first;
}

std::optional<LatencyBound> findLatencyBound(std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::optional<Millis> most = parseDuration(text.substr(equals + 1));
    std::string_view what = text.substr(0, equals);
    LatencyBound bound;
    for (std::size_t i = 0; i < kLagWords.size(); ++i) {
        if (!what.starts_with(kLagWords[i]) || what.substr(kLagWords[i].size(), 1) != ".") continue;
        bound.lag = static_cast<Lag>(i);
        what.remove_prefix(kLagWords[i].size() + 1);
        break;
    }
    const std::optional<unsigned> permille = permilleOf(what);
    if (!most || !permille) return std::nullopt;
    bound.permille = *permille;
    bound.percentile = what;
    bound.most = *most;
    return bound;
}

std::string spell(const LatencyBound& bound) {
    return fmt::format("{}.{}={}", kLagWords.at(static_cast<std::size_t>(bound.lag)), bound.percentile,
                       spellDuration(bound.most));
}

std::string whyExceeded(const LatencyBound& bound, const Latencies& latencies) {
    const auto lag = static_cast<std::size_t>(bound.lag);
    const Latency& seen = latencies.at(lag);
    if (seen.count() == 0) return fmt::format("no {} was measured", kLagWords.at(lag));
    const Millis took = seen.percentile(bound.permille);
    if (took <= bound.most) return {};
    return fmt::format("the {} of {} {} is {}, and {} is allowed", bound.percentile, seen.count(),
                       seen.count() == 1 ? kLagWords.at(lag) : kPlural.at(lag), spellDuration(took),
                       spellDuration(bound.most));
}

}  // namespace mdsync
