// InputFile: a file that is read without waiting longer than its reader wants.
#include "base/input_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace mdsync {

namespace {

constexpr int kPatience = 50;  // milliseconds between two looks at whether to stop
constexpr std::size_t kFirstRead = 16384;

}  // namespace

// Without O_NONBLOCK, open() itself waits for somebody who writes into a FIFO.
InputFile::InputFile(const std::string& path, const std::atomic<bool>* stop) : stop_(stop), owned_(true) {
    errno = ENOENT;
    if (path.find('\0') == std::string::npos) {
        descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    }
    look();
}

InputFile::InputFile(int descriptor, const std::atomic<bool>* stop)
    : stop_(stop), owned_(false), descriptor_(descriptor) {
    look();
}

// What kind of file it is.
void InputFile::look() {
    struct stat status {};
    if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) {
        error_ = errno;
    } else if (S_ISDIR(status.st_mode)) {
        error_ = EISDIR;
    } else if (S_ISREG(status.st_mode)) {
        size_ = static_cast<std::size_t>(status.st_size);
    } else {
        waits_ = true;
    }
}

InputFile::~InputFile() {
    if (owned_ && descriptor_ >= 0) ::close(descriptor_);
}

std::size_t InputFile::read(char* into, std::size_t size) {
    while (error_ == 0 && (!waits_ || wait())) {
        const ssize_t got = ::read(descriptor_, into, size);
        if (got >= 0) return static_cast<std::size_t>(got);
        if (errno != EINTR && errno != EAGAIN) error_ = errno;
    }
    return 0;
}

// Until there is something to read, or the end. A FIFO that was never written to is not at its end.
bool InputFile::wait() {
    while (stop_ == nullptr || !stop_->load()) {
        pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
        const int ready = ::poll(&waiting, 1, stop_ == nullptr ? -1 : kPatience);
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) {
            error_ = errno;
            return false;
        }
    }
    error_ = ECANCELED;
    return false;
}

bool isRegularFile(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

WholeFile readFile(const std::string& path, std::size_t most, const std::atomic<bool>* stop) {
    InputFile file(path, stop);
    return readFile(file, most);
}

WholeFile readFile(InputFile& file, std::size_t most) {
    WholeFile whole;
    whole.tooLarge = file.size() > most;
    while (!whole.tooLarge) {
        const std::size_t before = whole.bytes.size();
        const std::size_t wanted = std::max({kFirstRead, file.size() + 1 - std::min(file.size(), before), before / 2});
        whole.bytes.resize(before + std::min(wanted, most + 1 - before));
        const std::size_t got = file.read(whole.bytes.data() + before, whole.bytes.size() - before);
        whole.bytes.resize(before + got);
        if (got == 0) break;
        whole.tooLarge = whole.bytes.size() > most;
    }
    whole.error = file.error();
    if (whole.error != 0 || whole.tooLarge) whole.bytes.clear();
    return whole;
}

}  // namespace mdsync
