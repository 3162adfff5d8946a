// mdsync completion: what a shell loads. mdsync complete: what it asks then.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "command.hpp"
#include "completion.hpp"
#include "output.hpp"
#include "shells.hpp"

namespace mdsync::cli {

namespace {

int printScript(const std::string& name) {
    for (const Shell& shell : shells()) {
        if (shell.name == name) return print(shell.script) ? kOk : kUnwritable;
    }
    return kUsage;
}

std::string_view spell(Completion::Files files) {
    switch (files) {
        case Completion::Files::Any:
            return "files";
        case Completion::Files::Folders:
            return "folders";
        case Completion::Files::None:
            break;
    }
    return "words";
}

int printAnswer(const CommandTable& table, const std::vector<std::string>& words) {
    const Completion completion = complete(table, words);
    std::string text = fmt::format("{}\t{}\n", spell(completion.files), completion.before);
    for (const Candidate& candidate : completion.candidates) {
        std::string line = fmt::format("{}\t{}", candidate.word, candidate.help);
        std::replace(line.begin(), line.end(), '\n', ' ');
        text += line + "\n";
    }
    return print(text) ? kOk : kUnwritable;
}

}  // namespace

Command addCompletion(Program& program) {
    const CommandLine line =
        program.command("completion", "Print what lets bash, zsh or fish complete mdsync's words at TAB");
    const auto shell = std::make_shared<std::string>();
    line.value("shell", *shell, "SHELL", "bash, zsh or fish").required().check(oneOf({"bash", "zsh", "fish"}));
    line.example(
        "Where mdsync is installed, nothing need be done.\n"
        "Examples:\n"
        "  source <(mdsync completion bash)\n"
        "  mdsync completion zsh > ~/.zfunc/_mdsync\n"
        "  mdsync completion fish > ~/.config/fish/completions/mdsync.fish\n");
    return {line, [shell] { return printScript(*shell); }};
}

Command addComplete(Program& program) {
    const CommandLine line = program.command("complete", "Say what may stand in place of the last of these words");
    line.hide();
    const auto words = std::make_shared<std::vector<std::string>>();
    line.values("words", *words, "WORD", "The words of a command line, behind --");
    return {line, [words, &program] {
                if (words->empty()) words->emplace_back();
                return printAnswer(program.table(), *words);
            }};
}

}  // namespace mdsync::cli
