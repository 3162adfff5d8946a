// Causes: failures that look alike have one cause, most likely: a broken build is read once and not once a case.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/result.hpp"

namespace mdsync {

// A ReportedFailure is one thing that failed in a case and that no baseline expects.
struct ReportedFailure {
    enum class Kind : std::uint8_t { Violation, Expectation, NotExercised };
    Kind kind{};
    std::size_t number = 0;  // in the case's list of its kind
    std::string what;        // `web.evict-earliest`, `expectation`, `not exercised`
    std::string sentence;    // one line
    std::string shape;       // the sentence without the names and numbers of this case
    std::uint32_t line = 0;  // of the case's own file; 0: none
    // What comes of something before it in the same case: an expectation behind a violation, or behind another one that
    // has the same reasons, another violation about the same message, a rule that nothing could put to the test any more.
    bool isConsequence = false;

    [[nodiscard]] std::string cause() const { return what + ": " + shape; }
};

// Violations first, then expectations, each in their order, then what was not exercised. What only accompanies another
// violation is left out.
[[nodiscard]] std::vector<ReportedFailure> failuresOf(const CaseResult& c);

// `alice/tab2 was disconnected; alice/tab1 is older` is `... was disconnected; ... is older`: without devices, targets,
// numbers and the given names.
[[nodiscard]] std::string shapeOf(std::string_view sentence, const std::vector<std::string>& names);

}  // namespace mdsync
