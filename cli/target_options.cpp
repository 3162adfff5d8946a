// Target options: how a command is told which system to run against.
#include "target_options.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <mutex>

#include "mdsync/again.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

AdapterOptions adapterOptions(const TargetOptions& options, const Interrupt& interrupt) {
    AdapterOptions adapter;
    if (const auto timeout = parseDuration(options.timeout)) adapter.timeout = *timeout;
    if (const auto maxWait = parseDuration(options.maxWait)) adapter.maxWait = *maxWait;
    adapter.stop = &interrupt.flag();
    return adapter;
}

std::string isPatience(const std::string& text) {
    const std::optional<Millis> patience = parseDuration(text);
    if (!patience) return isDuration(text);
    return *patience < Millis{1} ? "a timeout is at least 1ms" : "";
}

}  // namespace

void addTargetOptions(const CommandLine& line, TargetOptions& options, bool ofProject) {
    line.group("System under test");
    const Option server = line.value("--server", options.server, "SERVER",
                                     "The simulated server to run against: reference, or mutant:NAME")
                              .check(isServer);
    const Option target =
        line.value("--target", options.target, "TARGET",
                   "A system of your own behind an adapter: exec:\"COMMAND ARGS\" or tcp:HOST:PORT; one case at a "
                   "time unless -j says more")
            .check([](const std::string& text) { return wrongTarget(text); })
            .excludes(server);
    line.value("--timeout", options.timeout, "DURATION", "How long an adapter may take for each answer (default: 10s)")
        .check(isPatience)
        .needs(target);
    line.value("--max-wait", options.maxWait, "DURATION",
               "The longest wait that is really waited for an adapter with a real clock (default: 60s)")
        .check(isDuration)
        .needs(target);
    if (ofProject) {
        line.fromProject("target", target);
        line.fromProject("timeout", line["--timeout"]);
    }
    line.value("--target-log", options.log, "PATH",
               "Write every line that is said to and by the adapter to this file, with its time and case")
        .needs(target);
    line.group("");
}

// What is said to and by all adapters of a run: each line after the number of the adapter, which counts from 1.
class ForeignSystems::Log {
public:
    explicit Log(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "wbe")) {
        if (file_ == nullptr) fail();
    }
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    ~Log() {
        if (file_ != nullptr) (void)std::fclose(file_);
    }
    unsigned count() { return ++adapters_; }
    void write(unsigned adapter, std::string_view id, std::string_view line) {
        const std::scoped_lock lock(mutex_);
        if (failed_) return;
        const std::string now = spellInstant(std::chrono::floor<Millis>(std::chrono::system_clock::now()));
        const std::string about = id.empty() ? "-" : printable(id);
        const std::string text = fmt::format("{}\t{}\t{}\t{}\n", now, adapter, about, line);
        // Who looks for a hang looks while it hangs.
        if (std::fwrite(text.data(), 1, text.size(), file_) != text.size() || std::fflush(file_) != 0) fail();
    }
    [[nodiscard]] bool written() const { return !failed_; }

private:
    void fail() {
        failed_ = true;
        tell("mdsync: {} could not be written: {}\n", printable(path_), std::strerror(errno));
    }

    std::string path_;
    std::FILE* file_;
    std::mutex mutex_;
    std::atomic<unsigned> adapters_{0};
    bool failed_ = false;
};

ForeignSystems::ForeignSystems(const TargetOptions& options, const Interrupt& interrupt)
    : options_(options),
      interrupt_(interrupt),
      log_(options.log.empty() ? nullptr : std::make_unique<Log>(options.log)) {}

ForeignSystems::~ForeignSystems() = default;

std::function<std::unique_ptr<System>()> ForeignSystems::maker() {
    if (!options_.foreign()) return nullptr;
    return [this] {
        AdapterOptions adapter = adapterOptions(options_, interrupt_);
        if (log_ != nullptr) {
            adapter.log = [this, number = log_->count()](std::string_view id, std::string_view line) {
                log_->write(number, id, line);
            };
        }
        return makeAdapterSystem(options_.target, adapter);
    };
}

bool ForeignSystems::written() const {
    return log_ == nullptr || log_->written();
}

unsigned jobsOf(std::optional<unsigned> jobs, const TargetOptions& options) {
    return options.foreign() ? jobs.value_or(1) : jobsOf(jobs);
}

std::vector<std::string> flagsOf(const TargetOptions& options) {
    std::vector<std::string> flags;
    const std::string server = serverFlag(options.foreign() ? options.target : options.server);
    if (!server.empty()) flags.push_back(server);
    if (!options.timeout.empty()) flags.push_back("--timeout " + options.timeout);
    if (!options.maxWait.empty()) flags.push_back("--max-wait " + options.maxWait);
    return flags;
}

}  // namespace mdsync::cli
