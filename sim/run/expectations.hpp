// Expectations: compares what a scenario expects with what the events showed.
#pragma once

#include <string>
#include <vector>

#include "mdsync/scenario.hpp"
#include "mdsync/story.hpp"
#include "run/observer.hpp"

namespace mdsync {

// One check of one subject, in words: `alice/tab1 is online`, or, unmet, `alice/tab1 is online, expected offline`.
struct Finding {
    bool met = true;
    std::string text;
    std::vector<MessageId> about;  // the messages by which it is unmet; empty: it is met, or it asks for no message
    std::vector<Doubt> doubts;     // what is not as expected; of what is met, nothing
};

// The findings of all checks of `expect` at time `now`, in the order of the format's table. At least one.
[[nodiscard]] std::vector<Finding> lookUp(const Expectation& expect, const Observer& observer, const Header& header,
                                          const Lexicon& lexicon, Instant now);

}  // namespace mdsync
