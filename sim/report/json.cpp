// JSON: the document `result/1` (docs/result.md). Keys are never lost or changed; there may be more of them.
#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "mdsync/report.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

using Json = nlohmann::ordered_json;

Json orNull(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

Json orNull(std::uint32_t number) {
    return number == 0 ? Json(nullptr) : Json(number);
}

Json rulesOf(const RuleCounts& counts) {
    Json rules = Json::object();
    for (const Rule& row : catalogue()) {
        const Counts& c = counts[static_cast<std::size_t>(row.id)];
        if (c == Counts{}) continue;
        Json aspects = Json::array();
        for (const Aspect aspect : listed(c.aspects & aspectsOf(row.id))) {
            aspects.push_back(std::string(spell(aspect)));
        }
        rules[std::string(row.name)] = {{"checked", c.checked},
                                        {"violated", c.violated},
                                        {"undecided", c.undecided},
                                        {"lapsed", c.lapsed},
                                        {"aspects", aspects}};
    }
    return rules;
}

// Of all cases: what a bound is set for.
Json latencyOf(const Latencies& latencies) {
    Json json = Json::object();
    for (std::size_t i = 0; i < latencies.size(); ++i) {
        const Latency& of = latencies[i];
        if (of.count() == 0) continue;
        json[std::string(kLagWords[i])] = {{"count", of.count()},
                                           {"p50", of.percentile(500).count()},
                                           {"p90", of.percentile(900).count()},
                                           {"p99", of.percentile(990).count()},
                                           {"max", of.percentile(1000).count()}};
    }
    return json;
}

// Of one case: what can be added up.
Json timesOf(const Latencies& latencies) {
    Json json = Json::object();
    for (std::size_t i = 0; i < latencies.size(); ++i) {
        for (const auto& [took, times] : latencies[i].seen()) {
            json[std::string(kLagWords[i])].push_back({{"ms", took.count()}, {"times", times}});
        }
    }
    return json;
}

Json idsOf(const std::vector<RuleId>& ids) {
    Json names = Json::array();
    for (const RuleId id : ids) names.push_back(std::string(rule(id).name));
    return names;
}

// What a report needs to show the place again: `mdsync merge` reads it.
void addPlace(Json& document, const Span& span, const std::string& excerpt, std::uint32_t excerptColumn) {
    if (excerpt.empty()) return;
    document["place"] = {
        {"column", span.column}, {"length", span.length}, {"excerpt", excerpt}, {"excerptColumn", excerptColumn}};
}

Json becauseOf(const std::vector<Because>& links) {
    Json because = Json::array();
    for (const Because& link : links) {
        because.push_back({{"event", link.event}, {"t", link.t.time_since_epoch().count()}, {"text", link.text}});
    }
    return because;
}

Json violationOf(const ReportedViolation& v) {
    Json document = {{"rule", std::string(rule(v.rule).name)},
                     {"t", v.t.time_since_epoch().count()},
                     {"event", v.event},
                     {"device", orNull(v.device)},
                     {"message", orNull(v.message)},
                     {"user", orNull(v.user)},
                     {"step", orNull(v.step)},
                     {"line", orNull(v.span.line)},
                     {"text", v.text},
                     {"because", becauseOf(v.because)}};
    addPlace(document, v.span, v.excerpt, v.excerptColumn);
    if (!v.expected.empty()) document["expected"] = v.expected;
    if (!v.file.empty()) document["file"] = v.file;
    return document;
}

Json expectationOf(const ExpectationResult& e) {
    Json document = {{"step", orNull(e.step)},
                     {"line", orNull(e.span.line)},
                     {"verdict", e.met ? "pass" : "fail"},
                     {"text", e.text}};
    if (!e.met) document["because"] = becauseOf(e.because);
    if (!e.met) addPlace(document, e.span, e.excerpt, e.excerptColumn);
    if (!e.expected.empty()) document["expected"] = e.expected;
    if (!e.file.empty()) document["file"] = e.file;
    return document;
}

Json diagnosticOf(const Diagnostic& d) {
    Json document = {{"severity", d.severity == Severity::Error ? "error" : "warning"},
                     {"code", d.code},
                     {"message", d.message},
                     {"file", d.file},
                     {"line", orNull(d.span.line)},
                     {"column", orNull(d.span.column)},
                     {"hint", orNull(d.hint)}};
    addPlace(document, d.span, d.excerpt, d.excerptColumn);
    if (!d.notes.empty()) document["notes"] = d.notes;
    return document;
}

Json tolerancesOf(const ToleranceCounts& counts) {
    Json tolerances = Json::object();
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] > 0) tolerances[std::string(spell(static_cast<Tolerance>(i)))] = counts[i];
    }
    return tolerances;
}

template <class List, class Make>
Json arrayOf(const List& list, Make make) {
    Json array = Json::array();
    for (const auto& element : list) array.push_back(make(element));
    return array;
}

