// Explore: many generated scenarios, side by side, and what failed. See mdsync/explore.hpp.
//
// Seeds are taken in batches. A batch is made by one thread; what batches give is added up in the order of their seeds,
// whoever was first, so that the outcome does not depend on the number of threads.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "drive/difference.hpp"
#include "drive/fast_run.hpp"
#include "mdsync/explore.hpp"
#include "random/draw_knobs.hpp"
#include "random/explored.hpp"
#include "random/generator.hpp"
#include "random/novelty.hpp"
#include "random/untaken.hpp"

namespace mdsync {

using namespace search;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kBatch = 128;  // seeds
constexpr std::uint64_t kMostErrors = 5;
constexpr std::uint64_t kRepeated = 64;  // one run in so many is made twice
constexpr Millis kCheckpoint{1000};

// A failure's first scenario in a batch.
struct Sighting {
    Failure failure;
    std::uint64_t seed = 0;
    std::uint64_t times = 0;
};

// What a batch gave.
struct Batch : Tally {
    bool isCut = false;                 // the interrupt came in between: it says nothing
    std::vector<std::uint64_t> cases;   // of all runs, one after the other
    std::vector<std::size_t> caseEnds;  // by run
    std::vector<Sighting> sightings;    // by first seed
};

// The server that a run of `seed` meets.
class Servers {
public:
    explicit Servers(const ExploreOptions& options)
        : policy_(options.server),
          name_(nameOf(options)),
          freedom_(options.freedom && options.server.isPlain() && !options.makeSystem) {}

    [[nodiscard]] ServerPolicy policy(std::uint64_t seed) const {
        ServerPolicy policy = policy_;
        if (freedom_) policy.knobs = drawKnobs(*randomChoices(seed));
        return policy;
    }
    [[nodiscard]] std::string name(std::uint64_t seed) const { return freedom_ ? nameOf(policy(seed)) : name_; }

private:
    ServerPolicy policy_;
    std::string name_;
    bool freedom_;
};

// What the target cannot do is not asked for: a scenario that needs it would say nothing.
GeneratorOptions able(const ExploreOptions& options, const Capabilities& capabilities) {
    GeneratorOptions fit{withoutOf(options.without), options.mostSteps};
    const auto leaveOut = [&fit](Word word) { fit.without.set(static_cast<std::size_t>(word)); };
    for (std::size_t kind = 0; kind < kOpKinds; ++kind) {
        const std::optional<Word> word = wordOf(spell(static_cast<OpKind>(kind)));
        if (word && !capabilities.can(static_cast<OpKind>(kind))) leaveOut(*word);
    }
    if (!capabilities.can(OpKind::Network)) {
        for (const Word word : {Word::Latency, Word::Loss, Word::Duplicate}) leaveOut(word);
    }
    if (!capabilities.pipeline) leaveOut(Word::Concurrently);
    if (!capabilities.advances) leaveOut(Word::Wait);
    fit.longestWait = capabilities.longestWait;
    fit.isClockExact = capabilities.tick == Millis{0};
    return fit;
}

// What scenarios for the target may have: found out once, by who comes first, for a seed must give the same to all.
class Fitting {
public:
    Fitting(const ExploreOptions& options, const std::atomic<bool>& stop) : options_(options), stop_(stop) {}

    // REQUIRES: hello() has been said to `target`. Nothing if it broke meanwhile; `why` then says how.
    std::optional<GeneratorOptions> of(System& target, const Capabilities& capabilities, std::string& why) {
        const std::scoped_lock lock{mutex_};
        if (known_) return known_;
        GeneratorOptions fit = able(options_, capabilities);
        fit.untaken = learnUntaken(target, capabilities, stop_, why);
        if (!why.empty()) return std::nullopt;
        if (!takes(fit.untaken, Trait::LateNotice)) fit.without.set(static_cast<std::size_t>(Word::Unnoticed));
        known_ = fit;
        return known_;
    }

