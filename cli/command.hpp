// Command: what every file of cli/ offers to main, and what they share.
//
// A command parses its flags, calls the library and prints. What it prints and how it ends is its own; that nothing but
// the documented exit codes leaves the program is main's.
#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// A Command is a subcommand and what it does once the command line was parsed. It returns the exit code.
struct Command {
    CLI::App* app = nullptr;
    std::function<int()> run;
};

Command addRun(CLI::App& program);
Command addCheck(CLI::App& program);
Command addLint(CLI::App& program);
Command addList(CLI::App& program);
Command addRules(CLI::App& program);
Command addMutants(CLI::App& program);
Command addExplain(CLI::App& program);
Command addExport(CLI::App& program);
Command addServe(CLI::App& program);
Command addSchema(CLI::App& program);
Command addDiff(CLI::App& program);
Command addMerge(CLI::App& program);
Command addBench(CLI::App& program);
Command addExplore(CLI::App& program);
Command addShrink(CLI::App& program);
Command addReplay(CLI::App& program);
Command addVersion(CLI::App& program);

// An option that may be given several times, one value each, and never swallows what follows.
CLI::Option* addRepeatable(CLI::App& app, const std::string& flags, std::vector<std::string>& values,
                           const std::string& description);

// Adds `text` below the options of `app`'s help.
void addExample(CLI::App& app, const std::string& text);

// A check for options whose value is one of `words`: says which is near to a wrong one.
std::function<std::string(const std::string&)> oneOf(std::vector<std::string> words);

// An option that takes a whole number from `low` to `high` into `value`; CLI11 alone would take -1 for a large one.
template <class Number>
CLI::Option* addNumber(CLI::App& app, const std::string& flags, std::optional<Number>& value, Number low, Number high,
                       const std::string& description) {
    const auto parse = [&value, low, high](const CLI::results_t& words) {
        Number number = 0;
        const std::string& word = words.at(0);
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
        if (error != std::errc{} || end != word.data() + word.size()) return false;
        value = number;
        return number >= low && number <= high;
    };
    return app.add_option(flags, parse, description)->type_name("N")->expected(1);
}

// A check for durations such as `5s`.
std::string isDuration(const std::string& text);

// A check for `NAME=VALUE` readings.
std::string isReading(const std::string& text);

// A check for the names of servers that are simulated: `reference`, `mutant:evict-newest`.
std::string isServer(const std::string& text);

// A check for rule ids.
std::string isRule(const std::string& text);

// Standard input as a whole.
std::string readStandardInput();

// Throws if the environment asks for a fault at `place` (MDSYNC_FAULT=place): so that tests reach the way out for bugs.
void injectFault(std::string_view place);

// How many threads `jobs` means: where nothing is said, as many as this machine runs at once.
unsigned jobsOf(std::optional<unsigned> jobs);

// Adds -j; `what` run at once.
void addJobs(CLI::App& app, std::optional<unsigned>& jobs, const std::string& what);

}  // namespace mdsync::cli
