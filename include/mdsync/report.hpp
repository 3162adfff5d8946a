// Report: a Result, or a trace, as text for people and programs.
//
// Every function makes the whole text from its arguments: the same result gives the same bytes. Nothing here writes
// anywhere or knows about terminals; whether to use colour is said by the caller.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/baseline.hpp"
#include "mdsync/coverage.hpp"
#include "mdsync/diff.hpp"
#include "mdsync/matrix.hpp"
#include "mdsync/recording.hpp"
#include "mdsync/result.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/story.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

// `1 check`, `2 checks`.
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view noun);

struct ConsoleOptions {
    bool color = false;
    int verbosity = 0;      // -1: what failed, on one page; 1: every case, every failure, whole chains, counts per rule
    bool timelines = true;  // of the cases that have one
    std::size_t width = 100;         // columns
    std::string program = "mdsync";  // how the lines to paste call it
};

// For people: what failed and why, each cause once at length, a line per file, what failed as a line to paste, and the
// counts in the last line.
[[nodiscard]] std::string consoleReport(const Result& result, const ConsoleOptions& options);

// The same report while the run goes on: what add() and finish() give, one behind the other, is the whole.
class ConsoleReport {
public:
    explicit ConsoleReport(const ConsoleOptions& options);
    ConsoleReport(const ConsoleReport&) = delete;
    ConsoleReport& operator=(const ConsoleReport&) = delete;
    ~ConsoleReport();

    // One more case, in the order of the result. What failed is told at once; the rest of a file gets its line once another
    // file follows, or with `isLastOfFile`.
    [[nodiscard]] std::string add(const CaseResult& ended, bool isLastOfFile);

    // The rest. REQUIRES: all cases of `result` were added.
    [[nodiscard]] std::string finish(const Result& result);

private:
    class Writer;
    std::unique_ptr<Writer> writer_;
};

// For the page of a job or a ticket, under 1 MiB: the sums, each cause with an example and its cases, what to run again.
[[nodiscard]] std::string markdownReport(const Result& result);

// Workflow commands of GitHub, a line each, that mark what failed in the files of a change; at most ten, then how many more
// there are. Of diagnostics the same.
[[nodiscard]] std::string githubReport(const Result& result);
[[nodiscard]] std::string githubMarks(std::span<const Diagnostic> diagnostics);

// The document `result/1`, with a final newline. `timelines`: of the cases that have one.
[[nodiscard]] std::string jsonReport(const Result& result, std::string_view version, bool timelines = true);

// JUnit's XML as CI servers read it: a rule that was not exercised is a failure, inconclusive and not applicable are
// skipped with the reason. Well-formed whatever the names contain.
[[nodiscard]] std::string junitReport(const Result& result);

// The timelines of all cases that have one, each under its id.
[[nodiscard]] std::string timelineReport(const Result& result);

// Keeps what the page shows of a case besides its result: `description` and `tags`, and, unless it passed and `full` is
// false, its `story`: what happened, event by event. `scenario` is null for a recorded trace, `text` that of its file.
void addStory(CaseResult& result, const Trace& trace, const Case* scenario, std::string_view text, bool full);

// A page for browsers, all in one file: what failed, the rules, and the timeline of each case that has a story; of cases
// that passed only if `full`. Nothing in a name can become a part of the page.
[[nodiscard]] std::string htmlReport(const Result& result, std::string_view version, bool full);

// What `mdsync why` tells: of what, up to when, in whose time. In what is told Because::origin is the line of `file`.
struct Told {
    std::string file;
    std::string device, message;  // names; no message: what the device has, lacks and is owed
    std::uint64_t events = 0;     // that had been read
    Instant until{};
    Zone timezone;
};

// A story, or what a device has, for people and as the document `why/1`.
[[nodiscard]] std::string storyText(const MessageStory& story, const Told& told, const ConsoleOptions& options);
[[nodiscard]] std::string storyJson(const MessageStory& story, const Told& told);
[[nodiscard]] std::string belongingsText(const Belongings& belongings, const ConsoleOptions& options);
[[nodiscard]] std::string belongingsJson(const Belongings& belongings, const Told& told);

// `#17  :24  09:00:12.100  alice/tab3  m7 compensation`: the event with this number, from 0, in a line.
[[nodiscard]] std::string eventLine(const Recording& recording, std::uint64_t event);

// What each rule said to an event, for people and as the document `event/1`. `told`: its last event is the one.
[[nodiscard]] std::string hearingText(const Hearing& hearing, const ConsoleOptions& options);
[[nodiscard]] std::string hearingJson(const Hearing& hearing, const Told& told);

// The document `baseline/1`: an entry a line, so that tools which compare lines show what changed.
[[nodiscard]] std::string baselineText(const Baseline& baseline);

// What changed from one result to another, for people and as the document `diff/1`.
[[nodiscard]] std::string diffText(const Diff& diff, const ConsoleOptions& options);
[[nodiscard]] std::string diffJson(const Diff& diff);

// What was put to the test, and what never was: for people (`only`: one rule at length), as a table in Markdown, and as
// the document `coverage/1`.
[[nodiscard]] std::string coverageText(const Coverage& coverage, std::optional<RuleId> only,
                                       const ConsoleOptions& options);
[[nodiscard]] std::string coverageMarkdown(const Coverage& coverage, std::optional<RuleId> only);
[[nodiscard]] std::string coverageJson(const Coverage& coverage, std::optional<RuleId> only);

// The whole catalogue as one Markdown page, docs/rules.md: each rule with two ladders side by side, of a smallest trace that
// keeps it and of one that violates it.
[[nodiscard]] std::string rulesReference();

// All rules, a line each: id, level and what it demands.
[[nodiscard]] std::string rulesTable();

// One rule at length: statement, clause, reading, what tempts it, smallest passing and failing trace.
[[nodiscard]] std::string ruleText(const Rule& rule, const ConsoleOptions& options);

// The document `rules/1`: the rules with all their texts.
[[nodiscard]] std::string rulesJson(std::span<const Rule> rules);

// The known-bad servers: for people, as the document `mutant-list/1`, and as the table of docs/mutants.md.
[[nodiscard]] std::string knownBadTable(const std::vector<KnownBad>& servers, const ConsoleOptions& options);
[[nodiscard]] std::string knownBadJson(const std::vector<KnownBad>& servers);
[[nodiscard]] std::string knownBadMarkdown(const std::vector<KnownBad>& servers);

// Which rules caught which known-bad servers: for people, and as the document `mutants/1`. `whole`: all servers met a
// whole folder, so that one that was not activated and a rule that caught none are faults.
[[nodiscard]] std::string mutantsReport(const MutantMatrix& matrix, bool whole, const ConsoleOptions& options);
[[nodiscard]] std::string mutantsJson(const MutantMatrix& matrix, bool whole, std::string_view version);

}  // namespace mdsync
