// Asked: what was asked for, so that an answer to what nobody asked is noticed when it comes (docs/trace.md, "Errors").
#pragma once

#include <vector>

#include "mdsync/system.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

class Asked {
public:
    void clear() { messages_.clear(); }

    // `op` goes out at `now`.
    void note(const Op& op, Instant now);

    // Whether `event` may stand in a trace: an `accept` or `reject` needs a send, a `recall-accept` or `recall-reject`
    // a recall, both within the horizon.
    [[nodiscard]] bool allows(const Event& event);

private:
    struct Message {
        Instant sentUntil = Instant::min();
        Instant recallUntil = Instant::min();
        bool answered = false;
    };
    Message& at(MessageId id);

    std::vector<Message> messages_;  // by number
};

}  // namespace mdsync
