// Running a suite: many cases side by side, each in a world of its own.
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/input_file.hpp"
#include "drive/difference.hpp"
#include "mdsync/run.hpp"
#include "run/excerpts.hpp"

namespace mdsync {

namespace {

bool needsExcerpts(const CaseResult& result) {
    return !result.violations.empty() || std::any_of(result.expectations.begin(), result.expectations.end(),
                                                     [](const ExpectationResult& e) { return !e.met; });
}

// The file's text as it is now; empty if it cannot be read any more. A pipe was read, and nobody may write to it again.
std::string textOf(const std::string& path) {
    return isRegularFile(path) ? readFile(path, kMostScenarioBytes).bytes : std::string();
}

// Every so many cases, one is run twice to see that it repeats.
constexpr std::size_t kRepeated = 16;

// A Place is where one thread runs its cases: the system under test that it greeted, for as long as that works.
class Place {
public:
    explicit Place(const SuiteOptions& suiteOptions) : suiteOptions_(&suiteOptions) {}

    // Makes sure that somebody is there.
    Answer open() {
        if (target_ != nullptr) return {};
        target_ = suiteOptions_->makeSystem ? suiteOptions_->makeSystem() : makeWorldSystem(suiteOptions_->server);
        if (target_ == nullptr) throw std::invalid_argument("no such server: " + suiteOptions_->server);
        Answer hello = target_->hello(capabilities_);
        if (hello.kind != Answer::Kind::Ok) {
            lastLines_ = target_->lastLines();
            target_.reset();
        }
        return hello;
    }

    std::optional<CaseResult> run(const Case& scenario, const RunOptions& options, Trace* recording) {
        const Answer hello = open();
        if (hello.kind != Answer::Kind::Ok) {
            if (options.stop != nullptr && options.stop->load()) return std::nullopt;
            return unreachable(scenario, options, hello);
        }
        std::optional<CaseResult> result = runCase(scenario, *target_, capabilities_, options, recording);
        if (result && result->verdict == Verdict::Error) target_.reset();  // the next case begins with a fresh one
        return result;
    }

    // Ends the system as agreed. What is wrong with that, or an empty string.
    std::string close() {
        if (target_ == nullptr) return {};
        const Answer bye = target_->bye();
        target_.reset();
        return bye.kind == Answer::Kind::Ok ? std::string() : bye.text;
    }

    [[nodiscard]] const std::vector<std::string>& lastLines() const { return lastLines_; }

private:
    [[nodiscard]] CaseResult unreachable(const Case& scenario, const RunOptions& options, const Answer& hello) const {
        CaseResult broken;
        broken.id = scenario.id;
        broken.file = scenario.file;
        broken.choice = scenario.choice;
        broken.name = scenario.name;
        broken.seed = options.seed.value_or(scenario.seed);
        broken.verdict = Verdict::Error;
        broken.reason = hello.text;
        broken.lastLines = lastLines_;
        return broken;
    }

