// Diff: what changed from one result to another.
#include "mdsync/diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "mdsync/baseline.hpp"

namespace mdsync {

namespace {

std::size_t numberOf(RuleId id) {
    return static_cast<std::size_t>(id);
}

// A failure by which a case is compared: who violated a rule, not how often.
struct Failing {
    enum Kind : std::uint8_t { Violation, NotExercised, Expectation } kind = Violation;
    RuleId rule{};
    std::string what;  // the device, or the unmet expectation
    friend auto operator<=>(const Failing&, const Failing&) = default;
};

std::set<Failing> failingsOf(const CaseResult& c) {
    std::set<Failing> failures;
    for (const ReportedViolation& v : c.violations) failures.insert({Failing::Violation, v.rule, v.device});
    for (const RuleId id : c.notExercised) failures.insert({Failing::NotExercised, id, {}});
    for (const ExpectationResult& e : c.expectations) {
        if (!e.met) failures.insert({Failing::Expectation, {}, e.text});
    }
    // Counted, but not described: the rule is all that is known.
    for (std::size_t i = 0; c.violationsBeyond > 0 && i < kRules; ++i) {
        const auto id = static_cast<RuleId>(i);
        const bool described = std::any_of(c.violations.begin(), c.violations.end(),
                                           [id](const ReportedViolation& v) { return v.rule == id; });
        if (c.counts[i].violated > 0 && !described) failures.insert({Failing::Violation, id, {}});
    }
    return failures;
}

bool isJudged(const CaseResult& c) {
    return c.verdict == Verdict::Pass || c.verdict == Verdict::Fail || c.verdict == Verdict::Inconclusive ||
           c.verdict == Verdict::Flaky;
}

CaseChange changeOf(const std::string& scenario, const Failing& failure) {
    const std::string name(rule(failure.rule).name);
    switch (failure.kind) {
        case Failing::Violation:
            return {scenario, failure.rule, failure.what,
                    failure.what.empty() ? name + " violated" : fmt::format("{} violated: {}", name, failure.what)};
        case Failing::NotExercised:
            return {scenario, failure.rule, {}, name + " not exercised, though listed"};
        case Failing::Expectation:
            return {scenario, std::nullopt, {}, "expectation unmet: " + failure.what};
    }
    return {};
}

// Cases by id; a trace that was judged several times in one run is several cases.
using Key = std::pair<std::string, std::size_t>;
std::vector<std::pair<Key, const CaseResult*>> keyed(const Result& result) {
    std::vector<std::pair<Key, const CaseResult*>> list;
    std::map<std::string, std::size_t> times;
    for (const CaseResult& c : result.cases) {
        const std::string id = normalId(c.id);
        list.push_back({{id, times[id]++}, &c});
    }
    return list;
}

class ResultComparison {
public:
    Diff make(const Result& before, const Result& after) {
        totalBefore_ = totalCounts(before);
        totalAfter_ = totalCounts(after);
        const auto olds = keyed(before);
        const auto news = keyed(after);
        const std::map<Key, const CaseResult*> oldCases(olds.begin(), olds.end());
        const std::map<Key, const CaseResult*> newCases(news.begin(), news.end());
        for (const auto& [key, c] : olds) {
            const auto found = newCases.find(key);
            if (found != newCases.end()) {
                compareCase(*c, *found->second);
            } else {
                diff_.unchecked.push_back(
                    {c->id, std::nullopt, {}, fmt::format("is gone (was {})", spell(c->verdict))});
            }
        }
        for (const auto& [key, c] : news) {
            if (!oldCases.contains(key)) appear(*c);
        }
        compareTotals();
        return std::move(diff_);
    }

private:
    std::size_t changes() const {
        return diff_.worse.size() + diff_.unchecked.size() + diff_.better.size() + diff_.appeared.size() +
               diff_.rarer.size();
    }

