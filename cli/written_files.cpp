// Written files: what a command line wants written must not be what it reads.
#include "written_files.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <system_error>
#include <tuple>

#include "mdsync/diagnostic.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

// By what a file is known: its device and number there; where there is none yet, its path.
using Identity = std::tuple<dev_t, ino_t, std::string>;

Identity identityOf(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) == 0) return {found.st_dev, found.st_ino, {}};
    std::error_code error;
    const auto whole = std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
    return {0, 0, error ? path : whole.string()};
}

bool isReplaced(const std::string& path) {
    struct stat found {};
    return path != "-" && (::stat(path.c_str(), &found) != 0 || S_ISREG(found.st_mode));
}

}  // namespace

bool wouldLose(const std::vector<std::string>& read, const std::vector<WrittenFile>& written) {
    std::map<Identity, std::string> inputs;
    std::map<Identity, std::string> outputs;
    if (written.empty()) return false;
    for (const std::string& path : read) inputs.emplace(identityOf(path), path);
    for (const auto& [option, path] : written) {
        if (!isReplaced(path)) continue;
        const Identity identity = identityOf(path);
        if (const auto input = inputs.find(identity); input != inputs.end()) {
            tell("mdsync: {} {} would replace {}, which is read\n", option, printable(path), printable(input->second));
            return true;
        }
        if (const auto [other, isFirst] = outputs.emplace(identity, option); !isFirst) {
            tell("mdsync: {} and {} both write {}\n", other->second, option, printable(path));
            return true;
        }
    }
    return false;
}

}  // namespace mdsync::cli
