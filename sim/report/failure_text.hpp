// FailureText: one failure at length: whose rule, in whose words, where in the file, what led to it, the lines to paste.
#pragma once

#include <string>
#include <string_view>

#include "mdsync/result.hpp"
#include "report/causes.hpp"
#include "report/text.hpp"

namespace mdsync {

inline constexpr std::size_t kTextWidth = 98;  // of running text

class FailureText {
public:
    // `whole`: chains of events are not cut.
    FailureText(const Paint& paint, bool whole) : paint_(paint), whole_(whole) {}

    // Begins with the line `FAIL  ...`, ends with a line of text.
    [[nodiscard]] std::string of(const CaseResult& c, const ReportedFailure& failure) const;

    // An entry of the baseline that does not hold.
    [[nodiscard]] std::string of(const Diagnostic& wrongEntry) const;

    // `FAIL  NAME      REST`, for what is told in a line.
    [[nodiscard]] static std::string line(const std::string& mark, const std::string& name, const std::string& rest);

private:
    [[nodiscard]] std::string head(const std::string& name, std::string_view what) const;
    [[nodiscard]] std::string violation(const CaseResult& c, std::size_t number) const;
    [[nodiscard]] std::string expectation(const CaseResult& c, const ExpectationResult& e) const;
    [[nodiscard]] std::string reasons(const ExpectationResult& e) const;
    [[nodiscard]] std::string notExercised(const CaseResult& c, RuleId id) const;
    [[nodiscard]] static std::string nearest(const CaseResult& c, RuleId id);
    [[nodiscard]] std::string chain(const CaseResult& c, const ReportedViolation& v) const;
    [[nodiscard]] std::string chainLine(bool isBlamed, const std::string& when, const std::string& what) const;

    const Paint& paint_;
    bool whole_;
};

}  // namespace mdsync
