// The exhaustive search and its certificate. See mdsync/exhaustive.hpp.
#include "mdsync/exhaustive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "exhaustive/as_scenario.hpp"
#include "exhaustive/model.hpp"
#include "exhaustive/walk.hpp"

namespace mdsync {

using search::SyncModel;
using search::Walk;

namespace {

// What the states were states of: with it, the certificate's hash names everything that was searched.
Fingerprint identityOf(const ExhaustiveOptions& options, const search::Moves& set) {
    const Bounds& b = options.bounds;
    std::string text =
        fmt::format("{} {} {} {} {} {};", nameOf(options.server), b.users, b.devices, b.messages, b.steps, b.faults);
    for (const DeviceInfo& device : set.header.devices) text += spell(device.platform);
    for (const std::string& word : set.words) text += ' ' + word;
    for (const RuleId id : options.rules) text += fmt::format(" {}", rule(id).name);
    text += fmt::format(";{}{}{}", options.symmetry, options.independence, options.merging);
    if (options.branching) text += ";branching";
    return fingerprintOf(std::vector<std::uint8_t>(text.begin(), text.end()));
}

// All scenarios of so many steps.
class Round {
public:
    Round(const ExhaustiveOptions& options, std::uint32_t steps, SyncModel& model)
        : options_(options), steps_(steps), model_(model), walk_(model, options.merging) {
        walk_.goOn = [this](std::uint64_t states) {
            tooMany_ = options_.maxStates != 0 && states >= options_.maxStates;
            return !tooMany_ && (!options_.goOn || options_.goOn(steps_, states));
        };
    }

    // False if it was stopped.
    bool run() {
        for (std::size_t root = 0; root < SyncModel::kRoots; ++root) {
            model_.beginAt(root);
            SyncModel::Position position = model_.root(root, steps_);
            const bool whole = walk_.from(position);
            for (std::size_t r = 0; r < kRules; ++r) ruleCounts_[r] += position.checker.counts()[r];
            if (!whole) return false;
        }
        return true;
    }

    [[nodiscard]] bool tooMany() const { return tooMany_; }
    [[nodiscard]] const search::WalkCounts& counts() const { return walk_.counts(); }
    [[nodiscard]] const RuleCounts& ruleCounts() const { return ruleCounts_; }

private:
    const ExhaustiveOptions& options_;
    std::uint32_t steps_;
    SyncModel& model_;
    Walk<SyncModel> walk_;
    RuleCounts ruleCounts_{};
    bool tooMany_ = false;
};

}  // namespace

Certificate searchExhaustively(const ExhaustiveOptions& options) {
    Certificate certificate;
    SyncModel model(options);
    certificate.verbs = model.stepSet().words;
    const Header& header = model.stepSet().header;
    for (std::size_t d = 0; d < header.devices.size(); ++d) {
        certificate.devices.push_back(
            fmt::format("{} {}", header.path(DeviceId{d}), spell(header.devices[d].platform)));
    }
    Fingerprint hash = identityOf(options, model.stepSet());
    bool found = false;
    for (std::uint32_t steps = 1; steps <= options.bounds.steps && !found; ++steps) {
        Round round(options, steps, model);
        const bool whole = round.run();
        const search::WalkCounts& counts = round.counts();
        certificate.rounds.push_back({steps, counts.states, counts.transitions, counts.depth});
        certificate.counts = round.ruleCounts();
        hash += counts.sum;
        if (!whole) {
            certificate.stopped = round.tooMany() ? fmt::format("--max-states {}", options.maxStates) : "interrupted";
            break;
        }
        for (std::size_t r = 0; r < kRules; ++r) {
            const auto& finding = model.findings()[r];
            if (!finding) continue;
            found = true;
            certificate.findings.push_back(search::spellOut(model, options, static_cast<RuleId>(r), *finding, steps));
        }
        if (steps == options.bounds.steps && !found) certificate.complete = true;
    }
    if (found) certificate.stopped = "a violation was found; longer scenarios were not looked at";
    certificate.hash = hex(hash);
    return certificate;
}

}  // namespace mdsync
