// Baseline: which failures were expected, and which entries do not hold.
#include "mdsync/baseline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>

#include "mdsync/time.hpp"

namespace mdsync {

namespace {

std::size_t index(RuleId id) {
    return static_cast<std::size_t>(id);
}

// How many violations of each rule were counted but not described.
std::array<std::uint64_t, kRules> hiddenOf(const CaseResult& c) {
    std::array<std::uint64_t, kRules> hidden{};
    if (c.violationsBeyond == 0) return hidden;
    for (std::size_t i = 0; i < kRules; ++i) hidden[i] = c.counts[i].violated;
    for (const ReportedViolation& v : c.violations) {
        if (hidden[index(v.rule)] > 0) --hidden[index(v.rule)];
    }
    return hidden;
}

// Only these say for certain that a failure did not come.
bool wasJudged(const CaseResult& c) {
    return c.verdict == Verdict::Pass || c.verdict == Verdict::Fail;
}

// What a failure is called where an entry says that it did not come.
std::string whatWasExpected(const BaselineEntry& entry) {
    const std::string_view name = spellRule(entry);
    if (entry.failure == ExpectedFailure::Expectation) return "all expectations were met";
    if (entry.failure == ExpectedFailure::NotExercised) return fmt::format("{} was put to the test", name);
    return entry.device.empty() ? fmt::format("{} was kept", name)
                                : fmt::format("no violation of {} names {}", name, entry.device);
}

// Baseline and result, brought together.
class Comparison {
public:
    Comparison(Result& result, const Baseline& baseline, std::string_view today, const WhyUnknown& whyUnknown)
        : result_(result), baseline_(baseline), today_(today), whyUnknown_(whyUnknown), used_(baseline.entries.size()) {
        for (std::size_t i = 0; i < baseline.entries.size(); ++i) {
            entries_[normalId(baseline.entries[i].scenario)].push_back(i);
        }
        for (CaseResult& c : result.cases) cases_[normalId(c.id)].push_back(&c);
    }

    void make() {
        for (auto& [id, cases] : cases_) {
            const auto found = entries_.find(id);
            for (CaseResult* c : cases) mark(*c, found == entries_.end() ? std::vector<std::size_t>{} : found->second);
        }
        result_.baseline = BaselineOutcome{baseline_.file, baseline_.entries.size(), 0, 0, {}};
        for (std::size_t i = 0; i < baseline_.entries.size(); ++i) judge(i);
    }

private:
    using Numbers = std::vector<std::size_t>;

    bool expired(const BaselineEntry& entry) const { return !entry.expires.empty() && entry.expires <= today_; }

    // ---- what failed ------------------------------------------------------------------------------------------------

    // The reason why a failure is expected, or an empty string; every entry that fits it is used.
    std::string reasonFor(const Numbers& numbers, ExpectedFailure failure, RuleId rule, const std::string& device) {
        std::string reason;
        for (const std::size_t i : numbers) {
            const BaselineEntry& entry = baseline_.entries[i];
            if (entry.failure != failure) continue;
            const bool hasRule = failure == ExpectedFailure::Violation || failure == ExpectedFailure::NotExercised;
            if (hasRule && entry.rule != rule) continue;
            if (!entry.device.empty() && entry.device != device) continue;
            used_[i] = true;
            if (!expired(entry) && (reason.empty() || !entry.device.empty())) reason = entry.reason;
        }
        return reason;
    }

    void mark(CaseResult& c, const Numbers& numbers) {
        markViolations(c, numbers);
        for (ExpectationResult& e : c.expectations) {
            if (!e.met) e.expected = reasonFor(numbers, ExpectedFailure::Expectation, {}, {});
        }
        c.notExercisedExpected.clear();
        for (const RuleId id : c.notExercised) {
            const std::string reason = reasonFor(numbers, ExpectedFailure::NotExercised, id, {});
            if (!reason.empty()) c.notExercisedExpected.emplace_back(id, reason);
        }
        c.expectedFailure = c.verdict == Verdict::Fail && allExpected(c);
        if (c.verdict == Verdict::Flaky) {
            c.expectedFailure = !reasonFor(numbers, ExpectedFailure::Flaky, {}, {}).empty();
        }
    }

