#include "drive/difference.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mdsync/trace_io.hpp"

namespace mdsync {

namespace {

std::string lineOf(const TraceWriter& writer, std::span<const Event> events, std::size_t number) {
    std::string line;
    if (number < events.size()) writer.append(line, events[number]);
    if (!line.empty()) line.pop_back();
    return line;
}

// Whether their lines are the same, as far as one can tell without them. REQUIRES: words have the same numbers in both.
bool isSame(const Event& one, const Event& other) {
    return one.annex == Event::kNoAnnex && one == other;
}

}  // namespace

std::optional<Difference> firstDifference(const RunView& first, const RunView& second) {
    const TraceWriter one{first.header, first.lexicon, first.annex};
    const TraceWriter two{second.header, second.lexicon, second.annex};
    const std::size_t count = std::max(first.events.size(), second.events.size());
    const bool haveSameWords = &first.lexicon == &second.lexicon && &first.header == &second.header;
    const std::size_t both = haveSameWords ? std::min(first.events.size(), second.events.size()) : 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (i < both && isSame(first.events[i], second.events[i])) continue;
        std::string a = lineOf(one, first.events, i);
        std::string b = lineOf(two, second.events, i);
        if (a != b) return Difference{i, std::move(a), std::move(b)};
    }
    return std::nullopt;
}

std::string describe(const Difference& difference) {
    const auto shown = [](const std::string& line) { return line.empty() ? std::string("the end") : line; };
    return fmt::format("event {}: {}, then {}", difference.event, shown(difference.first), shown(difference.second));
}

}  // namespace mdsync
