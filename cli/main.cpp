// mdsync: the command line. This file knows which commands there are and that no exit code but the documented ones
// leaves the program; what they do is in a file each.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <exception>

#include "command.hpp"
#include "mdsync/diagnostic.hpp"

namespace mdsync::cli {

namespace {

std::vector<Command> addCommands(CLI::App& program) {
    return {
        addRun(program),    addCheck(program),   addExplore(program), addShrink(program),  addReplay(program),
        addLint(program),   addList(program),    addRules(program),   addMutants(program), addExplain(program),
        addExport(program), addDiff(program),    addMerge(program),   addServe(program),   addBench(program),
        addSchema(program), addVersion(program),
    };
}

// The subcommand that the command line names, or the program itself.
const CLI::App& chosenOf(const CLI::App& program) {
    const std::vector<CLI::App*> chosen = program.get_subcommands();
    return chosen.empty() ? program : *chosen.front();
}

// `did you mean "--server"?` for what the parser did not understand.
std::string hintFor(const CLI::App& program) {
    const CLI::App& chosen = chosenOf(program);
    std::vector<std::string> known;
    for (const CLI::Option* option : chosen.get_options()) {
        for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    }
    for (const CLI::App* command : chosen.get_subcommands({})) known.push_back(command->get_name());
    for (const std::string& word : program.remaining(true)) {
        const std::string hint = suggest(word.substr(0, word.find('=')), {known.begin(), known.end()});
        if (!hint.empty()) return "; " + hint;
    }
    return {};
}

int usageError(const CLI::App& program, const CLI::ParseError& error) {
    const CLI::App& chosen = chosenOf(program);
    const std::string command = &chosen == &program ? "mdsync" : "mdsync " + chosen.get_name();
    std::string text = error.what();
    // A misspelt command is missed before it is found unexpected.
    const bool unexpected = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr || &chosen == &program;
    if (unexpected && program.remaining_size(true) > 0) {
        text = fmt::format("unexpected {}{}", fmt::join(program.remaining(true), " "), hintFor(program));
    }
    fmt::print(stderr, "{}: {}\n{} --help tells what it takes\n", command, printable(text), command);
    return kUsage;
}

int runProgram(int argc, char** argv) {
    CLI::App program(
        "Checks how messages are synchronized across a user's devices, against the rules of the service's page.",
        "mdsync");
    program.require_subcommand(1);
    program.set_version_flag("--version", "mdsync " MDSYNC_VERSION);
    addExample(program,
               "Start with:\n"
               "  mdsync run scenarios\n"
               "  mdsync rules\n");
    const std::vector<Command> commands = addCommands(program);
    try {
        program.parse(argc, argv);
    } catch (const CLI::Success& wanted) {
        program.exit(wanted);  // help or version, printed
        return kOk;
    } catch (const CLI::ParseError& error) {
        return usageError(program, error);
    }
    injectFault("throw");
    for (const Command& command : commands) {
        if (command.app->parsed()) return command.run();
    }
    return kUsage;
}

// A program that was started with a standard file closed would get its next file under that number, and print into it
// or read from it. What is missing becomes a file that gives nothing and takes nothing.
void openStandardFiles() {
    for (int file = STDIN_FILENO; file <= STDERR_FILENO; ++file) {
        if (::fcntl(file, F_GETFD) < 0) (void)::open("/dev/null", O_RDONLY);
    }
}

}  // namespace

}  // namespace mdsync::cli

int main(int argc, char** argv) {
    // A closed pipe is an output that could not be written, not a reason to die.
    std::signal(SIGPIPE, SIG_IGN);
    mdsync::cli::openStandardFiles();
    try {
        return mdsync::cli::runProgram(argc, argv);
    } catch (const std::exception& bug) {
        fmt::print(stderr, "mdsync: internal error: {}\n", bug.what());
    } catch (...) {
        fmt::print(stderr, "mdsync: internal error\n");
    }
    return mdsync::cli::kInternal;
}