    void markViolations(CaseResult& c, const Numbers& numbers) {
        for (ReportedViolation& v : c.violations) {
            v.expected = reasonFor(numbers, ExpectedFailure::Violation, v.rule, v.device);
        }
        // One fault, one entry: what accompanies an expected violation is expected with it.
        for (std::size_t i = 0; i < c.violations.size(); ++i) {
            ReportedViolation& v = c.violations[i];
            const std::optional<std::size_t> fault = accompaniedBy(c.violations, i);
            if (v.expected.empty() && fault) v.expected = c.violations[*fault].expected;
        }
        c.beyondExpected = c.violationsBeyond > 0;
        const std::array<std::uint64_t, kRules> hidden = hiddenOf(c);
        for (std::size_t i = 0; i < kRules; ++i) {
            const auto id = static_cast<RuleId>(i);
            if (hidden[i] == 0) continue;
            const bool company = id == RuleId::ServiceDefaultOff || id == RuleId::ServiceTakesEffect;
            if (reasonFor(numbers, ExpectedFailure::Violation, id, {}).empty() && !company) c.beyondExpected = false;
        }
    }

    static bool allExpected(const CaseResult& c) {
        const auto expected = [](const auto& failure) { return !failure.expected.empty(); };
        return std::all_of(c.violations.begin(), c.violations.end(), expected) &&
               std::all_of(c.expectations.begin(), c.expectations.end(),
                           [&](const ExpectationResult& e) { return e.met || expected(e); }) &&
               c.notExercised.size() == c.notExercisedExpected.size() && (c.violationsBeyond == 0 || c.beyondExpected);
    }

    // ---- what does not hold -----------------------------------------------------------------------------------------

    void complain(std::string_view code, const BaselineMark& mark, std::string message, std::string hint) {
        Diagnostic wrong;
        wrong.code = std::string(code);
        wrong.message = std::move(message);
        wrong.file = baseline_.file;
        wrong.span = mark.span;
        wrong.excerpt = mark.excerpt;
        wrong.excerptColumn = mark.excerptColumn;
        wrong.hint = std::move(hint);
        result_.baseline->wrong.push_back(std::move(wrong));
    }

    void unused(const BaselineEntry& entry, const BaselineMark& mark, const std::string& why) {
        complain("baseline.unused", mark, fmt::format("this entry fits nothing: {}: {}", entry.scenario, why),
                 "correct it, or remove the entry");
    }

    void judge(std::size_t i) {
        const BaselineEntry& entry = baseline_.entries[i];
        const auto found = cases_.find(normalId(entry.scenario));
        if (found == cases_.end()) return judgeAbsent(entry);
        if (expired(entry)) {
            complain("baseline.expired", entry.expiresMark,
                     fmt::format("this entry ended on {} (today is {}): {}: {}", entry.expires, today_, entry.scenario,
                                 used_[i] ? "the failure is still there" : "the failure was not seen"),
                     used_[i] ? "repair it, or give it more time" : "remove the entry");
        } else if (used_[i]) {
            ++result_.baseline->used;
        } else if (entry.failure != ExpectedFailure::Flaky &&  // what fails now and then may pass
                   std::any_of(found->second.begin(), found->second.end(),
                               [](const CaseResult* c) { return wasJudged(*c); })) {
            judgeMissed(entry, found->second);
        } else {
            ++result_.baseline->idle;
        }
    }

    void judgeAbsent(const BaselineEntry& entry) {
        const std::string why = result_.interrupted ? "" : whyUnknown_(entry);
        if (why.empty()) {
            ++result_.baseline->idle;
        } else {
            unused(entry, entry.scenarioMark, why);
        }
    }

    // The scenario was judged, and did not fail so.
    void judgeMissed(const BaselineEntry& entry, const std::vector<CaseResult*>& cases) {
        const bool tried = std::any_of(cases.begin(), cases.end(), [&](const CaseResult* c) {
            return entry.failure == ExpectedFailure::Expectation ? !c->expectations.empty()
                                                                 : c->counts[index(entry.rule)].checked > 0;
        });
        if (const std::string why = whyUnknown_(entry); !why.empty()) {
            unused(entry, entry.ruleMark, why);
        } else if (tried) {
            complain("baseline.unexpected-pass", entry.ruleMark,
                     fmt::format("this failure did not come: {}: {}", entry.scenario, whatWasExpected(entry)),
                     "remove the entry if it is repaired");
        } else if (entry.failure == ExpectedFailure::Expectation) {
            unused(entry, entry.ruleMark, "it has no expectations");
        } else {
            unused(entry, entry.ruleMark,
                   entry.failure == ExpectedFailure::NotExercised
                       ? fmt::format("it does not list {}", spellRule(entry))
                       : fmt::format("nothing put {} to the test", spellRule(entry)));
        }
    }

    Result& result_;
    const Baseline& baseline_;
    std::string_view today_;
    const WhyUnknown& whyUnknown_;
    std::vector<bool> used_;
    std::map<std::string, Numbers> entries_;
    std::map<std::string, std::vector<CaseResult*>> cases_;
};

auto keyOf(const BaselineEntry& entry) {
    return std::tuple(normalId(entry.scenario), std::string(spellRule(entry)), entry.failure, entry.device);
}

// Collects entries, each once.
class Collection {
public:
    explicit Collection(const Baseline& known) {
        for (const BaselineEntry& entry : known.entries) known_.emplace(keyOf(entry), &entry);
    }

