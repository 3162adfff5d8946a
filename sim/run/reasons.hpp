// Reasons: why the expectations of a case are unmet, in the words of its story.
#pragma once

#include <cstdint>
#include <vector>

#include "mdsync/result.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/story.hpp"

namespace mdsync {

// What is to be explained of an expectation, as it was after so many events.
struct Questions {
    std::vector<Doubt> doubts;
    std::uint64_t events = 0;
};

// Fills in why the expectations of `result` are unmet, and what came nearest to what was not exercised; `asked` stands
// beside the expectations, `trace` is the whole run.
void addReasons(CaseResult& result, const std::vector<Questions>& asked, const Case& scenario, const Trace& trace);

}  // namespace mdsync
