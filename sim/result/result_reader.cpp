// Reads the document `result/1` back into a Result: all that reports print, so that a merged result reads like one run.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "mdsync/documents.hpp"
#include "result/document.hpp"

namespace mdsync {

using json::Kind;
using json::Node;
using scenario::Mistake;

namespace {

constexpr std::array kVerdicts{Verdict::Pass,  Verdict::Fail,    Verdict::Inconclusive, Verdict::NotApplicable,
                               Verdict::Error, Verdict::Nothing, Verdict::Flaky};

// The lines of a ladder, as a terminal may show them, whoever wrote the document.
std::string harmless(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        shown += printable(text.substr(0, end));
        if (end < text.size()) shown += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return shown;
}

class ResultReader {
public:
    explicit ResultReader(const std::string& path) : document_(path, "result/1") { file_.path = path; }

    ResultFile read() {
        if (document_.readable()) readDocument();
        file_.diagnostics = document_.diagnostics();
        file_.valid = file_.diagnostics.empty();
        return std::move(file_);
    }

private:
    // ---- the whole run ----------------------------------------------------------------------------------------------

    void readDocument() {
        const Node& root = document_.root();
        Result& result = file_.result;
        result.interrupted = document_.truth(root, "interrupted");
        result.notRun = document_.natural(root, "notRun");
        result.interruptSignal = static_cast<int>(document_.small(root, "interruptSignal"));
        if (result.interrupted && result.interruptSignal == 0) result.interruptSignal = 2;
        result.namedNothing = document_.truth(root, "namedNothing");
        result.paths = linesIn(root, "paths");
        for (const std::string& word : linesIn(root, "maxLatency")) {
            if (const std::optional<LatencyBound> bound = findLatencyBound(word)) result.bounds.push_back(*bound);
        }
        result.failsOnFlaky = document_.truth(root, "failsOnFlaky");
        readShard(root);
        result.diagnostics = diagnosticsOf(root, "diagnostics");
        readBaseline(root);
        // Of the rules that the run required only those that it missed can still be missing from a merged one.
        result.required = rulesIn(root, "requiredNotExercised");
        const Node* scenarios = document_.member(root, "scenarios", Kind::List, true);
        if (scenarios == nullptr) return;
        for (const Node& node : document_.children(*scenarios)) {
            if (document_.is(node, Kind::Object, "a scenario's result is an object")) readCase(node);
        }
    }

    void readShard(const Node& root) {
        const Node* word = document_.member(root, "shard", Kind::String, false);
        if (word == nullptr) return;
        file_.result.shard = findShard(document_.textOf(*word));
        if (!file_.result.shard) {
            document_.mistake(Mistake::UnknownWord, word->place,
                              fmt::format("there is no shard \"{}\"", document_.textOf(*word)),
                              "2/8 is the second of 8");
        }
    }

    void readBaseline(const Node& root) {
        const Node* node = document_.member(root, "baseline", Kind::Object, false);
        if (node == nullptr) return;
        BaselineOutcome& outcome = file_.result.baseline.emplace();
        outcome.file = document_.text(*node, "file");
        outcome.entries = document_.natural(*node, "entries");
        outcome.used = document_.natural(*node, "used");
        outcome.idle = document_.natural(*node, "notJudged");
        outcome.wrong = diagnosticsOf(*node, "wrong");
    }

    // ---- one case ---------------------------------------------------------------------------------------------------

    void readCase(const Node& node) {
        CaseResult c;
        c.id = document_.text(node, "id", true);
        c.file = document_.text(node, "file");
        if (c.file.empty()) c.file = c.id;
        c.name = document_.text(node, "name");
        c.verdict = verdictOf(node);
        c.seed = document_.natural(node, "seed");
        c.runHash = document_.text(node, "runHash");
        c.events = document_.natural(node, "events");
        c.openDuties = document_.natural(node, "openDuties");
        c.linesLost = document_.natural(node, "linesLost");
        c.reason = document_.text(node, "reason");
        c.lacks = linesIn(node, "lacks");
        c.attempts = std::max(1U, document_.small(node, "attempts"));
        c.failedAttempts = document_.small(node, "failedAttempts");
        if (document_.find(node, "micros") != nullptr) c.micros = document_.natural(node, "micros");
        c.timeline = harmless(document_.text(node, "timeline"));
        c.again = document_.text(node, "again");
        c.lastLines = linesIn(node, "lastLines");
        c.diagnostics = diagnosticsOf(node, "diagnostics");
        if (const Node* choice = document_.member(node, "case", Kind::Object, false)) {
            for (const Node& child : document_.children(*choice)) {
                c.choice.emplace_back(document_.key(child), document_.textOf(child));
            }
        }
        readZone(node, c);
        readCounts(node, c);
        readEmulations(node, c);
        readTimes(node, c);
        readTolerances(node, c);
        readFailures(node, c);
        const Node* id = document_.find(node, "id");
        file_.places.push_back(document_.placeOf(id == nullptr ? node.place : id->place));
        file_.result.cases.push_back(std::move(c));
    }

