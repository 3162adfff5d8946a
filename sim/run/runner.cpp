// Runner: one case against one target.
//
// The runner owns the trace: it writes what it asks for, adds what the target says happened, and hands every event to
// the checker, the observer and the hash as it comes. It decides nothing about messages or devices.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "drive/requests.hpp"
#include "drive/run_hash.hpp"
#include "mdsync/choices.hpp"
#include "mdsync/run.hpp"
#include "run/expectations.hpp"
#include "run/observer.hpp"
#include "run/refusals.hpp"

namespace mdsync {

namespace {

Header headerOf(const Case& scenario, const System& target, const Capabilities& capabilities,
                const RunOptions& options) {
    Header header = scenario.header;
    if (!capabilities.virtualClock) header.t = target.now();
    options.readings.applyTo(header.readings);
    header.silent = capabilities.silent;
    if (header.source.empty()) header.source = capabilities.name;
    return header;
}

// Expectations ask what devices have; without any, only who is online matters.
Observer::Detail detailFor(const Case& scenario) {
    const bool asked = std::any_of(scenario.steps.begin(), scenario.steps.end(),
                                   [](const Step& step) { return step.kind == StepKind::Expect; });
    return asked ? Observer::Detail::Everything : Observer::Detail::Connections;
}

class Runner {
public:
    Runner(const Case& scenario, System& target, const Capabilities& capabilities, const RunOptions& options,
           Trace* recording)
        : case_(scenario),
          target_(target),
          capabilities_(capabilities),
          options_(options),
          recording_(recording),
          seed_(options.seed.value_or(scenario.seed)),
          header_(headerOf(scenario, target, capabilities, options)),
          lexicon_(scenario.lexicon),
          checker_(header_, options.checker),
          observer_(header_, detailFor(scenario)),
          choices_(options.choices ? options.choices(seed_) : randomChoices(seed_)),
          unnoticed_(header_.devices.size(), false),
          connecting_(header_.devices.size(), false) {
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
    [[nodiscard]] bool going() const { return result_.verdict == Verdict::Nothing; }
    [[nodiscard]] const Step& step() const { return case_.steps[step_]; }

    void begin() {
        if (std::string why = whyNotApplicable(case_, capabilities_); !why.empty()) {
            return stop(Verdict::NotApplicable, std::move(why));
        }
        target_.drawFrom(options_.choices);
        if (heed(target_.reset(header_, seed_, lexicon_, annex_)) && case_.networkGiven) {
            Op op;
            op.kind = OpKind::Network;
            op.network = case_.network;
            heed(target_.start(op));
            drain();
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
        for (const Action& action : step.actions) {
            if (!going()) return;
            if (const std::string why = whyImpossible(action.op); !why.empty()) {
                skip(action.op, why);
                continue;
            }
            ask(action);
            const Answer answer = target_.start(action.op);
            drain();
            answered(action.op, answer);
        }
    }

    // All of the step's actions begin at the same instant, in an order that the seed decides.
    void actTogether(const Step& step) {
        std::vector<Action> order;
        for (const Action& action : step.actions) {
            const std::string why = contested(step, action.op) ? std::string() : whyImpossible(action.op);
            if (why.empty()) {
                order.push_back(action);
            } else {
                skip(action.op, why);
            }
        }
        shuffle(order);
        std::vector<Op> ops;
        for (const Action& action : order) {
            ask(action);
            ops.push_back(action.op);
        }
        target_.startAll(ops, [&](std::size_t number, const Answer& answer) {
            drain();
            if (going()) answered(ops[number], answer);
        });
        drain();
    }

    void shuffle(std::vector<Action>& actions) {
        for (std::size_t i = 0; i + 1 < actions.size(); ++i) {
            const auto left = static_cast<std::uint32_t>(actions.size() - i);
            const std::size_t chosen = i + choices_->draw(streamOf(Purpose::Order, 0), left, Label::ConcurrentOrder);
            std::swap(actions[i], actions[chosen]);
        }
    }

    void wait(const Step& step) {
        Millis duration = step.wait;
        if (step.until) {
            duration = *step.until - target_.now();
            if (duration < Millis{0} && !capabilities_.virtualClock) {
                return stop(Verdict::NotApplicable, "the scenario waits for a date that is past on a real clock");
            }
            if (duration < Millis{0}) {
                const std::chrono::minutes offset = header_.app.timezone.offsetAt(target_.now());
                report(false, fmt::format("cannot wait until {}: it is {} already", spellInstant(*step.until, offset),
                                          spellInstant(target_.now(), offset)));
                return;
            }
        }
        heed(target_.advance(duration));
        drain();
    }

    void settle() {
        const Answer answer = target_.settle();
        drain();
        if (!heed(answer) || answer.held) return;
        write(own(EventKind::Settled));
        std::fill(connecting_.begin(), connecting_.end(), false);
        // What nobody answered by now was not refused.
        for (Refusals::Outcome& outcome : refusals_.giveUp()) fill(outcome);
    }

    void expect(const Expectation& expectation) {
        for (Finding& finding : lookUp(expectation, observer_, header_, lexicon_, target_.now())) {
            report(finding.met, std::move(finding.text));
        }
    }

    void note(const std::string& text) {
        Event event = own(EventKind::Note);
        event.text = lexicon_.texts.intern(text);
        write(event);
    }

    // ---- requests ---------------------------------------------------------------------------------------------------

    // Why the target's behaviour has made `op` impossible, or an empty string.
    std::string whyImpossible(const Op& op) const {
        const auto state = [&](std::string_view is) { return fmt::format("{} is {}", header_.path(op.device), is); };
        switch (op.kind) {
            case OpKind::Login:
                // A device whose network went knows that it is offline before the server does.
                return observer_.online(op.device) && !unnoticed_[op.device.index()] ? state("online") : std::string();
            case OpKind::Logout:
            case OpKind::Drop:
                if (connecting_[op.device.index()]) return {};
                if (unnoticed_[op.device.index()]) return state("off the network");
                return observer_.online(op.device) ? std::string() : state("offline");
            default:
                return {};
        }
    }

    // Whether another action of a `concurrently` connects or disconnects the device of `op` too: then the order decides
    // what is possible, and the target is asked.
    static bool contested(const Step& step, const Op& op) {
        const auto touches = [&](const Action& action) {
            switch (action.op.kind) {
                case OpKind::Login:
                case OpKind::Logout:
                case OpKind::Drop:
                case OpKind::Reinstall:
                    return action.op.device == op.device;
                default:
                    return false;
            }
        };
        return op.device.exists() && std::count_if(step.actions.begin(), step.actions.end(), touches) > 1;
    }

    void skip(const Op& op, const std::string& why) {
        report(false, fmt::format("{} was skipped: {}", nameOf(op, header_, lexicon_), why));
    }

    // Writes the event of a request that goes out.
    void ask(const Action& action) {
        const Op& op = action.op;
        if (action.refusal.wanted) {
            refusals_.want(op, action.refusal, result_.expectations.size());
            report(false, {});
        }
        if (op.kind == OpKind::Login) connecting_[op.device.index()] = true;
        if (op.kind == OpKind::Drop && op.noticedAfter > Millis{0}) unnoticed_[op.device.index()] = true;
        if (std::optional<Event> event = eventOfRequest(op, lexicon_)) write(stamped(*event));
    }

    void answered(const Op& op, const Answer& answer) {
        if (!heed(answer)) return;
        const bool refused = answer.kind == Answer::Kind::Refused;
        const TextId code = refused ? lexicon_.texts.intern(answer.text) : TextId{};
        if (std::optional<Event> event = eventOfAnswer(op, refused, code, annex_)) {
            write(stamped(*event));
        }
        if (std::optional<Refusals::Outcome> outcome = refusals_.answered(op, refused, answer.text)) fill(*outcome);
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

    Event own(EventKind kind) const {
        Event event;
        event.kind = kind;
        return stamped(event);
    }

    Event stamped(Event event) const {
        event.t = target_.now();
        return event;
    }

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
        if (event.kind == EventKind::Online || event.kind == EventKind::Refused)
            connecting_[event.device.index()] = false;
        if (event.kind == EventKind::Offline) unnoticed_[event.device.index()] = false;
        if (std::optional<Refusals::Outcome> outcome = refusals_.see(event, lexicon_)) fill(*outcome);
        if (recording_ != nullptr) recording_->events.push_back(event);
        ++result_.events;
    }

    // ---- results ----------------------------------------------------------------------------------------------------

    void report(bool met, std::string text) {
        result_.expectations.push_back({.met = met,
                                        .step = static_cast<std::uint32_t>(step_ + 1),
                                        .span = step().span,
                                        .excerpt = {},
                                        .excerptColumn = 1,
                                        .text = std::move(text)});
    }

    void fill(const Refusals::Outcome& outcome) {
        ExpectationResult& expectation = result_.expectations[outcome.place];
        expectation.met = outcome.met;
        expectation.text = fmt::format("{} {}", nameOf(outcome.op, header_, lexicon_), outcome.text);
    }

    void end() {
        for (Refusals::Outcome& outcome : refusals_.giveUp()) fill(outcome);
        result_.runHash = hash_.hex();
        if (recording_ != nullptr) {
            recording_->header = header_;
            recording_->lexicon = lexicon_;
            recording_->annex = annex_;
        }
        if (going()) return judge();
        // A trace that could not be brought to its end says nothing.
        result_.expectations.clear();
    }

    void judge() {
        checker_.finish(lexicon_);
        result_.counts = checker_.counts();
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
        if (result_.verdict == Verdict::Inconclusive) result_.reason = whyOpen(result_.openDuties);
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
        }
        reported.text = violation.text;
        reported.because = violation.because;
        return reported;
    }

    const Case& case_;
    System& target_;
    const Capabilities& capabilities_;
    const RunOptions& options_;
    Trace* recording_;
    std::uint64_t seed_;
    Header header_;
    Lexicon lexicon_;
    Annex annex_;
    Checker checker_;
    Observer observer_;
    RunHash hash_;
    Refusals refusals_;
    std::unique_ptr<Choices> choices_;
    std::vector<bool> unnoticed_;   // by device: its network went, and the server has not noticed
    std::vector<bool> connecting_;  // by device: it asked to connect, and is neither online nor refused
    std::vector<Event> incoming_;
    std::size_t step_ = 0;
    CaseResult result_;
};

}  // namespace

std::optional<CaseResult> runCase(const Case& scenario, System& target, const Capabilities& capabilities,
                                  const RunOptions& options, Trace* recording) {
    if (recording != nullptr) *recording = Trace{};
    return Runner(scenario, target, capabilities, options, recording).run();
}

}  // namespace mdsync
