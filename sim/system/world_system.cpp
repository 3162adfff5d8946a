// WorldSystem: the simulated world behind the port. It passes on, and renumbers what the world keeps beside its events.
#include <optional>
#include <utility>

#include "mdsync/system.hpp"
#include "mdsync/world.hpp"

namespace mdsync {

namespace {

class WorldSystem final : public System {
public:
    explicit WorldSystem(const ServerPolicy& policy) : policy_(policy) {}

    Answer hello(Capabilities& capabilities) override {
        capabilities = Capabilities{};
        capabilities.name = "mdsync sim";
        return {};
    }

    Answer reset(const Header& header, std::uint64_t seed, Lexicon& lexicon, Annex& annex) override {
        if (source_) {
            world_.emplace(header, lexicon, policy_, source_(seed));
        } else {
            world_.emplace(header, lexicon, policy_, seed);
        }
        annex_ = &annex;
        return {};
    }

    void drawFrom(const ChoiceSource& source) override { source_ = source; }

    Answer start(const Op& op) override { return op.kind == OpKind::Login ? world_->login(op) : world_->start(op); }

    void startAll(std::span<const Op> ops, const std::function<void(std::size_t, const Answer&)>& answered) override {
        for (std::size_t i = 0; i < ops.size(); ++i) answered(i, world_->start(ops[i]));
    }

    Answer settle() override { return world_->settle(); }

    Answer advance(Millis duration) override {
        world_->advance(duration);
        return {};
    }

    [[nodiscard]] Instant now() const override { return world_->now(); }

    void drain(std::vector<Event>& events) override {
        for (Event event : world_->events()) {
            if (event.annex != Event::kNoAnnex) event.annex = adopt(world_->annex().catchUps[event.annex]);
            events.push_back(event);
        }
        world_->events().clear();
        world_->annex() = Annex{};
    }

    [[nodiscard]] std::optional<bool> activated() const override { return world_ && world_->activated(); }

private:
    // The world's events have one kind of annex: what a `caught-up` said.
    std::uint32_t adopt(CatchUp& catchUp) {
        annex_->catchUps.push_back(std::move(catchUp));
        return static_cast<std::uint32_t>(annex_->catchUps.size() - 1);
    }

    ServerPolicy policy_;
    ChoiceSource source_;
    std::optional<World> world_;
    Annex* annex_ = nullptr;
};

}  // namespace

std::unique_ptr<System> makeWorldSystem(const ServerPolicy& server) {
    return std::make_unique<WorldSystem>(server);
}

}  // namespace mdsync
