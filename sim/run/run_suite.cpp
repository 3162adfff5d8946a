// Running a suite: many cases side by side, each in a world of its own.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/input_file.hpp"
#include "drive/difference.hpp"
#include "mdsync/run.hpp"
#include "run/excerpts.hpp"
#include "run/in_order.hpp"
#include "run/stopwatch.hpp"

namespace mdsync {

namespace {

bool needsExcerpts(const CaseResult& result) {
    return !result.violations.empty() || std::any_of(result.expectations.begin(), result.expectations.end(),
                                                     [](const ExpectationResult& e) { return !e.met; });
}

// Every so many cases, one is run twice to see that it repeats.
constexpr std::size_t kRepeated = 16;

// A Connection is one thread's to the system under test: the one that it greeted, for as long as that works.
class Connection {
public:
    explicit Connection(const SuiteOptions& suiteOptions) : suiteOptions_(&suiteOptions) {}

    // Makes sure that somebody is there.
    Answer open() {
        if (target_ != nullptr) return {};
        target_ = suiteOptions_->makeSystem ? suiteOptions_->makeSystem() : makeWorldSystem(suiteOptions_->server);
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
void mustRepeat(const CaseResult& first, const Case& scenario, Connection& connection, const RunOptions& options) {
    const std::optional<CaseResult> second = connection.run(scenario, options, nullptr);
    if (!second || second->runHash == first.runHash) return;
    std::string where = "no further run differed";
    Trace one;
    (void)connection.run(scenario, options, &one);
    for (int attempt = 0; attempt < 10; ++attempt) {
        Trace other;
        (void)connection.run(scenario, options, &other);
        if (const auto difference = firstDifference(viewOf(one), viewOf(other))) {
            where = describe(*difference);
            break;
        }
    }
    throw std::logic_error(fmt::format("{} with seed {} gave {} and then {}; {}", first.id, first.seed, first.runHash,
                                       second->runHash, where));
}

bool isWrong(const CaseResult& result) {
    return result.verdict == Verdict::Fail || result.verdict == Verdict::Error;
}

// The first thing that failed, in one sentence.
std::string whatFailed(const CaseResult& c) {
    if (c.verdict == Verdict::Error) return "error: " + c.reason;
    if (!c.violations.empty()) return fmt::format("{}: {}", rule(c.violations[0].rule).name, c.violations[0].text);
    for (const ExpectationResult& e : c.expectations) {
        if (!e.met) return e.text;
    }
    return c.notExercised.empty() ? "" : fmt::format("{} was not exercised", rule(c.notExercised[0]).name);
}

// Attempts are the runs of one case, until it is known what to say of it.
class Attempts {
public:
    Attempts(std::size_t number, const Case& scenario, const SuiteOptions& suiteOptions, Connection& connection,
             const Interrupt& interrupt)
        : number_(number),
          scenario_(scenario),
          suiteOptions_(suiteOptions),
          connection_(connection),
          interrupt_(interrupt) {}

    // Nothing if the first one was interrupted.
    std::optional<CaseResult> run() {
        std::optional<CaseResult> told = one(0);
        std::uint32_t wrong = told && isWrong(*told) ? 1 : 0;
        std::uint32_t done = 1;
        const std::uint32_t most = std::max(suiteOptions_.repeat, 1 + suiteOptions_.retries);
        while (told && done < most && (suiteOptions_.repeat > 1 || isWrong(*told))) {
            std::optional<CaseResult> next = one(suiteOptions_.repeat > 1 ? done : 0);
            if (!next) break;
            ++done;
            const bool isNextWrong = isWrong(*next);
            wrong += isNextWrong ? 1 : 0;
            if (suiteOptions_.repeat > 1 && (isWrong(*told) || !isNextWrong)) continue;  // the first failure is told
            if (suiteOptions_.repeat == 1 && next->verdict == Verdict::Pass) makeFlaky(*next, *told, done);
            told = std::move(next);
        }
        if (told && done > 1) {
            told->attempts = done;
            told->failedAttempts = wrong;
        }
        return told;
    }

    // Of the first attempt that failed, else of the first.
    [[nodiscard]] const Trace& trace() const { return trace_; }

private:
    std::optional<CaseResult> one(std::uint32_t later) {
        RunOptions options = suiteOptions_.options;
        options.stop = &interrupt_.flag();
        if (later > 0) options.seed = options.seed.value_or(scenario_.seed) + later;
        Trace trace;
        std::optional<CaseResult> result =
            connection_.run(scenario_, options, suiteOptions_.recorded ? &trace : nullptr);
        if (!result) return result;
        if (later == 0 && !suiteOptions_.makeSystem && number_ % kRepeated == kRepeated - 1) {
            mustRepeat(*result, scenario_, connection_, options);
        }
        if (!isTraceKept_ || (isWrong(*result) && !isTraceOfFailure_)) trace_ = std::move(trace);
        isTraceKept_ = true;
        isTraceOfFailure_ = isTraceOfFailure_ || isWrong(*result);
        return result;
    }

    static void makeFlaky(CaseResult& passed, const CaseResult& failed, std::uint32_t attempts) {
        passed.verdict = Verdict::Flaky;
        passed.reason = fmt::format("passed at attempt {}; before: {}", attempts, whatFailed(failed));
    }

    std::size_t number_;
    const Case& scenario_;
    const SuiteOptions& suiteOptions_;
    Connection& connection_;
    const Interrupt& interrupt_;
    Trace trace_;
    bool isTraceKept_ = false;
    bool isTraceOfFailure_ = false;
};

std::optional<CaseResult> runOne(std::size_t number, const NamedCase& named, const SuiteOptions& suiteOptions,
                                 Connection& connection, const Interrupt& interrupt) {
    const auto begun = std::chrono::steady_clock::now();
    const Case scenario = named.make();
    Attempts attempts(number, scenario, suiteOptions, connection, interrupt);
    std::optional<CaseResult> result = attempts.run();
    if (!result) return result;
    result->micros = microsSince(begun);
    if (needsExcerpts(*result)) addExcerpts(*result, named.text->text);
    if (suiteOptions.recorded) suiteOptions.recorded(number, scenario, attempts.trace(), *result);
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
    explicit Shared(InOrder::Take take) : results(std::move(take)) {}

    InOrder results;
    std::mutex mutex;
    std::optional<Connection> greeted;  // by the caller; the first thread goes on with it
    std::set<std::string> farewells;    // what went wrong with goodbyes
};

CaseResult brokenFile(const Suite::Entry& entry) {
    CaseResult result;
    result.id = entry.scenario.id;
    result.file = entry.scenario.file;
    result.verdict = Verdict::Error;
    result.diagnostics = entry.wrong;
    return result;
}

// Runs cases in one thread over one connection, which is closed in that thread.
class Worker {
public:
    Worker(const Suite& suite, const SuiteOptions& suiteOptions, const Interrupt& interrupt, Shared& shared)
        : suite_(suite),
          suiteOptions_(suiteOptions),
          interrupt_(interrupt),
          shared_(shared),
          connection_(suiteOptions) {
        const std::scoped_lock lock(shared_.mutex);
        if (shared_.greeted) connection_ = std::move(*shared_.greeted);
        shared_.greeted.reset();
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker() {
        std::string wrong = connection_.close();
        const std::scoped_lock lock(shared_.mutex);
        if (!wrong.empty() && interrupt_.signal() == 0) shared_.farewells.insert(std::move(wrong));
    }
    void run(std::size_t i) {
        const Suite::Entry& entry = suite_.entries[i];
        if (!entry.isCase() || shared_.results.enough()) return;
        if (suiteOptions_.started) suiteOptions_.started(i);
        std::optional<CaseResult> result = runOne(i, entry.scenario, suiteOptions_, connection_, interrupt_);
        if (result) shared_.results.ended(i, std::move(*result));
    }

private:
    const Suite& suite_;
    const SuiteOptions& suiteOptions_;
    const Interrupt& interrupt_;
    Shared& shared_;
    Connection connection_;
};

}  // namespace

Result runSuite(const Suite& suite, const SuiteOptions& suiteOptions, const Interrupt& interrupt) {
    Result result;
    result.diagnostics = suite.warnings;
    Shared shared(takerOf(suiteOptions.next, result));
    for (std::size_t i = 0; i < suite.entries.size(); ++i) {
        if (!suite.entries[i].isCase()) shared.results.ended(i, brokenFile(suite.entries[i]));
    }
    shared.greeted.emplace(suiteOptions);
    const Answer hello = suite.cases == 0 ? Answer{} : shared.greeted->open();
    if (hello.kind == Answer::Kind::Ok) {
        inParallel(suiteOptions.jobs, suite.entries.size(), interrupt.flag(),
                   [&]() -> std::function<void(std::size_t)> {
                       const auto worker = std::make_shared<Worker>(suite, suiteOptions, interrupt, shared);
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
    shared.results.finish();
    if (shared.results.enough()) result.notRun = suite.entries.size() - shared.results.taken();
    result.namedNothing = !suite.empty.empty();
    result.interrupted = interrupt.signal() != 0;
    result.interruptSignal = interrupt.signal();
    return result;
}

}  // namespace mdsync
