// Runner: one case against one target.
//
// The runner owns the trace: it writes what it asks for, adds what the target says happened, and hands every event to
// the checker, the observer and the hash as it comes. It decides nothing about messages or devices.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "drive/run_hash.hpp"
#include "drive/session.hpp"
#include "drive/together.hpp"
#include "mdsync/choices.hpp"
#include "mdsync/run.hpp"
#include "run/doubts.hpp"
#include "run/expectations.hpp"
#include "run/latency_meter.hpp"
#include "run/observer.hpp"
#include "run/reasons.hpp"
#include "run/refusals.hpp"

namespace mdsync {

namespace {

Header headerOf(const Case& scenario, const System& target, const Capabilities& capabilities,
                const RunOptions& options) {
    Header header = scenario.header;
    if (!capabilities.virtualClock) header.t = target.now();
    options.readings.applyTo(header.readings);
    header.silent = capabilities.silent;
    header.acceptSeen = capabilities.acceptSeen;
    if (header.source.empty()) header.source = capabilities.name;
    return header;
}

// Expectations ask what devices have; without any, only who is online matters.
Observer::Detail detailFor(const Case& scenario) {
    const bool asked = std::any_of(scenario.steps.begin(), scenario.steps.end(),
                                   [](const Step& step) { return step.kind == StepKind::Expect; });
    return asked ? Observer::Detail::Everything : Observer::Detail::Connections;
}

// So many events are kept to explain a failure by, where nobody asked for the trace.
constexpr std::uint64_t kMostKept = 500'000;

class Runner {
public:
    Runner(const Case& scenario, System& target, const Capabilities& capabilities, const RunOptions& options,
           Trace* recording)
        : case_(scenario),
          target_(target),
          capabilities_(capabilities),
          options_(options),
          isRecorded_(recording != nullptr),
          trace_(recording != nullptr ? *recording : own_),
          seed_(options.seed.value_or(scenario.seed)),
          checker_(header_, options.checker),
          observer_(header_, detailFor(scenario)),
          meter_(header_.devices.size()),
          isTimed_(!capabilities.virtualClock),
          unwanted_(scenario),
          choices_(options.choices ? options.choices(seed_) : randomChoices(seed_)),
          side_(*this),
          session_(side_) {
        result_.id = scenario.id;
        result_.file = scenario.file;
        result_.choice = scenario.choice;
        result_.name = scenario.name;
        result_.seed = seed_;
        result_.timezone = header_.app.timezone;
    }

    // Nothing if it was stopped.
    std::optional<CaseResult> run() {
        begin();
        for (step_ = 0; step_ < case_.steps.size() && going(); ++step_) {
            if (options_.stop != nullptr && options_.stop->load()) return std::nullopt;
            take(case_.steps[step_]);
        }
        // What was interrupted did not break.
        if (result_.verdict == Verdict::Error && options_.stop != nullptr && options_.stop->load()) return std::nullopt;
        end();
        return std::move(result_);
    }

private:
    // The target, and we who listen.
    class Side {
    public:
        explicit Side(Runner& run) : run_(run) {}
        Answer start(const Op& op) { return run_.target_.start(op); }
        template <class Each>
        void begin(std::span<const Op* const> ops, const Each& each) {
            std::vector<Op> list;
            for (const Op* op : ops) list.push_back(*op);
            run_.target_.startAll(list, each);
        }
        Answer settle() { return run_.target_.settle(); }
        Answer advance(Millis duration) { return run_.target_.advance(duration); }
        [[nodiscard]] Instant now() const { return run_.target_.now(); }
        void asks(const Op& op) {
            run_.observer_.ask(op);
            run_.meter_.ask(op);
        }
        void write(const Event& event) { run_.write(event); }
        void drain() { run_.drain(); }
        bool heeds(const Answer& answer) { return run_.going() && run_.heed(answer); }
        void answered(const Op& op, bool refused, const std::string& code) { run_.answered(op, refused, code); }
        Lexicon& lexicon() { return run_.lexicon_; }
        Annex& annex() { return run_.annex_; }

    private:
        Runner& run_;
    };

    [[nodiscard]] bool going() const { return result_.verdict == Verdict::Nothing; }
    [[nodiscard]] const Step& step() const { return case_.steps[step_]; }

    void begin() {
        if (std::vector<std::string> lacks = lacksFor(case_, capabilities_); !lacks.empty()) {
            stop(Verdict::NotApplicable, lacks.front());
            result_.lacks = std::move(lacks);
            return;
        }
        target_.drawFrom(options_.choices);
        target_.announce(case_.id, case_.given);
        if (heed(target_.reset(header_, seed_, lexicon_, annex_)) && case_.networkGiven) {
            Op op;
            op.kind = OpKind::Network;
            op.network = case_.network;
            session_.ask(op);
        }
    }

