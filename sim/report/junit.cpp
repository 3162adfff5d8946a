// JUnit: the XML that CI servers read. One test case a scenario case, grouped by folder. Its form is
// that of docs/schema/junit.xsd.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "mdsync/report.hpp"
#include "report/causes.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

// `text` for XML: what XML 1.0 cannot carry becomes a question mark, what has a meaning is escaped.
std::string xml(std::string_view text) {
    std::string line;
    std::string safe;
    const auto flush = [&] {
        for (const char c : printable(line)) {
            switch (c) {
                case '&':
                    safe += "&amp;";
                    break;
                case '<':
                    safe += "&lt;";
                    break;
                case '>':
                    safe += "&gt;";
                    break;
                case '"':
                    safe += "&quot;";
                    break;
                default:
                    safe += c;
            }
        }
        line.clear();
    };
    for (const char c : text) {
        if (c != '\n') {
            line += c;
            continue;
        }
        flush();
        safe += "\n";
    }
    flush();
    // U+FFFE and U+FFFF are UTF-8 but not XML.
    for (const std::string_view forbidden : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
        for (std::size_t at = safe.find(forbidden); at != std::string::npos; at = safe.find(forbidden, at)) {
            safe.replace(at, forbidden.size(), "?");
        }
    }
    return safe;
}

template <class Reported>
std::string placeOf(const CaseResult& c, const Reported& reported) {
    const std::string& file = reported.file.empty() ? c.file : reported.file;
    return reported.span.line == 0 ? file : fmt::format("{}:{}:{}", file, reported.span.line, reported.span.column);
}

std::string becauseText(const CaseResult& c, const std::vector<Because>& because) {
    std::string text;
    for (const Because& link : because) {
        text += fmt::format("  {} {}  {}\n", localDate(link.t, c.timezone), localTime(link.t, c.timezone), link.text);
    }
    return text;
}

std::string violationText(const CaseResult& c, const ReportedViolation& v) {
    return fmt::format("{}: {}\n  {}\n  at {}\n", rule(v.rule).name, rule(v.rule).statement, v.text, placeOf(c, v)) +
           becauseText(c, v.because);
}

// A sentence of what came nearest stands behind what was not exercised.
std::string nearestText(const CaseResult& c, RuleId id) {
    for (const auto& [known, sentence] : c.nearest) {
        if (known == id) return fmt::format("  nearest: {}\n", sentence);
    }
    return {};
}

constexpr std::size_t kMostTold = 20;  // failures of a case at length

// What failed in a case, the first of it also alone: CI servers show one message.
struct JUnitFailure {
    std::string type;
    std::string message;
    std::string body;
    std::size_t parts = 0;

    void add(std::string_view kind, std::string_view first, std::string_view text) {
        if (parts++ == 0) {
            type = kind;
            message = first;
        }
        if (parts <= kMostTold) body += text;
    }
};

// Why a baseline expects what failed: the reasons, each once.
std::string reasonsOf(const CaseResult& c) {
    std::vector<std::string> reasons;
    const auto add = [&](const std::string& reason) {
        if (!reason.empty() && std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) {
            reasons.push_back(reason);
        }
    };
    for (const ReportedViolation& v : c.violations) {
        add(v.expected.empty() ? "" : fmt::format("{}: {}", rule(v.rule).name, v.expected));
    }
    for (const ExpectationResult& e : c.expectations) add(e.expected.empty() ? "" : "expectation: " + e.expected);
    for (const auto& [id, reason] : c.notExercisedExpected) {
        add(fmt::format("{} not exercised: {}", rule(id).name, reason));
    }
    return fmt::format("{}", fmt::join(reasons, "; "));
}

JUnitFailure junitFailureOf(const CaseResult& c) {
    JUnitFailure failure;
    for (const ReportedViolation& v : c.violations) {
        if (!v.expected.empty()) continue;
        const std::string_view name = rule(v.rule).name;
        failure.add(name, fmt::format("{}: {}", name, v.text), violationText(c, v));
    }
    if (c.violationsBeyond > 0 && !c.beyondExpected) {
        const std::string more = counted(c.violationsBeyond, "more violation") + "\n";
        failure.add("violation", more, more);
    }
    for (const ExpectationResult& e : c.expectations) {
        if (!e.met && e.expected.empty())
            failure.add("expectation", e.text,
                        fmt::format("{}\n  at {}\n", e.text, placeOf(c, e)) + becauseText(c, e.because));
    }
    for (const RuleId id : c.notExercised) {
        if (std::any_of(c.notExercisedExpected.begin(), c.notExercisedExpected.end(),
                        [id](const auto& known) { return known.first == id; })) {
            continue;
        }
        const std::string text = fmt::format("{} was not exercised", rule(id).name);
        failure.add("notExercised", text, text + "\n" + nearestText(c, id));
    }
    if (failure.parts > kMostTold) failure.body += fmt::format("and {} more\n", failure.parts - kMostTold);
    if (const std::string known = reasonsOf(c); !known.empty()) failure.body += fmt::format("expected: {}\n", known);
    if (!c.again.empty()) failure.body += fmt::format("again: {}\n", c.again);
    return failure;
}

