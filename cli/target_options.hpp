// Target options: how a command is told which system to run against: a simulated server, or one behind an adapter.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "command.hpp"
#include "mdsync/run.hpp"
#include "mdsync/system.hpp"

namespace mdsync::cli {

struct TargetOptions {
    std::string server = "reference";
    std::string target;  // exec:..., tcp:...; empty: `server`
    std::string timeout;
    std::string maxWait;
    std::string log;  // a file for every line that is said

    // Whether the system is not ours.
    [[nodiscard]] bool foreign() const { return !target.empty(); }
    // The simulated server. REQUIRES: its name was checked (isServer).
    [[nodiscard]] ServerPolicy policy() const { return *findServer(server); }
    // The name of either.
    [[nodiscard]] const std::string& name() const { return foreign() ? target : server; }
};

// `ofProject`: the project file may give the target.
void addTargetOptions(const CommandLine& line, TargetOptions& options, bool ofProject = true);

// Foreign systems, one after the other, and what is said with them. Once `interrupt` came they answer no more.
class ForeignSystems {
public:
    ForeignSystems(const TargetOptions& options, const Interrupt& interrupt);
    ForeignSystems(const ForeignSystems&) = delete;
    ForeignSystems& operator=(const ForeignSystems&) = delete;
    ~ForeignSystems();

    // Makes the systems to run against; empty for a simulated server. Must not outlive this.
    [[nodiscard]] std::function<std::unique_ptr<System>()> maker();

    // Whether what was said could be written down, if that was wanted.
    [[nodiscard]] bool written() const;

private:
    class Log;
    const TargetOptions& options_;
    const Interrupt& interrupt_;
    std::unique_ptr<Log> log_;
};

// How many cases run at once: against a system that is not ours one, unless the user says that it can stand more.
[[nodiscard]] unsigned jobsOf(std::optional<unsigned> jobs, const TargetOptions& options);

// The flags that name the same system again, `--server mutant:evict-newest`.
[[nodiscard]] std::vector<std::string> flagsOf(const TargetOptions& options);

}  // namespace mdsync::cli
