// Scenarios drawn at random, run by the right server and by known-bad ones, and judged both ways: with a witness, where
// each rule is asked, and without one, where the fast path (rules/as_owed.cpp) answers for what is in order.
//
//     MDSYNC_BOTH_WAYS=1000000 build/dev/tests/unit_random -tc="*judged otherwise*"
#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <optional>

#include "drive/fast_run.hpp"
#include "judged.hpp"
#include "mdsync/policy.hpp"
#include "random/generator.hpp"

using namespace mdsync;
using namespace mdsync::search;

namespace {

std::uint64_t scenarios() {
    const char* const given = std::getenv("MDSYNC_BOTH_WAYS");
    return given == nullptr ? 4000 : std::strtoull(given, nullptr, 10);
}

// Of the known-bad servers each in its turn, and the right one in between.
ServerPolicy serverOf(std::uint64_t seed) {
    ServerPolicy policy;
    if (seed % 2 == 0) policy.mutant = &mutants()[seed / 2 % mutants().size()];
    return policy;
}

std::string judged(const Header& header, const FastRun& run, Lexicon& lexicon, std::optional<Millis> settle,
                   rules::Witness* witness) {
    Checker checker(header, {.settle = settle, .violationLimit = 100, .witness = witness});
    checker.feed(run.events(), lexicon, run.annex());
    checker.finish(lexicon);
    return wordsOf(checker.counts(), checker.violations(), checker.openDuties());
}

}  // namespace

TEST_CASE("nobody is judged otherwise because a witness listens: random scenarios") {
    Generator generator{{}};
    FastRun run;
    DeafWitness deaf;
    constexpr std::array<std::optional<Millis>, 2> kModes{std::nullopt, Millis{300}};
    for (std::uint64_t seed = 1; seed <= scenarios(); ++seed) {
        Case& made = generator.make(seed);
        run.run(made, made.lexicon, serverOf(seed), seed);
        for (const std::optional<Millis>& settle : kModes) {
            CAPTURE(seed);
            CAPTURE(settle.has_value());
            REQUIRE(judged(made.header, run, made.lexicon, settle, nullptr) ==
                    judged(made.header, run, made.lexicon, settle, &deaf));
        }
    }
}
