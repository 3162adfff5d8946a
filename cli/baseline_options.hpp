// Baseline options: how run and check are told which failures are known.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "command.hpp"
#include "mdsync/documents.hpp"
#include "mdsync/parallel.hpp"
#include "written_files.hpp"

namespace mdsync::cli {

struct BaselineOptions {
    std::string baseline;
    std::string write;
    std::string today;  // instead of the machine's date
};

void addBaselineOptions(const CommandLine& line, BaselineOptions& options);

// As wouldLose(), the baseline included, which --write-baseline may bring up to date.
[[nodiscard]] bool wouldLose(std::vector<std::string> read, const std::vector<WrittenFile>& written,
                             const BaselineOptions& options);

// The baseline of a run, read before it begins. An invalid one is an error of the result, which then stands as if there
// were none.
class KnownFailures {
public:
    // REQUIRES: `options` lives as long. Where `interrupt` comes while a pipe is read, nothing is known, and nothing is
    // wrong with it.
    KnownFailures(const BaselineOptions& options, const Interrupt& interrupt);

    // Marks what is expected of one case that ended.
    void mark(CaseResult& ended) const;

    // Brings `result` and the baseline together, as the options say, and writes a new one. False if that could not be
    // written.
    bool settle(Result& result, const WhyUnknown& whyUnknown, bool quiet) const;

private:
    const BaselineOptions& options_;
    BaselineFile file_;                           // of no options: a valid one without entries
    std::map<std::string, Baseline> byScenario_;  // the same entries, by normal id
    std::string today_;
    bool isCutShort_ = false;
};

}  // namespace mdsync::cli
