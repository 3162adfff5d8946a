// Result: sums, verdicts and exit codes. What the parts mean is decided where they are made; this only adds up.
#include "mdsync/result.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace mdsync {

namespace {

bool has(const Result& result, Verdict verdict) {
    return std::any_of(result.cases.begin(), result.cases.end(),
                       [verdict](const CaseResult& c) { return weightOf(c) == verdict; });
}

bool hasError(const std::vector<Diagnostic>& diagnostics) {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [](const Diagnostic& d) { return d.severity == Severity::Error; });
}

void countVerdict(Summary& sum, Verdict verdict) {
    switch (verdict) {
        case Verdict::Pass:
            ++sum.passed;
            break;
        case Verdict::Fail:
            ++sum.failed;
            break;
        case Verdict::Inconclusive:
            ++sum.inconclusive;
            break;
        case Verdict::NotApplicable:
            ++sum.notApplicable;
            break;
        case Verdict::Error:
            ++sum.errors;
            break;
        case Verdict::Flaky:
            ++sum.flaky;
            break;
        case Verdict::Nothing:
            break;
    }
}

std::uint64_t unmetOf(const CaseResult& c) {
    return static_cast<std::uint64_t>(
        std::count_if(c.expectations.begin(), c.expectations.end(), [](const ExpectationResult& e) { return !e.met; }));
}

}  // namespace

std::string_view spell(Verdict verdict) {
    switch (verdict) {
        case Verdict::Pass:
            return "pass";
        case Verdict::Fail:
            return "fail";
        case Verdict::Inconclusive:
            return "inconclusive";
        case Verdict::NotApplicable:
            return "notApplicable";
        case Verdict::Error:
            return "error";
        case Verdict::Nothing:
            return "nothing";
        case Verdict::Flaky:
            return "flaky";
    }
    return "nothing";
}

Verdict conclude(const CaseResult& result) {
    const bool violated = std::any_of(result.counts.begin(), result.counts.end(),
                                      [](const Counts& counts) { return counts.violated > 0; });
    if (violated || unmetOf(result) > 0 || !result.notExercised.empty()) return Verdict::Fail;
    if (result.openDuties > 0 || result.linesLost > 0) return Verdict::Inconclusive;
    return Verdict::Pass;
}

Verdict weightOf(const CaseResult& result) {
    if (!result.expectedFailure) return result.verdict;
    return result.openDuties > 0 || result.linesLost > 0 ? Verdict::Inconclusive : Verdict::Pass;
}

std::optional<std::size_t> accompaniedBy(const std::vector<ReportedViolation>& violations, std::size_t i) {
    const auto serviceRule = [](RuleId id) {
        return id == RuleId::ServiceDefaultOff || id == RuleId::ServiceTakesEffect;
    };
    const ReportedViolation& company = violations[i];
    if (!serviceRule(company.rule)) return std::nullopt;
    // The Checker writes it behind the one that it accompanies.
    for (std::size_t at = i; at-- > 0;) {
        const ReportedViolation& v = violations[at];
        if (!serviceRule(v.rule) && v.event == company.event && v.device == company.device &&
            v.message == company.message && v.user == company.user) {
            return at;
        }
    }
    return std::nullopt;
}

std::vector<Lack> lacksOf(const Result& result) {
    std::map<std::string, Lack> lacks;
    for (const CaseResult& c : result.cases) {
        if (c.verdict != Verdict::NotApplicable) continue;
        const std::vector<std::string> all = c.lacks.empty() ? std::vector{c.reason} : c.lacks;
        for (const std::string& what : all) {
            Lack& lack = lacks[what];
            ++lack.cases;
            lack.alone += all.size() == 1 ? 1 : 0;
        }
    }
    std::vector<Lack> list;
    for (auto& [what, lack] : lacks) list.push_back({what, lack.cases, lack.alone});
    std::stable_sort(list.begin(), list.end(), [](const Lack& a, const Lack& b) {
        return std::tie(b.alone, b.cases) < std::tie(a.alone, a.cases);
    });
    return list;
}

