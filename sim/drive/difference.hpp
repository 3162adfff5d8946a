// Difference: where two runs that should be the same begin to differ.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "mdsync/trace.hpp"

namespace mdsync {

// A recorded run as far as two of them are compared.
struct RunView {
    const Header& header;
    const Lexicon& lexicon;
    const Annex& annex;
    std::span<const Event> events;
};

[[nodiscard]] inline RunView viewOf(const Trace& trace) {
    return {trace.header, trace.lexicon, trace.annex, trace.events};
}

// The first event in which two runs differ, as lines of a trace without their newline; an empty line: this run has
// ended.
struct Difference {
    std::size_t event = 0;  // from 0
    std::string first, second;
};
[[nodiscard]] std::optional<Difference> firstDifference(const RunView& first, const RunView& second);

// `event 12: {"t":...}, then {"t":...}`.
[[nodiscard]] std::string describe(const Difference& difference);

}  // namespace mdsync
