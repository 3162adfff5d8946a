// Excerpts: the lines of a file that a result points at.
#include "run/excerpts.hpp"

#include <algorithm>

namespace mdsync {

namespace {

// The line of `text` around `offset`, without its end.
std::string_view lineAround(std::string_view text, std::uint64_t offset) {
    const std::size_t at = std::min<std::size_t>(offset, text.size());
    const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const std::size_t end = std::min(text.find('\n', at), text.size());
    return text.substr(begin, end - begin);
}

template <class Reported>
void addExcerpt(Reported& reported, std::string_view text) {
    if (reported.span.line == 0) return;
    Diagnostic place;
    place.span = reported.span;
    setExcerpt(place, lineAround(text, reported.span.offset));
    reported.excerpt = place.excerpt;
    reported.excerptColumn = place.excerptColumn;
}

}  // namespace

void addExcerpts(CaseResult& result, std::string_view text) {
    for (ReportedViolation& violation : result.violations) addExcerpt(violation, text);
    for (ExpectationResult& expectation : result.expectations) {
        if (!expectation.met) addExcerpt(expectation, text);
    }
}

}  // namespace mdsync
