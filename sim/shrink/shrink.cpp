// Shrink: from a failing scenario to a small file that needs no explanation. See mdsync/shrink.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "mdsync/shrink.hpp"
#include "shrink/shrinker.hpp"

namespace mdsync {

using namespace search;

namespace {

constexpr std::uint64_t kOtherSeeds = 5;

// The sentence of what is wrong when the scenario runs with this seed; nothing if that is not wrong then.
using Question = std::function<std::optional<std::string>(const Case&, Lexicon&, std::uint64_t seed)>;

class Shrinking {
public:
    Shrinking(Question question, const ShrinkOptions& options) : question_(std::move(question)), options_(options) {}

    // REQUIRES: `scenario` fails.
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
        Lexicon lexicon = small.lexicon;
        out_.text = question_(small, lexicon, small.seed).value_or("");
        small.description = options_.origin;
        if (out_.needsSeed) {
            small.description += fmt::format("{}It needs its seed {}: with another one it may pass.",
                                             small.description.empty() ? "" : ". ", small.seed);
        }
        out_.scenario = std::move(small);
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
        if (!question_(scenario, lexicon, scenario.seed)) return false;
        for (std::uint64_t i = 1; steadily && i <= kOtherSeeds; ++i) {
            if (!question_(scenario, lexicon, scenario.seed + i)) return false;
        }
        return true;
    }

    bool isSteady(const Case& scenario) {
        Lexicon lexicon = scenario.lexicon;
        return fails(scenario, lexicon, true);
    }

    Question question_;
    const ShrinkOptions& options_;
    Shrunk out_;
};

// The case without what belongs to its file: `rules`, tags, its place in a matrix.
Case bareOf(const Case& scenario) {
    Case bare = scenario;
    bare.rules.clear();
    bare.tags.clear();
    bare.choice.clear();
    return bare;
}

// What says something about a run and is no part of it.
void dropRemarks(Case& scenario) {
    std::erase_if(scenario.steps,
                  [](const Step& step) { return step.kind == StepKind::Expect || step.kind == StepKind::Note; });
    for (Step& step : scenario.steps) {
        for (Action& action : step.actions) action.refusal = Refusal{};
    }
}

std::optional<Shrunk> shrinkBy(const Question& question, const Case& bare, const ShrinkOptions& options) {
    Lexicon lexicon = bare.lexicon;
    if (!question(bare, lexicon, bare.seed)) return std::nullopt;
    return Shrinking{question, options}.run(bare);
}

}  // namespace

std::optional<Shrunk> shrink(const Case& scenario, const Failure& failure, Prober& prober,
                             const ShrinkOptions& options) {
    Case bare = bareOf(scenario);
    dropRemarks(bare);
    const Question question = [&](const Case& candidate, Lexicon& lexicon, std::uint64_t seed) {
        return prober.ask(candidate, lexicon, seed, failure);
    };
    std::optional<Shrunk> small = shrinkBy(question, bare, options);
    if (!small) return small;
    small->scenario.name = fmt::format("{}: {}", spell(failure), small->text);
    small->scenario.rules = {std::string(rule(failure.rule).name)};
    return small;
}

std::optional<Shrunk> shrink(const Case& scenario, const std::string& unmet, Prober& prober,
                             const ShrinkOptions& options) {
    const Question question = [&](const Case& candidate, Lexicon& lexicon,
                                  std::uint64_t seed) -> std::optional<std::string> {
        const std::vector<std::string> all = prober.findings(candidate, lexicon, seed).unmet;
        if (std::find(all.begin(), all.end(), unmet) == all.end()) return std::nullopt;
        return unmet;
    };
    std::optional<Shrunk> small = shrinkBy(question, bareOf(scenario), options);
    // Messages may have got other names: the sentence is that of the small scenario.
    if (small) small->scenario.name = fmt::format("unmet: {}", unmet);
    return small;
}

}  // namespace mdsync
