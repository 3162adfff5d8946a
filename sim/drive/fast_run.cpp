#include "drive/fast_run.hpp"

#include <utility>

#include "drive/together.hpp"

namespace mdsync::search {

// Our own events go where the world's are.
class FastRun::Side : public WorldParty {
public:
    explicit Side(FastRun& run) : WorldParty(run.parts_->world), run_(run) {}
    void asks(const Op& op) { run_.parts_->presence.ask(op); }
    void write(const Event& event) {
        world_.events().push_back(event);
        run_.look();
    }
    void drain() { run_.look(); }
    Lexicon& lexicon() { return *run_.lexicon_; }
    Annex& annex() { return world_.annex(); }

private:
    FastRun& run_;
};

void FastRun::run(const Case& scenario, Lexicon& lexicon, const ServerPolicy& policy, std::uint64_t seed) {
    parts_.reset();
    arena_.beginAnew();
    const Arena::Use use(&arena_);
    lexicon_ = &lexicon;
    seed_ = seed;
    seen_ = 0;
    step_ = 0;
    parts_.emplace(Parts{World(scenario.header, lexicon, policy, seed), Presence(scenario.header.devices.size())});
    Side side(*this);
    Session session(side);
    if (scenario.networkGiven) {
        Op op;
        op.kind = OpKind::Network;
        op.network = scenario.network;
        session.ask(op);
    }
    for (; step_ < scenario.steps.size(); ++step_) take(session, scenario.steps[step_]);
    parts_->events = std::move(parts_->world.events());
    parts_->annex = std::move(parts_->world.annex());
    Checker& checker = parts_->checker.emplace(scenario.header, CheckerOptions{{}, limit_});
    checker.feed(parts_->events, lexicon, parts_->annex);
    checker.finish(lexicon);
}

// ---- Steps, as the Runner takes them --------------------------------------------------------------------------------

void FastRun::take(Session<Side>& session, const Step& step) {
    switch (step.kind) {
        case StepKind::Act:
            act(session, step);
            break;
        case StepKind::Concurrently:
            actTogether(session, step);
            break;
        case StepKind::Wait:
            wait(session, step);
            break;
        case StepKind::Expect:
        case StepKind::Note:
            return;
    }
    if (step.settle) session.settle();
}

void FastRun::act(Session<Side>& session, const Step& step) {
    for (const Action& action : step.actions) {
        if (parts_->presence.obstacle(action.op).empty()) session.ask(action.op);
    }
}

void FastRun::actTogether(Session<Side>& session, const Step& step) {
    Parts& parts = *parts_;
    parts.together.clear();
    parts.left.clear();
    parts.ops.clear();
    sortOut(step, parts.presence, parts.together, parts.left);
    if (parts.order == nullptr) parts.order = randomChoices(seed_);
    shuffle(parts.together, *parts.order);
    for (const Action* action : parts.together) parts.ops.push_back(&action->op);
    session.begin(parts.ops);
}

void FastRun::wait(Session<Side>& session, const Step& step) {
    const Millis duration = step.until ? *step.until - parts_->world.now() : step.wait;
    if (duration >= Millis{0}) session.advance(duration);
}

// ---- Events ---------------------------------------------------------------------------------------------------------

void FastRun::look() {
    std::vector<Event>& events = parts_->world.events();
    for (; seen_ < events.size(); ++seen_) {
        events[seen_].origin = step_ + 1;
        parts_->presence.see(events[seen_]);
    }
}

}  // namespace mdsync::search
