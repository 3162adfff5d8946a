// Replay: a run kept in a file, to be run and judged again.
//
// A run file holds the scenario, the server, every draw of chance in the order of drawing, and the events. Replayed,
// the draws are given back one by one, so that the run repeats even where this version would draw otherwise; where it
// does not repeat, the first differing event is named.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mdsync/choices.hpp"
#include "mdsync/diagnostic.hpp"
#include "mdsync/result.hpp"
#include "mdsync/run.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/system.hpp"

namespace mdsync {

// A RunFile is the document `run/1`.
struct RunFile {
    Case scenario;
    std::string server = "reference";  // as --server takes it, or, with its `exec:` or `tcp:`, --target
    std::uint64_t seed = 1;
    std::vector<Choice> choices;
    std::string runHash;
    std::vector<std::string> events;  // lines of a trace, without newlines; may be missing
};

struct ReadRunFile {
    RunFile run;
    bool valid = false;
    std::vector<Diagnostic> diagnostics;
};

// Reads the run file at `path`. Never throws for bad input.
[[nodiscard]] ReadRunFile readRunFile(const std::string& path);

// The document, with a final newline.
[[nodiscard]] std::string writeRunFile(const RunFile& run);

// The run file of a case that ran with `choices` as RunOptions::choices, each of which wrote into `record`.
[[nodiscard]] RunFile runFileOf(const Case& scenario, const std::string& server, const Trace& trace,
                                const CaseResult& result, const std::vector<Choice>& record);

// A source of chance that draws from the seed and writes every draw into `record`.
[[nodiscard]] ChoiceSource recordingSource(std::shared_ptr<std::vector<Choice>> record);

// Runs `scenario` with its own seed on a fresh `target` and keeps the run. Nothing if the target broke.
[[nodiscard]] std::optional<RunFile> record(const Case& scenario, const std::string& server, System& target);

// What running a kept run again gave.
struct Replayed {
    CaseResult result;
    bool same = false;          // the same events, one by one
    std::uint64_t event = 0;    // the first that differs, from 0
    std::string recorded, now;  // its lines; empty: there is none
    std::string draw;           // the first draw that differs, in words; empty: none
    bool knowsEvents = true;    // false: the file has no events, only the hash was compared
};

// Runs `run` again on a fresh `target`.
[[nodiscard]] Replayed replay(const RunFile& run, System& target);

}  // namespace mdsync
