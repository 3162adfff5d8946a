// Baseline: the failures that a system under test is known to have, so that a release is stopped by others only.
//
// An entry names a failure by scenario and rule. A failure that an entry expects is tolerated and stays visible. A
// baseline must be true: an entry whose failure did not come, that fits nothing, or whose time has passed fails the
// run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/diagnostic.hpp"
#include "mdsync/result.hpp"

namespace mdsync {

// A stretch of the baseline file, as a diagnostic shows it.
struct BaselineMark {
    Span span;
    std::string excerpt;
    std::uint32_t excerptColumn = 1;
};

// Which kind of failure an entry expects.
enum class ExpectedFailure : std::uint8_t {
    Violation,     // of `rule`
    NotExercised,  // the scenario lists `rule`, and nothing put it to the test
    Expectation,   // an expectation of the scenario is unmet; `rule` means nothing
    Flaky          // some attempts fail, and the last one passes; `rule` means nothing. That all pass is no mistake
};

struct BaselineEntry {
    std::string scenario;  // the id of a case, or the path of a trace
    ExpectedFailure failure = ExpectedFailure::Violation;
    RuleId rule{};
    std::string device;   // `alice/phone`; empty: any
    std::string reason;   // never empty
    std::string expires;  // `2027-01-01`, the first day on which it holds no more; empty: never
    BaselineMark scenarioMark, ruleMark, expiresMark;
};

struct Baseline {
    std::string file;
    std::vector<BaselineEntry> entries;
};

// Says why `entry` can fit nothing (`there is no such scenario`), or an empty string where it may.
using WhyUnknown = std::function<std::string(const BaselineEntry&)>;

// Marks in `result` what `baseline` expects and adds what is wrong with the baseline itself. `today` is a date such as
// `2026-05-31`. `whyUnknown` is asked about an entry whose scenario is not in `result`: one that exists was not
// selected, and is left alone; and about one whose failure did not come.
void applyBaseline(Result& result, const Baseline& baseline, std::string_view today, const WhyUnknown& whyUnknown);

// The baseline that expects all that failed in `result`, sorted. Entries of `known` that expect one of these failures
// keep their reason and their end; those whose scenario exists but was not judged in this run are kept.
[[nodiscard]] Baseline baselineOf(const Result& result, const Baseline& known, const WhyUnknown& whyUnknown);

// The reason of an entry that baselineOf() adds.
inline constexpr std::string_view kReasonToFill = "known failure: say here why it is tolerated and who will repair it";

// `rule` as the baseline file spells what `entry` expects: a rule's id, `expectation` or `flaky`.
[[nodiscard]] std::string_view spellRule(const BaselineEntry& entry);

// An id as baselines compare it: `./a//b.json#n=1` is `a/b.json#n=1`.
[[nodiscard]] std::string normalId(std::string_view id);

// Whether `text` is a date such as 2027-01-01 that exists.
[[nodiscard]] bool isDate(std::string_view text);

}  // namespace mdsync
