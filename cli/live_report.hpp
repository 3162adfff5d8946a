// LiveReport: what people see of a run while it goes on: how far it is, a line a case as soon as all before it are done,
// also into a pipe, and reports that grow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baseline_options.hpp"
#include "growing_reports.hpp"
#include "mdsync/report.hpp"
#include "mdsync/result.hpp"
#include "output.hpp"
#include "progress.hpp"

namespace mdsync::cli {

class LiveReport {
public:
    LiveReport(const OutputOptions& options, const KnownFailures& known, std::size_t total, std::string_view noun);

    [[nodiscard]] Progress& progress() { return progress_; }

    // Diagnostics that are there before anything runs.
    void warn(const std::vector<Diagnostic>& warnings);

    // What is run, and how that counts, for the reports.
    void about(const std::vector<std::string>& paths, std::optional<Shard> shard, bool failsOnFlaky);

    // The next result in the order of mention. False: so many failed that it is enough.
    bool add(CaseResult ended, bool isLastOfFile);

    // `result` with all that was added.
    [[nodiscard]] Result complete(Result result);

    // Prints what is left and writes the reports. Returns the exit code.
    int finish(const Result& result);

private:
    void show(const CaseResult& ended, bool isLastOfFile);
    void time(CaseResult& ended);
    [[nodiscard]] std::string slowest() const;

    const OutputOptions& options_;
    const KnownFailures& known_;
    Progress progress_;
    GrowingReports growing_;
    ConsoleReport console_;
    Complaints complaints_;
    bool isJson_;  // a document is printed as a whole, at the end
    bool written_ = true;
    std::size_t warned_ = 0;
    std::uint64_t failed_ = 0;
    bool failsOnFlaky_ = false;
    std::uint64_t realMicros_ = 0, realCases_ = 0;                // of cases on a clock that moves by itself
    std::vector<std::pair<std::uint64_t, std::string>> slowest_;  // microseconds and ids, the slowest first
};

}  // namespace mdsync::cli
