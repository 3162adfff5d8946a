// See trace_log.hpp.
#include "sdk/trace_log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

namespace mdsync::sdk {

namespace {

constexpr std::size_t kMostBehind = std::size_t{4} << 20U;  // bytes that a follower may not have taken

std::string asEvents(std::string_view lines) {
    std::string events;
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find('\n'), lines.size());
        events += fmt::format("data: {}\n\n", lines.substr(0, end));
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
    return events;
}

std::string temporaryName() {
    const char* folder = std::getenv("TMPDIR");
    std::string name = fmt::format("{}/mdsync-trace-XXXXXX", folder != nullptr && *folder != '\0' ? folder : "/tmp");
    const int file = ::mkstemp(name.data());
    if (file < 0) return name;
    ::close(file);
    return name;
}

}  // namespace

TraceLog::TraceLog(const std::string& path) : path_(path.empty() ? temporaryName() : path), isOwn_(path.empty()) {
    file_ = std::fopen(path_.c_str(), "wb");
    if (file_ != nullptr) return;
    problem_ = fmt::format("cannot write {}: {}", path_, std::generic_category().message(errno));
}

TraceLog::~TraceLog() {
    if (file_ == nullptr) return;
    std::fclose(file_);
    if (isOwn_) ::unlink(path_.c_str());
}

void TraceLog::begin(std::string_view header) {
    std::rewind(file_);
    isLost_ = ::ftruncate(::fileno(file_), 0) != 0;
    bytes_ = 0;
    lines_ = 0;
    for (const auto& peer : followers_) peer->close();
    followers_.clear();
    add(fmt::format("{}\n", header));
    headerBytes_ = bytes_;
}

void TraceLog::add(std::string_view line) {
    bytes_ += line.size();
    ++lines_;
    if (std::fwrite(line.data(), 1, line.size(), file_) != line.size()) isLost_ = true;
    if (followers_.empty()) return;
    std::erase_if(followers_, [](const auto& peer) {
        if (peer->waiting() > kMostBehind) peer->cut();
        return peer->isOver();
    });
    for (const auto& peer : followers_) peer->send(asEvents(line));
}

bool TraceLog::flush() {
    if (std::fflush(file_) != 0) isLost_ = true;
    return !isLost_;
}

bool TraceLog::read(std::string& text, std::size_t most) {
    (void)flush();
    if (bytes_ > most) return false;
    text.resize(bytes_);
    std::FILE* file = std::fopen(path_.c_str(), "rb");
    if (file == nullptr) return false;
    text.resize(std::fread(text.data(), 1, text.size(), file));
    std::fclose(file);
    return true;
}

std::string TraceLog::soFar(std::uint64_t last) {
    constexpr std::size_t kMostAtOnce = std::size_t{64} << 20U;
    std::string all;
    if (last >= bytes_ - headerBytes_) return read(all, kMostAtOnce) ? asEvents(all) : "";
    (void)flush();
    std::ifstream file(path_, std::ios::binary);
    std::string header;
    std::getline(file, header);
    // From the byte before: a line that begins just there is whole.
    file.seekg(static_cast<std::streamoff>(bytes_ - last - 1));
    std::string end(std::istreambuf_iterator<char>(file), {});
    end.erase(0, std::min(end.find('\n'), end.size() - 1) + 1);
    const auto count = static_cast<std::uint64_t>(std::count(end.begin(), end.end(), '\n'));
    return asEvents(header) + fmt::format("event: skipped\ndata: {}\n\n", lines_ - 1 - count) + asEvents(end);
}

void TraceLog::follow(std::shared_ptr<Peer> peer, std::uint64_t last) {
    std::string events = soFar(last);
    if (events.empty()) return peer->close();
    peer->send(std::move(events));
    followers_.push_back(std::move(peer));
}

}  // namespace mdsync::sdk
