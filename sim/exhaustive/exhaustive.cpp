// The exhaustive search and its certificate. See mdsync/exhaustive.hpp.
#include "mdsync/exhaustive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <vector>

#include "exhaustive/as_scenario.hpp"
#include "exhaustive/crew.hpp"
#include "exhaustive/model.hpp"
#include "exhaustive/seal.hpp"
#include "exhaustive/visited.hpp"
#include "exhaustive/walk.hpp"
#include "mdsync/parallel.hpp"

namespace mdsync {

using search::SyncModel;
using search::Walk;

namespace {

using Models = std::vector<std::unique_ptr<SyncModel>>;  // one a thread; made when it is first needed

// All scenarios of so many steps.
class Round {
public:
    Round(const ExhaustiveOptions& options, std::uint32_t steps, Models& models)
        : options_(options), steps_(steps), models_(models), states_(models.size()) {}

    // False if it was stopped. With several threads it stops as soon as one of them has found something.
    bool run() {
        for (std::size_t root = 0; root < SyncModel::kRoots; ++root) crew_.add({root, {}, {}});
        if (models_.size() == 1) {
            walkOn(0);
        } else {
            const std::atomic<bool> never{false};
            inParallel(static_cast<unsigned>(models_.size()), models_.size(), never,
                       [this](std::size_t number) { walkOn(number); });
        }
        if (!crew_.isStopped() && !isMeasured_) measure();
        return !crew_.isStopped();
    }

    [[nodiscard]] bool tooMany() const { return tooMany_; }
    [[nodiscard]] bool found() const { return found_; }
    [[nodiscard]] const search::WalkCounts& counts() const { return counts_; }
    [[nodiscard]] const RuleCounts& ruleCounts() const { return ruleCounts_; }

private:
    using Crew = search::Crew<SyncModel::Move>;

    // What each thread does.
    void walkOn(std::size_t number) {
        crew_.join();
        try {
            std::unique_ptr<SyncModel>& model = models_[number];
            if (model == nullptr) model = std::make_unique<SyncModel>(options_);
            Walk<SyncModel> walk(*model, options_.merging ? &visited_ : nullptr, &crew_);
            walk.goOn = [&](std::uint64_t states) { return goesOn(number, states); };
            RuleCounts counts{};
            while (const std::optional<Crew::Work> work = crew_.next()) {
                model->beginAt(work->root);
                SyncModel::Position position = model->root(work->root, steps_);
                const bool whole = walk.from(position, *work);
                for (std::size_t r = 0; r < kRules; ++r) counts[r] += position.checker.counts()[r];
                if (!whole || isEnough(*model)) crew_.stop();
            }
            const std::lock_guard lock(mutex_);
            counts_ += walk.counts();
            isMeasured_ = isMeasured_ && walk.isMeasured();
            found_ = found_ || model->hasFound();
            for (std::size_t r = 0; r < kRules; ++r) ruleCounts_[r] += counts[r];
        } catch (...) {
            crew_.stop();
            throw;
        }
    }

    // Which finding comes first, and by which path, is not to depend on the threads: so one of them searches again.
    [[nodiscard]] bool isEnough(const SyncModel& model) const { return models_.size() > 1 && model.hasFound(); }

    bool goesOn(std::size_t number, std::uint64_t states) {
        if (isEnough(*models_[number])) return false;
        const std::lock_guard lock(mutex_);
        states_[number] = states;
        const std::uint64_t all = std::accumulate(states_.begin(), states_.end(), std::uint64_t{0});
        tooMany_ = options_.maxStates != 0 && all >= options_.maxStates;
        return !tooMany_ && (!options_.goOn || options_.goOn(steps_, all));
    }

