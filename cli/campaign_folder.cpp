// CampaignFolder: where a search leaves what it knows, so that another process goes on from there.
#include "campaign_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "command.hpp"
#include "found_files.hpp"
#include "mdsync/documents.hpp"
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

}  // namespace

CampaignFolder::~CampaignFolder() {
    if (lock_ >= 0) ::close(lock_);
}

int CampaignFolder::open(const std::string& path, std::string_view document, std::string_view other) {
    path_ = path;
    name_ = document;
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
    std::error_code error;
    if (fs::exists(fs::path(path) / other, error)) {
        return refuse(kUsage, fmt::format("{} holds another kind of search: its state is in {}", path, other));
    }
    return kOk;
}

std::string CampaignFolder::document() const {
    return (fs::path(path_) / name_).string();
}

bool CampaignFolder::isBegun() const {
    std::error_code error;
    return fs::exists(document(), error);
}

void CampaignFolder::write(const std::string& text, const std::vector<std::string>& found) {
    int error = 0;
    // The scenarios that were found must be there when the document names them.
    for (const std::string& file : found) {
        if (file.empty() || !safe_.insert(file).second) continue;
        error = error == 0 ? makeSafe(file) : error;
        (void)makeSafe(runBeside(file));  // there may be none
    }
    if (error == 0) error = makeSafe(fmt::format("{}/{}", path_, kFoundFolder));
    if (error == 0) error = writeWhole(document(), text);
    if (error == 0) error = makeSafe(path_);
    if (error == 0) return;
    if (!failed_) tell("mdsync: {} could not be written: {}\n", printable(document()), std::strerror(error));
    failed_ = true;
}

int CampaignFolder::holdsAnother(const std::string& difference) const {
    return refuse(kUsage, fmt::format("{} holds another search: this one has {}", path_, difference));
}

}  // namespace mdsync::cli
