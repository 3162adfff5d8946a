// Ledger: what the rules counted and what they found. A Finding is a violation on its way into it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mdsync/rules.hpp"
#include "rules/history/message.hpp"

namespace mdsync::rules {

struct History;

// The service rule that is put to the test, or violated, together with `rule`, if any, where `regime` decided:
// service.cpp.
[[nodiscard]] std::optional<RuleId> accompanying(RuleId rule, Regime regime, bool onFromTheStart);
[[nodiscard]] std::string_view saysAccompanying(RuleId service);  // what is wrong, before the other rule is named

// The Ledger counts, for each rule, how often it was put to the test and what came of it, and keeps the violations.
struct Ledger {
    // What comes out. No rule asks for it: a search counts on when it goes back.
    RuleCounts counts{};
    // What a rule may ask for: by rule, the aspects of its checks on the way here, and kChecked if there was any.
    std::array<Aspects, kRules> known{};
    static constexpr Aspects kChecked = Aspects{1} << 62U;
    static_assert(kAspects < 62 && kChecked != kAtTurnEdge);
    ToleranceCounts tolerances{};
    std::vector<Violation> violations;
    std::uint64_t open = 0;       // duties that were neither kept nor due when the trace ended
    std::size_t limit = 0;        // so many violations are described; more are counted
    bool onFromTheStart = false;  // the app was set up with the service on

    // Kept, or tempted. Which aspects of the rule it was is added up besides.
    void check(RuleId rule, Aspects aspects) { checkOften(rule, aspects, 1); }
    // So many times, with these aspects in all.
    void checkOften(RuleId rule, Aspects aspects, std::uint64_t times) {
        counts[static_cast<std::size_t>(rule)].checked += times;
        Aspects& before = known[static_cast<std::size_t>(rule)];
        if (((aspects | kChecked) & ~before) == 0) return;  // mostly: no store that the next check waits for
        before |= aspects | kChecked;
        counts[static_cast<std::size_t>(rule)].aspects |= aspects;
    }
    // `regime` is the state that decided, for the service rules that accompany others.
    void check(RuleId rule, Regime regime, Aspects aspects) { checkOften(rule, regime, aspects, 1); }
    void checkOften(RuleId rule, Regime regime, Aspects aspects, std::uint64_t times) {
        checkOften(rule, aspects | aspectsOf(regime), times);
        // Where an app was set up with the service on and nobody turned the switch, no service rule goes with another.
        if (regime.turns > 0 || !onFromTheStart) checkAccompanying(rule, regime, aspects, times);
    }
    void checkAccompanying(RuleId rule, Regime regime, Aspects aspects, std::uint64_t times);
    // Whether a check with these aspects would tell something new.
    [[nodiscard]] bool isNew(RuleId rule, Aspects aspects) const {
        return (aspects & ~known[static_cast<std::size_t>(rule)]) != 0;
    }
    // Whether the rule was ever checked, and with it the service rule that it puts to the test in this state.
    [[nodiscard]] bool knows(RuleId rule, Regime regime) const;
    void undecided(RuleId rule) { ++counts[static_cast<std::size_t>(rule)].undecided; }
    void lapse(RuleId rule) { ++counts[static_cast<std::size_t>(rule)].lapsed; }
    void tolerate(Tolerance t) { ++tolerances[static_cast<std::size_t>(t)]; }

    [[nodiscard]] bool hasRoom() const { return violations.size() < limit; }
    // Files a complete violation, and with it the same about the service rule that it breaks besides, if any.
    void file(Violation violation, Regime regime, Aspects aspects);
};

// A Finding collects all that is to be said of a violation: whom it is about, which line is to blame, and the chain of
// events that led to it. file() puts it into the ledger, and the accompanying violation of a service rule with the same
// line and the same chain. Nothing is spelled out where the ledger has no room for it.
//
//     Finding(history, ledger, RuleId::OnlineReceived, m.regime, aspects)
//         .about(m1, macbook, alice).blame(m.askedOrigin).sent().accepted().online(macbook).due()
//         .file([&] { return "alice/mac was online all the time and did not receive m1"; });
class Finding {
public:
    // A violation at the event at hand; `regime` is the state that decided.
    Finding(const History& history, Ledger& ledger, RuleId rule, Regime regime, Aspects aspects);

    Finding& about(MessageId message, DeviceId device, UserId user);
    Finding& about(DeviceId device);  // and its user

    Finding& at(Place place, Instant t);   // not the event at hand, but this one
    Finding& blame(std::uint32_t origin);  // the line that is to blame: not that of the event at hand

    // Links of the chain, in any order: they come to stand in that of the trace.
    Finding& link(Place place, Instant t, std::uint32_t origin, std::string_view what);
    Finding& sent();                       // the message it is about
    Finding& accepted();                   // ... unless nobody told the moment of it
    Finding& recalled();                   // ... if it was
    Finding& online(DeviceId device);      // its session, the running one or the last
    Finding& offline(DeviceId device);     // when its last session ended
    Finding& here(std::string_view what);  // the event at hand
    Finding& due();                        // a duty's: by now it was due

    // `text` is called for the sentence, if anybody will read it.
    template <class Text>
    void file(Text text) {
        if (told_) violation_.text = text();
        ledger_.file(std::move(violation_), regime_, aspects_);
    }

private:
    const History& history_;
    Ledger& ledger_;
    Violation violation_;
    Regime regime_;
    Aspects aspects_;
    bool told_;
};

}  // namespace mdsync::rules
