// Command: what every file of cli/ offers to main, and what they share.
//
// A command parses its flags, calls the library and prints. What it prints and how it ends is its own; that nothing but
// the documented exit codes leaves the program is main's.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command_line.hpp"

namespace mdsync::cli {

// The documented exit codes that commands name themselves (docs/exit-codes.md).
inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kBadInput = 3;
inline constexpr int kNothing = 4;
inline constexpr int kInconclusive = 5;
inline constexpr int kUnwritable = 6;
inline constexpr int kInternal = 70;
inline constexpr int kSignalled = 128;  // and the number of the signal

// A Command is a subcommand and what it does once the command line was parsed. It returns the exit code.
struct Command {
    CommandLine line;
    std::function<int()> run;
};

Command addRun(Program& program);
Command addCheck(Program& program);
Command addWhy(Program& program);
Command addDebug(Program& program);
Command addLint(Program& program);
Command addList(Program& program);
Command addRules(Program& program);
Command addMutants(Program& program);
Command addExplain(Program& program);
Command addExport(Program& program);
Command addServe(Program& program);
Command addSchema(Program& program);
Command addNew(Program& program);
Command addFmt(Program& program);
Command addWatch(Program& program);
Command addDiff(Program& program);
Command addMerge(Program& program);
Command addBench(Program& program);
Command addExplore(Program& program);
Command addShrink(Program& program);
Command addReplay(Program& program);
Command addVersion(Program& program);
Command addMan(Program& program);
Command addCompletion(Program& program);
Command addComplete(Program& program);

// All words that mdsync explain knows.
[[nodiscard]] std::vector<std::string_view> explainableWords();

// The version and the commit that it was built from: `0.1.0 (83ff53d1f2a4, 2026-11-29)`.
[[nodiscard]] std::string versionText();

// A check for durations such as `5s`.
std::string isDuration(const std::string& text);

// A check for `NAME=VALUE` readings.
std::string isReading(const std::string& text);

// A check for the names of servers that are simulated: `reference`, `mutant:evict-newest`.
std::string isServer(const std::string& text);

// A check for rule ids.
std::string isRule(const std::string& text);

// `did you mean "web.ten-tabs"?`, of a word that is near or, else, of those that begin so; empty if there is none.
std::string hintOf(const std::string& word, const std::vector<std::string_view>& known);

// Standard input, as far as it can be a scenario. Says on standard error why not all of it could be read.
std::string readStandardInput();

// Throws if the environment asks for a fault at `place` (MDSYNC_FAULT=place): so that tests reach the way out for bugs.
void injectFault(std::string_view place);

// How many threads `jobs` means: where nothing is said, as many as this machine runs at once.
unsigned jobsOf(std::optional<unsigned> jobs);

}  // namespace mdsync::cli
