// SeenSystem: a system of which one learns late what it accepted, as the sender does.
//
// alice/phone sends m1, the server takes it and delivers it to bob/pixel, and only then does the acknowledgement reach
// alice/phone: whoever watches there sees `accept` behind `receive`, and those of two messages in either order.
#include <optional>
#include <utility>
#include <vector>

#include "mdsync/choices.hpp"
#include "mdsync/system.hpp"

namespace mdsync {

namespace {

class SeenSystem final : public System {
public:
    explicit SeenSystem(std::unique_ptr<System> system) : system_(std::move(system)) {}

    Answer hello(Capabilities& capabilities) override {
        Answer answer = system_->hello(capabilities);
        capabilities.acceptSeen = true;
        return answer;
    }
    Answer reset(const Header& header, std::uint64_t seed, Lexicon& lexicon, Annex& annex) override {
        onTheWay_.clear();
        arrivals_ = randomChoices(seed);
        return system_->reset(header, seed, lexicon, annex);
    }
    void drawFrom(const ChoiceSource& source) override { system_->drawFrom(source); }
    void announce(std::string_view id, std::span<const std::string> given) override { system_->announce(id, given); }
    Answer start(const Op& op) override { return system_->start(op); }
    void startAll(std::span<const Op> ops, const std::function<void(std::size_t, const Answer&)>& answered) override {
        system_->startAll(ops, answered);
    }
    Answer settle() override {
        nothingIsOnItsWay_ = true;
        return system_->settle();
    }
    Answer advance(Millis duration) override {
        leapsFrom_ = system_->now();
        nothingIsOnItsWay_ = true;
        return system_->advance(duration);
    }
    [[nodiscard]] Instant now() const override { return system_->now(); }

    void drain(std::vector<Event>& events) override {
        happened_.clear();
        system_->drain(happened_);
        // No acknowledgement takes the days that are skipped.
        if (leapsFrom_) arrive(events, *std::exchange(leapsFrom_, std::nullopt), 1);
        for (const Event& event : happened_) {
            if (event.kind == EventKind::Accept || event.kind == EventKind::RecallAccept) {
                onTheWay_.push_back(event);
                continue;
            }
            // Who is gone learns of nothing any more.
            if (event.kind == EventKind::Offline) arrive(events, event.t, 1);
            events.push_back(event);
            arrive(events, event.t, 2);
        }
        if (std::exchange(nothingIsOnItsWay_, false)) arrive(events, happened_.empty() ? now() : happened_.back().t, 1);
    }

    [[nodiscard]] std::optional<bool> activated() const override { return system_->activated(); }
    Answer bye() override { return system_->bye(); }
    [[nodiscard]] std::vector<std::string> lastLines() const override { return system_->lastLines(); }

private:
    // One in `oneIn` of the acknowledgements on their way arrives at `t`, in any order.
    void arrive(std::vector<Event>& events, Instant t, std::uint32_t oneIn) {
        for (std::size_t left = onTheWay_.size(); left > 0; --left) {
            if (draw(oneIn) != 0) continue;
            const auto next = static_cast<std::ptrdiff_t>(draw(static_cast<std::uint32_t>(onTheWay_.size())));
            events.push_back(onTheWay_[static_cast<std::size_t>(next)]);
            events.back().t = t;
            onTheWay_.erase(onTheWay_.begin() + next);
        }
    }
    std::uint32_t draw(std::uint32_t bound) {
        return arrivals_->draw(streamOf(Purpose::Order, 1), bound, Label::ConcurrentOrder);
    }

    std::unique_ptr<System> system_;
    std::unique_ptr<Choices> arrivals_;
    std::vector<Event> happened_;
    std::vector<Event> onTheWay_;
    bool nothingIsOnItsWay_ = false;
    std::optional<Instant> leapsFrom_;
};

}  // namespace

std::unique_ptr<System> withSeenAcceptance(std::unique_ptr<System> system) {
    return std::make_unique<SeenSystem>(std::move(system));
}

}  // namespace mdsync
