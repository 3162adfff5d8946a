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
#include "output.hpp"

namespace mdsync::cli {

namespace {

namespace fs = std::filesystem;

// The file descriptors of a scope end with it.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

bool writeAll(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(file, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

bool isOnDisk(int number) {
    return number >= 0 && ::fsync(number) == 0;
}

// Puts `text` in place of the file `name` of `folder`, at once and for good.
bool replace(const fs::path& folder, std::string_view name, std::string_view text) {
    const fs::path path = folder / name;
    const fs::path fresh = fs::path(path) += ".new";
    {
        const Descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
        if (file.number() < 0 || !writeAll(file.number(), text) || !isOnDisk(file.number())) return false;
    }
    if (::rename(fresh.c_str(), path.c_str()) != 0) return false;
    return isOnDisk(Descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)).number());
}

int refuse(int code, const std::string& why) {
    fmt::print(stderr, "mdsync: {}\n", why);
    return code;
}

}  // namespace

CampaignFolder::~CampaignFolder() {
    if (lock_ >= 0) ::close(lock_);
}

int CampaignFolder::open(const std::string& path, const SearchPlan& plan) {
    path_ = path;
    std::error_code error;
    fs::create_directories(path, error);
    lock_ = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock_ < 0)
        return refuse(kUnwritable, fmt::format("{} is no folder to write to: {}", path, std::strerror(errno)));
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        return refuse(kUsage, fmt::format("another mdsync is exploring in {}; shards need a folder each", path));
    }
    campaign_.plan = plan;
    campaign_.generator = generatorOf(plan);

    const fs::path file = fs::path(path) / kCampaignFile;
    if (!fs::exists(file, error)) return kOk;
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
    campaign_.explored = std::move(known.campaign.explored);
    began_ = true;
    return kOk;
}

// The scenarios that were found must be there when the document names them.
bool CampaignFolder::makeSafe() {
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(path_, error)) {
        if (!safe_.insert(entry.path().filename().string()).second || !entry.is_regular_file(error)) continue;
        if (!isOnDisk(Descriptor(::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC)).number())) return false;
    }
    return !error;
}

void CampaignFolder::write(const Explored& explored) {
    Campaign now;
    now.plan = campaign_.plan;
    now.generator = campaign_.generator;
    now.explored = explored;
    if (makeSafe() && replace(path_, kCampaignFile, writeCampaign(now))) return;
    if (!failed_) {
        fmt::print(stderr, "mdsync: {}/{} could not be written: {}\n", path_, kCampaignFile, std::strerror(errno));
    }
    failed_ = true;
}

}  // namespace mdsync::cli
