// Matrix: what became of the known-bad servers, each against every case.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/rules.hpp"

namespace mdsync {

// A row of the table of known-bad servers, as users see it.
struct KnownBad {
    std::string_view name;         // `evict-newest`; `--server mutant:evict-newest`
    std::string_view breaks;       // what it does wrong
    std::string partial;           // to what it is confined: `group messages`, `one in 100`; empty: to nothing
    std::vector<RuleId> expected;  // the rules of which one must catch it
};

enum class MutantVerdict : std::uint8_t {
    Caught,         // by a rule that it names
    CaughtByOther,  // only by rules that it does not name
    Escaped,        // it decided otherwise than the reference server, and no rule noticed
    NotActivated    // it never decided otherwise
};
[[nodiscard]] std::string_view spell(MutantVerdict verdict);  // as in the document `mutants/1`

// The first case, in the order of the cases, in which a rule noticed.
struct Catch {
    RuleId rule{};
    bool declared = false;  // the server names this rule
    std::string scenario;   // the case's id
};

// What became of one known-bad server.
struct MutantOutcome {
    KnownBad server;
    MutantVerdict verdict = MutantVerdict::NotActivated;
    std::vector<Catch> caughtBy;  // one a rule: named rules first, then by case, then in the order of the catalogue
    std::size_t failed = 0;       // cases in which a rule noticed
    std::size_t activated = 0;    // cases in which it decided otherwise
    std::string activatedFirst;   // the id of the first of these
};

// Which files guard a rule: with one decision of the server that the rule must catch reversed, the file fails by it.
struct Guards {
    RuleId rule{};
    std::vector<std::string> files;    // in the order of the cases
    std::vector<std::string> servers;  // the known-bad servers, of those that ran, that declare the rule
};

// What came of all of them.
struct MutantMatrix {
    std::vector<MutantOutcome> mutants;  // in the order of the table; without those that an interrupt left unfinished
    std::size_t cases = 0;
    std::size_t distinct = 0;  // that some rule noticed; those that fail the same cases by the same rules count as one
    std::size_t distinctPartial = 0;                        // of these, the ones that are confined to something
    std::vector<std::vector<std::string_view>> coinciding;  // groups of those that count as one
    std::vector<RuleId> idle;                               // rules that caught no server that names them
    std::vector<Guards> guards;                             // of every rule, in the order of the catalogue
    bool interrupted = false;

    [[nodiscard]] std::size_t count(MutantVerdict verdict) const;
};

// Whether the rules noticed what they had to: nothing escaped or was caught by other rules only and, where `whole` says
// that all servers met a whole folder, each was activated and no rule is idle.
[[nodiscard]] bool allNoticed(const MutantMatrix& matrix, bool whole);

}  // namespace mdsync
