#include "live_report.hpp"

#include <utility>

namespace mdsync::cli {

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
    show(ended, isLastOfFile);
    const Verdict weight = weightOf(ended);
    failed_ += weight == Verdict::Fail || weight == Verdict::Error ? 1 : 0;
    growing_.add(std::move(ended));
    return options_.mostFailures() == 0 || failed_ < options_.mostFailures();
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
    result.cases = growing_.finish();
    return result;
}

int LiveReport::finish(const Result& result) {
    // What was said before the run is said.
    const auto said = result.diagnostics.begin() + static_cast<std::ptrdiff_t>(warned_);
    complaints_.add({said, result.diagnostics.end()});
    complaints_.finish();
    const std::string text = isJson_ ? jsonReport(result, MDSYNC_VERSION, options_.timeline) : console_.finish(result);
    written_ = written_ && print(text);
    const bool isReported = writeReports(result, options_);
    const int code = exitCodeOf(result);
    return written_ && isReported ? code : withUnwritable(code);
}

}  // namespace mdsync::cli