Json caseOf(const CaseResult& c, bool timelines) {
    Json choice = Json::object();
    for (const auto& [key, value] : c.choice) choice[key] = value;
    Json document = {{"id", c.id},
                     {"file", c.file},
                     {"case", choice},
                     {"name", c.name},
                     {"timezone", c.timezone.name()},
                     {"verdict", std::string(spell(c.verdict))},
                     {"seed", c.seed},
                     {"runHash", c.runHash},
                     {"events", c.events},
                     {"violations", arrayOf(c.violations, violationOf)},
                     {"violationsBeyond", c.violationsBeyond},
                     {"expectations", arrayOf(c.expectations, expectationOf)},
                     {"notExercised", idsOf(c.notExercised)},
                     {"rules", rulesOf(c.counts)}};
    if (!c.notExercisedExpected.empty()) {
        Json expected = Json::object();
        for (const auto& [id, reason] : c.notExercisedExpected) expected[std::string(rule(id).name)] = reason;
        document["notExercisedExpected"] = expected;
    }
    if (!c.nearest.empty()) {
        Json nearest = Json::object();
        for (const auto& [id, sentence] : c.nearest) nearest[std::string(rule(id).name)] = sentence;
        document["notExercisedNearest"] = nearest;
    }
    if (c.beyondExpected) document["violationsBeyondExpected"] = true;
    if (c.expectedFailure) document["expectedFailure"] = true;
    if (!c.emulates.empty()) document["emulates"] = wordsOf(c.emulates);
    if (!c.reason.empty()) document["reason"] = c.reason;
    if (!isEmpty(c.latencies)) document["times"] = timesOf(c.latencies);
    if (c.lacks.size() > 1) document["lacks"] = c.lacks;
    if (c.attempts > 1) {
        document["attempts"] = c.attempts;
        document["failedAttempts"] = c.failedAttempts;
    }
    if (c.micros) document["micros"] = *c.micros;
    if (c.openDuties > 0) document["openDuties"] = c.openDuties;
    if (c.linesLost > 0) document["linesLost"] = c.linesLost;
    if (Json tolerances = tolerancesOf(c.tolerances); !tolerances.empty()) document["tolerances"] = tolerances;
    if (!c.diagnostics.empty()) document["diagnostics"] = arrayOf(c.diagnostics, diagnosticOf);
    if (!c.lastLines.empty()) document["lastLines"] = c.lastLines;
    if (timelines && !c.timeline.empty()) document["timeline"] = unpainted(c.timeline);
    if (!c.again.empty()) document["again"] = c.again;
    return document;
}

Json summaryOf(const Result& result) {
    const Summary s = summarize(result);
    return {{"scenarios", s.scenarios},
            {"passed", s.passed},
            {"failed", s.failed},
            {"inconclusive", s.inconclusive},
            {"notApplicable", s.notApplicable},
            {"errors", s.errors},
            {"checks", s.checks},
            {"violations", s.violations},
            {"undecided", s.undecided},
            {"lapsed", s.lapsed},
            {"notExercised", s.notExercised},
            {"expectations", s.expectations},
            {"unmet", s.unmet},
            {"tolerated", s.tolerated},
            {"events", s.events},
            {"expectedFailures", s.expectedFailures},
            {"flaky", s.flaky}};
}

Json lackOf(const Lack& lack) {
    return {{"reason", lack.what}, {"cases", lack.cases}, {"alone", lack.alone}};
}

Json baselineOutcomeOf(const BaselineOutcome& baseline) {
    return {{"file", baseline.file},
            {"entries", baseline.entries},
            {"used", baseline.used},
            {"notJudged", baseline.idle},
            {"wrong", arrayOf(baseline.wrong, diagnosticOf)}};
}

}  // namespace

std::string jsonReport(const Result& result, std::string_view version, bool timelines) {
    Json document = {{"mdsync", "result/1"},
                     {"version", std::string(version)},
                     {"verdict", std::string(spell(verdictOf(result)))},
                     {"summary", summaryOf(result)},
                     {"rules", rulesOf(totalCounts(result))}};
    if (Json emulated = rulesOf(emulatedCounts(result)); !emulated.empty()) document["emulated"] = emulated;
    if (const Latencies all = latenciesOf(result); !isEmpty(all)) document["latency"] = latencyOf(all);
    if (!result.bounds.empty()) {
        document["maxLatency"] = arrayOf(result.bounds, [](const LatencyBound& bound) { return spell(bound); });
        document["latencyExceeded"] = exceededOf(result);
    }
    if (const std::vector<Lack> lacks = lacksOf(result); !lacks.empty())
        document["notApplicable"] = arrayOf(lacks, lackOf);
    if (!result.required.empty()) document["requiredNotExercised"] = idsOf(missingOf(result));
    if (result.baseline) document["baseline"] = baselineOutcomeOf(*result.baseline);
    if (!result.paths.empty()) document["paths"] = result.paths;
    if (result.failsOnFlaky) document["failsOnFlaky"] = true;
    if (result.shard) document["shard"] = spell(*result.shard);
    if (result.namedNothing) document["namedNothing"] = true;
    if (result.interrupted) document["interrupted"] = true;
    if (result.notRun > 0) document["notRun"] = result.notRun;
    if (result.interruptSignal != 0) document["interruptSignal"] = result.interruptSignal;
    if (!result.diagnostics.empty()) document["diagnostics"] = arrayOf(result.diagnostics, diagnosticOf);
    document["scenarios"] = arrayOf(result.cases, [timelines](const CaseResult& c) { return caseOf(c, timelines); });
    // Names may come from a command line or a file system and be no UTF-8.
    return documentText(document);
}

}  // namespace mdsync