    void add(const std::string& scenario, ExpectedFailure failure, RuleId rule, const std::string& device) {
        BaselineEntry entry;
        entry.scenario = scenario;
        entry.failure = failure;
        entry.rule = rule;
        entry.device = device;
        entry.reason = std::string(kReasonToFill);
        keep(std::move(entry));
    }

    void keep(BaselineEntry entry) {
        const auto key = keyOf(entry);
        const auto known = known_.find(key);
        if (known != known_.end()) entry = *known->second;
        entries_.emplace(key, std::move(entry));
    }

    // Whether a known entry expects that any device violates `rule`: its author wanted no entry for each.
    [[nodiscard]] bool knowsAnyDevice(const std::string& scenario, RuleId rule) const {
        BaselineEntry entry;
        entry.scenario = scenario;
        entry.rule = rule;
        return known_.contains(keyOf(entry));
    }

    [[nodiscard]] std::vector<BaselineEntry> sorted() {
        std::vector<BaselineEntry> list;
        for (auto& [key, entry] : entries_) list.push_back(std::move(entry));
        return list;
    }

private:
    using Key = decltype(keyOf(BaselineEntry{}));
    std::map<Key, const BaselineEntry*> known_;
    std::map<Key, BaselineEntry> entries_;
};

void collect(const CaseResult& c, Collection& into) {
    const std::array<std::uint64_t, kRules> hidden = hiddenOf(c);
    std::set<RuleId> anyDevice;  // a violation without a device needs an entry that fits every device
    for (std::size_t i = 0; i < kRules; ++i) {
        const auto id = static_cast<RuleId>(i);
        if (hidden[i] > 0 || into.knowsAnyDevice(c.id, id)) anyDevice.insert(id);
    }
    for (std::size_t i = 0; i < c.violations.size(); ++i) {
        if (c.violations[i].device.empty() && !accompaniedBy(c.violations, i)) anyDevice.insert(c.violations[i].rule);
    }
    for (std::size_t i = 0; i < c.violations.size(); ++i) {
        const ReportedViolation& v = c.violations[i];
        if (accompaniedBy(c.violations, i)) continue;
        into.add(c.id, ExpectedFailure::Violation, v.rule, anyDevice.contains(v.rule) ? std::string() : v.device);
    }
    for (std::size_t i = 0; i < kRules; ++i) {
        if (hidden[i] > 0) into.add(c.id, ExpectedFailure::Violation, static_cast<RuleId>(i), {});
    }
    for (const RuleId id : c.notExercised) into.add(c.id, ExpectedFailure::NotExercised, id, {});
    if (std::any_of(c.expectations.begin(), c.expectations.end(), [](const ExpectationResult& e) { return !e.met; })) {
        into.add(c.id, ExpectedFailure::Expectation, {}, {});
    }
}

}  // namespace

void applyBaseline(Result& result, const Baseline& baseline, std::string_view today, const WhyUnknown& whyUnknown) {
    Comparison(result, baseline, today, whyUnknown).make();
}

Baseline baselineOf(const Result& result, const Baseline& known, const WhyUnknown& whyUnknown) {
    Collection collection(known);
    std::set<std::string> judged;
    for (const CaseResult& c : result.cases) {
        if (wasJudged(c)) judged.insert(normalId(c.id));
        if (c.verdict == Verdict::Flaky) collection.add(c.id, ExpectedFailure::Flaky, {}, {});
        if (c.verdict == Verdict::Fail) collect(c, collection);
    }
    for (const BaselineEntry& entry : known.entries) {
        const bool isOpen = !judged.contains(normalId(entry.scenario)) || entry.failure == ExpectedFailure::Flaky;
        if (isOpen && whyUnknown(entry).empty()) collection.keep(entry);
    }
    return {known.file, collection.sorted()};
}

std::string_view spellRule(const BaselineEntry& entry) {
    if (entry.failure == ExpectedFailure::Flaky) return "flaky";
    return entry.failure == ExpectedFailure::Expectation ? "expectation" : rule(entry.rule).name;
}

std::string normalId(std::string_view id) {
    const std::size_t end = std::min(id.find('#'), id.size());
    if (end == 0) return std::string(id);
    return std::filesystem::path(id.substr(0, end)).lexically_normal().string() + std::string(id.substr(end));
}

bool isDate(std::string_view text) {
    return text.size() == 10 && parseInstant(std::string(text) + "T00:00:00Z").has_value();
}

}  // namespace mdsync
