// A recorded trace of tests/conformance/traces with what its first line expects of it, and what the rules say of it.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mdsync/rules.hpp"
#include "mdsync/trace_io.hpp"

namespace mdsync::recorded {

// `"x-expect"` in the first line: tests/conformance/README.md.
struct Expectation {
    std::string verdict;              // pass, fail, inconclusive, error
    std::set<std::string> rules;      // exactly those that are violated
    std::uint32_t line = 0;           // with error: that of the first mistake
    std::vector<std::string> flags;   // of the command line: --settle, --skew, --lenient, --reading
    std::set<std::string> checked;    // rules that must have been put to the test
    std::set<std::string> unchecked;  // rules that must not
    std::string why;                  // the sentence that decides
};

struct Recorded {
    std::filesystem::path path;
    std::string text;
    Expectation expected;

    [[nodiscard]] std::string name() const { return path.filename().string(); }  // `off.no-sent-sync.live.bad.jsonl`
    [[nodiscard]] std::string family() const { return name().substr(0, name().find('.')); }
};

// All of them, in the order of their names.
[[nodiscard]] const std::vector<Recorded>& all();

// What the rules say of it, with its flags; a witness may listen.
struct Judgement {
    std::string verdict;
    std::vector<Diagnostic> mistakes;
    RuleCounts counts{};
    std::vector<Violation> violations;
    std::uint64_t open = 0;
};
[[nodiscard]] Judgement judge(const Recorded& trace, rules::Witness* witness = nullptr);

// In what the judgement differs from what is expected, for people: each difference with the lines that it rests on.
// Empty if in nothing.
[[nodiscard]] std::string differences(const Recorded& trace, const Judgement& judgement);

// The rule that the name begins with, if any.
[[nodiscard]] std::optional<RuleId> ruleOf(const Recorded& trace);

}  // namespace mdsync::recorded
