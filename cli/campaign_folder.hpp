// CampaignFolder: where a search leaves what it knows, so that another process goes on from there. What a search by chance
// knows, random_campaign.hpp says; what an exhaustive one does, exhaustive.cpp.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mdsync::cli {

class CampaignFolder {
public:
    CampaignFolder() = default;
    CampaignFolder(const CampaignFolder&) = delete;
    CampaignFolder& operator=(const CampaignFolder&) = delete;
    ~CampaignFolder();

    // Makes the folder where there is none, and keeps other processes out of it. `document` is the name of what is written
    // there; the document `other` is of another kind of search. The exit code, 0 for success; what is wrong was said on
    // standard error.
    int open(const std::string& path, std::string_view document, std::string_view other);

    // The document, and whether there is one.
    [[nodiscard]] std::string document() const;
    [[nodiscard]] bool isBegun() const;

    // Writes the document, which names the scenarios `found`; those that are empty are not there. Whatever happens to the
    // process or the machine, either this or what was written before is read the next time.
    void write(const std::string& text, const std::vector<std::string>& found);

    // Whether all was written so far.
    [[nodiscard]] bool written() const { return !failed_; }

    // Says that the folder holds another search, and why; gives the exit code.
    [[nodiscard]] int holdsAnother(const std::string& difference) const;

private:
    std::string path_;
    std::string name_;  // of the document
    int lock_ = -1;
    bool failed_ = false;
    std::set<std::string> safe_;  // scenarios that outlast a loss of power
};

}  // namespace mdsync::cli
