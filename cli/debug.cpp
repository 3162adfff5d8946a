// mdsync debug: a run or a trace, forwards and backwards.
#include <fmt/format.h>

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "command.hpp"
#include "happened.hpp"
#include "line_editor.hpp"
#include "mdsync/debug.hpp"
#include "output.hpp"
#include "tell.hpp"
#include "terminal.hpp"

namespace mdsync::cli {

namespace {

struct DebugFlags {
    HappenedSource source;
    std::string script;
    std::string color = "auto";
};

// The lines of the scenario's file, to be shown beside what they cause.
std::vector<std::string> linesOf(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

// Commands from a file or a pipe: each is shown, so that what is printed can be read alone. A mistake ends them.
int carryOutAll(Debugger& debugger, std::istream& commands, const std::string& name) {
    if (!print(debugger.greeting())) return withUnwritable(kOk);
    std::size_t number = 0;
    for (std::string line; std::getline(commands, line);) {
        ++number;
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        const std::string asked = debugger.prompt() + printable(line) + "\n";
        const Debugger::Answer answer = debugger.carryOut(line);
        if (!print(answer.isMistake ? asked : asked + answer.text)) return withUnwritable(kOk);
        if (answer.isMistake) {
            tell("mdsync debug: {}:{}: {}", printable(name), number, answer.text);
            return kUsage;
        }
        if (answer.isEnd) break;
    }
    return kOk;
}

int converse(Debugger& debugger) {
    if (!print(debugger.greeting())) return withUnwritable(kOk);
    LineEditor editor([&debugger](std::string_view line) { return debugger.completions(line); });
    while (const std::optional<std::string> line = editor.ask(debugger.prompt())) {
        const Debugger::Answer answer = debugger.carryOut(*line);
        if (!print(answer.text)) return withUnwritable(kOk);
        if (answer.isEnd) break;
    }
    return kOk;
}

int debug(const DebugFlags& flags, const CommandLine& line) {
    if (saysWhatDoesNotFit(line, flags.source)) return kUsage;
    if (flags.source.path == "-" && (flags.script.empty() || flags.script == "-")) {
        tell("mdsync debug: the trace comes from standard input: --script FILE says where commands come from\n");
        return kUsage;
    }
    Happened happened;
    {
        const Interrupt interrupt;
        if (const auto code = findOut(flags.source, interrupt, happened)) return *code;
    }
    std::vector<std::string> source = linesOf(happened.text);
    const ConsoleOptions options{.color = wantsColor(flags.color, stdout),
                                 .verbosity = 0,
                                 .timelines = false,
                                 .width = columnsOf(stdout),
                                 .program = programName()};
    const CaseResult result = std::move(happened.result);
    Debugger debugger(static_cast<Recording&&>(happened), result, std::move(source), options);
    if (flags.script.empty() && ::isatty(STDIN_FILENO) != 0) return converse(debugger);
    if (flags.script.empty() || flags.script == "-") return carryOutAll(debugger, std::cin, "-");
    std::ifstream script(flags.script);
    if (std::filesystem::is_directory(flags.script)) {
        errno = EISDIR;
    } else if (script) {
        return carryOutAll(debugger, script, flags.script);
    }
    tell("mdsync debug: {} cannot be read: {}\n", printable(flags.script), std::strerror(errno));
    return kBadInput;
}

}  // namespace

Command addDebug(Program& program) {
    const CommandLine line = program.command("debug", "Step through a run or a trace, forwards and backwards");
    const auto flags = std::make_shared<DebugFlags>();
    addHappenedFile(line, flags->source);
    line.value("--script", flags->script, "SCRIPT", "Commands, a line each; - is standard input");
    addHappenedOptions(line, flags->source);
    line.color(flags->color);
    line.example(
        "Examples:\n"
        "  mdsync debug scenarios/web/eleventh-tab.json --server mutant:evict-newest\n"
        "  mdsync debug field.jsonl.zst --settle 5s\n"
        "  echo 'next\nwhy alice/tab1 m1' | mdsync debug tabs.json\n");
    return {line, [flags, line] { return debug(*flags, line); }};
}

}  // namespace mdsync::cli
