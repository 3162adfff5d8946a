// `mdsync explore --exhaustive`: its flags, and what it does.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command.hpp"
#include "mdsync/exhaustive.hpp"
#include "mdsync/policy.hpp"

namespace mdsync::cli {

struct ExhaustiveFlags {
    bool wanted = false;
    std::optional<std::uint32_t> users, devices, messages, faults;
    std::vector<std::string> platforms;
    std::optional<std::uint64_t> maxStates;
    bool everyState = false;
};

// What it shares with the search by chance.
struct ExhaustiveContext {
    std::optional<std::uint32_t> steps;
    std::vector<RuleId> rules;
    std::vector<std::string> without;
    ServerPolicy server;
    std::optional<Shard> shard;
    std::string campaign;  // the folder in which it is kept; empty: none
    std::optional<Millis> time;
    unsigned jobs = 1;
    bool quiet = false;
    bool isJson = false;
    // Writes a scenario to a file of this name; gives where it is, or an empty string.
    std::function<std::string(const std::string& name, const std::string& text)> keep;
};

// Adds the flags; each but --exhaustive itself needs that.
void addExhaustive(const CommandLine& line, ExhaustiveFlags& flags);

// Searches, prints, and gives the exit code.
int exploreExhaustively(const ExhaustiveFlags& flags, const ExhaustiveContext& context);

}  // namespace mdsync::cli