    // ---- steps ------------------------------------------------------------------------------------------------------

    void take(const Step& step) {
        switch (step.kind) {
            case StepKind::Act:
                act(step);
                break;
            case StepKind::Concurrently:
                actTogether(step);
                break;
            case StepKind::Wait:
                wait(step);
                break;
            case StepKind::Expect:
                return expect(step.expect);
            case StepKind::Note:
                return note(step.note);
        }
        if (step.settle && going()) settle();
    }

    void act(const Step& step) {
        lastDone_ = step_;
        lastBegan_ = target_.now();
        for (const Action& action : step.actions) {
            if (!going()) return;
            if (!observer_.presence().obstacle(action.op).empty()) {
                skip(action.op);
                continue;
            }
            want(action);
            if (action.op.kind == OpKind::ServerRestart) {
                restart(action.op);
            } else {
                session_.ask(action.op);
            }
        }
    }

    // Whoever was online when the server died is told so before the restart is answered.
    void restart(const Op& op) {
        std::vector<DeviceId> online;
        for (std::uint32_t i = 0; i < header_.devices.size(); ++i) {
            if (observer_.online(DeviceId{i})) online.push_back(DeviceId{i});
        }
        wentOffline_.clear();
        session_.ask(op);
        for (const DeviceId device : online) {
            if (!going() || std::find(wentOffline_.begin(), wentOffline_.end(), device) != wentOffline_.end()) continue;
            report(false, fmt::format("{} had no offline (server) when the server restarted", header_.path(device)), {},
                   {connectionOf(device)});
        }
    }

    // All of the step's actions begin at the same instant, in an order that the seed decides.
    void actTogether(const Step& step) {
        lastDone_ = step_;
        lastBegan_ = target_.now();
        std::vector<const Action*> order;
        std::vector<const Action*> left;
        sortOut(step, observer_.presence(), order, left);
        for (const Action* action : left) skip(action->op);
        shuffle(order, *choices_);
        std::vector<const Op*> ops;
        for (const Action* action : order) {
            want(*action);
            ops.push_back(&action->op);
        }
        session_.begin(ops);
    }

    void wait(const Step& step) {
        Millis duration = step.wait;
        if (step.until) {
            duration = *step.until - target_.now();
            if (duration < Millis{0}) {
                const std::chrono::minutes offset = header_.app.timezone.offsetAt(target_.now());
                const std::string until = spellInstant(*step.until, offset);
                const std::string now = spellInstant(target_.now(), offset);
                // A clock that moves by itself may have passed the moment; in our own world the file is wrong.
                if (capabilities_.foreign) {
                    return stop(Verdict::NotApplicable,
                                fmt::format("the scenario waits until {}, and it is {} already", until, now));
                }
                return report(false, fmt::format("cannot wait until {}: it is {} already", until, now));
            }
        }
        session_.advance(duration);
    }

    void settle() {
        if (!session_.settle()) return;
        // What nobody answered by now was not refused.
        for (Refusals::Outcome& outcome : refusals_.giveUp()) fill(outcome);
    }

    void expect(const Expectation& expectation) {
        const Moment moment{.now = target_.now(),
                            .began = lastBegan_,
                            .place = expectation.within ? placeOf(case_.steps[lastDone_]) : ""};
        for (Finding& finding : lookUp(expectation, observer_, header_, lexicon_, moment)) {
            report(finding.met, std::move(finding.text), std::move(finding.about), std::move(finding.doubts));
        }
    }

    void note(const std::string& text) {
        Event event;
        event.kind = EventKind::Note;
        event.text = lexicon_.texts.intern(text);
        session_.write(event);
    }

    // ---- requests ---------------------------------------------------------------------------------------------------

    // The target's behaviour has made `op` impossible.
    void skip(const Op& op) {
        report(false,
               fmt::format("{} was skipped: {} is {}", nameOf(op, header_, lexicon_), header_.path(op.device),
                           observer_.presence().obstacle(op)),
               {}, {connectionOf(op.device)});
    }

    // The action may have to be refused: whether it is, is known later.
    void want(const Action& action) {
        if (!action.refusal.wanted) return;
        refusals_.want(action.op, action.refusal, result_.expectations.size());
        report(false, {});
    }

    void answered(const Op& op, bool refused, const std::string& code) {
        if (std::optional<Refusals::Outcome> outcome = refusals_.answered(op, refused, code)) fill(*outcome);
    }

    // Whether the run goes on after `answer`.
    bool heed(const Answer& answer) {
        if (answer.kind == Answer::Kind::Unsupported) stop(Verdict::NotApplicable, answer.text);
        if (answer.kind == Answer::Kind::Error && going()) {
            stop(Verdict::Error, answer.text);
            result_.lastLines = target_.lastLines();
        }
        return going();
    }

