// mdsync diff: what changed from one result to another.

#include "command.hpp"
#include "mdsync/documents.hpp"
#include "mdsync/report.hpp"
#include "output.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

struct DiffFlags {
    std::string before, after;
    std::string format = "human";
    std::string color = "auto";
    bool quiet = false;
    bool verbose = false;
};

int diff(const DiffFlags& flags) {
    const ResultFile before = readResult(flags.before);
    const ResultFile after = readResult(flags.after);
    complain(before.diagnostics);
    complain(after.diagnostics);
    if (!before.valid || !after.valid) return kBadInput;
    if (before.result.cases.empty()) {
        tell("mdsync: {} has no scenarios: there is nothing to compare with\n", printable(flags.before));
        return kNothing;
    }
    const Diff changes = compare(before.result, after.result);
    const ConsoleOptions console{wantsColor(flags.color, stdout), flags.quiet ? -1 : flags.verbose ? 1 : 0};
    const bool written = print(flags.format == "json" ? diffJson(changes) : diffText(changes, console));
    const int code = changes.regressed() ? kFailed : kOk;
    return written ? code : withUnwritable(code);
}

}  // namespace

Command addDiff(Program& program) {
    const CommandLine line = program.command("diff", "What got worse or better from one result to another");
    const auto flags = std::make_shared<DiffFlags>();
    line.value("old", flags->before, "OLD", "A result that run, check or merge wrote as JSON").required();
    line.value("new", flags->after, "NEW", "The result to compare with it").required();
    line.format(flags->format);
    line.color(flags->color);
    line.flag("-q,--quiet", flags->quiet, "What stops a release and the last line only");
    line.flag("-v,--verbose", flags->verbose, "All changes, however many");
    line.example(
        "Exit 1 if something got worse or is no longer checked.\n"
        "Example:\n"
        "  mdsync run scenarios --report json=new.json; mdsync diff old.json new.json\n");
    return {line, [flags] { return diff(*flags); }};
}

}  // namespace mdsync::cli