    // As a target of its own says, where nobody has found out yet; of our own server everything.
    GeneratorOptions anyhow() {
        {
            const std::scoped_lock lock{mutex_};
            if (known_) return *known_;
        }
        Capabilities capabilities;
        std::string why;
        if (!options_.makeSystem) return able(options_, capabilities);
        const std::unique_ptr<System> target = options_.makeSystem();
        if (target->hello(capabilities).kind != Answer::Kind::Ok) return able(options_, capabilities);
        const std::optional<GeneratorOptions> fit = of(*target, capabilities, why);
        (void)target->bye();
        return fit.value_or(able(options_, capabilities));
    }

    [[nodiscard]] std::vector<std::string> leftOut() {
        const std::scoped_lock lock{mutex_};
        return known_ ? wordsOf(known_->untaken) : std::vector<std::string>{};
    }

private:
    const ExploreOptions& options_;
    const std::atomic<bool>& stop_;
    std::mutex mutex_;
    std::optional<GeneratorOptions> known_;
};

// A Worker makes batches, one after the other, in one thread.
class Worker {
public:
    Worker(const ExploreOptions& options, const Servers& servers, Fitting& fitting, const std::atomic<bool>& stop)
        : options_(options),
          servers_(servers),
          fitting_(fitting),
          stop_(stop),
          generator_(able(options, Capabilities{})) {}

    // Of `count` seeds, from `first` on.
    Batch make(std::uint64_t first, std::uint64_t count) {
        Batch batch;
        batch.seeds = count;
        for (std::uint64_t i = 0; i < count; ++i) one(first + i * options_.shard.of, batch);
        return batch;
    }

private:
    void one(std::uint64_t seed, Batch& batch) {
        if (options_.makeSystem) return onTarget(seed, batch);
        Case& scenario = generator_->make(seed);
        const ServerPolicy policy = servers_.policy(seed);
        trial_.run(scenario, scenario.lexicon, policy, seed);
        ++batch.runs;
        batch.steps += scenario.steps.size();
        batch.events += trial_.events().size();
        add(batch.counts, trial_.checker().counts());
        casesOf(scenario, trial_.events(), batch.cases);
        batch.caseEnds.push_back(batch.cases.size());
        note(failuresOf(scenario, trial_.checker().violations()), seed, batch);
        if (seed % kRepeated == 0) repeat(scenario, policy, seed, batch);
    }

    // A system that is not ours: slower, it may be unable to do this, and it need not repeat itself.
    void onTarget(std::uint64_t seed, Batch& batch) {
        const auto stopped = [&](std::string reason) {
            batch.isCut = stop_.load();
            ++batch.errors;
            if (batch.errors == 1) batch.reason = std::move(reason);
            target_.reset();
        };
        if (target_ == nullptr) {
            target_ = options_.makeSystem();
            const Answer hello = target_->hello(capabilities_);
            if (hello.kind != Answer::Kind::Ok) return stopped(hello.text);
            std::string why;
            const std::optional<GeneratorOptions> fit = fitting_.of(*target_, capabilities_, why);
            if (!fit) return stopped(why);
            generator_.emplace(*fit);
        }
        Case& scenario = generator_->make(seed);
        scenario.given = givenBy(scenario.header.app);
        Trace trace;
        ++batch.runs;
        const std::optional<CaseResult> result = runCase(scenario, *target_, capabilities_, {}, &trace);
        if (!result || result->verdict == Verdict::Error) return stopped(result ? result->reason : std::string());
        if (result->verdict == Verdict::NotApplicable) {
            if (batch.notApplicable++ == 0 && batch.errors == 0) batch.reason = result->reason;
            return;
        }
        batch.steps += scenario.steps.size();
        batch.events += trace.events.size();
        add(batch.counts, result->counts);
        casesOf(scenario, trace.events, batch.cases);
        batch.caseEnds.push_back(batch.cases.size());
        note(failuresOf(scenario, *result), scenario.seed, batch);
    }

