// FailureText: one failure at length: whose rule, in whose words, where in the file, what led to it, the lines to paste.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "mdsync/result.hpp"
#include "report/causes.hpp"
#include "report/text.hpp"

namespace mdsync {

class FailureText {
public:
    // `whole`: chains of events are not cut; `program` is what the lines to paste begin with.
    FailureText(const Paint& paint, bool whole, std::string program = "mdsync")
        : paint_(paint), program_(std::move(program)), whole_(whole) {}

    // Begins with the line `FAIL  ...`, ends with a line of text.
    [[nodiscard]] std::string of(const CaseResult& c, const ReportedFailure& failure) const;

    // An entry of the baseline that does not hold.
    [[nodiscard]] std::string of(const Diagnostic& wrongEntry) const;

    // `FAIL  NAME      REST`, for what is told in a line.
    [[nodiscard]] std::string line(const std::string& mark, const std::string& name, const std::string& rest) const;

    // `mdsync run ...`, called as this program was.
    [[nodiscard]] std::string asCalled(const std::string& again) const;

private:
    [[nodiscard]] std::string head(const std::string& name, std::string_view what) const;
    [[nodiscard]] std::string violation(const CaseResult& c, std::size_t number) const;
    [[nodiscard]] std::string expectation(const CaseResult& c, const ExpectationResult& e) const;
    [[nodiscard]] std::string reasons(const ExpectationResult& e) const;
    [[nodiscard]] std::string notExercised(const CaseResult& c, RuleId id) const;
    [[nodiscard]] std::string nearest(const CaseResult& c, RuleId id) const;
    [[nodiscard]] std::string chain(const CaseResult& c, const ReportedViolation& v) const;
    [[nodiscard]] std::string chainLine(bool isBlamed, const std::string& when, const std::string& what) const;

    [[nodiscard]] std::string place(const std::string& file, const Span& span, const std::string& excerpt,
                                    std::uint32_t column, const std::string& label) const;
    [[nodiscard]] std::string again(const CaseResult& c) const;
    [[nodiscard]] std::string why(std::string_view word) const;
    [[nodiscard]] std::string sentence(const std::string& text, bool whole = false) const;

    const Paint& paint_;
    std::string program_;
    bool whole_;
};

}  // namespace mdsync
