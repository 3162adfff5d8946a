// Probers: how a scenario's failures are asked of a server. See mdsync/shrink.hpp.
#include <algorithm>
#include <utility>

#include "drive/fast_run.hpp"
#include "mdsync/shrink.hpp"

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

    // A trial looks at no expectations.
    Findings findings(const Case& scenario, Lexicon& lexicon, std::uint64_t seed) override {
        trial_.run(scenario, lexicon, policy_, seed);
        return {failuresOf(scenario, trial_.checker().violations()), {}};
    }

private:
    ServerPolicy policy_;
    search::FastRun trial_{1000};
};

class SystemProber final : public Prober {
public:
    SystemProber(std::unique_ptr<System> target, RunOptions options, std::uint32_t tries)
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

    Findings findings(const Case& scenario, Lexicon& lexicon, std::uint64_t seed) override {
        Findings all;
        const auto addOnce = [](auto& list, const auto& element) {
            if (std::find(list.begin(), list.end(), element) == list.end()) list.push_back(element);
        };
        for (std::uint32_t i = 0; i < tries_; ++i) {
            const std::optional<CaseResult> result = run(scenario, lexicon, seed);
            if (!result) break;
            for (const Failure& failure : failuresOf(named(scenario, lexicon), *result)) {
                addOnce(all.failures, failure);
            }
            for (const ExpectationResult& expectation : result->expectations) {
                if (!expectation.met) addOnce(all.unmet, expectation.text);
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

    std::unique_ptr<System> target_;
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

std::unique_ptr<Prober> probeSystem(std::unique_ptr<System> target, const RunOptions& options, std::uint32_t tries) {
    return std::make_unique<SystemProber>(std::move(target), options, tries);
}

std::uint32_t triesFor(std::uint32_t failed, std::uint32_t runs) {
    if (failed == 0 || failed >= runs) return 1;
    // The chance that all of n runs pass, in millionths, for growing n.
    constexpr std::uint64_t kOne = 1'000'000;
    std::uint64_t missed = kOne;
    std::uint32_t tries = 0;
    for (; missed > kOne / 100 && tries < 1000; ++tries) missed = missed * (runs - failed) / runs;
    return tries;
}

}  // namespace mdsync