    void stop(Verdict verdict, std::string reason) {
        result_.verdict = verdict;
        result_.reason = std::move(reason);
    }

    // ---- events -----------------------------------------------------------------------------------------------------

    void drain() {
        target_.drain(incoming_);
        for (const Event& event : incoming_) write(event);
        incoming_.clear();
    }

    void write(Event event) {
        event.origin = static_cast<std::uint32_t>(step_ + 1);
        hash_.add(event, lexicon_, annex_);
        checker_.feed(event, lexicon_, annex_);
        observer_.see(event);
        if (isTimed_) meter_.see(event);
        if (std::optional<Refusals::Outcome> outcome = refusals_.see(event, lexicon_)) fill(*outcome);
        unwanted_.see(event, lexicon_);
        if (event.kind == EventKind::Offline) wentOffline_.push_back(event.device);
        if (isRecorded_ || (options_.reasons && result_.events < kMostKept)) trace_.events.push_back(event);
        ++result_.events;
    }

    // ---- results ----------------------------------------------------------------------------------------------------

    // `about`: the messages by which it is unmet; `doubts`: what is to be explained, as it is now.
    void report(bool met, std::string text, std::vector<MessageId> about = {}, std::vector<Doubt> doubts = {}) {
        about_.push_back(std::move(about));
        doubts_.push_back({std::move(doubts), result_.events});
        result_.expectations.push_back({.met = met,
                                        .step = static_cast<std::uint32_t>(step_ + 1),
                                        .span = step().span,
                                        .excerpt = {},
                                        .excerptColumn = 1,
                                        .text = std::move(text),
                                        .file = fileOf(step())});
    }

    // The file that the scenario extends in which `step` stands, if it does.
    [[nodiscard]] std::string fileOf(const Step& step) const {
        return step.base == 0 ? "" : case_.bases[step.base - 1];
    }

    // `line 7`; of a file that the scenario extends `cast.json:7`.
    [[nodiscard]] std::string placeOf(const Step& step) const {
        return step.base == 0 ? fmt::format("line {}", step.span.line)
                              : fmt::format("{}:{}", fileOf(step), step.span.line);
    }

    void fill(const Refusals::Outcome& outcome) {
        ExpectationResult& expectation = result_.expectations[outcome.place];
        expectation.met = outcome.met;
        expectation.text = fmt::format("{} {}", nameOf(outcome.op, header_, lexicon_), outcome.text);
        if (!outcome.met) doubts_[outcome.place] = {{doubtOf(outcome.op)}, result_.events};
    }

    [[nodiscard]] Doubt connectionOf(DeviceId device) const {
        return connectionDoubt(device, observer_.online(device));
    }

    // Of a request that was to be refused, and was not, or otherwise.
    [[nodiscard]] Doubt doubtOf(const Op& op) const {
        if (op.kind == OpKind::Login) return connectionOf(op.device);
        if (op.kind != OpKind::Send && op.kind != OpKind::Publish) return {.about = Doubt::About::Answer};
        const bool isTaken = observer_.accepted(op.message);
        return {.about = isTaken ? Doubt::About::Accepted : Doubt::About::NotAccepted, .message = op.message};
    }

    void end() {
        for (Refusals::Outcome& outcome : refusals_.giveUp()) fill(outcome);
        result_.runHash = hash_.hex();
        if (going()) return judge();
        // A trace that could not be brought to its end says nothing.
        result_.expectations.clear();
    }

    void judge() {
        checker_.finish(lexicon_);
        result_.counts = checker_.counts();
        result_.emulates = capabilities_.emulates;
        result_.latencies = meter_.latencies();
        result_.tolerances = checker_.tolerances();
        result_.openDuties = checker_.openDuties();
        for (const Violation& violation : checker_.violations()) result_.violations.push_back(named(violation));
        std::uint64_t violated = 0;
        for (const Counts& counts : result_.counts) violated += counts.violated;
        result_.violationsBeyond = violated - std::min<std::uint64_t>(violated, result_.violations.size());
        for (const std::string& name : case_.rules) {
            const std::optional<RuleId> id = findRule(name);
            if (id && result_.counts[static_cast<std::size_t>(*id)].checked == 0) result_.notExercised.push_back(*id);
        }
        result_.verdict = conclude(result_);
        if (result_.verdict == Verdict::Fail && isRefusalsDoing()) withdraw(unwanted_.reason(lexicon_));
        if (result_.verdict == Verdict::Fail && isLeftUndecided())
            withdraw(fmt::format("{} is undecided: when a message was accepted is only seen",
                                 rule(result_.notExercised.front()).name));
        if (result_.verdict == Verdict::Fail && isSilencesDoing())
            withdraw("delivery.order needs caught-up, which the target cannot see");
        if (result_.verdict == Verdict::Inconclusive) result_.reason = whyOpen(result_.openDuties);
        if (result_.verdict == Verdict::Fail && options_.reasons) addReasons(result_, doubts_, case_, trace_);
    }

