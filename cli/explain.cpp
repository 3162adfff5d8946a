// mdsync explain: a rule, a diagnostic's code, an exit code or a word of the glossary at length.
#include <fmt/format.h>

#include <array>

#include "command.hpp"
#include "mdsync/documents.hpp"
#include "mdsync/glossary.hpp"
#include "mdsync/report.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/trace_io.hpp"
#include "output.hpp"

namespace mdsync::cli {

namespace {

struct ExitCode {
    std::string_view code;
    std::string_view title;
    std::string_view text;
};

constexpr std::array<ExitCode, 10> kExitCodes{{
    {"0", "conformant", "Everything that was selected ran, something was checked, and nothing was wrong."},
    {"1", "not conformant",
     "A rule was violated, an expectation was not met, or a rule that a scenario lists or --require names was never "
     "put to the test, and no baseline expects it; or a baseline expects what did not come. With --fail-on-flaky: a case "
     "was flaky that no baseline expects to be. With diff: something got "
     "worse or is no longer checked. With rules --coverage: less than --min-coverage was put to the test. With rules "
     "--unguarded: a rule is guarded by fewer than three files. With mutants: a known-bad server escaped or was caught "
     "only by a rule that it does not name and, for whole folders, one was never activated or a rule caught none."},
    {"2", "usage", "The command line is wrong, or would write over what it reads; nothing ran."},
    {"3", "bad input",
     "A scenario, trace, baseline or result is missing or malformed, or the system under test broke. What was in order "
     "still ran. With merge: a shard is not among the results."},
    {"4", "nothing", "An argument or filter selected nothing, or nothing that ran was checked. This is never a pass."},
    {"5", "inconclusive",
     "Nothing was wrong, but a trace ended while something was still owed, or lines were skipped by --lenient."},
    {"6", "unwritable", "All is well but a report, a trace or standard output could not be written."},
    {"70", "internal error",
     "A bug in mdsync: please report it with the command line and the message. Or the machine refused what everything "
     "needs, memory or a thread; then the message says so."},
    {"130", "interrupted", "SIGINT (Ctrl-C). What had ended is reported and marked as interrupted."},
    {"143", "terminated", "SIGTERM. What had ended is reported and marked as interrupted."},
}};

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

std::vector<std::string_view> knownWords() {
    std::vector<std::string_view> words = ruleNames();
    for (const CodeInfo& info : scenarioCodes()) words.push_back(info.code);
    for (const CodeInfo& info : documentCodes()) words.push_back(info.code);
    for (const CodeText& text : traceCodes()) words.push_back(text.code);
    for (const CodeText& text : kOtherCodes) words.push_back(text.code);
    for (const ExitCode& code : kExitCodes) words.push_back(code.code);
    for (const GlossaryEntry& entry : glossary()) words.push_back(entry.word);
    return words;
}

// The long form of `word`, or nothing if it is not known.
std::optional<std::string> explanationOf(const std::string& word, bool color) {
    if (const std::optional<RuleId> id = findRule(word)) return ruleText(rule(*id), {color, 0});
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
    for (const ExitCode& code : kExitCodes) {
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
    const std::string hint = hintOf(word, knownWords());
    fmt::print(stderr, "mdsync: nothing is known about \"{}\"{}\n", printable(word),
               hint.empty() ? "; it takes a rule, the code of a diagnostic, an exit code or a word of docs/glossary.md"
                            : "; " + hint);
    return kUsage;
}

}  // namespace

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
