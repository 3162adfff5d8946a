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

// When an expectation is looked up.
struct Moment {
    Instant now;
    Instant began{};      // when the last step before that does something began
    std::string place{};  // where that step stands: `line 7`, `cast.json:7`
};

// The findings of all checks of `expect`, in the order of the format's table. At least one.
[[nodiscard]] std::vector<Finding> lookUp(const Expectation& expect, const Observer& observer, const Header& header,
                                          const Lexicon& lexicon, const Moment& moment);

}  // namespace mdsync