    void compareCase(const CaseResult& before, const CaseResult& after) {
        const std::size_t known = changes();
        const std::string turn = fmt::format("{}, was {}", spell(after.verdict), spell(before.verdict));
        if (!isJudged(after)) {
            notJudged(before, after, turn);
        } else {
            if (!isJudged(before)) diff_.appeared.push_back({after.id, std::nullopt, {}, turn});
            compareFailures(before, after);
            compareChecks(before, after);
            // Where failures went, an inconclusive case says nothing; where there were none, it lost something.
            if (after.verdict == Verdict::Inconclusive && before.verdict == Verdict::Pass) {
                diff_.worse.push_back({after.id, std::nullopt, {}, turn});
            } else if (after.verdict == Verdict::Pass &&
                       (before.verdict == Verdict::Inconclusive || before.verdict == Verdict::Flaky)) {
                diff_.better.push_back({after.id, std::nullopt, {}, turn});
            } else if (after.verdict == Verdict::Flaky && before.verdict != Verdict::Flaky && isJudged(before)) {
                diff_.appeared.push_back({after.id, std::nullopt, {}, turn});
            }
        }
        if (changes() == known) ++diff_.same;
    }

    void notJudged(const CaseResult& before, const CaseResult& after, const std::string& turn) {
        if (after.verdict == before.verdict) return;
        const std::string why = after.reason.empty() ? turn : fmt::format("{}: {}", turn, after.reason);
        (after.verdict == Verdict::Error ? diff_.worse : diff_.unchecked).push_back({after.id, std::nullopt, {}, why});
    }

    void compareFailures(const CaseResult& before, const CaseResult& after) {
        const std::set<Failing> old = failingsOf(before);
        const std::set<Failing> now = failingsOf(after);
        for (const Failing& failure : now) {
            if (!old.contains(failure)) diff_.worse.push_back(changeOf(after.id, failure));
        }
        // What failed at the first attempt is not repaired.
        if (after.verdict == Verdict::Inconclusive || after.verdict == Verdict::Flaky || !isJudged(before)) return;
        for (const Failing& failure : old) {
            if (now.contains(failure)) continue;
            // What nothing puts to the test any more is not repaired.
            const bool tested =
                failure.kind == Failing::Expectation || after.counts[numberOf(failure.rule)].checked > 0;
            if (tested) diff_.better.push_back(gone(after.id, failure));
        }
    }

    static CaseChange gone(const std::string& scenario, const Failing& failure) {
        CaseChange change = changeOf(scenario, failure);
        change.text = "no longer: " + change.text;
        return change;
    }

    void compareChecks(const CaseResult& before, const CaseResult& after) {
        for (std::size_t i = 0; i < kRules; ++i) {
            const auto id = static_cast<RuleId>(i);
            if (before.counts[i].checked == 0 || after.counts[i].checked > 0 || totalAfter_[i].checked == 0) continue;
            diff_.rarer.push_back({after.id, id, {}, fmt::format("{} is no longer put to the test", rule(id).name)});
        }
    }

    void appear(const CaseResult& c) {
        diff_.appeared.push_back({c.id, std::nullopt, {}, std::string(spell(c.verdict))});
        if (c.verdict == Verdict::Error) {
            diff_.worse.push_back({c.id, std::nullopt, {}, "error, in a case that appeared: " + c.reason});
        }
        for (const Failing& failure : failingsOf(c)) {
            CaseChange change = changeOf(c.id, failure);
            change.text += " (in a case that appeared)";
            diff_.worse.push_back(std::move(change));
        }
    }

    void compareTotals() {
        for (std::size_t i = 0; i < kRules; ++i) {
            const auto id = static_cast<RuleId>(i);
            const std::string name(rule(id).name);
            if (totalBefore_[i].checked > 0 && totalAfter_[i].checked == 0) {
                diff_.unchecked.push_back({{}, id, {}, name + " is no longer put to the test by any case"});
            } else if (totalBefore_[i].checked == 0 && totalAfter_[i].checked > 0) {
                diff_.appeared.push_back({{}, id, {}, name + " is put to the test for the first time"});
            }
        }
    }

    Diff diff_;
    RuleCounts totalBefore_{};
    RuleCounts totalAfter_{};
};

}  // namespace

Diff compare(const Result& before, const Result& after) {
    return ResultComparison().make(before, after);
}

}  // namespace mdsync
