#include "live_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "mdsync/diagnostic.hpp"

namespace mdsync::cli {

namespace {
constexpr std::uint32_t kSlowestOfReal = 5;  // cases that are named unless --durations says how many
}

LiveReport::LiveReport(const OutputOptions& options, const KnownFailures& known, std::size_t total,
                       std::string_view noun)
    : options_(options),
      known_(known),
      progress_(total, noun, options.quiet),
      growing_(options),
      console_(consoleOf(options)),
      complaints_(options.quiet),
      isJson_(options.format == "json") {}

void LiveReport::warn(const std::vector<Diagnostic>& warnings) {
    complaints_.add(warnings);
    warned_ += warnings.size();
}

bool LiveReport::add(CaseResult ended, bool isLastOfFile) {
    known_.mark(ended);
    time(ended);
    show(ended, isLastOfFile);
    const Verdict weight = weightOf(ended);
    const bool isFailure =
        weight == Verdict::Fail || weight == Verdict::Error || (weight == Verdict::Flaky && failsOnFlaky_);
    failed_ += isFailure ? 1 : 0;
    growing_.add(std::move(ended));
    return options_.mostFailures() == 0 || failed_ < options_.mostFailures();
}

void LiveReport::about(const std::vector<std::string>& paths, std::optional<Shard> shard, bool failsOnFlaky) {
    failsOnFlaky_ = failsOnFlaky;
    growing_.about(paths, shard, failsOnFlaky);
}

// Times differ from run to run: they stand in reports only where they are wanted.
void LiveReport::time(CaseResult& ended) {
    // Behind a clock of its own a case takes as long as the system does, and that is part of the answer.
    const bool isReal = !isEmpty(ended.latencies);
    const std::uint32_t most = options_.durations > 0 ? options_.durations : isReal ? kSlowestOfReal : 0;
    if (isReal && ended.micros) {
        realMicros_ += *ended.micros;
        ++realCases_;
    }
    if (most > 0 && ended.micros) {
        const auto isSlower = [](const auto& a, const auto& b) { return a.first > b.first; };
        const std::pair<std::uint64_t, std::string> entry{*ended.micros, ended.id};
        slowest_.insert(std::upper_bound(slowest_.begin(), slowest_.end(), entry, isSlower), entry);
        if (slowest_.size() > most) slowest_.pop_back();
    }
    if (!options_.timings && !isReal) ended.micros.reset();
}

std::string LiveReport::slowest() const {
    if (slowest_.empty() || isJson_) return {};
    std::string text = "\nthe slowest:\n";
    for (const auto& [micros, id] : slowest_) {
        text += fmt::format("{:>6}.{:03} s  {}\n", micros / 1'000'000, micros / 1'000 % 1'000, printable(id));
    }
    if (realCases_ > 0) {
        text += fmt::format("{} ms a case, of {} that took real time\n", realMicros_ / 1'000 / realCases_, realCases_);
    }
    return text + "\n";
}

void LiveReport::show(const CaseResult& ended, bool isLastOfFile) {
    const std::string text = isJson_ ? std::string() : console_.add(ended, isLastOfFile);
    if (text.empty() && ended.diagnostics.empty()) return;
    progress_.aside([&] {
        complaints_.add(ended.diagnostics);
        if (written_ && !text.empty()) written_ = print(text);
    });
}

Result LiveReport::complete(Result result) {
    progress_.stop();
    Result soFar = growing_.finish();
    result.cases = std::move(soFar.cases);
    result.paths = std::move(soFar.paths);
    result.shard = soFar.shard;
    result.failsOnFlaky = soFar.failsOnFlaky;
    return result;
}

int LiveReport::finish(const Result& result) {
    // What was said before the run is said.
    const auto said = result.diagnostics.begin() + static_cast<std::ptrdiff_t>(warned_);
    complaints_.add({said, result.diagnostics.end()});
    complaints_.finish();
    const std::string text =
        isJson_ ? jsonReport(result, MDSYNC_VERSION, options_.showsTimelines()) : console_.finish(result);
    written_ = written_ && print(slowest() + text);
    const bool isReported = writeReports(result, options_);
    const int code = exitCodeOf(result);
    return written_ && isReported ? code : withUnwritable(code);
}

}  // namespace mdsync::cli
