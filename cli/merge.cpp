// mdsync merge: one report from the results of several runs, or from the shards of a search.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "command.hpp"
#include "mdsync/campaign.hpp"
#include "mdsync/certificate.hpp"
#include "mdsync/documents.hpp"
#include "output.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

struct MergeFlags {
    std::vector<std::string> paths;
    OutputOptions output;
};

// What a search left behind, by chance or exhaustive.
struct SearchDocument {
    std::string path;  // of the document; empty: none
    bool isExhaustive = false;
};

// What `path` is, or what lies in it.
SearchDocument keptAt(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (!fs::is_directory(path, error)) {
        const std::string kind = documentKind(path);
        if (kind == "certificate/1") return {path, true};
        return kind == "campaign/1" ? SearchDocument{path} : SearchDocument{};
    }
    const fs::path certificate = fs::path(path) / kCertificateFile;
    if (fs::exists(certificate, error)) return {certificate.string(), true};
    const fs::path campaign = fs::path(path) / kCampaignFile;
    return fs::exists(campaign, error) ? SearchDocument{campaign.string()} : SearchDocument{};
}

// Reads all and says what is wrong with them.
template <class File, class Read>
std::optional<std::vector<File>> readAll(const std::vector<std::string>& paths, const Read& read) {
    std::vector<File> files;
    bool broken = false;
    for (const std::string& path : paths) {
        files.push_back(read(path));
        complain(files.back().diagnostics);
        broken = broken || !files.back().valid;
    }
    return broken ? std::nullopt : std::optional(std::move(files));
}

// Says why nothing was merged; gives the exit code.
int refuse(const std::vector<std::string>& problems) {
    for (const std::string& problem : problems) tell("mdsync: {}\n", problem);
    tell("mdsync: nothing was merged\n");
    return kBadInput;
}

// Names the shards, or the first of them.
void tellShards(const char* what, const std::vector<std::string>& names) {
    constexpr std::size_t kMost = 10;
    if (names.empty()) return;
    const std::size_t shown = std::min(names.size(), kMost);
    const std::string more = shown < names.size() ? fmt::format(" and {} more", names.size() - shown) : std::string();
    tell("mdsync: {}: shard {}{}\n", what,
         fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "), more);
}

// Names the shards without which this is not the whole search. The exit code then, of what would else be `code`.
int withAbsent(int code, const std::vector<std::string>& missing, const std::vector<std::string>& unfinished) {
    tellShards("not finished", unfinished);
    tellShards("missing", missing);
    if (!missing.empty() && code != kInternal) code = kBadInput;
    if (!unfinished.empty() && (code == kOk || code == kNothing)) code = kInconclusive;
    return code;
}

int mergeSeeds(const std::vector<std::string>& paths, const OutputOptions& output) {
    const auto files = readAll<CampaignFile>(paths, readCampaign);
    if (!files) return refuse({});
    const MergedCampaigns merged = mergeCampaigns(*files);
    if (!merged.problems.empty()) return refuse(merged.problems);
    if (!output.quiet) tell("{}", exploreSpeed(merged.explored));
    const bool written = print(output.format == "json" ? exploreJson(merged.explored) : exploreReport(merged.explored));
    const int code = withAbsent(exitCodeOf(merged.explored), merged.missing, merged.unfinished);
    return written ? code : withUnwritable(code);
}

int mergeExhaustive(const std::vector<std::string>& paths, const OutputOptions& output) {
    const auto files = readAll<CertificateFile>(paths, readCertificate);
    if (!files) return refuse({});
    const MergedCertificates merged = mergeCertificates(*files);
    if (!merged.problems.empty()) return refuse(merged.problems);
    const auto& [options, probe, certificate, found, elapsed] = merged.sum;
    if (!output.quiet) tell("{}", exhaustiveSpeed(certificate, elapsed));
    const bool written = print(output.format == "json" ? certificateJson(options, certificate, found, elapsed)
                                                       : certificateReport(options, certificate, found));
    const int code = withAbsent(exitCodeOf(options, certificate), merged.missing, merged.unfinished);
    return written ? code : withUnwritable(code);
}

int mergeShards(const std::vector<SearchDocument>& shards, const OutputOptions& output) {
    if (!output.reports.empty() || !output.require.empty()) {
        tell("mdsync: --report and --require are for results of run and check, not for campaigns\n");
        return kUsage;
    }
    std::vector<std::string> paths;
    for (const SearchDocument& shard : shards) {
        if (shard.isExhaustive != shards.front().isExhaustive) {
            return refuse({fmt::format("{} and {} are not of one search: only one of them is exhaustive",
                                       shards.front().path, shard.path)});
        }
        paths.push_back(shard.path);
    }
    return shards.front().isExhaustive ? mergeExhaustive(paths, output) : mergeSeeds(paths, output);
}

int merge(const MergeFlags& flags) {
    if (wouldLose(flags.paths, writtenFiles(flags.output))) return kUsage;
    std::vector<SearchDocument> campaigns;
    for (const std::string& path : flags.paths) {
        if (SearchDocument kept = keptAt(path); !kept.path.empty()) campaigns.push_back(std::move(kept));
    }
    if (campaigns.size() == flags.paths.size()) return mergeShards(campaigns, flags.output);
    if (!campaigns.empty()) {
        for (const std::string& path : flags.paths) {
            if (!keptAt(path).path.empty()) continue;
            tell("mdsync: {} is no campaign, and can't be merged with {}\n", path, campaigns.front().path);
        }
        return kBadInput;
    }
    const auto files = readAll<ResultFile>(flags.paths, [](const std::string& path) { return readResult(path); });
    if (!files) return refuse({});
    MergedResults merged = mergeResults(*files);
    // A sum over some of the shards would look like one over all.
    if (!merged.diagnostics.empty()) {
        complain(merged.diagnostics);
        return refuse({});
    }
    for (const RuleId id : requiredRules(flags.output)) merged.result.required.push_back(id);
    const int code = deliver(merged.result, flags.output);
    if (merged.missing.empty()) return code;
    tellShards("missing", merged.missing);
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
        "Ends as one run over all these scenarios, or one search of all shards, would.\n"
        "Examples:\n"
        "  mdsync run scenarios/web --report json=1.json; mdsync run scenarios/recall --report json=2.json\n"
        "  mdsync merge 1.json 2.json --report junit=junit.xml\n"
        "  mdsync merge campaign-*                   what the shards of a search have found\n");
    return {line, [flags] { return merge(*flags); }};
}

}  // namespace mdsync::cli
