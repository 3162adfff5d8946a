// CampaignFolder: where a search leaves what it knows, so that another process goes on from there.
#pragma once

#include <set>
#include <string>

#include "mdsync/campaign.hpp"

namespace mdsync::cli {

class CampaignFolder {
public:
    CampaignFolder() = default;
    CampaignFolder(const CampaignFolder&) = delete;
    CampaignFolder& operator=(const CampaignFolder&) = delete;
    ~CampaignFolder();

    // Makes the folder where there is none, keeps other processes out of it, and reads what was explored before. The
    // exit code, 0 for success; what is wrong was said on standard error.
    int open(const std::string& path, const SearchPlan& plan);

    // What was explored before; null if this is the beginning.
    [[nodiscard]] const Explored* before() const { return began_ ? &campaign_.explored : nullptr; }

    // Writes how far the search is. Whatever happens to the process or the machine, either this or what was written
    // before is read the next time.
    void write(const Explored& explored);

    // Whether all was written so far.
    [[nodiscard]] bool written() const { return !failed_; }

private:
    std::string path_;
    int lock_ = -1;
    Campaign campaign_;
    bool began_ = false;
    bool failed_ = false;
    std::set<std::string> safe_;  // scenarios that outlast a loss of power
};

}  // namespace mdsync::cli
