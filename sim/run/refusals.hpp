// Refusals: actions of which the scenario says that they must be refused, until it is known whether they were.
//
// A target refuses in its answer or later by an event; both count, whichever comes first.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mdsync/scenario.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

class Refusals {
public:
    // What became of a wanted refusal: `was refused (31010)`, `was not refused, expected a refusal`.
    struct Outcome {
        std::size_t place = 0;  // as given to want()
        Op op;
        bool met = false;
        std::string text;
    };

    // `op` goes out and must be refused; `place` is handed back with the outcome.
    void want(const Op& op, const Refusal& refusal, std::size_t place);

    // The outcome that `event` decides, if it decides one.
    [[nodiscard]] std::optional<Outcome> see(const Event& event, const Lexicon& lexicon);

    // The outcome that the target's answer to `op` decides, if it decides one.
    [[nodiscard]] std::optional<Outcome> answered(const Op& op, bool refused, const std::string& code);

    // Everything that is still open was not refused.
    [[nodiscard]] std::vector<Outcome> giveUp();

private:
    struct Wanted {
        Op op;
        Refusal refusal;
        std::size_t place = 0;
    };
    Outcome decide(std::vector<Wanted>::iterator wanted, bool refused, const std::string& code);

    std::vector<Wanted> open_;  // earliest first
};

// UnwantedRefusals: sends, publishes and recalls that a system refused though the scenario does not ask for it.
//
// Who may write to whom, and who may recall, no rule judges. bob is not in group:team, and a system that is not ours
// refuses his m1: then what the scenario says of m1 does not apply to that system.
class UnwantedRefusals {
public:
    // Of the requests of `scenario` those count that carry no `refused`.
    explicit UnwantedRefusals(const Case& scenario);

    void see(const Event& event, const Lexicon& lexicon);

    [[nodiscard]] bool empty() const { return refused_.empty(); }
    [[nodiscard]] bool contains(MessageId message) const;
    [[nodiscard]] std::string reason(const Lexicon& lexicon) const;  // of the first. REQUIRES: not empty

private:
    struct One {
        MessageId message;
        bool recall = false;
        std::string code;
    };
    std::vector<MessageId> wanted_;
    std::vector<One> refused_;
};

}  // namespace mdsync
