#include "recorded.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "mdsync/time.hpp"

namespace mdsync::recorded {

namespace {

using Json = nlohmann::ordered_json;

Expectation expectationOf(const Json& json) {
    Expectation expected;
    expected.verdict = json.at("verdict");
    expected.rules = json.value("rules", expected.rules);
    expected.line = json.value("line", 0U);
    expected.flags = json.value("flags", expected.flags);
    expected.checked = json.value("checked", expected.checked);
    expected.unchecked = json.value("unchecked", expected.unchecked);
    expected.why = json.at("why");
    return expected;
}

Recorded load(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    Recorded trace{path, {std::istreambuf_iterator<char>(file), {}}, {}};
    try {
        trace.expected = expectationOf(Json::parse(trace.text.substr(0, trace.text.find('\n'))).at("x-expect"));
    } catch (const std::exception& e) {
        throw std::runtime_error(fmt::format("{}: no \"x-expect\" in the first line: {}", path.string(), e.what()));
    }
    return trace;
}

// How the command line of an expectation has the trace read and judged. A reading takes the place of the header's.
struct Flags {
    ReadOptions read;
    CheckerOptions check;
    Json readings = Json::object();
};

Flags flagsOf(const Expectation& expected) {
    Flags flags;
    for (std::size_t i = 0; i < expected.flags.size(); ++i) {
        const std::string& flag = expected.flags[i];
        if (flag == "--lenient") {
            flags.read.lenient = true;
            continue;
        }
        const std::string& value = expected.flags.at(++i);
        if (flag == "--settle") {
            flags.check.settle = parseDuration(value);
        } else if (flag == "--skew") {
            flags.read.skew = parseDuration(value).value();
        } else if (flag == "--reading") {
            flags.readings[value.substr(0, value.find('='))] = value.substr(value.find('=') + 1);
        } else {
            throw std::runtime_error("unknown flag " + flag);
        }
    }
    return flags;
}

std::string withReadings(const std::string& text, const Json& readings) {
    if (readings.empty()) return text;
    const std::size_t end = text.find('\n');
    Json header = Json::parse(text.substr(0, end));
    header["readings"].update(readings);
    return header.dump() + text.substr(end);
}

std::string verdictOf(const Judgement& judgement, const TraceReader& reader) {
    if (!reader.valid()) return "error";
    if (!judgement.violations.empty()) return "fail";
    return judgement.open > 0 || reader.counts().skipped > 0 ? "inconclusive" : "pass";
}

std::set<std::string> rulesWith(const Judgement& judgement, std::uint64_t Counts::*what) {
    std::set<std::string> names;
    for (const Rule& row : catalogue()) {
        if (judgement.counts.at(static_cast<std::size_t>(row.id)).*what > 0) names.emplace(row.name);
    }
    return names;
}

std::string lineOf(const std::string& text, std::uint32_t number) {
    std::size_t begin = 0;
    for (std::uint32_t i = 1; i < number && begin != std::string::npos; ++i) begin = text.find('\n', begin) + 1;
    return text.substr(begin, text.find('\n', begin) - begin);
}

// A violation as the timeline of a report tells it, with the lines of the file.
std::string told(const Violation& violation, const Recorded& trace) {
    std::string out = fmt::format("    {}\n", violation.text);
    for (const Because& link : violation.because) out += fmt::format("    {:>4}  {}\n", link.origin, link.text);
    return out + fmt::format("  > {:>4}  {}\n", violation.origin, lineOf(trace.text, violation.origin));
}

std::string list(const std::set<std::string>& names) {
    return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

const std::vector<Recorded>& all() {
    static const std::vector<Recorded> traces = [] {
        std::vector<Recorded> found;
        for (const auto& entry : std::filesystem::directory_iterator(MDSYNC_TRACES)) {
            if (entry.path().extension() == ".jsonl") found.push_back(load(entry.path()));
        }
        std::ranges::sort(found, {}, &Recorded::path);
        return found;
    }();
    return traces;
}

Judgement judge(const Recorded& trace, rules::Witness* witness) {
    Flags flags = flagsOf(trace.expected);
    flags.check.witness = witness;
    const std::string text = withReadings(trace.text, flags.readings);
    TraceReader reader = TraceReader::ofText(text, trace.name(), flags.read);
    Judgement judgement;
    if (reader.valid()) {
        Checker checker(reader.header(), flags.check);
        for (auto batch = reader.next(); !batch.empty(); batch = reader.next()) {
            checker.feed(batch, reader.lexicon(), reader.annex());
        }
        checker.finish(reader.lexicon());
        judgement.counts = checker.counts();
        judgement.violations = checker.violations();
        judgement.open = checker.openDuties();
    }
    judgement.mistakes = reader.diagnostics();
    judgement.verdict = verdictOf(judgement, reader);
    return judgement;
}

std::string differences(const Recorded& trace, const Judgement& judgement) {
    const Expectation& expected = trace.expected;
    std::string out;
    if (judgement.verdict != expected.verdict)
        out += fmt::format("  verdict: {}, expected {}\n", judgement.verdict, expected.verdict);
    if (expected.verdict == "error" || judgement.verdict == "error") {
        const std::uint32_t line = judgement.mistakes.empty() ? 0 : judgement.mistakes.front().span.line;
        if (line != expected.line) out += fmt::format("  first mistake: line {}, expected {}\n", line, expected.line);
        if (!out.empty()) {
            for (const Diagnostic& mistake : judgement.mistakes) out += render(mistake);
        }
        return out;
    }
    const std::set<std::string> violated = rulesWith(judgement, &Counts::violated);
    if (violated != expected.rules) {
        out += fmt::format("  violated: {}; expected {}\n", list(violated), list(expected.rules));
        for (const Violation& violation : judgement.violations) out += told(violation, trace);
        if (judgement.open > 0) out += fmt::format("  duties open at the end: {}\n", judgement.open);
    }
    const std::set<std::string> checked = rulesWith(judgement, &Counts::checked);
    for (const std::string& rule : expected.checked) {
        if (!checked.contains(rule)) out += fmt::format("  {} was not put to the test\n", rule);
    }
    for (const std::string& rule : expected.unchecked) {
        if (checked.contains(rule)) out += fmt::format("  {} was put to the test\n", rule);
    }
    return out;
}

std::optional<RuleId> ruleOf(const Recorded& trace) {
    for (const Rule& row : catalogue()) {
        if (trace.name().starts_with(std::string(row.name) + ".")) return row.id;
    }
    return std::nullopt;
}

}  // namespace mdsync::recorded
