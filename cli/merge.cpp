// mdsync merge: one report from the results of several runs, or from the shards of a search.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "command.hpp"
#include "mdsync/campaign.hpp"
#include "mdsync/documents.hpp"
#include "output.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

struct MergeFlags {
    std::vector<std::string> paths;
    OutputOptions output;
};

// The campaign that `path` is or lies in; empty for another kind of document.
std::string campaignAt(const std::string& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return (std::filesystem::path(path) / kCampaignFile).string();
    return documentKind(path) == "campaign/1" ? path : std::string();
}

int mergeShards(const std::vector<std::string>& paths, const OutputOptions& output) {
    if (!output.reports.empty() || !output.require.empty()) {
        tell("mdsync: --report and --require are for results of run and check, not for campaigns\n");
        return kUsage;
    }
    std::vector<CampaignFile> files;
    bool broken = false;
    for (const std::string& path : paths) {
        files.push_back(readCampaign(path));
        complain(files.back().diagnostics);
        broken = broken || !files.back().valid;
    }
    const MergedCampaigns merged = broken ? MergedCampaigns{} : mergeCampaigns(files);
    for (const std::string& problem : merged.problems) tell("mdsync: {}\n", problem);
    if (broken || !merged.problems.empty()) {
        tell("mdsync: nothing was merged\n");
        return kBadInput;
    }
    if (!output.quiet) tell("{}", exploreSpeed(merged.explored));
    const bool written = print(output.format == "json" ? exploreJson(merged.explored) : exploreReport(merged.explored));
    if (!merged.unfinished.empty()) {
        tell("mdsync: not finished: shard {}\n", fmt::join(merged.unfinished, ", "));
    }
    if (!merged.missing.empty()) {
        tell("mdsync: missing: shard {}\n", fmt::join(merged.missing, ", "));
    }
    int code = exitCodeOf(merged.explored);
    if (!merged.missing.empty() && code != kInternal) code = kBadInput;
    if (!merged.unfinished.empty() && (code == kOk || code == kNothing)) code = kInconclusive;
    return written ? code : withUnwritable(code);
}

int merge(const MergeFlags& flags) {
    if (wouldLose(flags.paths, writtenFiles(flags.output))) return kUsage;
    std::vector<std::string> campaigns;
    for (const std::string& path : flags.paths) {
        if (std::string campaign = campaignAt(path); !campaign.empty()) campaigns.push_back(std::move(campaign));
    }
    if (campaigns.size() == flags.paths.size()) return mergeShards(campaigns, flags.output);
    if (!campaigns.empty()) {
        for (const std::string& path : flags.paths) {
            if (!campaignAt(path).empty()) continue;
            tell("mdsync: {} is no campaign, and can't be merged with {}\n", path, campaigns.front());
        }
        return kBadInput;
    }
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
        tell("mdsync: nothing was merged\n");
        return kBadInput;
    }
    for (const RuleId id : requiredRules(flags.output)) merged.result.required.push_back(id);
    const int code = deliver(merged.result, flags.output);
    if (merged.missing.empty()) return code;
    tell("mdsync: missing: shard {}\n", fmt::join(merged.missing, ", "));
    return code == kInternal || merged.result.interrupted ? code : kBadInput;
}

}  // namespace

Command addMerge(Program& program) {
    const CommandLine line =
        program.command("merge", "Make one report from the results of several runs, or of the shards of a search");
    const auto flags = std::make_shared<MergeFlags>();
    flags->output.timelines = true;  // of the results that have one
    line.values("results", flags->paths, "RESULT",
                "Results that run or check wrote as JSON, no scenario in two of them; or the folders of campaigns that "
                "explore made, one for each shard")
        .required();
    addOutputOptions(line, flags->output, false);
    line.example(
        "Ends as one run over all these scenarios would.\n"
        "Examples:\n"
        "  mdsync run scenarios/web --report json=1.json; mdsync run scenarios/recall --report json=2.json\n"
        "  mdsync merge 1.json 2.json --report junit=junit.xml\n"
        "  mdsync merge campaign-*                   what the shards of a search have found\n");
    return {line, [flags] { return merge(*flags); }};
}

}  // namespace mdsync::cli
