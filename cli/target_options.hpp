// Target options: how a command is told which system to run against: a simulated server, or one behind an adapter.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "command.hpp"
#include "mdsync/run.hpp"
#include "mdsync/target.hpp"

namespace mdsync::cli {

struct TargetOptions {
    std::string server = "reference";
    std::string target;  // exec:..., tcp:...; empty: `server`
    std::string timeout;
    std::string maxWait;

    // Whether the system is not ours.
    [[nodiscard]] bool foreign() const { return !target.empty(); }
};

void addTargetOptions(CLI::App& app, TargetOptions& options);

// Makes the systems to run against; empty for a simulated server. Once `interrupt` came they answer no more.
[[nodiscard]] std::function<std::unique_ptr<Target>()> targetMaker(const TargetOptions& options,
                                                                   const Interrupt& interrupt);

// How many cases run at once: against a system that is not ours one, unless the user says that it can stand more.
[[nodiscard]] unsigned jobsOf(std::optional<unsigned> jobs, const TargetOptions& options);

// The flags that name the same system again, `--server mutant:evict-newest`.
[[nodiscard]] std::vector<std::string> flagsOf(const TargetOptions& options);

}  // namespace mdsync::cli