    Verdict verdictOf(const Node& node) {
        const Node* word = document_.member(node, "verdict", Kind::String, true);
        if (word == nullptr) return Verdict::Nothing;
        const std::string text = document_.textOf(*word);
        std::vector<std::string_view> known;
        for (const Verdict verdict : kVerdicts) {
            if (text == spell(verdict)) return verdict;
            known.push_back(spell(verdict));
        }
        document_.mistake(Mistake::UnknownWord, word->place, fmt::format("there is no verdict \"{}\"", text),
                          fmt::format("there are {}", fmt::join(known, ", ")));
        return Verdict::Nothing;
    }

    void readZone(const Node& node, CaseResult& c) {
        const std::string name = document_.text(node, "timezone");
        if (const std::optional<Zone> zone = Zone::find(name)) c.timezone = *zone;
    }

    // A rule that this version does not know: what was found by it could not be judged or shown.
    std::optional<RuleId> ruleOf(const std::string& name, const scenario::Place& place) {
        const std::optional<RuleId> id = findRule(name);
        if (!id) {
            document_.mistake(Mistake::UnknownRule, place, fmt::format("there is no rule \"{}\"", name),
                              "was the result made by a later version of mdsync?");
        }
        return id;
    }

    std::vector<RuleId> rulesIn(const Node& object, std::string_view key) {
        std::vector<RuleId> ids;
        const Node* list = document_.member(object, key, Kind::List, false);
        if (list == nullptr) return ids;
        for (const Node& name : document_.children(*list)) {
            if (!document_.is(name, Kind::String, "a rule's id is a text")) continue;
            if (const auto id = ruleOf(document_.textOf(name), name.place)) ids.push_back(*id);
        }
        return ids;
    }

    std::vector<std::string> linesIn(const Node& object, std::string_view key) {
        std::vector<std::string> lines;
        const Node* list = document_.member(object, key, Kind::List, false);
        if (list == nullptr) return lines;
        for (const Node& line : document_.children(*list)) {
            if (document_.is(line, Kind::String, "a line is a text")) lines.push_back(document_.textOf(line));
        }
        return lines;
    }

    void readCounts(const Node& node, CaseResult& c) {
        const Node* rules = document_.member(node, "rules", Kind::Object, true);
        if (rules == nullptr) return;
        for (const Node& child : document_.children(*rules)) {
            const std::optional<RuleId> id = ruleOf(std::string(document_.key(child)), child.keyPlace());
            if (!id || !document_.is(child, Kind::Object, "a rule's counts are an object")) continue;
            Counts& counts = c.counts[static_cast<std::size_t>(*id)];
            counts.checked = document_.natural(child, "checked");
            counts.violated = document_.natural(child, "violated");
            counts.undecided = document_.natural(child, "undecided");
            counts.lapsed = document_.natural(child, "lapsed");
            counts.aspects = aspectsIn(child);
        }
    }

    // Those that this version knows: the others are no aspects of its rules.
    Aspects aspectsIn(const Node& rule) {
        Aspects aspects = 0;
        const Node* list = document_.member(rule, "aspects", Kind::List, false);
        if (list == nullptr) return aspects;
        for (const Node& word : document_.children(*list)) {
            if (!document_.is(word, Kind::String, "an aspect is a text")) continue;
            if (const std::optional<Aspect> aspect = findAspect(document_.textOf(word))) aspects |= bit(*aspect);
        }
        return aspects;
    }

    void readEmulations(const Node& node, CaseResult& c) {
        for (const std::string& word : linesIn(node, "emulates")) {
            if (const std::optional<Emulation> emulation = findEmulation(word)) c.emulates.add(*emulation);
        }
    }

    // `{"delivery": [{"ms": 40, "times": 3}]}`.
    void readTimes(const Node& node, CaseResult& c) {
        const Node* times = document_.member(node, "times", Kind::Object, false);
        if (times == nullptr) return;
        for (std::size_t i = 0; i < kLagWords.size(); ++i) {
            each(*times, kLagWords[i], [&](const Node& seen) {
                c.latencies[i].add(Millis{document_.whole(seen, "ms")}, document_.natural(seen, "times"));
            });
        }
    }

