// CommandTable: what the command line takes, as plain values. Manual pages are written and words are completed from it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mdsync::cli {

// An OptionEntry is a flag, an option with values, or what is given without a name.
struct OptionEntry {
    std::vector<std::string> names;  // `-o`, `--output`; the bare word of what is given without a name
    std::string kind;                // what the help calls the value, `FILE`; empty for a flag
    std::string help;
    std::string group;                // the heading under which the help has it
    std::vector<std::string> values;  // all that it takes, where these are a few words
    std::vector<std::string> needs;   // the names of options that must be given, too
    std::vector<std::string> excludes;
    char separator = '\0';  // between several values in one word
    bool positional = false;
    bool required = false;
    bool several = false;  // values stand behind one another
    bool again = false;    // may be given more than once

    // The name at length: `--output`.
    [[nodiscard]] const std::string& name() const { return names.back(); }
    [[nodiscard]] bool isCalled(std::string_view name) const;
};

// A CommandEntry is one command, or the program before any command is named.
struct CommandEntry {
    std::string name;
    std::string purpose;
    std::string notes;  // what the help shows below the options: remarks, then examples
    std::vector<OptionEntry> options;
};

struct CommandTable {
    CommandEntry program;
    std::vector<CommandEntry> commands;  // those that the help lists, in its order
};

}  // namespace mdsync::cli
