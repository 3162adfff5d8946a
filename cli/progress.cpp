#include "progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>

#include "mdsync/diagnostic.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kBetweenDrawings = std::chrono::milliseconds{100};
constexpr auto kSlow = std::chrono::seconds{1};  // what runs for longer is named
constexpr std::size_t kUsualWidth = 80;

std::size_t widthOf(int terminal) {
    winsize size{};
    const bool isKnown = ::ioctl(terminal, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return isKnown ? size.ws_col : kUsualWidth;
}

std::string inSeconds(Clock::duration duration) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    if (seconds < 60) return fmt::format("{}s", seconds);
    return seconds < 3600 ? fmt::format("{}m {}s", seconds / 60, seconds % 60)
                          : fmt::format("{}h {}m", seconds / 3600, seconds / 60 % 60);
}

}  // namespace

struct Progress::State {
    std::mutex mutex;
    std::condition_variable wake;
    bool isOver = false;
    std::size_t total = 0;
    std::string_view noun;
    std::size_t done = 0;
    std::size_t failed = 0;
    std::map<std::string, Clock::time_point> running;
    Clock::time_point begun = Clock::now();
    bool isDrawn = false;  // something stands on the line
    std::thread thread;    // draws; none where there is no terminal

    std::string line() const {
        const Clock::time_point now = Clock::now();
        std::string text = fmt::format("{}/{} {}, {} failed", done, total, noun, failed);
        if (done > 0 && now - begun > kSlow) {
            text += fmt::format("; {} left", inSeconds((now - begun) / done * (total - std::min(done, total))));
        }
        const auto slowest = std::min_element(running.begin(), running.end(),
                                              [](const auto& a, const auto& b) { return a.second < b.second; });
        if (slowest != running.end() && now - slowest->second > kSlow) {
            text += fmt::format("; {} {}", printable(slowest->first), inSeconds(now - slowest->second));
        }
        return text.substr(0, widthOf(fileno(stderr)) - 1);
    }

    void draw() {
        isDrawn = true;
        tell("\r{}\x1b[K", line());
        std::fflush(stderr);
    }

    void erase() {
        if (!isDrawn) return;
        isDrawn = false;
        tell("\r\x1b[K");
        std::fflush(stderr);
    }

    void drawOnAndOn() {
        std::unique_lock lock(mutex);
        while (!wake.wait_for(lock, kBetweenDrawings, [this] { return isOver; })) draw();
    }
};

Progress::Progress(std::size_t total, std::string_view noun, bool quiet) : state_(std::make_unique<State>()) {
    state_->total = total;
    state_->noun = noun;
    if (quiet || isatty(fileno(stderr)) == 0) return;
    try {
        state_->thread = std::thread([state = state_.get()] { state->drawOnAndOn(); });
    } catch (const std::system_error&) {  // a container allows few of them: nothing is drawn
    }
}

void Progress::start(const std::string& name) {
    if (!state_->thread.joinable()) return;
    const std::scoped_lock lock(state_->mutex);
    state_->running.emplace(name, Clock::now());
}

void Progress::step(bool failed, const std::string& name) {
    if (!state_->thread.joinable()) return;
    const std::scoped_lock lock(state_->mutex);
    ++state_->done;
    if (failed) ++state_->failed;
    state_->running.erase(name);
}

void Progress::aside(const std::function<void()>& say) {
    const std::scoped_lock lock(state_->mutex);
    state_->erase();
    say();
}

void Progress::stop() {
    if (state_->thread.joinable()) {
        {
            const std::scoped_lock lock(state_->mutex);
            state_->isOver = true;
        }
        state_->wake.notify_one();
        state_->thread.join();
    }
    state_->erase();
}

Progress::~Progress() {
    stop();
}

}  // namespace mdsync::cli
