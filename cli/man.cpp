// mdsync man: the pages for man(1).
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <system_error>

#include "command.hpp"
#include "man_page.hpp"
#include "mdsync/diagnostic.hpp"
#include "output.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

struct Flags {
    std::string command;
    std::string folder;
};

int printPage(const CommandTable& table, const std::string& name) {
    if (name.empty()) return print(programPage(table)) ? kOk : kUnwritable;
    std::vector<std::string_view> names;
    for (const CommandEntry& command : table.commands) {
        if (command.name == name) return print(commandPage(table, command)) ? kOk : kUnwritable;
        names.push_back(command.name);
    }
    const std::string hint = suggest(name, names);
    tell("mdsync: there is no command \"{}\"{}\n", printable(name), hint.empty() ? "" : "; " + hint);
    return kUsage;
}

int writePages(const CommandTable& table, const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    const auto write = [&folder](const std::string& page, const std::string& text) {
        return writeFile((folder / (page + ".1")).string(), text);
    };
    if (!write(table.program.name, programPage(table))) return kUnwritable;
    for (const CommandEntry& command : table.commands) {
        if (!write(table.program.name + "-" + command.name, commandPage(table, command))) return kUnwritable;
    }
    return kOk;
}

}  // namespace

Command addMan(Program& program) {
    const CommandLine line = program.command("man", "Print the manual page of mdsync or of one of its commands");
    const auto flags = std::make_shared<Flags>();
    const Option command =
        line.value("command", flags->command, "COMMAND", "Of this command (default: of mdsync itself)");
    line.value("-o,--output", flags->folder, "DIR", "Write all pages into this folder").excludes(command);
    line.example(
        "Pages are roff, for man. Where mdsync is installed, man mdsync-run shows them.\n"
        "Examples:\n"
        "  mdsync man run | man -l -\n"
        "  mdsync man --output ~/.local/share/man/man1\n");
    return {line, [flags, &program] {
                const CommandTable table = program.table();
                return flags->folder.empty() ? printPage(table, flags->command) : writePages(table, flags->folder);
            }};
}

}  // namespace mdsync::cli
