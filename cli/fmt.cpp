// mdsync fmt: lays scenario files out.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "command.hpp"
#include "mdsync/layout.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/selection.hpp"
#include "output.hpp"
#include "selection_options.hpp"

namespace mdsync::cli {

namespace {

struct FmtFlags {
    SelectionOptions selection;
    bool check = false;
    bool quiet = false;
};

// What came of all files.
struct Outcome {
    std::size_t files = 0;
    std::size_t changed = 0;
    bool isBroken = false;
    bool isWritten = true;
};

// The file's text, or nothing, which standard error tells.
std::optional<std::string> textOf(const std::string& path) {
    if (path == "-") return readStandardInput();
    std::ifstream file(path, std::ios::binary);
    std::error_code error;
    if (!file || std::filesystem::is_directory(path, error)) {
        complain(readScenario(path, {}).diagnostics);  // it says why
        return std::nullopt;
    }
    return std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void layOut(const std::string& path, const FmtFlags& flags, Outcome& outcome) {
    ++outcome.files;
    const std::optional<std::string> text = textOf(path);
    const LaidOut laid = text ? layOutScenario(*text, path) : LaidOut{};
    complain(laid.diagnostics);
    if (laid.text.empty()) {
        outcome.isBroken = true;
        return;
    }
    const bool isChanged = laid.text != *text;
    outcome.changed += isChanged ? 1 : 0;
    if (path == "-" && !flags.check) {
        outcome.isWritten = print(laid.text) && outcome.isWritten;
        return;
    }
    if (!isChanged) return;
    if (!flags.check && !writeFile(path, laid.text)) {
        outcome.isWritten = false;
    } else if (!flags.quiet) {
        outcome.isWritten =
            print(fmt::format("{}{}\n", printable(path), flags.check ? " is not laid out" : "")) && outcome.isWritten;
    }
}

int layOutAll(const FmtFlags& flags) {
    SelectionOptions selection = flags.selection;
    Filter all;
    if (const std::optional<int> code = settle(selection, all)) return *code;
    Outcome outcome;
    for (const std::string& path : filesOf(selection)) layOut(path, flags, outcome);
    const int code = outcome.isBroken                     ? kBadInput
                     : outcome.files == 0                 ? kNothing
                     : flags.check && outcome.changed > 0 ? kFailed
                                                          : kOk;
    return outcome.isWritten ? code : withUnwritable(code);
}

}  // namespace

Command addFmt(Program& program) {
    const CommandLine line = program.command("fmt", "Lay scenario files out; comments stay");
    const auto flags = std::make_shared<FmtFlags>();
    line.values("paths", flags->selection.paths, "PATH",
                "Scenario files or folders; - is standard input, and goes to standard output (default: scenarios)");
    line.fromProject("paths", flags->selection.projectPaths);
    line.flag("--check", flags->check, "Write nothing; exit 1 and name the files that are not laid out");
    line.flag("-q,--quiet", flags->quiet, "Do not name the files");
    line.example(
        "Only blanks and line breaks change: a list or object is one line if it fits in 120 columns and you did not\n"
        "begin a new line behind its bracket; steps have a line each.\n"
        "Examples:\n"
        "  mdsync fmt scenarios\n"
        "  mdsync fmt --check scenarios\n");
    return {line, [flags] { return layOutAll(*flags); }};
}

}  // namespace mdsync::cli
