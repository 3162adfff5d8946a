#include "drive/fast_run.hpp"

#include <utility>

#include "drive/together.hpp"

namespace mdsync::search {

// Our own events go where the world's are.
class FastRun::Side : public WorldParty {
public:
    explicit Side(FastRun& run) : WorldParty(*run.world_), run_(run) {}
    void asks(const Op& op) { run_.presence_.ask(op); }
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
    lexicon_ = &lexicon;
    seed_ = seed;
    order_.reset();
    presence_.begin(scenario.header.devices.size());
    seen_ = 0;
    step_ = 0;
    world_.emplace(scenario.header, lexicon, policy, seed);
    events_.clear();
    world_->events().swap(events_);  // memory that is there already
    Side side(*this);
    Session session(side);
    if (scenario.networkGiven) {
        Op op;
        op.kind = OpKind::Network;
        op.network = scenario.network;
        session.ask(op);
    }
    for (; step_ < scenario.steps.size(); ++step_) take(session, scenario.steps[step_]);
    checker_.emplace(scenario.header, CheckerOptions{{}, limit_});
    events_.swap(world_->events());
    annex_ = std::move(world_->annex());
    checker_->feed(events_, lexicon, annex_);
    checker_->finish(lexicon);
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
        if (presence_.obstacle(action.op).empty()) session.ask(action.op);
    }
}

void FastRun::actTogether(Session<Side>& session, const Step& step) {
    together_.clear();
    left_.clear();
    ops_.clear();
    sortOut(step, presence_, together_, left_);
    if (order_ == nullptr) order_ = randomChoices(seed_);
    shuffle(together_, *order_);
    for (const Action* action : together_) ops_.push_back(&action->op);
    session.begin(ops_);
}

void FastRun::wait(Session<Side>& session, const Step& step) {
    const Millis duration = step.until ? *step.until - world_->now() : step.wait;
    if (duration >= Millis{0}) session.advance(duration);
}

// ---- Events ---------------------------------------------------------------------------------------------------------

void FastRun::look() {
    std::vector<Event>& events = world_->events();
    for (; seen_ < events.size(); ++seen_) {
        events[seen_].origin = step_ + 1;
        presence_.see(events[seen_]);
    }
}

}  // namespace mdsync::search
