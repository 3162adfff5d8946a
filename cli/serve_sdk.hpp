// serve --sdk: the emulator of the vendor's service.
#pragma once

#include <string>
#include <vector>

#include "command.hpp"
#include "mdsync/policy.hpp"
#include "output.hpp"

namespace mdsync::cli {

struct SdkOptions {
    std::string place;  // HOST:PORT; empty: not wanted
    std::string world;
    std::string sync;
    std::string appKey = "ak";
    std::string secret = "sec";
    std::string clock = "real";
    std::string trace;
    std::string consoleToken;
    std::vector<std::string> readings;
    bool wantsToken = false;
    bool limitsRates = false;
    OutputOptions output;
};

// Adds --sdk and what goes with it. Gives the option --sdk.
Option addSdkOptions(const CommandLine& line, SdkOptions& options);

// Serves until a signal comes, then judges what happened. Returns the exit code.
int serveSdk(const SdkOptions& options, const ServerPolicy& server);

}  // namespace mdsync::cli