    void note(const std::vector<Failure>& failures, std::uint64_t seed, Batch& batch) const {
        bool counts = false;
        for (const Failure& failure : failures) {
            const std::vector<RuleId>& wanted = options_.rules;
            if (wanted.empty() && accompanies(failure.rule)) continue;
            if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), failure.rule) == wanted.end()) continue;
            counts = true;
            const auto same = [&](const Sighting& sighting) { return sighting.failure == failure; };
            const auto found = std::find_if(batch.sightings.begin(), batch.sightings.end(), same);
            if (found == batch.sightings.end()) {
                batch.sightings.push_back({failure, seed, 1});
            } else {
                ++found->times;
            }
        }
        batch.failed += counts ? 1 : 0;
    }

    // The same seed must give the same events.
    void repeat(Case& scenario, const ServerPolicy& policy, std::uint64_t seed, Batch& batch) {
        again_.run(scenario, scenario.lexicon, policy, seed);
        ++batch.repeated;
        const auto difference = firstDifference({scenario.header, scenario.lexicon, trial_.annex(), trial_.events()},
                                                {scenario.header, scenario.lexicon, again_.annex(), again_.events()});
        if (difference && batch.difference.empty()) {
            batch.difference = fmt::format("seed {}: {}", seed, describe(*difference));
        }
    }

    const ExploreOptions& options_;
    const Servers& servers_;
    Fitting& fitting_;
    const std::atomic<bool>& stop_;
    std::optional<Generator> generator_;  // of a target's scenarios: makes what it can do
    FastRun trial_;
    FastRun again_;
    std::unique_ptr<System> target_;
    Capabilities capabilities_;
};

// An Exploration hands out batches and adds up what they give.
class Exploration {
public:
    Exploration(const ExploreOptions& options, const Interrupt& interrupt)
        : options_(options),
          interrupt_(interrupt),
          servers_(options),
          fitting_(options, interrupt.flag()),
          began_(Clock::now()) {
        if (options.before == nullptr) return;
        total_ = *options.before;
        total_.finished = total_.interrupted = false;
        for (Found& found : total_.found) {
            // A file that is not there any more is made again.
            if (found.file.empty()) {
                found = made({found.failure, found.seed, found.times});
                if (options_.keep) found.file = options_.keep(found);
            }
            found_.emplace(found.failure, std::move(found));
        }
        total_.found.clear();
        situations_.add(total_.sample);
        handedOut_ = total_.seeds;
    }

    Explored run() {
        const unsigned jobs = std::max(1U, options_.jobs);
        inParallel(jobs, jobs, interrupt_.flag(), [this](std::size_t) { work(); });
        const bool isStopped = interrupt_.signal() != 0 || broken_ || isCut_;
        if (!isStopped) addFailed();
        Explored explored = soFar();
        explored.finished = !isStopped && (!isBounded(options_) || explored.seeds >= seedsOf(options_));
        explored.interrupted = interrupt_.signal() != 0;
        explored.interruptSignal = interrupt_.signal();
        if (options_.checkpoint) options_.checkpoint(explored);
        // Where the target breaks again and again, the next time begins before that; but it is said.
        for (const Batch& batch : failed_) {
            if (explored.errors == 0) explored.reason = batch.reason;
            explored.errors += batch.errors;
        }
        return explored;
    }

private:
    struct Range {
        std::uint64_t number = 0;  // of the batch
        std::uint64_t first = 0;
        std::uint64_t count = 0;
    };

    [[nodiscard]] Millis elapsed() const { return std::chrono::duration_cast<Millis>(Clock::now() - began_); }

    // What was added up until now.
    [[nodiscard]] Explored soFar() const {
        Explored explored = total_;
        explored.cases = situations_.known();
        explored.casesOnce = situations_.once();
        explored.sample = situations_.sample();
        explored.leftOut = fitting_.leftOut();
        explored.elapsed += elapsed();
        for (const auto& [failure, found] : found_) explored.found.push_back(found);
        sortFound(explored.found);
        return explored;
    }

    void checkpoint() {
        checkpointed_ = elapsed();
        if (options_.checkpoint) options_.checkpoint(soFar());
    }

    void work() {
        Worker worker{options_, servers_, fitting_, interrupt_.flag()};
        while (const std::optional<Range> range = next()) take(range->number, worker.make(range->first, range->count));
    }

