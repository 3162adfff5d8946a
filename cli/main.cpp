// mdsync: the command line. This file knows which commands there are and that no exit code but the documented ones
// leaves the program; what they do is in a file each.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <new>
#include <system_error>
#include <vector>

#include "command.hpp"
#include "tell.hpp"
#include "terminal.hpp"

namespace mdsync::cli {

namespace {

std::vector<Command> addCommands(Program& program) {
    struct Section {
        const char* heading;
        std::vector<Command (*)(Program&)> commands;
    };
    const Section sections[] = {
        {"Scenarios", {addRun, addWatch, addLint, addList, addNew, addFmt}},
        {"Traces", {addCheck, addExport, addWhy, addDebug}},
        {"Search", {addExplore, addShrink, addReplay}},
        {"Rules", {addRules, addExplain, addMutants}},
        {"Results", {addDiff, addMerge}},
        {"Other programs", {addServe, addSchema, addBench, addMan, addCompletion, addComplete, addVersion}},
    };
    std::vector<Command> commands;
    for (const Section& section : sections) {
        program.section(section.heading);
        for (Command (*const add)(Program&) : section.commands) commands.push_back(add(program));
    }
    return commands;
}

int runProgram(int argc, char** argv) {
    rememberProgram(argc > 0 ? argv[0] : nullptr);
    Program program(
        "mdsync",
        "Checks how messages are synchronized across a user's devices, against the rules of the service's page",
        versionText());
    program.example(
        "mdsync help COMMAND tells what a command takes. Start with:\n"
        "  mdsync run scenarios\n"
        "  mdsync rules\n");
    const std::vector<Command> commands = addCommands(program);
    if (const std::optional<int> code = program.parse(argc, argv)) return *code;
    injectFault("throw");
    for (const Command& command : commands) {
        if (command.line.chosen()) return command.run();
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
    // A closed pipe, or a file that may not grow, is an output that could not be written, not a reason to die.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    mdsync::cli::openStandardFiles();
    try {
        return mdsync::cli::runProgram(argc, argv);
    } catch (const std::bad_alloc&) {
        mdsync::cli::tell("mdsync: there is not enough memory\n");
    } catch (const std::system_error& refusal) {
        mdsync::cli::tell("mdsync: the system refuses what is needed: {}\n", refusal.what());
    } catch (const std::exception& bug) {
        mdsync::cli::tell("mdsync: internal error: {}\n", bug.what());
    } catch (...) {
        mdsync::cli::tell("mdsync: internal error\n");
    }
    return mdsync::cli::kInternal;
}
