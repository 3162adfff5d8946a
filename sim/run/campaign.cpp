// Campaign: many cases side by side, each in a world of its own.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "mdsync/run.hpp"
#include "run/excerpts.hpp"

namespace mdsync {

namespace {

bool needsExcerpts(const CaseResult& result) {
    return !result.violations.empty() || std::any_of(result.expectations.begin(), result.expectations.end(),
                                                     [](const ExpectationResult& e) { return !e.met; });
}

// The file's text as it is now; empty if it cannot be read any more.
std::string textOf(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Every so many cases, one is run twice to see that it repeats.
constexpr std::size_t kRepeated = 16;

std::optional<CaseResult> runOnce(const Case& scenario, const Campaign& campaign, const RunOptions& options,
                                  Trace* recording) {
    const std::unique_ptr<Target> target = makeWorldTarget(campaign.server);
    if (target == nullptr) throw std::invalid_argument("no such server: " + campaign.server);
    Capabilities capabilities;
    const Answer hello = target->hello(capabilities);
    if (hello.kind == Answer::Kind::Ok) return runCase(scenario, *target, capabilities, options, recording);
    CaseResult broken;
    broken.id = scenario.id;
    broken.file = scenario.file;
    broken.name = scenario.name;
    broken.verdict = Verdict::Error;
    broken.reason = hello.text;
    return broken;
}

// The same seed must give the same events; where it does not, the simulated world is broken and nothing can be trusted.
void mustRepeat(const CaseResult& first, const Case& scenario, const Campaign& campaign, const RunOptions& options) {
    const std::optional<CaseResult> second = runOnce(scenario, campaign, options, nullptr);
    if (second && second->runHash != first.runHash) {
        throw std::logic_error(
            fmt::format("{} with seed {} gave {} and then {}", first.id, first.seed, first.runHash, second->runHash));
    }
}

std::optional<CaseResult> runOne(std::size_t number, const Case& scenario, const Campaign& campaign,
                                 const Interrupt& interrupt) {
    RunOptions options = campaign.options;
    options.stop = &interrupt.flag();
    Trace trace;
    std::optional<CaseResult> result = runOnce(scenario, campaign, options, campaign.recorded ? &trace : nullptr);
    if (!result) return result;
    if (number % kRepeated == kRepeated - 1) mustRepeat(*result, scenario, campaign, options);
    if (needsExcerpts(*result)) {
        addExcerpts(*result, scenario.file == "-" ? std::string(campaign.input) : textOf(scenario.file));
    }
    result->again = fmt::format("mdsync run {} --seed {}{}{}", shellWord(scenario.id), result->seed,
                                campaign.flags.empty() ? "" : " ", campaign.flags);
    if (campaign.recorded) campaign.recorded(number, trace, *result);
    if (campaign.finished) campaign.finished(*result);
    return result;
}

}  // namespace

std::string shellWord(std::string_view word) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%#";
    const bool plain = !word.empty() && word.front() != '#' && word.front() != '-' &&
                       word.find_first_not_of(kPlain) == std::string_view::npos;
    if (plain || word == "-") return std::string(word);
    std::string quoted = "'";
    for (const char c : word) {
        if (c == '\'') {
            quoted += "'\\''";
        } else {
            quoted += c;
        }
    }
    return quoted + "'";
}

Result runSuite(const Suite& suite, const Campaign& campaign, const Interrupt& interrupt) {
    std::vector<std::optional<CaseResult>> outcomes(suite.cases.size());
    inParallel(campaign.jobs, suite.cases.size(), interrupt.flag(),
               [&](std::size_t i) { outcomes[i] = runOne(i, suite.cases[i], campaign, interrupt); });

    Result result;
    auto broken = suite.broken.begin();
    for (std::size_t i = 0; i <= outcomes.size(); ++i) {
        for (; broken != suite.broken.end() && broken->before <= i; ++broken) result.cases.push_back(broken->result);
        if (i < outcomes.size() && outcomes[i]) result.cases.push_back(std::move(*outcomes[i]));
    }
    result.diagnostics = suite.warnings;
    result.namedNothing = !suite.empty.empty();
    result.interrupted = interrupt.signal() != 0;
    result.interruptSignal = interrupt.signal();
    return result;
}

}  // namespace mdsync
