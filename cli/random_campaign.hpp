// RandomCampaign: what a search by chance leaves in a folder.
#pragma once

#include <string>

#include "campaign_folder.hpp"
#include "mdsync/campaign.hpp"

namespace mdsync::cli {

class RandomCampaign {
public:
    // Opens the folder and reads what was explored before. The exit code, 0 for success; what is wrong was said on standard
    // error.
    int open(const std::string& path, const SearchPlan& plan);

    // What was explored before; null if this is the beginning.
    [[nodiscard]] const Explored* before() const { return began_ ? &campaign_.explored : nullptr; }

    // Writes how far the search is.
    void write(const Explored& explored);

    // Whether all was written so far.
    [[nodiscard]] bool written() const { return folder_.written(); }

private:
    CampaignFolder folder_;
    Campaign campaign_;
    bool began_ = false;
};

}  // namespace mdsync::cli
