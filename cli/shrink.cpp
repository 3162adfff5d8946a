// mdsync shrink: a failing scenario made small.
#include <fmt/format.h>

#include <algorithm>

#include "command.hpp"
#include "mdsync/again.hpp"
#include "mdsync/run.hpp"
#include "mdsync/shrink.hpp"
#include "mdsync/world.hpp"
#include "output.hpp"
#include "selection_options.hpp"
#include "target_options.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

struct ShrinkFlags {
    std::string path;
    TargetOptions target;
    std::optional<std::uint64_t> seed;
    std::string rule;
    std::vector<std::string> values;  // `days=3`
    std::optional<std::uint64_t> tries;
    std::string output = "-";
    bool quiet = false;
};

// What of a case's findings is kept while it shrinks.
struct Goal {
    std::optional<Failure> failure;
    std::string unmet;
    [[nodiscard]] std::string name() const { return failure ? spell(*failure) : "unmet: " + unmet; }
};

// The rule that is asked for; else the first that does not only accompany another; else an unmet expectation.
std::optional<Goal> goalOf(const Prober::Findings& findings, const std::string& rule) {
    std::optional<Goal> companion;
    for (const Failure& failure : findings.failures) {
        const bool isWanted = rule.empty() || failure.rule == findRule(rule);
        if (!isWanted) continue;
        if (!rule.empty() || !accompanies(failure.rule)) return Goal{failure, {}};
        companion = Goal{failure, {}};
    }
    if (companion || !rule.empty() || findings.unmet.empty()) return companion;
    return Goal{std::nullopt, findings.unmet.front()};
}

constexpr std::uint32_t kFirstRuns = 5;  // runs that tell how often a system that is not ours fails

// A system that is not ours may fail now and then only.
std::optional<Goal> firstGoal(Prober& prober, const Case& scenario, Lexicon& lexicon, const ShrinkFlags& flags) {
    for (std::uint32_t i = 0; i < (flags.target.foreign() ? kFirstRuns : 1); ++i) {
        if (auto goal = goalOf(prober.findings(scenario, lexicon, scenario.seed), flags.rule)) return goal;
    }
    return std::nullopt;
}

// How often it must be asked.
std::uint32_t triesOf(Prober& prober, const Case& scenario, Lexicon& lexicon, const Goal& goal) {
    std::uint32_t failed = 0;
    for (std::uint32_t i = 0; i < kFirstRuns; ++i) {
        const Prober::Findings found = prober.findings(scenario, lexicon, scenario.seed);
        const bool fails = goal.failure ? std::count(found.failures.begin(), found.failures.end(), *goal.failure) > 0
                                        : std::count(found.unmet.begin(), found.unmet.end(), goal.unmet) > 0;
        failed += fails ? 1 : 0;
    }
    return triesFor(std::max(1U, failed), kFirstRuns);
}

int hand(const Case& before, const Goal& goal, const Shrunk& small, const ShrinkFlags& flags) {
    const bool written = writeFile(flags.output, writeScenario(small.scenario));
    if (!flags.quiet) {
        tell("{}\n  {} steps of {} are left, after {} tries\n", goal.name(), small.scenario.steps.size(),
             before.steps.size(), small.tries);
        if (!small.complete) tell("  the tries were used up: more of them may leave less\n");
        if (small.needsSeed) {
            tell("  it needs its seed {}: with another one it may pass\n", small.scenario.seed);
        }
        if (flags.output != "-") {
            const std::string words = fmt::format("{}", fmt::join(flagsOf(flags.target), " "));
            tell("  again: {}\n", spell(Again{.path = flags.output, .flags = words}));
        }
    }
    return written ? kOk : kUnwritable;
}

int shrink(const ShrinkFlags& flags) {
    std::vector<WrittenFile> written{{"--output", flags.output}};
    if (!flags.target.log.empty()) written.push_back({"--target-log", flags.target.log});
    if (wouldLose({parseSelector(flags.path).path}, written)) return kUsage;
    const Suite suite = loadSuite({flags.path}, {}, 1, flags.path == "-" ? readStandardInput() : std::string(), nullptr,
                                  valuesOf(flags.values));
    if (saysUnknownVariable(suite)) return kUsage;
    for (const Suite::Entry& entry : suite.entries) complain(entry.wrong);
    if (suite.broken > 0) return kBadInput;
    const Interrupt interrupt;
    ForeignSystems foreign(flags.target, interrupt);
    const auto makeForeign = foreign.maker();
    const auto make = [&] { return makeForeign ? makeForeign() : makeWorldSystem(flags.target.policy()); };
    const std::string& server = flags.target.name();
    std::unique_ptr<Prober> whole = probeSystem(make(), {}, 1);
    for (Case& scenario : casesOf(suite)) {
        if (flags.seed) scenario.seed = *flags.seed;
        Lexicon lexicon = scenario.lexicon;
        const std::optional<Goal> goal = firstGoal(*whole, scenario, lexicon, flags);
        if (!goal) continue;
        if (makeForeign) whole = probeSystem(make(), {}, triesOf(*whole, scenario, lexicon, *goal));
        const std::unique_ptr<Prober> quick = makeForeign ? nullptr : probeWorld(flags.target.policy());
        Prober& prober = quick && goal->failure ? *quick : *whole;
        ShrinkOptions options;
        if (flags.tries) options.mostTries = *flags.tries;
        options.origin = fmt::format("{}, made small by mdsync shrink against {}", scenario.id, server);
        const std::optional<Shrunk> small = goal->failure ? mdsync::shrink(scenario, *goal->failure, prober, options)
                                                          : mdsync::shrink(scenario, goal->unmet, prober, options);
        if (interrupt.signal() != 0) return 128 + interrupt.signal();
        if (small) {
            const int code = hand(scenario, *goal, *small, flags);
            return foreign.written() ? code : withUnwritable(code);
        }
    }
    tell("mdsync: nothing to make small: {} {} against {}\n", printable(flags.path),
         suite.cases == 0     ? "names no case"
         : flags.rule.empty() ? "does not fail"
                              : "does not violate " + flags.rule,
         server);
    return kNothing;
}

}  // namespace

Command addShrink(Program& program) {
    const CommandLine line = program.command("shrink", "Make a failing scenario small: nothing in it can be left out");
    const auto flags = std::make_shared<ShrinkFlags>();
    line.value("scenario", flags->path, "FILE",
               "A scenario file; of several cases the first that fails. - for standard input")
        .required();
    addTargetOptions(line, flags->target);
    line.number("--seed", flags->seed, 0, kNoLimit, "Use this seed instead of the scenario's own");
    addSetOption(line, flags->values);
    line.value("--rule", flags->rule, "RULE", "Which of its violations to keep").check(isRule);
    line.number("--tries", flags->tries, 1, 100'000'000, "Run so many smaller scenarios at most (default 20000)");
    line.value("-o,--output", flags->output, "PATH", "Where the small scenario goes (default: standard output)");
    line.flag("-q,--quiet", flags->quiet, "Only the scenario");
    line.example(
        "The small scenario violates the same rule in the same kind of place. Ends with 0 when there is one,\n"
        "with 4 where nothing fails.\n"
        "Example:\n"
        "  mdsync shrink found/big.json --server mutant:evict-second -o small.json\n");
    return {line, [flags] { return shrink(*flags); }};
}

}  // namespace mdsync::cli
