// Hunt: how many scenarios it takes to catch each known-bad server. See mdsync/explore.hpp.
#include <algorithm>
#include <set>

#include "drive/fast_run.hpp"
#include "mdsync/explore.hpp"
#include "random/generator.hpp"

namespace mdsync {

using namespace search;

namespace {

constexpr std::size_t kHeldOut = 12;
constexpr std::size_t kShrunk = 3;  // the smallest of so many failing scenarios is reported

// The first failure of a run that the mutant declares, if there is one.
std::optional<Failure> declared(const Mutant& mutant, const Case& scenario, const FastRun& trial) {
    for (const Failure& failure : failuresOf(scenario, trial.checker().violations())) {
        const std::string_view name = rule(failure.rule).name;
        if (std::find(mutant.expected.begin(), mutant.expected.end(), name) != mutant.expected.end()) return failure;
    }
    return std::nullopt;
}

Hunted hunt(const Mutant& mutant, const HuntOptions& options, const std::atomic<bool>& stop) {
    Hunted hunted;
    hunted.name = mutant.name;
    hunted.isPartial = !mutant.scope.coversAll();
    const ServerPolicy policy{&mutant, {}};
    const std::unique_ptr<Prober> prober = probeWorld(policy);
    Generator generator{{}};
    FastRun trial;
    std::size_t shrunk = 0;
    for (std::uint64_t seed = 1; seed <= options.runs && !stop.load(); ++seed) {
        Case& scenario = generator.make(seed);
        trial.run(scenario, scenario.lexicon, policy, seed);
        hunted.activated += trial.activated() ? 1 : 0;
        const std::optional<Failure> failure = declared(mutant, scenario, trial);
        if (!failure) {
            if (!trial.checker().violations().empty()) ++hunted.otherwise;
            continue;
        }
        if (hunted.runs == 0) {
            hunted.runs = seed;
            hunted.rule = failure->rule;
        }
        if (!options.shrinks) break;
        const std::optional<Shrunk> small = shrink(scenario, *failure, *prober);
        const std::uint64_t steps = small ? small->scenario.steps.size() : scenario.steps.size();
        hunted.steps = hunted.steps == 0 ? steps : std::min(hunted.steps, steps);
        // Another scenario may become smaller; it is not looked for much longer than the first took.
        if (++shrunk == kShrunk || hunted.steps <= 2 || seed > 4 * hunted.runs + 200) break;
    }
    return hunted;
}

}  // namespace

std::vector<std::string_view> heldOutMutants() {
    std::set<std::pair<std::uint64_t, std::string_view>> byHash;
    for (const Mutant& mutant : mutants()) byHash.emplace(fingerprint(mutant.name), mutant.name);
    std::vector<std::string_view> names;
    for (const auto& [hash, name] : byHash) {
        if (names.size() < kHeldOut) names.push_back(name);
    }
    return names;
}

std::vector<Hunted> huntMutants(const HuntOptions& options, const Interrupt& interrupt) {
    const std::span<const Mutant> all = mutants();
    const std::vector<std::string_view> heldOut = heldOutMutants();
    std::vector<Hunted> hunted(all.size());
    inParallel(options.jobs, all.size(), interrupt.flag(), [&](std::size_t i) {
        hunted[i] = hunt(all[i], options, interrupt.flag());
        hunted[i].isHeldOut = std::find(heldOut.begin(), heldOut.end(), all[i].name) != heldOut.end();
    });
    std::erase_if(hunted, [](const Hunted& one) { return one.name.empty(); });  // interrupted before its turn
    return hunted;
}

}  // namespace mdsync
