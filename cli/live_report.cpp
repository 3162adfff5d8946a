#include "live_report.hpp"

namespace mdsync::cli {

LiveReport::LiveReport(const OutputOptions& options, const KnownFailures& known, std::size_t total,
                       std::string_view noun)
    : options_(options),
      known_(known),
      progress_(total, noun, options.quiet),
      console_(consoleOf(options)),
      isJson_(options.format == "json") {}

void LiveReport::warn(const std::vector<Diagnostic>& warnings) {
    complain(warnings, options_.quiet);
    warned_ += warnings.size();
}

bool LiveReport::add(CaseResult& ended, bool isLastOfFile) {
    known_.mark(ended);
    show(ended, isLastOfFile);
    const Verdict weight = weightOf(ended);
    failed_ += weight == Verdict::Fail || weight == Verdict::Error ? 1 : 0;
    return options_.mostFailures() == 0 || failed_ < options_.mostFailures();
}

void LiveReport::show(const CaseResult& ended, bool isLastOfFile) {
    const std::string text = isJson_ ? std::string() : console_.add(ended, isLastOfFile);
    if (text.empty() && ended.diagnostics.empty()) return;
    progress_.aside([&] {
        complain(ended.diagnostics, options_.quiet);
        if (written_ && !text.empty()) written_ = print(text);
    });
}

int LiveReport::finish(const Result& result) {
    progress_.stop();
    // What was said before the run is said.
    const auto said = result.diagnostics.begin() + static_cast<std::ptrdiff_t>(warned_);
    complain({said, result.diagnostics.end()}, options_.quiet);
    const std::string text = isJson_ ? jsonReport(result, MDSYNC_VERSION) : console_.finish(result);
    written_ = written_ && print(text);
    const bool isReported = writeReports(result, options_);
    const int code = exitCodeOf(result);
    return written_ && isReported ? code : withUnwritable(code);
}

}  // namespace mdsync::cli
