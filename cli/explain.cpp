// mdsync explain: a rule, a diagnostic's code, an exit code or a word of the glossary at length.
#include <fmt/format.h>

#include <array>

#include "command.hpp"
#include "exit_codes.hpp"
#include "mdsync/documents.hpp"
#include "mdsync/glossary.hpp"
#include "mdsync/report.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/trace_io.hpp"
#include "output.hpp"
#include "tell.hpp"
#include "terminal.hpp"

namespace mdsync::cli {

namespace {

constexpr std::array<CodeText, 3> kOtherCodes{{
    {"target.unreachable",
     "The system that --target names could not be started or connected to, or did not answer hello as the adapter "
     "protocol says; no case ran. What it said last stands below the message: > are lines of mdsync, < lines of the "
     "adapter, ! lines of its standard error. docs/adapters.md tells what it must answer."},
    {"target.farewell",
     "The adapter was told bye and did not exit with 0 by itself; it was killed if need be. What was judged stands."},
    {"export.too-much",
     "The trace is more than a scenario can hold: 10,000 message ids, 100,000 steps, and, with a named time zone, the "
     "years 1970..2037. Cut out its header and the lines that lead to what you are after, and export those."},
}};

// The long form of `word`, or nothing if it is not known.
std::optional<std::string> explanationOf(const std::string& word, bool color) {
    if (const std::optional<RuleId> id = findRule(word))
        return ruleText(rule(*id), {.color = color, .width = columnsOf(stdout)});
    if (const CodeInfo* info = findScenarioCode(word)) {
        return fmt::format("{}: {}\n\n{}\n", info->code, info->title, info->explanation);
    }
    for (const CodeInfo& info : documentCodes()) {
        if (info.code == word) return fmt::format("{}: {}\n\n{}\n", info.code, info.title, info.explanation);
    }
    for (const CodeText& text : traceCodes()) {
        if (text.code == word) return fmt::format("{}\n\n{}\n", text.code, text.text);
    }
    for (const CodeText& text : kOtherCodes) {
        if (text.code == word) return fmt::format("{}\n\n{}\n", text.code, text.text);
    }
    for (const ExitCode& code : exitCodes()) {
        if (code.code == word) return fmt::format("exit code {}: {}\n\n{}\n", code.code, code.title, code.text);
    }
    for (const GlossaryEntry& entry : glossary()) {
        if (entry.word == word) return fmt::format("{}\n\n{}\n", entry.word, entry.text);
    }
    return std::nullopt;
}

int explain(const std::string& word, const std::string& color) {
    if (const std::optional<std::string> text = explanationOf(word, wantsColor(color, stdout))) {
        return print(*text) ? kOk : kUnwritable;
    }
    const std::string hint = hintOf(word, explainableWords());
    tell("mdsync: nothing is known about \"{}\"{}\n", printable(word),
         hint.empty() ? "; it takes a rule, the code of a diagnostic, an exit code or a word of docs/glossary.md"
                      : "; " + hint);
    return kUsage;
}

}  // namespace

std::vector<std::string_view> explainableWords() {
    std::vector<std::string_view> words = ruleNames();
    for (const CodeInfo& info : scenarioCodes()) words.push_back(info.code);
    for (const CodeInfo& info : documentCodes()) words.push_back(info.code);
    for (const CodeText& text : traceCodes()) words.push_back(text.code);
    for (const CodeText& text : kOtherCodes) words.push_back(text.code);
    for (const ExitCode& code : exitCodes()) words.push_back(code.code);
    for (const GlossaryEntry& entry : glossary()) words.push_back(entry.word);
    return words;
}

Command addExplain(Program& program) {
    const CommandLine line =
        program.command("explain", "Explain a rule, the code of a diagnostic, an exit code, or a word of the reports");
    struct Flags {
        std::string word;
        std::string color = "auto";
    };
    const auto flags = std::make_shared<Flags>();
    line.value("word", flags->word, "RULE|CODE|WORD", "What to explain").required();
    line.color(flags->color);
    line.example(
        "Examples:\n"
        "  mdsync explain web.evict-earliest\n"
        "  mdsync explain scenario.unknown-verb\n"
        "  mdsync explain 4\n"
        "  mdsync explain lapsed\n");
    return {line, [flags] { return explain(flags->word, flags->color); }};
}

}  // namespace mdsync::cli
