// mdsync merge: one report from the results of several runs.
#include <fmt/format.h>

#include "command.hpp"
#include "mdsync/documents.hpp"
#include "output.hpp"

namespace mdsync::cli {

namespace {

struct MergeFlags {
    std::vector<std::string> paths;
    OutputOptions output;
};

int merge(const MergeFlags& flags) {
    std::vector<ResultFile> files;
    bool broken = false;
    for (const std::string& path : flags.paths) {
        ResultFile file = readResult(path);
        complain(file.diagnostics);
        if (file.valid) {
            files.push_back(std::move(file));
        } else {
            broken = true;
        }
    }
    MergedResults merged = mergeResults(files);
    // A sum over some of the shards would look like one over all.
    if (broken || !merged.diagnostics.empty()) {
        complain(merged.diagnostics);
        fmt::print(stderr, "mdsync: nothing was merged\n");
        return kBadInput;
    }
    for (const RuleId id : requiredRules(flags.output)) merged.result.required.push_back(id);
    return deliver(merged.result, flags.output);
}

}  // namespace

Command addMerge(CLI::App& program) {
    CLI::App* app = program.add_subcommand("merge", "Make one report from the results of several runs");
    const auto flags = std::make_shared<MergeFlags>();
    app->add_option("results", flags->paths, "Results that run or check wrote as JSON; no scenario may be in two")
        ->required()
        ->type_name("RESULT");
    addOutputOptions(*app, flags->output, false);
    addExample(*app,
               "Ends as one run over all these scenarios would.\n"
               "Example:\n"
               "  mdsync run scenarios/web --report json=1.json; mdsync run scenarios/recall --report json=2.json\n"
               "  mdsync merge 1.json 2.json --report junit=junit.xml\n");
    return {app, [flags] { return merge(*flags); }};
}

}  // namespace mdsync::cli