    std::optional<Range> next() {
        const std::scoped_lock lock{mutex_};
        if (broken_ || interrupt_.flag().load() || (options_.time && elapsed() >= *options_.time)) return std::nullopt;
        const std::uint64_t wanted = seedsOf(options_);
        const std::uint64_t left = wanted - std::min(wanted, handedOut_);
        if (left == 0) return std::nullopt;
        const Shard& shard = options_.shard;
        const Range range{batches_++, options_.firstSeed + shard.number - 1 + handedOut_ * shard.of,
                          std::min(left, options_.makeSystem ? 1 : kBatch)};
        handedOut_ += range.count;
        return range;
    }

    void take(std::uint64_t number, Batch batch) {
        const std::scoped_lock lock{mutex_};
        waiting_.emplace(number, std::move(batch));
        for (auto it = waiting_.begin(); it != waiting_.end() && it->first == added_; it = waiting_.erase(it)) {
            ++added_;
            if (!isCut_) takeIn(std::move(it->second));
        }
        if (elapsed() - checkpointed_ >= kCheckpoint) checkpoint();
        if (options_.progress) options_.progress({total_.runs, found_.size(), elapsed() + total_.elapsed});
    }

    // Adds what a batch gave, or nothing of it if the interrupt came in between: then the search goes on before it the
    // next time.
    void takeIn(Batch batch) {
        isCut_ = batch.isCut;
        if (isCut_) return;
        errors_ += batch.errors;
        broken_ = broken_ || errors_ > kMostErrors;
        if (batch.errors > 0) {
            failed_.push_back(std::move(batch));
            return;
        }
        std::vector<Found> news;
        for (const Sighting& sighting : batch.sightings) {
            if (found_.contains(sighting.failure)) continue;
            if (news.empty()) checkpoint();  // making it small takes its time
            news.push_back(made(sighting));
            // A system that is not ours answers no more then, and what fails looks as if it did not.
            isCut_ = options_.makeSystem && interrupt_.flag().load();
            if (isCut_) return;
        }
        addFailed();
        addUp(batch);
        for (Found& found : news) {
            if (options_.keep) found.file = options_.keep(found);
            found_.emplace(found.failure, std::move(found));
        }
        if (!news.empty()) checkpoint();
    }

    // The target broke in these runs, but not in all that followed.
    void addFailed() {
        for (const Batch& batch : failed_) addUp(batch);
        failed_.clear();
    }

    void addUp(const Batch& batch) {
        add(total_, batch);
        std::size_t begin = 0;
        for (const std::size_t end : batch.caseEnds) {
            situations_.add(std::span(batch.cases).subspan(begin, end - begin));
            begin = end;
        }
        for (const Sighting& sighting : batch.sightings) {
            const auto known = found_.find(sighting.failure);
            if (known != found_.end()) known->second.times += sighting.times;
        }
    }

    // The failure with its scenario made small.
    [[nodiscard]] Found made(const Sighting& sighting) const {
        Found found;
        found.failure = sighting.failure;
        found.seed = sighting.seed;
        found.times = sighting.times;
        found.server = servers_.name(sighting.seed);
        found.scenario = Generator(fitting_.anyhow()).make(sighting.seed);
        if (options_.makeSystem) found.scenario.given = givenBy(found.scenario.header.app);
        makeSmall(found, servers_.policy(sighting.seed));
        found.steps = found.scenario.steps.size();
        return found;
    }

    // The scenario and, for the reference server with some of its legal choices, these choices.
    void makeSmall(Found& found, ServerPolicy policy) const {
        const std::string seeds = fmt::format("--seeds {0}..{0}", found.seed);
        if (options_.makeSystem) return makeSmallOnTarget(found, seeds);
        if (options_.server.isPlain()) {
            forgetKnobs(found, policy);
            found.server = nameOf(policy);
        }
        const std::unique_ptr<Prober> prober = probeWorld(policy);
        found.stepsBefore = found.scenario.steps.size();
        std::optional<Shrunk> small =
            shrink(found.scenario, found.failure, *prober,
                   {.origin = fmt::format("Found by mdsync explore {}, against {}", seeds, found.server)});
        if (!small) throw std::logic_error(fmt::format("seed {} failed and then did not", found.seed));
        found.scenario = std::move(small->scenario);
        found.text = std::move(small->text);
        found.needsSeed = small->needsSeed;
    }

