// A judgement in words, and a witness that hears nothing: to judge the same trace by the fast path (rules/as_owed.cpp)
// and without it, and to compare all that comes out.
#pragma once

#include <fmt/format.h>

#include <string>

#include "mdsync/rules.hpp"
#include "rules/witness.hpp"

namespace mdsync {

// With a witness, whoever it is, each rule is asked.
class DeafWitness : public rules::Witness {
public:
    void hear(const rules::Ban&, const rules::Arrival&, rules::Tri) override {}
    void hear(const rules::Duty&, const rules::Claim&, rules::Outcome, bool) override {}
    void hear(RuleId, const std::string&, rules::Outcome, const std::string&) override {}
};

inline std::string wordsOf(const Violation& v) {
    std::string words =
        fmt::format("{} {} {} {} {}/{}/{} {} {}\n", rule(v.rule).name, v.event, v.t.time_since_epoch().count(),
                    v.origin, v.device.value, v.user.value, v.message.value, v.messageName, v.text);
    for (const Because& b : v.because)
        words += fmt::format("    {} {} {} {}\n", b.event, b.t.time_since_epoch().count(), b.origin, b.text);
    return words;
}

inline std::string wordsOf(const RuleCounts& counts, std::span<const Violation> violations, std::uint64_t open) {
    std::string words = fmt::format("open {}\n", open);
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const Counts& c = counts[i];
        words += fmt::format("{}: {} {} {} {} {:x}\n", rule(static_cast<RuleId>(i)).name, c.checked, c.violated,
                             c.undecided, c.lapsed, c.aspects);
    }
    for (const Violation& v : violations) words += wordsOf(v);
    return words;
}

}  // namespace mdsync
