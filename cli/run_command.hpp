// RunCommand: what `run` takes and does, for those that run again and again too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "baseline_options.hpp"
#include "output.hpp"
#include "selection_options.hpp"
#include "target_options.hpp"

namespace mdsync::cli {

struct RunFlags {
    SelectionOptions selection;
    OutputOptions output;
    BaselineOptions baseline;
    std::optional<std::uint64_t> seed;
    TargetOptions target;
    std::vector<std::string> readings;
    std::string trace;
    std::string record;
    std::optional<unsigned> jobs;
    std::uint32_t retries = 0;
    std::uint32_t repeat = 1;
    bool failsOnFlaky = false;
    std::vector<std::string> maxLatency;
};

void addRunOptions(const CommandLine& line, RunFlags& flags);

// Runs what is selected and reports it; gives the exit code.
[[nodiscard]] int runSelected(RunFlags& flags);

}  // namespace mdsync::cli
