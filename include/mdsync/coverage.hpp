// Coverage: which rules, and which kinds of case within each, the cases of some results put to the test.
//
// It counts what was put to the test, whatever came of it. What the vendor's page says and no case touched is missing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mdsync/result.hpp"
#include "mdsync/rules.hpp"

namespace mdsync {

struct RuleCoverage {
    RuleId rule{};
    std::uint64_t checked = 0;
    std::vector<std::pair<std::string, std::uint64_t>> cases;  // those that put it to the test, with their checks
    std::vector<std::pair<Aspect, std::uint64_t>> aspects;     // all that the rule has, with how many cases had them

    // What counts of a rule: its aspects; a rule that has none counts by itself.
    [[nodiscard]] std::uint64_t total() const;
    [[nodiscard]] std::uint64_t covered() const;
    [[nodiscard]] std::vector<Aspect> missing() const;
};

struct Coverage {
    std::vector<RuleCoverage> rules;  // all, in the order of the catalogue
    std::uint64_t cases = 0;          // that put anything to the test

    [[nodiscard]] std::uint64_t total() const;
    [[nodiscard]] std::uint64_t covered() const;
    [[nodiscard]] std::uint64_t permille() const;  // covered of total, rounded down
};

[[nodiscard]] Coverage coverageOf(std::span<const Result> results);

}  // namespace mdsync