std::string errorOf(const CaseResult& c) {
    std::string body;
    for (const Diagnostic& d : c.diagnostics) {
        if (d.severity == Severity::Error) body += render(d);
    }
    for (const std::string& line : c.lastLines) body += line + "\n";
    return fmt::format("      <error type=\"error\" message=\"{}\">{}</error>\n",
                       xml(c.reason.empty() && !c.diagnostics.empty() ? c.diagnostics.front().message : c.reason),
                       xml(body));
}

std::string flakyOf(const CaseResult& c, bool isFailure) {
    return isFailure ? fmt::format("      <failure type=\"flaky\" message=\"{}\"/>\n", xml(c.reason))
                     : fmt::format("      <system-out>flaky: {}</system-out>\n", xml(c.reason));
}

std::string outcomeOf(const CaseResult& c, bool failsOnFlaky) {
    switch (c.verdict) {
        case Verdict::Flaky:
            return flakyOf(c, failsOnFlaky && !c.expectedFailure);
        case Verdict::Fail: {
            if (c.expectedFailure) {
                return fmt::format("      <skipped message=\"expected failure: {}\"/>\n", xml(reasonsOf(c)));
            }
            const JUnitFailure f = junitFailureOf(c);
            return fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n", xml(f.type), xml(f.message),
                               xml(f.body));
        }
        case Verdict::Error:
            return errorOf(c);
        case Verdict::Inconclusive:
            return fmt::format("      <skipped message=\"inconclusive: {}\"/>\n", xml(c.reason));
        case Verdict::NotApplicable:
            return fmt::format("      <skipped message=\"not applicable: {}\"/>\n", xml(c.reason));
        case Verdict::Pass:
        case Verdict::Nothing:
            return {};
    }
    return {};
}

// ` time="1.250000"`, in seconds.
std::string timeOf(std::optional<std::uint64_t> micros) {
    constexpr std::uint64_t kSecond = 1'000'000;
    return micros ? fmt::format(" time=\"{}.{:06}\"", *micros / kSecond, *micros % kSecond) : "";
}

// How servers know a test: the folder as `scenarios.web`, which they draw as a tree, and the file's name with its case.
struct TestName {
    std::string folder;
    std::string name;
    std::string file{};
    std::uint32_t line = 0;
};

struct Suite {
    std::string name;
    std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
    std::optional<std::uint64_t> micros;  // where times are known
    std::string body;

    void add(const TestName& test, Verdict verdict, const std::string& outcome,
             std::optional<std::uint64_t> took = {}) {
        ++tests;
        failures += static_cast<std::size_t>(verdict == Verdict::Fail);
        errors += static_cast<std::size_t>(verdict == Verdict::Error);
        skipped += static_cast<std::size_t>(verdict == Verdict::Inconclusive || verdict == Verdict::NotApplicable);
        if (took) micros = micros.value_or(0) + *took;
        std::string open =
            fmt::format("    <testcase classname=\"{}\" name=\"{}\"{}", xml(test.folder), xml(test.name), timeOf(took));
        if (!test.file.empty()) open += fmt::format(" file=\"{}\"", xml(test.file));
        if (test.line > 0) open += fmt::format(" line=\"{}\"", test.line);
        body += outcome.empty() ? open + "/>\n" : open + ">\n" + outcome + "    </testcase>\n";
    }
};

// Which rules failed, and the clauses that they stand on.
std::string propertiesOf(const CaseResult& c) {
    std::vector<RuleId> rules;
    for (const ReportedViolation& v : c.violations) {
        if (v.expected.empty() && std::find(rules.begin(), rules.end(), v.rule) == rules.end()) rules.push_back(v.rule);
    }
    rules.insert(rules.end(), c.notExercised.begin(), c.notExercised.end());
    if (rules.empty() || c.expectedFailure) return {};
    std::string text = "      <properties>\n";
    for (const RuleId id : rules) {
        text += fmt::format(
            "        <property name=\"rule\" value=\"{}\"/>\n        <property name=\"clause\" value=\"{}\"/>\n",
            xml(rule(id).name), xml(rule(id).source));
    }
    return text + "      </properties>\n";
}

std::string folderOf(const std::string& file) {
    const std::size_t slash = file.rfind('/');
    return slash == std::string::npos ? "." : file.substr(0, slash);
}

// `scenarios/web` is `scenarios.web`; what lies here is `mdsync`.
std::string dotted(const std::string& folder) {
    std::string name;
    for (const char c : folder) {
        if (c != '/') {
            name += c;
        } else if (!name.empty() && !name.ends_with('.')) {
            name += '.';
        }
    }
    return name.empty() || name == "." ? "mdsync" : name;
}

