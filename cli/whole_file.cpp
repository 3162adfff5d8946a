// Whole files: what is written is there as a whole or not at all.
#include "whole_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <optional>
#include <system_error>

#include "waiting_write.hpp"

namespace mdsync::cli {

namespace {

namespace fs = std::filesystem;

constexpr mode_t kUsual = 0666;  // of a new file, before the umask
constexpr int kMostLinks = 40;

// The file descriptors of a scope end with it.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { (void)close(); }
    [[nodiscard]] int number() const { return number_; }
    // 0, or the errno: over a network, a full disk may show no sooner.
    [[nodiscard]] int close() {
        const int number = number_;
        number_ = -1;
        return number < 0 || ::close(number) == 0 ? 0 : errno;
    }

private:
    int number_;
};

// Holds signals back while a file stands there that must be removed again.
class SignalsHeld {
public:
    SignalsHeld() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    SignalsHeld(const SignalsHeld&) = delete;
    SignalsHeld& operator=(const SignalsHeld&) = delete;
    ~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

int writeAll(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(file, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return 0;
}

int writeInPlace(const std::string& path, std::string_view text) {
    Descriptor file(openToWrite(path));
    if (file.number() < 0) return errno;
    if (const int error = writeWaiting(file.number(), text); error != 0) return error;
    return file.close();
}

// Whether the link at `path` is an open file of a process: /dev/stdout leads here.
bool isOpenFile(const fs::path& path) {
    const std::string text = path.string();
    return text.starts_with("/proc/") || text.starts_with("/dev/fd/");
}

// Where a chain of links ends; nothing if it leads to an open file.
std::optional<fs::path> followed(const fs::path& path, int& error) {
    fs::path place = path;
    for (int i = 0; i < kMostLinks; ++i) {
        std::error_code ignored;
        if (!fs::is_symlink(place, ignored)) return place;
        if (isOpenFile(place)) return std::nullopt;
        place = place.parent_path() / fs::read_symlink(place, ignored);
    }
    error = ELOOP;
    return place;
}

// A Replacement is the file that is written beside another one, to take its place.
class Replacement {
public:
    // `old`: what stands there now, if anything does.
    Replacement(const fs::path& target, const struct stat* old) : target_(target), old_(old) {
        folder_ = target.has_parent_path() ? target.parent_path() : fs::path(".");
    }
    Replacement(const Replacement&) = delete;
    Replacement& operator=(const Replacement&) = delete;
    ~Replacement() {
        if (!name_.empty()) ::unlink(name_.c_str());
    }

    int write(std::string_view text) {
        Descriptor file(open());
        if (file.number() < 0) return errno;
        if (const int error = writeAll(file.number(), text); error != 0) return error;
        if (old_ != nullptr) {
            if (::fchown(file.number(), old_->st_uid, old_->st_gid) != 0)
                (void)!::fchown(file.number(), -1U, old_->st_gid);
            if (::fchmod(file.number(), old_->st_mode & 07777U) != 0) return errno;
        }
        if (::fsync(file.number()) != 0) return errno;
        if (name_.empty()) {
            if (const int error = giveName(file.number()); error != 0) return error;
        }
        if (const int error = file.close(); error != 0) return error;
        if (::rename(name_.c_str(), target_.c_str()) != 0) return errno;
        name_.clear();
        return 0;
    }

private:
    // Without a name, where the disk can do that: then nothing is left even of a process that is killed.
    int open() {
        const bool canBeNamed = ::access("/proc/self/fd", X_OK) == 0;
        const int nameless = canBeNamed ? ::open(folder_.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kUsual) : -1;
        if (nameless >= 0 || (canBeNamed && errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return nameless;
        for (;;) {
            nextName();
            const int file = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kUsual);
            if (file >= 0) return file;
            const int error = errno;
            name_.clear();
            errno = error;
            if (error != EEXIST) return file;
        }
    }

    int giveName(int file) {
        const std::string open = fmt::format("/proc/self/fd/{}", file);
        for (;;) {
            nextName();
            if (::linkat(AT_FDCWD, open.c_str(), AT_FDCWD, name_.c_str(), AT_SYMLINK_FOLLOW) == 0) return 0;
            const int error = errno;
            name_.clear();
            if (error != EEXIST) return error;
        }
    }

    // One that fits wherever the target's own does, however long that is.
    void nextName() {
        static std::atomic<unsigned> count{0};
        name_ = (folder_ / fmt::format(".mdsync-{}-{}.new", ::getpid(), count++)).string();
    }

    fs::path target_;
    fs::path folder_;
    const struct stat* old_;
    std::string name_;  // where it stands; empty: it has no name, or is in its place
};

}  // namespace

int writeWhole(const std::string& path, std::string_view text) {
    struct stat found {};
    const bool isThere = ::stat(path.c_str(), &found) == 0;
    if (!isThere && errno != ENOENT) return errno;
    if (isThere && S_ISDIR(found.st_mode)) return EISDIR;
    int error = 0;
    const std::optional<fs::path> target = followed(path, error);
    if (error != 0) return error;
    if (!target || (isThere && !S_ISREG(found.st_mode))) return writeInPlace(path, text);
    if (isThere && ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0) return errno;
    const SignalsHeld held;
    return Replacement(*target, isThere ? &found : nullptr).write(text);
}

int makeFolder(const std::string& path) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error) return error.value();
    return fs::is_directory(path, error) ? 0 : ENOTDIR;
}

int makeSafe(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return file.number() >= 0 && ::fsync(file.number()) == 0 ? 0 : errno;
}

}  // namespace mdsync::cli
