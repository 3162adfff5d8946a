#include "drive/fast_run.hpp"

#include <utility>

#include "drive/requests.hpp"

namespace mdsync::search {

void FastRun::run(const Case& scenario, Lexicon& lexicon, const ServerPolicy& policy, std::uint64_t seed) {
    case_ = &scenario;
    lexicon_ = &lexicon;
    seed_ = seed;
    order_.reset();
    seats_.assign(scenario.header.devices.size(), Seat{});
    seen_ = 0;
    world_.emplace(scenario.header, lexicon, policy, seed);
    events_.clear();
    world_->events().swap(events_);  // memory that is there already
    if (scenario.networkGiven) {
        Op op;
        op.kind = OpKind::Network;
        op.network = scenario.network;
        (void)world_->start(op);
    }
    for (step_ = 0; step_ < scenario.steps.size(); ++step_) {
        const Step& step = scenario.steps[step_];
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
            case StepKind::Note:
                continue;
        }
        if (step.settle) settle();
    }
    checker_.emplace(scenario.header, CheckerOptions{{}, limit_});
    events_.swap(world_->events());
    annex_ = std::move(world_->annex());
    checker_->feed(events_, lexicon, annex_);
    checker_->finish(lexicon);
}

// ---- Steps, as the Runner takes them --------------------------------------------------------------------------------

void FastRun::act(const Step& step) {
    for (const Action& action : step.actions) {
        if (!isPossible(action.op)) continue;
        ask(action.op);
        const Answer answer = action.op.kind == OpKind::Login ? world_->login(action.op) : world_->start(action.op);
        look();
        answered(action.op, answer);
    }
}

void FastRun::actTogether(const Step& step) {
    const auto touches = [](const Op& op) {
        return op.kind == OpKind::Login || op.kind == OpKind::Logout || op.kind == OpKind::Drop ||
               op.kind == OpKind::Reinstall;
    };
    together_.clear();
    for (const Action& action : step.actions) {
        std::size_t contenders = 0;
        for (const Action& other : step.actions) {
            contenders += touches(other.op) && other.op.device == action.op.device ? 1 : 0;
        }
        const bool isContested = action.op.device.exists() && contenders > 1;
        if (isContested || isPossible(action.op)) together_.push_back(&action.op);
    }
    if (order_ == nullptr) order_ = randomChoices(seed_);
    for (std::size_t i = 0; i + 1 < together_.size(); ++i) {
        const auto left = static_cast<std::uint32_t>(together_.size() - i);
        std::swap(together_[i], together_[i + order_->draw(streamOf(Purpose::Order, 0), left, Label::ConcurrentOrder)]);
    }
    for (const Op* op : together_) ask(*op);
    for (const Op* op : together_) {
        const Answer answer = world_->start(*op);
        look();
        answered(*op, answer);
    }
}

void FastRun::wait(const Step& step) {
    Millis duration = step.wait;
    if (step.until) duration = *step.until - world_->now();
    if (duration < Millis{0}) return;
    world_->advance(duration);
    look();
}

void FastRun::settle() {
    const Answer answer = world_->settle();
    look();
    if (answer.held) return;
    Event settled;
    settled.kind = EventKind::Settled;
    write(settled);
    for (Seat& seat : seats_) seat.connecting = false;
}

bool FastRun::isPossible(const Op& op) const {
    if (op.kind != OpKind::Login && op.kind != OpKind::Logout && op.kind != OpKind::Drop) return true;
    const Seat& seat = seats_[op.device.index()];
    if (op.kind == OpKind::Login) return !seat.online || seat.unnoticed;
    return seat.connecting || (!seat.unnoticed && seat.online);
}

// ---- Events ---------------------------------------------------------------------------------------------------------

void FastRun::ask(const Op& op) {
    if (op.kind == OpKind::Login) seats_[op.device.index()].connecting = true;
    if (op.kind == OpKind::Drop && op.noticedAfter > Millis{0}) seats_[op.device.index()].unnoticed = true;
    if (const std::optional<Event> event = eventOfRequest(op, *lexicon_)) write(*event);
}

void FastRun::answered(const Op& op, const Answer& answer) {
    const bool refused = answer.kind == Answer::Kind::Refused;
    const TextId code = refused ? lexicon_->texts.intern(answer.text) : TextId{};
    if (const std::optional<Event> event = eventOfAnswer(op, refused, code, world_->annex())) write(*event);
}

// Our own events go where the world's are.
void FastRun::write(Event event) {
    event.t = world_->now();
    world_->events().push_back(event);
    look();
}

void FastRun::look() {
    const std::vector<Event>& events = world_->events();
    for (; seen_ < events.size(); ++seen_) {
        Event& event = world_->events()[seen_];
        event.origin = step_ + 1;
        if (event.kind == EventKind::Online || event.kind == EventKind::Refused) {
            Seat& seat = seats_[event.device.index()];
            seat.connecting = false;
            if (event.kind == EventKind::Online) seat.online = true;
        } else if (event.kind == EventKind::Offline || event.kind == EventKind::Reinstall) {
            seats_[event.device.index()].online = false;
            if (event.kind == EventKind::Offline) seats_[event.device.index()].unnoticed = false;
        }
    }
}

}  // namespace mdsync::search
