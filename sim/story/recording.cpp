// Recording: finding a moment in it.
#include "mdsync/recording.hpp"

#include <algorithm>

namespace mdsync {

namespace {

// The moment that `text` names: `2024-05-01T09:00:00+08:00`, or local, `2024-05-01 09:00`, or `09:00:30` of the first day.
std::optional<Instant> momentOf(const std::string& text, const Header& header) {
    if (const std::optional<Instant> exact = parseInstant(text)) return exact;
    const std::string begin = spellInstant(header.t, header.app.timezone.offsetAt(header.t));
    std::string local = text.size() < 10 || text[4] != '-' ? begin.substr(0, 10) + "T" + text : text;
    if (local.size() > 10) local[10] = 'T';
    if (std::count(local.begin(), local.end(), ':') == 1) local += ":00";
    // The offset depends on the moment: from the first guess.
    const std::optional<Instant> guess = parseInstant(local + begin.substr(23));
    if (!guess) return std::nullopt;
    return parseInstant(local + spellInstant(*guess, header.app.timezone.offsetAt(*guess)).substr(23));
}

bool isNumber(const std::string& text) {
    return !text.empty() && text.size() < 10 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool isWhen(const std::string& text) {
    return isNumber(text) || momentOf(text, Header{});
}

std::optional<std::uint64_t> Recording::eventsUntil(const std::string& when) const {
    std::uint64_t count = 0;
    if (isNumber(when)) {
        const auto line = static_cast<std::uint32_t>(std::stoul(when));
        for (std::uint64_t i = 0; i < trace.events.size(); ++i) {
            if (lineOf(trace.events[i].origin) <= line) count = i + 1;
        }
        return count;
    }
    const std::optional<Instant> until = momentOf(when, trace.header);
    if (!until) return std::nullopt;
    while (count < trace.events.size() && trace.events[count].t <= *until) ++count;
    return count;
}

}  // namespace mdsync
