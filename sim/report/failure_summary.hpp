// FailureSummary: at the end of a run, what made how many cases fail, and the line that runs these again.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mdsync/result.hpp"
#include "report/causes.hpp"

namespace mdsync {

class FailureSummary {
public:
    // `columns`: of a line. `program`: what the lines to paste begin with.
    explicit FailureSummary(std::size_t columns = 100, std::string program = "mdsync")
        : width_(columns - 2), program_(std::move(program)) {}

    // How much is said.
    struct Limits {
        std::size_t causes;
        std::size_t cases;  // lines of cases, for each cause
        std::size_t again;  // lines of what to run again
    };

    // A case that failed, or is in error.
    void add(const CaseResult& c, const std::vector<ReportedFailure>& failures);

    // Nothing where a single case failed: that was told.
    [[nodiscard]] std::string write(const Limits& limits) const;

    // The command line alone that runs again what failed, in at most so many lines of cases; each line but the last ends with
    // a backslash. Nothing where there is none, or it does not fit.
    [[nodiscard]] std::string again(std::size_t lines) const;

private:
    struct Cause {
        std::string text;
        std::vector<std::string> cases;  // ids
    };
    // What repeats a case, taken apart: `mdsync run`, `web/tabs.json`, ` --seed 7`.
    struct Again {
        std::string command, path, flags;
    };

    [[nodiscard]] static Again takenApart(const CaseResult& c);
    [[nodiscard]] std::string causesText(const Limits& limits) const;
    [[nodiscard]] std::string againText(const Limits& limits) const;
    [[nodiscard]] std::string commandOfAll() const;

    std::size_t width_;
    std::string program_;
    std::vector<Cause> causes_;                  // in the order in which they came
    std::map<std::string, std::size_t> places_;  // of the causes
    std::vector<Again> failed_;
};

}  // namespace mdsync
