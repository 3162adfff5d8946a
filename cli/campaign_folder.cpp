// CampaignFolder: where a search leaves what it knows, so that another process goes on from there.
#include "campaign_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "command.hpp"
#include "found_files.hpp"
#include "mdsync/replay.hpp"
#include "mdsync/world.hpp"
#include "output.hpp"
#include "tell.hpp"
#include "whole_file.hpp"

namespace mdsync::cli {

namespace {

namespace fs = std::filesystem;

int refuse(int code, const std::string& why) {
    tell("mdsync: {}\n", printable(why));
    return code;
}

// Whether what was found can be read: a full disk or a loss of power may have left a part of it, or nothing.
bool isWhole(const Found& found) {
    if (!readScenario(found.file, ruleNames()).valid()) return false;
    return !findServer(found.server) || readRunFile(runBeside(found.file)).valid;
}

}  // namespace

CampaignFolder::~CampaignFolder() {
    if (lock_ >= 0) ::close(lock_);
}

int CampaignFolder::open(const std::string& path, const SearchPlan& plan) {
    path_ = path;
    if (const int error = makeFolder(fmt::format("{}/{}", path, kFoundFolder)); error != 0) {
        return refuse(kUnwritable, fmt::format("{} is no folder to write to: {}", path, std::strerror(error)));
    }
    // A file, not the folder: over a network only files are locked for all machines.
    lock_ = ::open((fs::path(path) / "campaign.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock_ < 0)
        return refuse(kUnwritable, fmt::format("{} is no folder to write to: {}", path, std::strerror(errno)));
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        return refuse(kUsage, fmt::format("another mdsync is exploring in {}; shards need a folder each", path));
    }
    campaign_.plan = plan;
    campaign_.generator = generatorOf(plan);

    const fs::path file = fs::path(path) / kCampaignFile;
    std::error_code error;
    if (!fs::exists(file, error)) {
        write({});  // better to know now than after eight hours
        return failed_ ? kUnwritable : kOk;
    }
    CampaignFile known = readCampaign(file.string());
    complain(known.diagnostics);
    if (!known.valid) return kBadInput;
    const SearchPlan& then = known.campaign.plan;
    std::string difference = differenceOf(then, plan);
    if (difference.empty() && then.shard != plan.shard) {
        difference =
            fmt::format("--shard {}/{}, not {}/{}", plan.shard.number, plan.shard.of, then.shard.number, then.shard.of);
    } else if (difference.empty() && known.campaign.generator != campaign_.generator) {
        difference = "another version of mdsync, which makes other scenarios of the same seeds";
    }
    if (!difference.empty()) {
        return refuse(kUsage, fmt::format("{} holds another search: this one has {}", path, difference));
    }
    if (seedsOf(plan) < known.campaign.explored.seeds) {
        return refuse(kUsage, fmt::format("{} has explored {} seeds; this command asks for {}", path,
                                          known.campaign.explored.seeds, seedsOf(plan)));
    }
    campaign_.explored = std::move(known.campaign.explored);
    for (Found& found : campaign_.explored.found) {
        if (!isWhole(found)) found.file.clear();  // to be made again
    }
    began_ = true;
    return kOk;
}

void CampaignFolder::write(const Explored& explored) {
    int error = 0;
    // The scenarios that were found must be there when the document names them.
    for (const Found& found : explored.found) {
        if (found.file.empty() || !safe_.insert(found.file).second) continue;
        error = error == 0 ? makeSafe(found.file) : error;
        (void)makeSafe(runBeside(found.file));  // there may be none
    }
    if (error == 0) error = makeSafe(fmt::format("{}/{}", path_, kFoundFolder));
    Campaign now;
    now.plan = campaign_.plan;
    now.generator = campaign_.generator;
    now.explored = explored;
    if (error == 0) error = writeWhole(fmt::format("{}/{}", path_, kCampaignFile), writeCampaign(now));
    if (error == 0) error = makeSafe(path_);
    if (error == 0) return;
    if (!failed_) {
        tell("mdsync: {}/{} could not be written: {}\n", printable(path_), kCampaignFile, std::strerror(error));
    }
    failed_ = true;
}

}  // namespace mdsync::cli
