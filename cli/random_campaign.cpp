// RandomCampaign: what a search by chance leaves in a folder.
#include "random_campaign.hpp"

#include <fmt/format.h>

#include "command.hpp"
#include "found_files.hpp"
#include "mdsync/certificate.hpp"
#include "mdsync/replay.hpp"
#include "mdsync/world.hpp"
#include "output.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

// Whether what was found can be read: a full disk or a loss of power may have left a part of it, or nothing.
bool isWhole(const Found& found) {
    if (!readScenario(found.file, ruleNames()).valid()) return false;
    return !findServer(found.server) || readRunFile(runBeside(found.file)).valid;
}

}  // namespace

int RandomCampaign::open(const std::string& path, const SearchPlan& plan) {
    if (const int code = folder_.open(path, kCampaignFile, kCertificateFile); code != kOk) return code;
    campaign_.plan = plan;
    campaign_.generator = generatorOf(plan);
    if (!folder_.isBegun()) {
        write({});  // better to know now than after eight hours
        return folder_.written() ? kOk : kUnwritable;
    }
    CampaignFile known = readCampaign(folder_.document());
    complain(known.diagnostics);
    if (!known.valid) return kBadInput;
    const SearchPlan& then = known.campaign.plan;
    std::string difference = differenceOf(then, plan);
    if (difference.empty() && then.shard != plan.shard) {
        difference = fmt::format("--shard {}, not {}", spell(plan.shard), spell(then.shard));
    } else if (difference.empty() && known.campaign.generator != campaign_.generator) {
        difference = "another version of mdsync, which makes other scenarios of the same seeds";
    }
    if (!difference.empty()) return folder_.holdsAnother(difference);
    if (seedsOf(plan) < known.campaign.explored.seeds) {
        tell("mdsync: {} has explored {} seeds; this command asks for {}\n", printable(path),
             known.campaign.explored.seeds, seedsOf(plan));
        return kUsage;
    }
    campaign_.explored = std::move(known.campaign.explored);
    for (Found& found : campaign_.explored.found) {
        if (!isWhole(found)) found.file.clear();  // to be made again
    }
    began_ = true;
    return kOk;
}

void RandomCampaign::write(const Explored& explored) {
    std::vector<std::string> files;
    for (const Found& found : explored.found) files.push_back(found.file);
    Campaign now;
    now.plan = campaign_.plan;
    now.generator = campaign_.generator;
    now.explored = explored;
    folder_.write(writeCampaign(now), files);
}

}  // namespace mdsync::cli
