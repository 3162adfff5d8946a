// Exit codes: their table.
#include "exit_codes.hpp"

#include <array>

namespace mdsync::cli {

namespace {

constexpr std::array<ExitCode, 10> kExitCodes{{
    {"0", "conformant", "Everything that was selected ran, something was checked, and nothing was wrong."},
    {"1", "not conformant",
     "A rule was violated, an expectation was not met, or a rule that a scenario lists or --require names was never "
     "put to the test, and no baseline expects it; or a baseline expects what did not come. With --fail-on-flaky: a case "
     "was flaky that no baseline expects to be. With diff: something got "
     "worse or is no longer checked. With rules --coverage: less than --min-coverage was put to the test. With rules "
     "--unguarded: a rule is guarded by fewer than three files. With mutants: a known-bad server escaped or was caught "
     "only by a rule that it does not name and, for whole folders, one was never activated or a rule caught none."},
    {"2", "usage", "The command line is wrong, or would write over what it reads; nothing ran."},
    {"3", "bad input",
     "A scenario, trace, baseline or result is missing or malformed, or the system under test broke. What was in order "
     "still ran. With merge: a shard is not among the results."},
    {"4", "nothing", "An argument or filter selected nothing, or nothing that ran was checked. This is never a pass."},
    {"5", "inconclusive",
     "Nothing was wrong, but a trace ended while something was still owed, or lines were skipped by --lenient."},
    {"6", "unwritable", "All is well but a report, a trace or standard output could not be written."},
    {"70", "internal error",
     "A bug in mdsync: please report it with the command line and the message. Or the machine refused what everything "
     "needs, memory or a thread; then the message says so."},
    {"130", "interrupted", "SIGINT (Ctrl-C). What had ended is reported and marked as interrupted."},
    {"143", "terminated", "SIGTERM. What had ended is reported and marked as interrupted."},
}};

}  // namespace

std::span<const ExitCode> exitCodes() {
    return kExitCodes;
}

}  // namespace mdsync::cli
