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

// Each of these gives 0, or the errno of what went wrong.

int writeAll(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(file, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return 0;
}

// What is written there outlasts a loss of power.
int makeSafe(const fs::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return file.number() >= 0 && ::fsync(file.number()) == 0 ? 0 : errno;
}

// Puts `text` in place of the file `name` of `folder`, at once and for good.
int replace(const fs::path& folder, std::string_view name, std::string_view text) {
    const fs::path path = folder / name;
    const fs::path fresh = fs::path(path) += ".new";
    {
        const Descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
        if (file.number() < 0) return errno;
        if (const int error = writeAll(file.number(), text); error != 0) return error;
        if (::fsync(file.number()) != 0) return errno;
    }
    if (::rename(fresh.c_str(), path.c_str()) != 0) return errno;
    return makeSafe(folder);
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
    fs::create_directories(fs::path(path) / kFoundFolder, error);
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
        if (!fs::exists(found.file, error)) found.file.clear();  // to be made again
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
        (void)makeSafe(fs::path(found.file).replace_extension(".run"));  // there may be none
    }
    if (error == 0) error = makeSafe(fs::path(path_) / kFoundFolder);
    Campaign now;
    now.plan = campaign_.plan;
    now.generator = campaign_.generator;
    now.explored = explored;
    if (error == 0) error = replace(path_, kCampaignFile, writeCampaign(now));
    if (error == 0) return;
    if (!failed_) {
        fmt::print(stderr, "mdsync: {}/{} could not be written: {}\n", path_, kCampaignFile, std::strerror(error));
    }
    failed_ = true;
}

}  // namespace mdsync::cli