bool isAdapters(const CaseResult& result, RuleId id) {
    const std::optional<Emulation>& restsOn = rule(id).restsOn;
    return restsOn && result.emulates.has(*restsOn);
}

RuleCounts emulatedCounts(const Result& result) {
    RuleCounts sum{};
    for (const CaseResult& c : result.cases) {
        if (c.emulates.empty()) continue;
        for (std::size_t i = 0; i < kRules; ++i) {
            if (isAdapters(c, static_cast<RuleId>(i))) sum[i] += c.counts[i];
        }
    }
    return sum;
}

RuleCounts totalCounts(const Result& result) {
    RuleCounts sum{};
    for (const CaseResult& c : result.cases) {
        for (std::size_t i = 0; i < kRules; ++i) sum[i] += c.counts[i];
    }
    return sum;
}

Summary summarize(const Result& result) {
    Summary sum;
    sum.scenarios = result.cases.size();
    for (const CaseResult& c : result.cases) {
        countVerdict(sum, c.verdict);
        if (c.expectedFailure && c.verdict == Verdict::Fail) ++sum.expectedFailures;
        sum.notExercised += c.notExercised.size();
        sum.expectations += c.expectations.size();
        sum.unmet += unmetOf(c);
        sum.tolerated += std::accumulate(c.tolerances.begin(), c.tolerances.end(), std::uint64_t{0});
        sum.events += c.events;
    }
    for (const Counts& counts : totalCounts(result)) {
        sum.checks += counts.checked;
        sum.violations += counts.violated;
        sum.undecided += counts.undecided;
        sum.lapsed += counts.lapsed;
    }
    return sum;
}

std::vector<RuleId> missingOf(const Result& result) {
    const RuleCounts counts = totalCounts(result);
    const RuleCounts emulated = emulatedCounts(result);
    std::vector<RuleId> missing;
    for (const RuleId id : result.required) {
        const auto i = static_cast<std::size_t>(id);
        if (counts[i].checked == emulated[i].checked) missing.push_back(id);
    }
    return missing;
}

Latencies latenciesOf(const Result& result) {
    Latencies sum;
    for (const CaseResult& c : result.cases) {
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += c.latencies[i];
    }
    return sum;
}

bool isEmpty(const Latencies& latencies) {
    return std::all_of(latencies.begin(), latencies.end(), [](const Latency& of) { return of.count() == 0; });
}

std::vector<std::string> exceededOf(const Result& result) {
    std::vector<std::string> list;
    if (result.bounds.empty()) return list;
    const Latencies latencies = latenciesOf(result);
    for (const LatencyBound& bound : result.bounds) {
        if (std::string why = whyExceeded(bound, latencies); !why.empty()) list.push_back(std::move(why));
    }
    return list;
}

Verdict verdictOf(const Result& result) {
    if (has(result, Verdict::Error) || hasError(result.diagnostics)) return Verdict::Error;
    if (has(result, Verdict::Fail) || !missingOf(result).empty()) return Verdict::Fail;
    if (result.failsOnFlaky && has(result, Verdict::Flaky)) return Verdict::Fail;
    if (result.baseline && !result.baseline->wrong.empty()) return Verdict::Fail;
    if (!exceededOf(result).empty()) return Verdict::Fail;
    if (has(result, Verdict::Inconclusive)) return Verdict::Inconclusive;
    const Summary sum = summarize(result);
    return result.namedNothing || (sum.checks == 0 && sum.expectations == 0) ? Verdict::Nothing : Verdict::Pass;
}

int exitCodeOf(const Result& result) {
    if (result.interrupted) return 128 + result.interruptSignal;
    switch (verdictOf(result)) {
        case Verdict::Error:
            return 3;
        case Verdict::Fail:
            return 1;
        case Verdict::Inconclusive:
            return 5;
        case Verdict::NotApplicable:
        case Verdict::Nothing:
            return 4;
        case Verdict::Pass:
        case Verdict::Flaky:
            return 0;
    }
    return 70;
}

}  // namespace mdsync
