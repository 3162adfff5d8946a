// Probers: how a scenario's failures are asked of a server. See mdsync/search.hpp.
#include <algorithm>
#include <utility>

#include "mdsync/search.hpp"
#include "search/trial.hpp"

namespace mdsync {

namespace {

class WorldProber final : public Prober {
public:
    explicit WorldProber(const ServerPolicy& policy) : policy_(policy) {}

    std::optional<std::string> ask(const Case& scenario, Lexicon& lexicon, std::uint64_t seed,
                                   const Failure& failure) override {
        trial_.run(scenario, lexicon, policy_, seed);
        for (const Violation& violation : trial_.checker().violations()) {
            if (violation.rule != failure.rule) continue;
            if (failuresOf(scenario, {violation}).front() == failure) return violation.text;
        }
        return std::nullopt;
    }

    std::vector<Failure> failures(const Case& scenario, Lexicon& lexicon, std::uint64_t seed) override {
        trial_.run(scenario, lexicon, policy_, seed);
        return failuresOf(scenario, trial_.checker().violations());
    }

private:
    ServerPolicy policy_;
    search::Trial trial_{1000};
};

class TargetProber final : public Prober {
public:
    TargetProber(std::unique_ptr<Target> target, RunOptions options, std::uint32_t tries)
        : target_(std::move(target)), options_(std::move(options)), tries_(std::max(1U, tries)) {}

    std::optional<std::string> ask(const Case& scenario, Lexicon& lexicon, std::uint64_t seed,
                                   const Failure& failure) override {
        for (std::uint32_t i = 0; i < tries_; ++i) {
            const std::optional<CaseResult> result = run(scenario, lexicon, seed);
            if (!result) return std::nullopt;
            for (const ReportedViolation& violation : result->violations) {
                CaseResult one;
                one.violations = {violation};
                if (failuresOf(named(scenario, lexicon), one).front() == failure) return violation.text;
            }
        }
        return std::nullopt;
    }

    std::vector<Failure> failures(const Case& scenario, Lexicon& lexicon, std::uint64_t seed) override {
        std::vector<Failure> all;
        for (std::uint32_t i = 0; i < tries_; ++i) {
            const std::optional<CaseResult> result = run(scenario, lexicon, seed);
            if (!result) break;
            for (const Failure& failure : failuresOf(named(scenario, lexicon), *result)) {
                if (std::find(all.begin(), all.end(), failure) == all.end()) all.push_back(failure);
            }
        }
        return all;
    }

private:
    static Case named(const Case& scenario, const Lexicon& lexicon) {
        Case whole = scenario;
        whole.lexicon = lexicon;
        return whole;
    }

    std::optional<CaseResult> run(const Case& scenario, const Lexicon& lexicon, std::uint64_t seed) {
        if (!greeted_) {
            greeted_ = true;
            working_ = target_->hello(capabilities_).kind == Answer::Kind::Ok;
        }
        if (!working_) return std::nullopt;
        options_.seed = seed;
        std::optional<CaseResult> result = runCase(named(scenario, lexicon), *target_, capabilities_, options_);
        const bool isJudged = result && result->verdict != Verdict::Error && result->verdict != Verdict::NotApplicable;
        return isJudged ? std::move(result) : std::nullopt;
    }

    std::unique_ptr<Target> target_;
    RunOptions options_;
    std::uint32_t tries_;
    Capabilities capabilities_;
    bool greeted_ = false;
    bool working_ = false;
};

}  // namespace

std::unique_ptr<Prober> probeWorld(const ServerPolicy& policy) {
    return std::make_unique<WorldProber>(policy);
}

std::unique_ptr<Prober> probeTarget(std::unique_ptr<Target> target, const RunOptions& options, std::uint32_t tries) {
    return std::make_unique<TargetProber>(std::move(target), options, tries);
}

}  // namespace mdsync