// A test for each kind of latency that was measured, which shows it, and one for each bound that was not kept.
template <class SuiteOf>
void addLatency(const Result& result, const SuiteOf& suite) {
    const Latencies latencies = latenciesOf(result);
    for (std::size_t i = 0; i < latencies.size(); ++i) {
        const Latency& of = latencies[i];
        if (of.count() == 0) continue;
        const auto at = [&of](unsigned permille) { return spellDuration(of.percentile(permille)); };
        suite("latency").add({"latency", std::string(kLagWords[i])}, Verdict::Pass,
                             fmt::format("      <system-out>{} measured: p50 {}, p90 {}, p99 {}, max {}</system-out>\n",
                                         of.count(), at(500), at(900), at(990), at(1000)));
    }
    for (const std::string& why : exceededOf(result)) {
        suite("latency").add({"latency", why}, Verdict::Fail,
                             fmt::format("      <failure type=\"latency\" message=\"{}\"/>\n", xml(why)));
    }
}

// Where to look first: at what failed, else nowhere.
std::uint32_t lineOf(const CaseResult& c) {
    if (c.verdict == Verdict::Error && !c.diagnostics.empty()) return c.diagnostics.front().span.line;
    const std::vector<ReportedFailure> failures = failuresOf(c);
    return failures.empty() ? 0 : failures.front().line;
}

TestName testNameOf(const CaseResult& c) {
    const std::string folder = folderOf(c.file);
    const bool isWithin = folder != "." && c.id.size() > folder.size() && c.id.starts_with(folder + "/");
    return {.folder = dotted(folder),
            .name = isWithin ? c.id.substr(folder.size() + 1) : c.id,
            .file = c.file,
            .line = lineOf(c)};
}

// What JUnit counts the case as. It knows no expected failures; servers count what is skipped, and stay green.
Verdict verdictFor(const CaseResult& c, bool failsOnFlaky) {
    if (c.verdict == Verdict::Flaky) return failsOnFlaky && !c.expectedFailure ? Verdict::Fail : Verdict::Pass;
    return c.expectedFailure ? Verdict::NotApplicable : c.verdict;
}

// One suite a folder, in the order of first mention.
std::vector<Suite> suitesOf(const Result& result) {
    std::vector<Suite> suites;
    std::map<std::string, std::size_t> places;
    const auto suite = [&](const std::string& name) -> Suite& {
        const auto [place, added] = places.emplace(name, suites.size());
        if (added) suites.emplace_back().name = name;
        return suites[place->second];
    };
    for (const CaseResult& c : result.cases) {
        const std::string folder = folderOf(c.file);
        suite(folder).add(testNameOf(c), verdictFor(c, result.failsOnFlaky),
                          propertiesOf(c) + outcomeOf(c, result.failsOnFlaky), c.micros);
    }
    for (const Diagnostic& d : result.diagnostics) {
        if (d.severity != Severity::Error) continue;
        CaseResult broken;
        broken.diagnostics = {d};
        const TestName name{dotted(folderOf(d.file)), d.file.empty() ? d.code : d.file, d.file, d.span.line};
        suite(folderOf(d.file)).add(name, Verdict::Error, errorOf(broken));
    }
    if (result.interrupted) {
        suite("run").add({"run", "interrupted"}, Verdict::Error,
                         "      <error type=\"interrupted\" message=\"the run was cut short: what had not ended is "
                         "missing\"/>\n");
    }
    addLatency(result, suite);
    for (const RuleId id : missingOf(result)) {
        const std::string text =
            fmt::format("      <failure type=\"notExercised\" message=\"{} was not exercised by the whole run\"/>\n",
                        rule(id).name);
        suite("required").add({"required", std::string(rule(id).name)}, Verdict::Fail, text);
    }
    if (result.baseline) {
        for (const Diagnostic& wrong : result.baseline->wrong) {
            const std::string place = fmt::format("{}:{}", wrong.file, wrong.span.line);
            suite("baseline")
                .add({"baseline", place, wrong.file, wrong.span.line}, Verdict::Fail,
                     fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n", xml(wrong.code),
                                 xml(wrong.message), xml(render(wrong))));
        }
    }
    return suites;
}

}  // namespace

std::string junitReport(const Result& result) {
    const std::vector<Suite> suites = suitesOf(result);
    Suite all;
    for (const Suite& s : suites) {
        all.tests += s.tests;
        all.failures += s.failures;
        all.errors += s.errors;
        all.skipped += s.skipped;
        if (s.micros) all.micros = all.micros.value_or(0) + *s.micros;
    }
    const auto numbers = [](const Suite& s) {
        return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"{}", s.tests, s.failures, s.errors,
                           s.skipped, timeOf(s.micros));
    };
    std::string document = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    document += fmt::format("<testsuites name=\"mdsync\" {}>\n", numbers(all));
    for (const Suite& s : suites) {
        document += fmt::format("  <testsuite name=\"{}\" {}>\n{}  </testsuite>\n", xml(s.name), numbers(s), s.body);
    }
    return document + "</testsuites>\n";
}

}  // namespace mdsync