    // Nothing is said about the system.
    void withdraw(std::string reason) {
        stop(Verdict::NotApplicable, std::move(reason));
        result_.expectations.clear();
        result_.notExercised.clear();
        result_.counts = {};
    }

    [[nodiscard]] bool isAnyViolated() const {
        return std::any_of(result_.counts.begin(), result_.counts.end(),
                           [](const Counts& c) { return c.violated > 0; });
    }

    // Whether all that is wrong is that listed rules were left undecided by a system of which one learns late what it
    // accepted: m1 and m2 were on their way to it at the same time, and nobody can say in which order they must come.
    [[nodiscard]] bool isLeftUndecided() const {
        if (!capabilities_.acceptSeen || isAnyViolated()) return false;
        const auto met = [](const ExpectationResult& e) { return e.met; };
        const auto undecided = [this](RuleId id) { return result_.counts[static_cast<std::size_t>(id)].undecided > 0; };
        return std::all_of(result_.expectations.begin(), result_.expectations.end(), met) &&
               std::all_of(result_.notExercised.begin(), result_.notExercised.end(), undecided);
    }

    // Whether all that is wrong is that nothing put delivery.order to the test, of a system whose catch-ups cannot be
    // seen to end: what bob's phone is brought at a login is not compared then, and here nothing else came.
    [[nodiscard]] bool isSilencesDoing() const {
        const auto met = [](const ExpectationResult& e) { return e.met; };
        return capabilities_.silent.caughtUp && !isAnyViolated() &&
               result_.notExercised == std::vector{RuleId::DeliveryOrder} &&
               std::all_of(result_.expectations.begin(), result_.expectations.end(), met);
    }

    // Whether all that is wrong follows from a refusal that no rule judges: a listed rule that was not exercised, or an
    // expectation about a message that the system would not take. Our own server refuses nothing without a reason.
    [[nodiscard]] bool isRefusalsDoing() const {
        if (!capabilities_.foreign || unwanted_.empty()) return false;
        if (isAnyViolated()) return false;
        for (std::size_t i = 0; i < about_.size(); ++i) {
            const std::vector<MessageId>& about = about_[i];
            const bool excused = !about.empty() && std::all_of(about.begin(), about.end(), [this](MessageId message) {
                return unwanted_.contains(message);
            });
            if (!result_.expectations[i].met && !excused) return false;
        }
        return true;
    }

    ReportedViolation named(const Violation& violation) const {
        ReportedViolation reported;
        reported.rule = violation.rule;
        reported.t = violation.t;
        reported.event = violation.event;
        if (violation.device.exists()) reported.device = header_.path(violation.device);
        if (violation.user.exists()) reported.user = header_.users[violation.user.index()].name;
        reported.message = violation.messageName;
        reported.step = violation.origin;
        if (violation.origin > 0 && violation.origin <= case_.steps.size()) {
            reported.span = case_.steps[violation.origin - 1].span;
            reported.file = fileOf(case_.steps[violation.origin - 1]);
        }
        reported.text = violation.text;
        reported.because = violation.because;
        return reported;
    }

    const Case& case_;
    System& target_;
    const Capabilities& capabilities_;
    const RunOptions& options_;
    const bool isRecorded_;
    Trace own_;
    Trace& trace_;
    std::uint64_t seed_;
    Header& header_ = trace_.header = headerOf(case_, target_, capabilities_, options_);
    Lexicon& lexicon_ = trace_.lexicon = case_.lexicon;
    Annex& annex_ = trace_.annex;
    Checker checker_;
    Observer observer_;
    LatencyMeter meter_;
    bool isTimed_;  // the target has a clock of its own
    RunHash hash_;
    Refusals refusals_;
    UnwantedRefusals unwanted_;
    std::vector<std::vector<MessageId>> about_;  // beside the expectations of the result
    std::vector<Questions> doubts_;              // beside them
    std::vector<DeviceId> wentOffline_;          // since the server was last restarted
    std::unique_ptr<Choices> choices_;
    std::vector<Event> incoming_;
    std::size_t step_ = 0;
    std::size_t lastDone_ = 0;  // the last step that is no expect, wait or note
    Instant lastBegan_{};
    CaseResult result_;
    Side side_;
    Session<Side> session_;
};

}  // namespace

std::optional<CaseResult> runCase(const Case& scenario, System& target, const Capabilities& capabilities,
                                  const RunOptions& options, Trace* recording) {
    if (recording != nullptr) *recording = Trace{};
    return Runner(scenario, target, capabilities, options, recording).run();
}

}  // namespace mdsync
