// Baseline options: how run and check are told which failures are known.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command.hpp"
#include "mdsync/documents.hpp"
#include "mdsync/parallel.hpp"
#include "written_files.hpp"

namespace mdsync::cli {

struct BaselineOptions {
    std::string baseline;
    std::string write;
    std::string today;  // instead of the machine's date
};

void addBaselineOptions(const CommandLine& line, BaselineOptions& options);

// As wouldLose(), the baseline included, which --write-baseline may bring up to date.
[[nodiscard]] bool wouldLose(std::vector<std::string> read, const std::vector<WrittenFile>& written,
                             const BaselineOptions& options);

// Brings `result` and the baseline together, as the options say, and writes a new one. False if that could not be
// written. An invalid baseline is an error of `result`, which then stands as if there were none. `result` is marked as
// interrupted if that came while a pipe was to be read.
bool settleBaseline(Result& result, const BaselineOptions& options, const WhyUnknown& whyUnknown,
                    const Interrupt& interrupt, bool quiet);

}  // namespace mdsync::cli