    // A system that is slow and may fail now and then: asked a few times first, and then as often as it takes.
    void makeSmallOnTarget(Found& found, const std::string& seeds) const {
        constexpr std::uint32_t kFirst = 5;
        constexpr std::uint64_t kMostTries = 400;
        Lexicon lexicon = found.scenario.lexicon;
        const std::unique_ptr<Prober> once = probeSystem(options_.makeSystem(), {}, 1);
        std::uint32_t failed = 0;
        for (std::uint32_t i = 0; i < kFirst; ++i) {
            const std::optional<std::string> text = once->ask(found.scenario, lexicon, found.seed, found.failure);
            if (!text) continue;
            found.text = *text;
            ++failed;
        }
        found.stepsBefore = found.scenario.steps.size();
        const std::unique_ptr<Prober> prober = probeSystem(options_.makeSystem(), {}, triesFor(failed, kFirst));
        std::optional<Shrunk> small =
            shrink(found.scenario, found.failure, *prober,
                   {.mostTries = kMostTries,
                    .origin = fmt::format("Found by mdsync explore {}, against {}", seeds, found.server)});
        if (!small) {  // it does not fail again: better the large scenario than none
            found.needsSeed = true;
            found.scenario.name = spell(found.failure);
            found.scenario.description = fmt::format("Failed once, by seed {}, against {}", found.seed, found.server);
            found.scenario.rules = {std::string(rule(found.failure.rule).name)};
            return;
        }
        found.scenario = std::move(small->scenario);
        found.text = std::move(small->text);
        found.needsSeed = small->needsSeed;
    }

    // The choices that do not matter become the usual ones.
    static void forgetKnobs(const Found& found, ServerPolicy& policy) {
        for (const std::string_view name : knobNames()) {
            ServerPolicy other = policy;
            if (!forgetKnob(name, other.knobs)) continue;
            Lexicon lexicon = found.scenario.lexicon;
            if (probeWorld(other)->ask(found.scenario, lexicon, found.seed, found.failure)) policy = other;
        }
    }

    const ExploreOptions& options_;
    const Interrupt& interrupt_;
    Servers servers_;
    mutable Fitting fitting_;
    Clock::time_point began_;

    std::mutex mutex_;
    bool broken_ = false;  // the target breaks again and again
    bool isCut_ = false;   // by the interrupt: nothing more is added
    std::uint64_t errors_ = 0;
    std::vector<Batch> failed_;  // the target broke; what follows decides whether they count
    Millis checkpointed_{0};
    std::uint64_t handedOut_ = 0;  // seeds
    std::uint64_t batches_ = 0;
    std::uint64_t added_ = 0;  // batches
    std::map<std::uint64_t, Batch> waiting_;
    Explored total_;
    Novelty situations_;
    std::map<Failure, Found> found_;
};

}  // namespace

std::vector<std::string_view> searchWords() {
    return {kSpellings.begin(), kSpellings.end()};
}

std::string nameOf(const SearchPlan& plan) {
    return plan.target.empty() ? nameOf(plan.server) : plan.target;
}

bool isBounded(const SearchPlan& plan) {
    return plan.runs || plan.lastSeed != SearchPlan{}.lastSeed;
}

std::uint64_t seedsOf(const SearchPlan& plan) {
    constexpr std::uint64_t kMost = 0xffffffffffffffffULL;
    const std::uint64_t less = plan.lastSeed - plan.firstSeed;
    const std::uint64_t all = std::min(less == kMost ? kMost : less + 1, plan.runs.value_or(kMost));
    return all / plan.shard.of + (all % plan.shard.of >= plan.shard.number ? 1 : 0);
}

Explored explore(const ExploreOptions& options, const Interrupt& interrupt) {
    return Exploration{options, interrupt}.run();
}

}  // namespace mdsync
