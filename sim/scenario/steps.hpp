// Steps: reads the steps of one case, with its repeats unrolled.
//
// A step that has a mistake is left out, and what it might have done is allowed for: the mistake is reported once, and
// later steps are not blamed for it.
#pragma once

#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "mdsync/scenario.hpp"
#include "scenario/certainty.hpp"
#include "scenario/names.hpp"
#include "scenario/scope.hpp"

namespace mdsync::scenario {

class StepReader {
public:
    // REQUIRES: the header of `into` is complete.
    StepReader(Scope& scope, Names& names, Budget& budget, Case& into);

    // Nothing is certain about who is online: parts of the file can't be understood.
    void doubtEverything() { certainty_.forget(); }

    // Appends the steps of the list `steps`.
    void read(const Value& steps);

private:
    void readStep(const json::Node& node);
    [[nodiscard]] const Verb* verbOf(const Value& step);
    [[nodiscard]] std::string placeOf(const Span& span, std::uint32_t base) const;
    void unknownVerb(const Value& step);
    void readRepeat(const Value& step, const Verb& verb, Place anchor);
    void rehearse(const Value& steps, std::string_view name, bool isFaulty);
    void readPlain(const Value& step, const Verb& verb, Place anchor);
    void appendExpectations(const Value& value, Step step);
    void checkObstacles(const Step& step);
    void remember(const Action& action, Presence before, const Step& step);
    [[nodiscard]] std::string since(const Action& action) const;
    void checkType(const Value& type);

    // actions.cpp: the actions of one verb; `concurrently`.
    void readActions(const Fields& fields, std::vector<Action>& out);
    void readSessions(const Fields& fields, OpKind kind, std::vector<Action>& out);
    void readSend(const Fields& fields, std::vector<Action>& out);
    void readPublish(const Fields& fields, std::vector<Action>& out);
    void readApi(const Value& api, const Value& to, Op& op);
    void readRecall(const Fields& fields, std::vector<Action>& out);
    void readSet(const Fields& fields, std::vector<Action>& out);
    void readMembership(const Fields& fields, OpKind kind, std::vector<Action>& out);
    void readNetwork(const Fields& fields, std::vector<Action>& out);
    void readConcurrently(const Value& list, std::vector<Action>& out);
    [[nodiscard]] TextId textOr(const Value& value, std::string_view otherwise);

    // expectations.cpp
    void readExpectation(const Value& value, std::vector<Expectation>& out);
    void readDeviceChecks(const Fields& fields, Expectation& out);
    void readUserChecks(const Fields& fields, Expectation& out);
    void readMessageChecks(const Fields& fields, Expectation expectation, std::vector<Expectation>& out);
    [[nodiscard]] std::optional<Millis> readWithin(const Value& value);
    void readVia(const Value& value, Expectation& out);
    void checkOwners(const Value& value, UserId user, const std::vector<DeviceId>& devices);

    // waits.cpp
    void readWait(const Value& value, Step& out);
    void passTime(Instant atLeast, const Value& value);

    Scope& scope_;
    Names& names_;
    Budget& budget_;
    Case& case_;
    Certainty certainty_;
    Instant now_;                            // no earlier than this is it certainly
    bool isSomethingDone_ = false;           // by a step before; one with a mistake might have
    std::vector<Value> places_;              // where each action of the current step stands
    std::vector<std::string> since_;         // by device: the place of the step that made it what it certainly is
    std::set<const json::Node*> rehearsed_;  // bodies of repeats without rounds that were looked at
};

// Link conditions as `network` of the file and of a step spell them.
[[nodiscard]] NetworkConditions readConditions(Scope& scope, const Value& network);

// The limits that `limits` spells.
struct Limits {
    std::optional<std::int64_t> mobile;
    std::optional<std::int64_t> miniprogram;
};
[[nodiscard]] Limits readLimits(Scope& scope, const Value& limits);

// The table of the field `name` of `table`.
[[nodiscard]] const Table& tableOf(const Table& table, std::string_view name);

// Whether `t` lies where the zone can be trusted: with a named zone in 1970..2037, else before the year 10000.
[[nodiscard]] bool isTrusted(const Zone& zone, Instant t);

}  // namespace mdsync::scenario
