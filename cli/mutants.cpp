// mdsync mutants: would the rules notice a broken server? Every known-bad one over the scenarios, or the list of them.
#include "mdsync/mutants.hpp"

#include <algorithm>
#include <filesystem>

#include "command.hpp"
#include "mdsync/report.hpp"
#include "mdsync/run.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "selection_options.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

struct MutantsFlags {
    std::vector<std::string> paths;
    std::vector<std::string> texts;
    std::vector<std::string> rules;
    std::vector<std::string> values;  // `days=3`
    std::string format = "human";
    std::string color = "auto";
    bool markdown = false;
    bool quiet = false;
    std::optional<unsigned> jobs;
};

KnownBadFilter filterOf(const MutantsFlags& flags) {
    KnownBadFilter filter;
    filter.texts = flags.texts;
    for (const std::string& name : flags.rules) filter.rules.push_back(*findRule(name));
    return filter;
}

// Whether every known-bad server meets whole folders: then one that is not activated, or a rule that catches none, is a
// hole in the scenarios; otherwise it only says that little was asked for.
bool isWhole(const MutantsFlags& flags) {
    const auto folder = [](const std::string& path) {
        std::error_code ignored;
        return std::filesystem::is_directory(path, ignored);
    };
    return flags.texts.empty() && flags.rules.empty() && std::all_of(flags.paths.begin(), flags.paths.end(), folder);
}

int codeOf(const Suite& suite, const MutantMatrix& matrix, bool whole, int signal) {
    if (signal != 0) return 128 + signal;
    if (suite.broken > 0) return kBadInput;
    if (!allNoticed(matrix, whole)) return kFailed;
    return matrix.cases == 0 || matrix.mutants.empty() || !suite.empty.empty() ? kNothing : kOk;
}

int list(const MutantsFlags& flags, const std::vector<KnownBad>& servers) {
    const bool written = print(flags.markdown           ? knownBadMarkdown(servers)
                               : flags.format == "json" ? knownBadJson(servers)
                                                        : knownBadTable(servers, {wantsColor(flags.color, stdout), 0}));
    const int code = servers.empty() ? kNothing : kOk;
    return written ? code : withUnwritable(code);
}

int runOver(const MutantsFlags& flags, const std::vector<KnownBad>& servers) {
    const bool wantsInput = std::find(flags.paths.begin(), flags.paths.end(), "-") != flags.paths.end();
    const std::string input = wantsInput ? readStandardInput() : std::string();
    const unsigned jobs = jobsOf(flags.jobs);
    const Interrupt interrupt;
    const Suite suite = loadSuite(flags.paths, {}, jobs, input, &interrupt.flag(), valuesOf(flags.values));
    complainOfEmpty(suite);
    if (saysUnknownVariable(suite)) return kUsage;
    for (const Suite::Entry& entry : suite.entries) complain(entry.wrong);

    const bool whole = isWhole(flags);
    MutantMatrix matrix;
    if (suite.cases > 0) {
        Progress progress(servers.size(), "known-bad servers", flags.quiet);
        matrix = runMutants(casesOf(suite), servers, jobs, interrupt.flag(), [&](bool unnoticed) {
            injectFault("worker");
            progress.step(unnoticed);
        });
    }
    matrix.interrupted = interrupt.signal() != 0;  // while files were read, perhaps: then nothing ran
    const bool json = flags.format == "json";
    const bool written =
        print(json ? mutantsJson(matrix, whole, MDSYNC_VERSION)
                   : mutantsReport(matrix, whole, {wantsColor(flags.color, stdout), flags.quiet ? -1 : 0}));
    const int code = codeOf(suite, matrix, whole, interrupt.signal());
    return written ? code : withUnwritable(code);
}

int mutants(const MutantsFlags& flags) {
    const std::vector<KnownBad> servers = knownBadServers(filterOf(flags));
    if (servers.empty()) tell("mdsync: no known-bad server fits; mdsync mutants lists them\n");
    return flags.paths.empty() ? list(flags, servers) : runOver(flags, servers);
}

}  // namespace

Command addMutants(Program& program) {
    const CommandLine line = program.command(
        "mutants", "Would the rules notice? Run known-bad servers over scenarios; without a PATH, list them");
    const auto flags = std::make_shared<MutantsFlags>();
    const Option paths =
        line.values("paths", flags->paths, "PATH",
                    "Scenario files or folders; FILE#CASE, FILE:LINE; - is standard input. Exit 1 if a known-bad "
                    "server escapes or is caught only by a rule that it does not name; where folders are named and "
                    "no -k or --rule, also if one is never activated or a rule catches none");
    line.repeated("-k", flags->texts, "TEXT",
                  "Only known-bad servers with TEXT in their name or in what they do wrong (either case of letters)");
    line.repeated("--rule", flags->rules, "RULE", "Only known-bad servers that this rule must catch").check(isRule);
    addSetOption(line, flags->values);
    line["--set"].needs(paths);
    line.format(flags->format);
    line.flag("--markdown", flags->markdown, "List them as a table in Markdown").excludes(paths);
    line.color(flags->color);
    line.flag("-q,--quiet", flags->quiet, "What was not caught and the last line only");
    line.jobs(flags->jobs, "Known-bad servers");
    line.example(
        "Examples:\n"
        "  mdsync mutants                                   what there is\n"
        "  mdsync mutants scenarios                         which rule catches which, and where first\n"
        "  mdsync mutants my/first.json --rule recall.basic would this file notice a lost recall?\n");
    return {line, [flags] { return mutants(*flags); }};
}

}  // namespace mdsync::cli
