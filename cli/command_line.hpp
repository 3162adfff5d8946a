// CommandLine: how a command says what it takes.
//
// How numbers are read, how a wrong value is answered and what may be given several times is decided here once. CLI11
// does the parsing; command_line.cpp alone knows it, because every file that sees it takes seconds more to compile.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command_table.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace mdsync::cli {

struct ProjectOptions;  // command_line.cpp

// Says what is wrong with a value; nothing if it is right.
struct Check : std::function<std::string(const std::string&)> {
    using function::function;
    std::vector<std::string> values = {};  // all that are right, where these are a few words
};

// A check for values that are one of `words`: says which is near to a wrong one.
[[nodiscard]] Check oneOf(std::vector<std::string> words);

// An Option is one that was added to a command line, to say more about it.
class Option {
public:
    explicit Option(CLI::Option* option) : option_(option) {}

    Option check(const Check& isRight) const;  // of every value
    Option required() const;
    Option needs(const Option& other) const;     // is given with the other only
    Option excludes(const Option& other) const;  // is not given with the other

private:
    friend class CommandLine;
    CLI::Option* option_;
};

inline constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();  // of a number

// A CommandLine is what follows the name of one command. Names are as in "-o,--output", or a bare word for what is
// given without a name; `kind` is what the help calls the value, `help` its line there. What is added is filled in by
// Program::parse() and must live until then.
class CommandLine {
public:
    CommandLine(CLI::App* app, std::shared_ptr<ProjectOptions> project) : app_(app), project_(std::move(project)) {}

    Option flag(const std::string& names, bool& value, const std::string& help) const;
    Option value(const std::string& names, std::string& value, const std::string& kind, const std::string& help) const;
    // A flag that may say more: `--timeline`, or `--timeline=fail`. Bare it means the first of `words`.
    Option choice(const std::string& name, std::string& value, const std::vector<std::string>& words,
                  const std::string& help) const;

    // One value or more behind one another.
    Option values(const std::string& names, std::vector<std::string>& values, const std::string& kind,
                  const std::string& help) const;
    // May be given several times, one value each, and never swallows what follows.
    Option repeated(const std::string& names, std::vector<std::string>& values, const std::string& kind,
                    const std::string& help) const;
    // The same, and each may be several values with commas between them.
    Option listed(const std::string& names, std::vector<std::string>& values, const std::string& kind,
                  const std::string& help) const;

    // A whole number from `low` to `high`; `Value` is an unsigned number or an optional one.
    template <class Value>
    Option number(const std::string& names, Value& value, std::uint64_t low, std::uint64_t high,
                  const std::string& help) const {
        return numberInto(
            names, [&value](std::uint64_t n) { value = static_cast<NumberIn<Value>>(n); }, low,
            std::min<std::uint64_t>(high, std::numeric_limits<NumberIn<Value>>::max()), help);
    }

    // What many commands take: --format human|json, --color auto|always|never, and -j: how many of `what` run at once.
    Option format(std::string& value, const std::string& help = "human or json") const;
    Option color(std::string& value) const;
    Option jobs(std::optional<unsigned>& value, const std::string& what) const;

    // The option that was added as `name`, and whether the user gave it.
    [[nodiscard]] Option operator[](const std::string& name) const;
    [[nodiscard]] bool given(const std::string& name) const;

    // Where the user does not give `option`, it is `key` of the project file or of the environment, if that fits what is
    // given; `values` are filled so where the command decides itself when they count.
    void fromProject(const std::string& key, const Option& option) const;
    void fromProject(const std::string& key, std::vector<std::string>& values) const;

    // The heading in the help for the options that are added from here on; empty: the usual one.
    void group(const std::string& heading) const;

    // Shown below the options in the help.
    void example(const std::string& text) const;

    // Leaves the command out of the help and of the table: it is for programs.
    void hide() const;

    // Whether the user chose this command.
    [[nodiscard]] bool chosen() const;

private:
    template <class Value>
    struct NumberOf {
        using type = Value;
    };
    template <class Value>
    struct NumberOf<std::optional<Value>> {
        using type = Value;
    };
    template <class Value>
    using NumberIn = typename NumberOf<Value>::type;

    Option numberInto(const std::string& names, const std::function<void(std::uint64_t)>& set, std::uint64_t low,
                      std::uint64_t high, const std::string& help) const;

    CLI::App* app_;
    std::shared_ptr<ProjectOptions> project_;
};

// A Program is a command line whose first word is a command.
class Program {
public:
    Program(const std::string& name, const std::string& purpose, const std::string& version);
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program();

    CommandLine command(const std::string& name, const std::string& purpose);
    void example(const std::string& text);

    // The heading in the help for the commands that are added from here on.
    void section(const std::string& heading) { section_ = heading; }
    // All that was added so far.
    [[nodiscard]] CommandTable table() const;

    // Fills in what the user gave. Returns an exit code if that is all that there is to do: help or the version was
    // printed, or the command line is wrong, which standard error says with a hint.
    std::optional<int> parse(int argc, char** argv);

private:
    std::unique_ptr<CLI::App> app_;
    std::shared_ptr<ProjectOptions> project_;
    std::string section_ = "Commands";
};

}  // namespace mdsync::cli