    void readTolerances(const Node& node, CaseResult& c) {
        const Node* tolerances = document_.member(node, "tolerances", Kind::Object, false);
        if (tolerances == nullptr) return;
        for (std::size_t i = 0; i < kTolerances; ++i) {
            c.tolerances[i] = document_.natural(*tolerances, spell(static_cast<Tolerance>(i)));
        }
    }

    void readFailures(const Node& node, CaseResult& c) {
        each(node, "violations", [&](const Node& v) { readViolation(v, c); });
        c.violationsBeyond = document_.natural(node, "violationsBeyond");
        c.beyondExpected = document_.truth(node, "violationsBeyondExpected");
        each(node, "expectations", [&](const Node& e) { readExpectation(e, c); });
        c.notExercised = rulesIn(node, "notExercised");
        c.notExercisedExpected = sentencesIn(node, "notExercisedExpected");
        c.nearest = sentencesIn(node, "notExercisedNearest");
        c.expectedFailure = document_.truth(node, "expectedFailure");
    }

    // A sentence for each of some rules.
    std::vector<std::pair<RuleId, std::string>> sentencesIn(const Node& node, std::string_view key) {
        std::vector<std::pair<RuleId, std::string>> sentences;
        const Node* object = document_.member(node, key, Kind::Object, false);
        if (object == nullptr) return sentences;
        for (const Node& child : document_.children(*object)) {
            const auto id = ruleOf(std::string(document_.key(child)), child.keyPlace());
            if (id) sentences.emplace_back(*id, document_.textOf(child));
        }
        return sentences;
    }

    template <class Read>
    void each(const Node& object, std::string_view key, Read read) {
        const Node* list = document_.member(object, key, Kind::List, false);
        if (list == nullptr) return;
        for (const Node& node : document_.children(*list)) {
            if (document_.is(node, Kind::Object, fmt::format("\"{}\" is a list of objects", key))) read(node);
        }
    }

    void readViolation(const Node& node, CaseResult& c) {
        ReportedViolation v;
        const Node* name = document_.member(node, "rule", Kind::String, true);
        if (name == nullptr) return;
        const std::optional<RuleId> id = ruleOf(document_.textOf(*name), name->place);
        if (!id) return;
        v.rule = *id;
        v.t = Instant{Millis{document_.whole(node, "t")}};
        v.event = document_.natural(node, "event");
        v.device = document_.text(node, "device");
        v.message = document_.text(node, "message");
        v.user = document_.text(node, "user");
        v.step = document_.small(node, "step");
        v.text = document_.text(node, "text");
        v.expected = document_.text(node, "expected");
        v.file = document_.text(node, "file");
        readPlace(node, v);
        v.because = becauseIn(node);
        c.violations.push_back(std::move(v));
    }

    void readExpectation(const Node& node, CaseResult& c) {
        ExpectationResult e;
        e.met = verdictOf(node) == Verdict::Pass;
        e.step = document_.small(node, "step");
        e.text = document_.text(node, "text");
        e.expected = document_.text(node, "expected");
        e.because = becauseIn(node);
        e.file = document_.text(node, "file");
        readPlace(node, e);
        c.expectations.push_back(std::move(e));
    }

    std::vector<Because> becauseIn(const Node& node) {
        std::vector<Because> because;
        each(node, "because", [&](const Node& link) {
            because.push_back({document_.natural(link, "event"), Instant{Millis{document_.whole(link, "t")}}, 0,
                               document_.text(link, "text")});
        });
        return because;
    }

    template <class Reported>
    void readPlace(const Node& node, Reported& reported) {
        reported.span.line = document_.small(node, "line");
        const Node* place = document_.member(node, "place", Kind::Object, false);
        if (place == nullptr) return;
        reported.span.column = document_.small(*place, "column");
        reported.span.length = document_.small(*place, "length");
        reported.excerpt = document_.text(*place, "excerpt");
        reported.excerptColumn = document_.small(*place, "excerptColumn");
    }

    std::vector<Diagnostic> diagnosticsOf(const Node& object, std::string_view key) {
        std::vector<Diagnostic> list;
        each(object, key, [&](const Node& node) {
            Diagnostic d;
            d.severity = document_.text(node, "severity") == "warning" ? Severity::Warning : Severity::Error;
            d.code = document_.text(node, "code");
            d.message = document_.text(node, "message");
            d.file = document_.text(node, "file");
            d.hint = document_.text(node, "hint");
            d.notes = linesIn(node, "notes");
            readPlace(node, d);
            d.span.column = document_.small(node, "column");
            list.push_back(std::move(d));
        });
        return list;
    }

    Document document_;
    ResultFile file_;
};

}  // namespace

ResultFile readResult(const std::string& path) {
    return ResultReader(path).read();
}

}  // namespace mdsync
