// Campaigns: searches that outlive their process, and that many machines share.
//
// A campaign is a folder: the document `campaign/1` says what is explored and how far that got, and a folder in it
// holds the scenarios that failed. Exploring goes on from there after any end of the process. A plan may be cut into
// shards, each of which is a campaign of its own; merged, they say what one search over all seeds would have said.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/diagnostic.hpp"
#include "mdsync/documents.hpp"
#include "mdsync/explore.hpp"

namespace mdsync {

struct Campaign {
    SearchPlan plan;
    std::string generator;  // generatorOf(plan) of the mdsync that began it
    Explored explored;      // with `sample`; of a failure without the scenario itself
};

// The name of a campaign's document in its folder.
inline constexpr std::string_view kCampaignFile = "campaign.json";

// What the generator makes of a plan's first seeds, as 32 hexadecimal digits: where it differs, another version of
// mdsync made other scenarios of the same seeds, and the two must not be taken for one search.
[[nodiscard]] std::string generatorOf(const SearchPlan& plan);

// In what `now` asks for something else than `then`, as a sentence; empty if it is the same search. How many seeds
// there are may differ: then the search is made longer.
[[nodiscard]] std::string differenceOf(const SearchPlan& then, const SearchPlan& now);

// The document. Failures are named by their file's name alone: they lie in kFoundFolder beside it.
[[nodiscard]] std::string writeCampaign(const Campaign& campaign);

struct CampaignFile {
    std::string path;
    Campaign campaign;
    bool valid = false;
    std::vector<Diagnostic> diagnostics;
};

// Reads the document at `path`.
[[nodiscard]] CampaignFile readCampaign(const std::string& path);

struct MergedCampaigns {
    Explored explored;
    std::vector<std::string> problems;    // why the files are no shards of one search, each as a sentence
    std::vector<std::string> missing;     // shards that are not among them
    std::vector<std::string> unfinished;  // shards that have not done all
};

// One search of its shards, in any order. REQUIRES: all are valid, and there is one.
[[nodiscard]] MergedCampaigns mergeCampaigns(std::span<const CampaignFile> files);

}  // namespace mdsync
