// Exhaustive: every scenario within bounds, one by one, and a certificate that says what was looked at.
//
// A *state* is everything that can decide what happens next: the world (server, devices, packets under way), what the
// Checker knows, and what is left of the bounds. Times are relative to now. States that differ only in which of two
// devices of one class of one user does what, or in the names of messages, count as one (symmetry). A state *branches* if
// a step is left, or if more than one thing can happen.
//
// A *transition* is one of:
//
// - *step*: a verb with its arguments begins at once, whether or not what the step before caused has arrived by then;
// - *delivery*: the first packet of one line arrives. A line leads to or from one device, or from the backend; that the
//   server notices a drop is a line, too. Lines are independent, so every order of arrivals is tried. The clock stands
//   still meanwhile;
// - *settled*: nothing is under way, and the trace says so. That may be left out before the next step;
// - *wait*: the clock moves to the last instant before the next boundary, or to its first instant. Boundaries are where
//   the switch takes effect and where a message leaves the window, the offline store or its horizon.
//
// Where a connection breaks at the moment of a receipt, both are tried: that the acknowledgement arrived, and that it
// did not. Where a server leaves something to chance, each outcome is.
//
// The search goes by numbers of steps: all scenarios of one step, then all of two, so that what it finds has the fewest
// steps possible. It visits states depth first; each state that branches once, and what leads from one to the next
// whenever it comes there. Several threads may share it: the figures are the same on every machine and with any number of
// threads.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/policy.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/shard.hpp"

namespace mdsync {

// How large a scenario may be.
struct Bounds {
    std::uint32_t users = 2;
    std::uint32_t devices = 3;   // in all; each user has one at least, the first user the rest
    std::uint32_t messages = 1;  // that are sent or published
    std::uint32_t steps = 3;     // verbs with their arguments, waits included
    std::uint32_t faults = 1;    // of these steps: drop, hold, restart
};

struct Certificate;

struct ExhaustiveOptions {
    Bounds bounds;
    std::vector<Platform> platforms;   // of the first user's devices, in turn; empty: android, web, web, windows
    std::vector<std::string> without;  // words of exhaustiveWords() that are left out
    std::vector<RuleId> rules;         // only violations of these count; empty: of all
    ServerPolicy server;
    // Only a part of it, so that machines share it: scenarios are shared out by the kinds of their steps, whatever their
    // order. Then states that different kinds of steps led to are told apart, so that each is of one part (certificates of
    // version 3).
    std::optional<Shard> shard;
    // The reductions, for tests: what they leave out must not change a verdict.
    bool symmetry = true;
    bool independence = true;  // once no step is left, deliveries to different devices happen in one order only
    bool merging = true;       // states that were visited are not visited again
    bool branching = true;     // only states that branch are remembered; false: all are (certificates of version 1)
    // Goes back by an image of memory where the program allows it (mdsync/arena.hpp), and not by a copy; for tests: it
    // changes nothing but the time.
    bool inPlace = true;
    std::uint64_t maxStates = 0;  // 0: no limit
    // So many threads. What is found, and a certificate that is complete, are the same with any number of them.
    unsigned jobs = 1;
    // Asked every few thousand transitions with the number of steps searched at present and the states so far; false stops.
    // With several threads, by one of them at a time.
    std::function<bool(std::uint32_t steps, std::uint64_t states)> goOn;
    // What was searched before, if anything was: the rounds that are whole are not searched again, and if it found
    // something in the last of them, nothing is.
    const Certificate* before = nullptr;
    // Called after each round that is whole, but for the last.
    std::function<void(const Certificate&)> checkpoint;
};

// A violation with a scenario that leads to it.
struct ExhaustiveFinding {
    RuleId rule{};
    std::string text;          // what is wrong
    std::uint32_t steps = 0;   // of the bounds' kind
    std::uint32_t length = 0;  // transitions
    Case scenario;
    bool reproduces = false;        // `mdsync run` of the scenario violates the rule
    std::vector<std::string> path;  // the transitions, in words
};

// What was searched with so many steps.
struct ExhaustiveRound {
    std::uint32_t steps = 0;
    std::uint64_t states = 0;       // that branch, or all
    std::uint64_t transitions = 0;  // that were made
    std::uint32_t depth = 0;        // transitions of the longest scenario
    std::uint64_t remembered = 0;   // states, those that count with another shard among them
    bool whole = false;             // all was looked at
    std::string sum;                // of the states: their fingerprints, added up, as 32 hexadecimal digits
    RuleCounts counts{};            // 1 for what happened, however often
};

struct Certificate {
    bool complete = false;                    // all scenarios within the bounds, or of the shard, were looked at
    std::string stopped;                      // if not, why
    std::vector<ExhaustiveRound> rounds;      // the last one counts; it contains the others
    std::string hash;                         // of the bounds, the vocabulary and these states
    std::vector<std::string> verbs;           // that were used
    RuleCounts counts{};                      // of the last round
    std::vector<std::string> devices;         // `alice/phone android`
    std::vector<ExhaustiveFinding> findings;  // one a rule, in the order of the catalogue
    bool fewest = true;                       // no scenario of fewer steps violates a rule
};

// What may be left out: the verbs, and what else multiplies scenarios.
[[nodiscard]] std::vector<std::string_view> exhaustiveWords();

// Why these options cannot be searched, or an empty string.
[[nodiscard]] std::string whyNotSearchable(const ExhaustiveOptions& options);

// REQUIRES: whyNotSearchable(options) is empty.
[[nodiscard]] Certificate searchExhaustively(const ExhaustiveOptions& options);

// The certificate for people. `files` holds the file of each finding, in their order; an empty name where none was
// written. Says nothing about speed.
[[nodiscard]] std::string certificateReport(const ExhaustiveOptions& options, const Certificate& certificate,
                                            const std::vector<std::string>& files);

// How long it took and how fast it was, one line.
[[nodiscard]] std::string exhaustiveSpeed(const Certificate& certificate, Millis elapsed);

// The document `explore/1`, with what an exhaustive search has to say.
[[nodiscard]] std::string certificateJson(const ExhaustiveOptions& options, const Certificate& certificate,
                                          const std::vector<std::string>& files, Millis elapsed);

// 1: a violation was found. 5: none, and not everything was looked at. 4: none, but none of the named rules was put to the
// test. 0: none within the bounds.
[[nodiscard]] int exitCodeOf(const ExhaustiveOptions& options, const Certificate& certificate);

}  // namespace mdsync
