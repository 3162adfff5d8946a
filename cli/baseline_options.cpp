// Baseline options: how run and check are told which failures are known.
#include "baseline_options.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include "mdsync/report.hpp"
#include "mdsync/time.hpp"
#include "output.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

std::string isDay(const std::string& text) {
    return isDate(text) ? "" : fmt::format("\"{}\" is not a date such as 2027-01-01", text);
}

// Entries end at midnight UTC, whatever the zone of the machine that judges.
std::string todayOf(const BaselineOptions& options) {
    if (!options.today.empty()) return options.today;
    const auto now = std::chrono::floor<Millis>(std::chrono::system_clock::now());
    return spellInstant(now).substr(0, 10);
}

bool isRegular(const std::string& path) {
    std::error_code error;
    return std::filesystem::is_regular_file(path, error);
}

bool writeBaseline(const Result& result, const Baseline& known, const BaselineOptions& options,
                   const WhyUnknown& whyUnknown, bool quiet) {
    if (result.interrupted) {
        tell("mdsync: {} was not written: the run was interrupted\n", printable(options.write));
        return true;
    }
    const Baseline made = baselineOf(result, known, whyUnknown);
    if (!writeFile(options.write, baselineText(made))) return false;
    if (quiet) return true;
    const Summary sum = summarize(result);
    const std::uint64_t beyond = sum.errors + sum.inconclusive;
    tell("mdsync: {} now expects {}; write a reason into each new one{}\n", printable(options.write),
         made.entries.size() == 1 ? "1 failure" : fmt::format("{} failures", made.entries.size()),
         beyond == 0 ? "" : fmt::format(" ({} in error or inconclusive: no baseline can expect that)", beyond));
    return true;
}

}  // namespace

void addBaselineOptions(const CommandLine& line, BaselineOptions& options) {
    line.group("Known failures");
    line.value("--baseline", options.baseline, "FILE",
               "Tolerate the failures that this file expects; fail if it expects what did not come");
    line.fromProject("baseline", line["--baseline"]);
    line.value("--write-baseline", options.write, "FILE",
               "Write a baseline that expects what failed; with --baseline, the same one brought up to date");
    line.value("--today", options.today, "DATE", "The date by which entries of a baseline end (default: today, in UTC)")
        .check(isDay);
    line.group("");
}

bool wouldLose(std::vector<std::string> read, const std::vector<WrittenFile>& written, const BaselineOptions& options) {
    std::vector<WrittenFile> all = written;
    if (!options.write.empty()) all.push_back({"--write-baseline", options.write});
    if (wouldLose(read, all)) return true;
    if (!options.baseline.empty()) read.push_back(options.baseline);
    return wouldLose(read, written);
}

KnownFailures::KnownFailures(const BaselineOptions& options, const Interrupt& interrupt)
    : options_(options), today_(todayOf(options)) {
    file_.valid = true;
    if (options.baseline.empty()) return;
    file_ = readBaseline(options.baseline, &interrupt.flag());
    isCutShort_ = !file_.valid && interrupt.signal() != 0 && !isRegular(options.baseline);
    if (!file_.valid) return;
    for (const BaselineEntry& entry : file_.baseline.entries) {
        byScenario_[normalId(entry.scenario)].entries.push_back(entry);
    }
}

void KnownFailures::mark(CaseResult& ended) const {
    const auto known = byScenario_.find(normalId(ended.id));
    if (known == byScenario_.end()) return;
    Result one;
    one.cases.push_back(std::move(ended));
    applyBaseline(one, known->second, today_, [](const BaselineEntry&) { return std::string(); });
    ended = std::move(one.cases.front());
}

bool KnownFailures::settle(Result& result, const WhyUnknown& whyUnknown, bool quiet) const {
    if (isCutShort_) return true;
    if (!file_.valid) {
        result.diagnostics.insert(result.diagnostics.end(), file_.diagnostics.begin(), file_.diagnostics.end());
        if (!options_.write.empty()) {
            tell("mdsync: {} was not written: the baseline is invalid\n", printable(options_.write));
        }
        return true;
    }
    if (!options_.baseline.empty()) applyBaseline(result, file_.baseline, today_, whyUnknown);
    return options_.write.empty() || writeBaseline(result, file_.baseline, options_, whyUnknown, quiet);
}

}  // namespace mdsync::cli
