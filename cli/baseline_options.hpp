// Baseline options: how run and check are told which failures are known.
#pragma once

#include <optional>
#include <string>

#include "command.hpp"
#include "mdsync/documents.hpp"

namespace mdsync::cli {

struct BaselineOptions {
    std::string baseline;
    std::string write;
    std::string today;  // instead of the machine's date
};

void addBaselineOptions(const CommandLine& line, BaselineOptions& options);

// Brings `result` and the baseline together, as the options say, and writes a new one. False if that could not be
// written. An invalid baseline is an error of `result`, which then stands as if there were none.
bool settleBaseline(Result& result, const BaselineOptions& options, const WhyUnknown& whyUnknown, bool quiet);

}  // namespace mdsync::cli
