// Plan: the requests of a History at the instants at which a repeat has to make them, and the steps that do.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mdsync/scenario.hpp"
#include "repeat/requests_of.hpp"

namespace mdsync {

// A text to be shown in the repeat, behind the event that it is about.
struct Comment {
    std::size_t event = 0;
    std::string text;
};

struct PlanOptions {
    Millis latency{0};  // of all links of the repeat
    bool steady =
        false;  // what was asked took just this long in the trace: ask when it was asked, else when it took effect
};

// Appends to `into` the steps that repeat `history`, interning what they name. REQUIRES: the header of `into` is that
// of the trace, but for spellings. Returns what could not be repeated, in sentences.
[[nodiscard]] std::vector<std::string> planSteps(const Trace& trace, const History& history,
                                                 const std::vector<Comment>& comments, const PlanOptions& options,
                                                 Case& into);

}  // namespace mdsync
