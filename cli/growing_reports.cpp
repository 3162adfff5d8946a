#include "growing_reports.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace mdsync::cli {

namespace {

using Clock = std::chrono::steady_clock;

constexpr Clock::duration kBetweenWritings = std::chrono::seconds{1};
constexpr int kShare = 20;  // writing takes at most one part in so many of the time

}  // namespace

GrowingReports::GrowingReports(const OutputOptions& options) : options_(options) {
    soFar_.interrupted = true;
    if (!canGrow(options)) return;
    try {
        thread_ = std::thread([this] { writeOnAndOn(); });
    } catch (const std::system_error&) {  // a container allows few of them: there is one report, at the end
    }
}

void GrowingReports::writeOnAndOn() {
    std::unique_lock lock(mutex_);
    Clock::duration pause = kBetweenWritings;
    while (!wake_.wait_for(lock, pause, [this] { return isOver_; })) {
        if (written_ == soFar_.cases.size()) continue;
        written_ = soFar_.cases.size();
        const Clock::time_point begun = Clock::now();
        growReports(soFar_, options_);
        pause = std::max(kBetweenWritings, kShare * (Clock::now() - begun));
    }
}

void GrowingReports::add(CaseResult ended) {
    const std::scoped_lock lock(mutex_);
    soFar_.cases.push_back(std::move(ended));
}

void GrowingReports::about(const std::vector<std::string>& paths, std::optional<Shard> shard, bool failsOnFlaky) {
    const std::scoped_lock lock(mutex_);
    soFar_.paths = paths;
    soFar_.shard = shard;
    soFar_.failsOnFlaky = failsOnFlaky;
}

Result GrowingReports::finish() {
    stop();
    return std::move(soFar_);
}

void GrowingReports::stop() {
    if (!thread_.joinable()) return;
    {
        const std::scoped_lock lock(mutex_);
        isOver_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

GrowingReports::~GrowingReports() {
    stop();
}

}  // namespace mdsync::cli
