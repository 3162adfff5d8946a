// Rule: the rows of which a family's file consists, and what they are asked about.
//
// A Ban is a rule about one event: a device received m1 and must not have. A Duty is a rule about what must have
// happened by the next settled moment: a device was online and must have received m1. A row answers; it files nothing
// and decides nothing about other rules: which ban is asked first stands in order.cpp, what becomes of a duty's answer
// in Judge::settle().
#pragma once

#include <string>

#include "mdsync/rules.hpp"
#include "rules/history/history.hpp"
#include "rules/ledger.hpp"

namespace mdsync::rules {

// ---- Bans -------------------------------------------------------------------------------------------------

// An Arrival is a `receive`, or a `recalled`, as the bans see it. `receipt` is null for a device that has nothing to do
// with the conversation.
struct Arrival {
    MessageId id;
    const MessageFacts& message;
    DeviceId deviceId;
    const DeviceFacts& device;
    const Receipt* receipt = nullptr;
    const RecallFacts* recall = nullptr;  // of a `recalled`: what it may show, if somebody asked for it
    bool byAuthor = false;                // the device is one of the author's
    bool excused = false;                 // offline, but still within delivery.only-online's exception
    bool inDoubt = false;                 // ... or perhaps not: it may have been accepted after the device left
    bool toPrevious = false;              // excused, and reinstalled since: it belongs to the installation before
    bool unclear = false;                 // whether a ban is broken hangs on when the message was accepted
    Standing standing = Standing::Since;
    Decides decides = Decides::Nothing;
    Aspects aspects = 0;  // of the message, and of how it came
};

// The state that decided about the message, for the service rules that accompany a violation.
[[nodiscard]] inline Regime stateAtAcceptance(const Arrival& a) {
    return a.decides == Decides::Nothing ? Regime{} : a.message.regime;
}
[[nodiscard]] inline Regime noState(const Arrival&) {
    return {};
}

// Whether an answer "perhaps" would be another one if somebody had told when the message was accepted.
[[nodiscard]] inline bool alwaysHangs(const History&, const Arrival&) {
    return true;
}

struct Ban {
    RuleId rule;
    Tri (*broken)(const History&, const Arrival&);
    std::string (*says)(const History&, const Arrival&);  // the sentence of the violation
    Regime (*decidedBy)(const Arrival&) = stateAtAcceptance;
    bool (*hangsOnAcceptance)(const History&, const Arrival&) = alwaysHangs;
};

// ---- Duties -----------------------------------------------------------------------------------------------

// What a look at a duty finds.
enum class Outcome : std::uint8_t {
    NotMine,  // nothing was owed, or another rule owes it
    Kept,
    Lapsed,     // it ended before it was due: the device went offline, the message was recalled
    Undecided,  // the text, a reading or the switch's delay allow both
    Broken      // not kept by now: a violation, or, at the end of the trace, open
};

// An outcome, with the state that decided and the aspects of the case where it counts as a check.
struct Found {
    Outcome outcome = Outcome::NotMine;
    Regime regime{};
    Aspects aspects = 0;

    Found(Outcome o) : outcome(o) {}  // NOLINT(google-explicit-constructor): a plain outcome is a Found
    Found(Outcome o, Regime r, Aspects a) : outcome(o), regime(r), aspects(a) {}
};
[[nodiscard]] inline Found broken(Regime regime, Aspects aspects) {
    return {Outcome::Broken, regime, aspects};
}
[[nodiscard]] inline Found keptIf(bool kept, Regime regime, Aspects aspects) {
    return {kept ? Outcome::Kept : Outcome::Broken, regime, aspects};
}

// A Claim is one thing that is owed: to a device, or to any one device of a user.
struct Claim {
    MessageId message{};  // none where a connection is owed
    DeviceId device{};    // none where no certain device is meant
    UserId user{};
    Place place = 0;  // when it arose
    Instant arose{};
    std::uint32_t origin = 0;  // the line of the event from which it arose
    std::uint32_t recall = 0;  // the answer to the request of a recall: its number, and which of its requests
    std::uint32_t request = 0;
    bool named = false;    // another duty names the message and the user
    bool lasts = true;     // the session to which it is owed still lasts
    bool brought = false;  // its installation has ended, and just got the message all the same,
    bool told = false;     // ... or shows its recall
    Window window{};       // of that session
    Aspects aspects = 0;   // what is known of the case beforehand
};

// Whether a duty that is not kept when the trace ends leaves a trace without violations inconclusive.
enum class AtEnd : std::uint8_t {
    Inconclusive,
    Dropped,      // the trace may be the reason that it is not kept: it says nothing
    NotLookedAt,  // ... and that it is kept says nothing either
    Certain       // it is violated: no later event could have kept it
};

// What a violated duty takes with it: one fault, one violation.
enum class NoMore : std::uint8_t {
    Nothing,
    Message,       // the device is owed the message no more
    MessageToAll,  // nor is any other device of its user
    Recall         // the device is owed its recall no more
};

struct Duty {
    RuleId rule;
    std::string (*says)(const History&, const Claim&);        // the sentence of the violation
    void (*because)(Finding&, const History&, const Claim&);  // the line to blame, and what led to it
    Found (*look)(const History&, const Claim&) = nullptr;    // null: Live answers (live.hpp)
    AtEnd atEnd = AtEnd::Inconclusive;
    NoMore noMore = NoMore::Nothing;
};

}  // namespace mdsync::rules