    // How far the search goes, where a thread came to a state with which another was not done. Only such states are looked
    // at again.
    void measure() {
        visited_.openAgain();
        Walk<SyncModel> again(*models_[0], &visited_);
        again.goOn = [this](std::uint64_t) { return !options_.goOn || options_.goOn(steps_, counts_.states); };
        for (std::size_t root = 0; root < SyncModel::kRoots; ++root) {
            SyncModel::Position position = models_[0]->root(root, steps_);
            if (!again.from(position)) return crew_.stop();
        }
        counts_.depth = again.counts().depth;
    }

    const ExhaustiveOptions& options_;
    std::uint32_t steps_;
    Models& models_;
    Crew crew_;
    search::Visited visited_;
    std::mutex mutex_;  // of all that follows
    std::vector<std::uint64_t> states_;
    search::WalkCounts counts_;
    RuleCounts ruleCounts_{};
    bool isMeasured_ = true;
    bool tooMany_ = false;
    bool found_ = false;
};

// What of a rule happened at all. How often it did depends on the order of search: of two states that count as one, a
// message may be kept in the first and be too late in the second, which the rule that looks at it counts as two things.
RuleCounts happened(const RuleCounts& counts) {
    RuleCounts once{};
    const auto any = [](std::uint64_t number) -> std::uint64_t { return number > 0 ? 1 : 0; };
    for (std::size_t r = 0; r < kRules; ++r) {
        const Counts& of = counts[r];
        once[r] = {any(of.checked), any(of.violated), any(of.undecided), any(of.lapsed), of.aspects};
    }
    return once;
}

// Of each rule that is violated, the shortest way to it.
void spellOutAll(const ExhaustiveOptions& options, std::uint32_t steps, const Models& models,
                 Certificate& certificate) {
    for (std::size_t r = 0; r < kRules; ++r) {
        SyncModel* by = nullptr;
        for (const std::unique_ptr<SyncModel>& model : models) {
            if (model == nullptr || !model->findings()[r]) continue;
            if (by == nullptr || model->findings()[r]->path.size() < by->findings()[r]->path.size()) by = model.get();
        }
        if (by == nullptr) continue;
        certificate.findings.push_back(
            search::spellOut(*by, options, static_cast<RuleId>(r), *by->findings()[r], steps));
    }
}

}  // namespace

Certificate searchExhaustively(const ExhaustiveOptions& options) {
    Models models(std::max(1U, options.jobs));
    models[0] = std::make_unique<SyncModel>(options);
    const search::Moves set = models[0]->stepSet();
    Certificate certificate;
    search::begin(set, certificate);
    if (options.before != nullptr) search::goOnFrom(*options.before, certificate);
    const auto known = static_cast<std::uint32_t>(certificate.rounds.size());
    for (std::uint32_t steps = known + 1; steps <= options.bounds.steps && certificate.stopped.empty(); ++steps) {
        auto round = std::make_unique<Round>(options, steps, models);
        bool whole = round->run();
        Models several;
        if (round->found() && models.size() > 1) {
            several.swap(models);
            models.push_back(std::make_unique<SyncModel>(options));
            round = std::make_unique<Round>(options, steps, models);
            whole = round->run();
            // It was stopped before it came to what is known.
            if (!whole && !round->found()) models.swap(several);
        }
        const search::WalkCounts& counts = round->counts();
        certificate.rounds.push_back({steps, counts.states, counts.transitions, counts.depth, counts.remembered, whole,
                                      hex(counts.sum), happened(round->ruleCounts())});
        certificate.counts = certificate.rounds.back().counts;
        if (round->tooMany()) {
            certificate.stopped = fmt::format("--max-states {}", options.maxStates);
        } else if (!whole) {
            certificate.stopped = "interrupted";
        }
        spellOutAll(options, steps, models, certificate);
        if (whole && !certificate.findings.empty()) certificate.stopped = search::kFoundSomething;
        if (certificate.stopped.empty() && steps < options.bounds.steps && options.checkpoint) {
            options.checkpoint(certificate);
        }
    }
    certificate.complete = certificate.stopped.empty();
    search::seal(options, set, certificate);
    return certificate;
}

}  // namespace mdsync