    const SuiteOptions* suiteOptions_;
    std::unique_ptr<System> target_;
    Capabilities capabilities_;
    std::vector<std::string> lastLines_;  // of one that did not answer hello
};

// The same seed must give the same events; where it does not, the simulated world is broken and nothing can be trusted.
// A system that is not ours need not repeat itself.
void mustRepeat(const CaseResult& first, const Case& scenario, Place& place, const RunOptions& options) {
    const std::optional<CaseResult> second = place.run(scenario, options, nullptr);
    if (!second || second->runHash == first.runHash) return;
    std::string where = "no further run differed";
    Trace one;
    (void)place.run(scenario, options, &one);
    for (int attempt = 0; attempt < 10; ++attempt) {
        Trace other;
        (void)place.run(scenario, options, &other);
        if (const auto difference = firstDifference(viewOf(one), viewOf(other))) {
            where = describe(*difference);
            break;
        }
    }
    throw std::logic_error(fmt::format("{} with seed {} gave {} and then {}; {}", first.id, first.seed, first.runHash,
                                       second->runHash, where));
}

std::optional<CaseResult> runOne(std::size_t number, const Case& scenario, const SuiteOptions& suiteOptions,
                                 Place& place, const Interrupt& interrupt) {
    RunOptions options = suiteOptions.options;
    options.stop = &interrupt.flag();
    Trace trace;
    std::optional<CaseResult> result = place.run(scenario, options, suiteOptions.recorded ? &trace : nullptr);
    if (!result) return result;
    if (!suiteOptions.makeSystem && number % kRepeated == kRepeated - 1) mustRepeat(*result, scenario, place, options);
    if (needsExcerpts(*result)) {
        addExcerpts(*result, scenario.file == "-" ? std::string(suiteOptions.input) : textOf(scenario.file));
    }
    result->again = fmt::format("mdsync run {} --seed {}{}{}", shellWord(scenario.id), result->seed,
                                suiteOptions.flags.empty() ? "" : " ", suiteOptions.flags);
    if (suiteOptions.recorded) suiteOptions.recorded(number, trace, *result);
    if (suiteOptions.finished) suiteOptions.finished(*result);
    return result;
}

Diagnostic aboutTarget(Severity severity, std::string code, std::string message) {
    Diagnostic diagnostic;
    diagnostic.severity = severity;
    diagnostic.code = std::move(code);
    diagnostic.message = std::move(message);
    return diagnostic;
}

// What all threads of a run share.
struct Shared {
    std::mutex mutex;
    std::optional<Place> greeted;     // by the caller; the first thread goes on with it
    std::set<std::string> farewells;  // what went wrong with goodbyes
};

// Runs cases in one thread, at one place, which is closed in that thread.
class Worker {
public:
    using Outcomes = std::vector<std::optional<CaseResult>>;
    Worker(const Suite& suite, const SuiteOptions& suiteOptions, const Interrupt& interrupt, Shared& shared,
           Outcomes& outcomes)
        : suite_(suite),
          suiteOptions_(suiteOptions),
          interrupt_(interrupt),
          shared_(shared),
          outcomes_(outcomes),
          place_(suiteOptions) {
        const std::scoped_lock lock(shared_.mutex);
        if (shared_.greeted) place_ = std::move(*shared_.greeted);
        shared_.greeted.reset();
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker() {
        std::string wrong = place_.close();
        const std::scoped_lock lock(shared_.mutex);
        if (!wrong.empty() && interrupt_.signal() == 0) shared_.farewells.insert(std::move(wrong));
    }
    void run(std::size_t i) { outcomes_[i] = runOne(i, suite_.cases[i], suiteOptions_, place_, interrupt_); }

private:
    const Suite& suite_;
    const SuiteOptions& suiteOptions_;
    const Interrupt& interrupt_;
    Shared& shared_;
    Outcomes& outcomes_;
    Place place_;
};

}  // namespace

namespace {

// `$'a\x1bb'`: the same word for a shell, and harmless to a terminal.
std::string spelledOut(std::string_view word) {
    std::string text = "$'";
    for (const char c : word) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < ' ' || byte > '~') {
            text += fmt::format("\\x{:02x}", byte);
        } else {
            if (c == '\'' || c == '\\') text += '\\';
            text += c;
        }
    }
    return text + "'";
}

}  // namespace

std::string shellWord(std::string_view word) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%#";
    const bool plain = !word.empty() && word.front() != '#' && word.front() != '-' &&
                       word.find_first_not_of(kPlain) == std::string_view::npos;
    if (plain || word == "-") return std::string(word);
    if (printable(word) != word) return spelledOut(word);  // a terminal would not show it as it is
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

Result runSuite(const Suite& suite, const SuiteOptions& suiteOptions, const Interrupt& interrupt) {
    Worker::Outcomes outcomes(suite.cases.size());
    Result result;
    result.diagnostics = suite.warnings;
    Shared shared;
    shared.greeted.emplace(suiteOptions);
    const Answer hello = suite.cases.empty() ? Answer{} : shared.greeted->open();
    if (hello.kind == Answer::Kind::Ok) {
        inParallel(suiteOptions.jobs, suite.cases.size(), interrupt.flag(), [&]() -> std::function<void(std::size_t)> {
            const auto worker = std::make_shared<Worker>(suite, suiteOptions, interrupt, shared, outcomes);
            return [worker](std::size_t i) { worker->run(i); };
        });
    } else if (interrupt.signal() == 0) {
        // A system that cannot be reached at all is one mistake and not one for each case.
        Diagnostic& unreachable =
            result.diagnostics.emplace_back(aboutTarget(Severity::Error, "target.unreachable", hello.text));
        unreachable.notes = shared.greeted->lastLines();
    }
    for (const std::string& wrong : shared.farewells) {
        result.diagnostics.push_back(aboutTarget(Severity::Warning, "target.farewell", wrong));
    }
    auto broken = suite.broken.begin();
    for (std::size_t i = 0; i <= outcomes.size(); ++i) {
        for (; broken != suite.broken.end() && broken->before <= i; ++broken) result.cases.push_back(broken->result);
        if (i < outcomes.size() && outcomes[i]) result.cases.push_back(std::move(*outcomes[i]));
    }
    result.namedNothing = !suite.empty.empty();
    result.interrupted = interrupt.signal() != 0;
    result.interruptSignal = interrupt.signal();
    return result;
}

}  // namespace mdsync
