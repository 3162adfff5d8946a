// Shrink: from a failing scenario to a small file that needs no explanation. See mdsync/search.hpp.
#include <fmt/format.h>

#include "mdsync/search.hpp"
#include "search/shrinker.hpp"

namespace mdsync {

using namespace search;

namespace {

constexpr std::uint64_t kOtherSeeds = 5;

class Shrinking {
public:
    Shrinking(const Failure& failure, Prober& prober, const ShrinkOptions& options)
        : failure_(failure), prober_(prober), options_(options) {}

    Shrunk run(const Case& scenario) {
        Case small = shrunk(scenario, false);
        if (!isSteady(small)) {
            // What is left to chance is spelled out, in the small scenario, or in the large one before it is made
            // small.
            const Case spelled = spelledOut(small);
            const Case before = spelledOut(scenario);
            if (isSteady(spelled)) {
                small = spelled;
            } else if (isSteady(before)) {
                small = shrunk(before, true);
            } else {
                out_.needsSeed = true;
            }
        }
        out_.scenario = std::move(small);
        describe();
        return std::move(out_);
    }

private:
    // Made small; `steadily`: while it fails with the other seeds, too.
    Case shrunk(const Case& scenario, bool steadily) {
        Shrinker shrinker{[&](const Case& candidate, Lexicon& lexicon) { return fails(candidate, lexicon, steadily); },
                          options_.mostTries};
        Case small = shrinker.shrink(scenario);
        out_.tries += shrinker.tries();
        out_.complete = !shrinker.exhausted();
        return small;
    }

    Case spelledOut(const Case& scenario) {
        Shrinker shrinker{[&](const Case& candidate, Lexicon& lexicon) { return fails(candidate, lexicon, false); },
                          options_.mostTries};
        Case spelled = shrinker.spellOut(scenario);
        out_.tries += shrinker.tries();
        return spelled;
    }

    bool fails(const Case& scenario, Lexicon& lexicon, bool steadily) {
        if (!prober_.ask(scenario, lexicon, scenario.seed, failure_)) return false;
        for (std::uint64_t i = 1; steadily && i <= kOtherSeeds; ++i) {
            if (!prober_.ask(scenario, lexicon, scenario.seed + i, failure_)) return false;
        }
        return true;
    }

    bool isSteady(const Case& scenario) {
        Lexicon lexicon = scenario.lexicon;
        return fails(scenario, lexicon, true);
    }

    void describe() {
        Case& scenario = out_.scenario;
        Lexicon lexicon = scenario.lexicon;
        out_.text = prober_.ask(scenario, lexicon, scenario.seed, failure_).value_or("");
        scenario.name = fmt::format("{}: {}", spell(failure_), out_.text);
        scenario.description = options_.origin;
        if (out_.needsSeed) {
            scenario.description += fmt::format("{}It needs its seed {}: with another one it may pass.",
                                                scenario.description.empty() ? "" : ". ", scenario.seed);
        }
        scenario.rules = {std::string(rule(failure_.rule).name)};
    }

    Failure failure_;
    Prober& prober_;
    const ShrinkOptions& options_;
    Shrunk out_;
};

// What says something about a run and is no part of it.
Case withoutRemarks(const Case& scenario) {
    Case bare = scenario;
    std::erase_if(bare.steps,
                  [](const Step& step) { return step.kind == StepKind::Expect || step.kind == StepKind::Note; });
    for (Step& step : bare.steps) {
        for (Action& action : step.actions) action.refusal = Refusal{};
    }
    bare.tags.clear();
    bare.choice.clear();
    return bare;
}

}  // namespace

std::optional<Shrunk> shrink(const Case& scenario, const Failure& failure, Prober& prober,
                             const ShrinkOptions& options) {
    const Case bare = withoutRemarks(scenario);
    Lexicon lexicon = bare.lexicon;
    if (!prober.ask(bare, lexicon, bare.seed, failure)) return std::nullopt;
    return Shrinking{failure, prober, options}.run(bare);
}

}  // namespace mdsync
