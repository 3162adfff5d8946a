// Documents: reading what mdsync and its users write besides scenarios and traces: results and baselines.
//
// A document that is damaged or of another kind gives diagnostics with a place, never an exception.
#pragma once

#include <atomic>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/baseline.hpp"
#include "mdsync/diagnostic.hpp"
#include "mdsync/result.hpp"
#include "mdsync/scenario.hpp"

namespace mdsync {

// What the document at `path` says it is, such as `result/1`, if it says so at its beginning, where mdsync writes it;
// else nothing.
[[nodiscard]] std::string documentKind(const std::string& path);

// The folder beside the document of a search in which the scenarios are that failed.
inline constexpr std::string_view kFoundFolder = "found";

// ---- Baselines ------------------------------------------------------------------------------------------------------

struct BaselineFile {
    Baseline baseline;
    bool valid = false;
    std::vector<Diagnostic> diagnostics;
};

// Reads the document `baseline/1` at `path`. Comments are allowed; unknown keys are errors, as in scenarios. Who waits
// for a pipe is freed by `stop`.
[[nodiscard]] BaselineFile readBaseline(const std::string& path, const std::atomic<bool>* stop = nullptr);

// Whether there is a file at `path`: what is not there yet, --write-baseline makes.
[[nodiscard]] bool fileExists(const std::string& path);

// ---- Results --------------------------------------------------------------------------------------------------------

struct ResultFile {
    std::string path;
    Result result;
    std::vector<Diagnostic> places;  // where each case's id stands
    bool valid = false;
    std::vector<Diagnostic> diagnostics;
};

// Reads the document `result/1` at `path`. Unknown keys are ignored: later versions may have more of them.
[[nodiscard]] ResultFile readResult(const std::string& path);

struct MergedResults {
    Result result;
    std::vector<Diagnostic> diagnostics;  // a case that two of them have; the first one counts
    std::vector<std::string> missing;     // shards of the same suite that are not among them: `3/8`
};

// One result of those that `files` hold, in their order. REQUIRES: all are valid.
[[nodiscard]] MergedResults mergeResults(std::span<const ResultFile> files);

// All codes that reading, comparing and merging documents can give.
[[nodiscard]] std::span<const CodeInfo> documentCodes();

}  // namespace mdsync
