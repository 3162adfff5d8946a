// Happened: what happened in one case of a scenario file, or in a recorded trace, for the commands that look into it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "command.hpp"
#include "mdsync/recording.hpp"
#include "mdsync/parallel.hpp"
#include "mdsync/result.hpp"
#include "target_options.hpp"

namespace mdsync::cli {

// Which case or trace, and how it is run or judged.
struct HappenedOptions {
    std::string path;
    std::optional<std::uint64_t> seed;
    TargetOptions target;
    std::vector<std::string> readings;
    std::string settle;
    std::string skew;
    bool lenient = false;
};
void addHappenedOptions(const CommandLine& line, HappenedOptions& options);

// Runs the case, or reads the trace; `result`, if not null, is what was found. Gives an exit code if there is nothing to look into, which standard error says.
[[nodiscard]] std::optional<int> makeHappen(const HappenedOptions& options, const Interrupt& interrupt,
                                            Happened& happened, CaseResult* result);

// The device, or the message, of this name. None: standard error says so, in the name of the command, and which is near.
[[nodiscard]] std::optional<DeviceId> findDevice(const Happened& happened, const std::string& name,
                                                 std::string_view command);
[[nodiscard]] std::optional<MessageId> findMessage(const Happened& happened, const std::string& name,
                                                   std::string_view command);

}  // namespace mdsync::cli
