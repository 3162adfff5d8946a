// FastRun: one scenario against the simulated world, judged, and nothing else.
//
// The same events in the same order as runCase() gives them, and so the same judgement, but without names,
// expectations, hashes or recordings: search tries tens of thousands of scenarios a second. What is found is run again
// by runCase().
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "drive/session.hpp"
#include "mdsync/choices.hpp"
#include "mdsync/presence.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/world.hpp"

namespace mdsync::search {

// A FastRun is used again and again by one thread.
class FastRun {
public:
    // `limit`: so many violations are described at most.
    explicit FastRun(std::size_t limit = 8) : limit_(limit) {}

    // Runs `scenario` and judges it. Names are looked up in `lexicon`, which may know more than the case's own and
    // learns the codes of the world. What the last run gave is gone.
    void run(const Case& scenario, Lexicon& lexicon, const ServerPolicy& policy, std::uint64_t seed);

    [[nodiscard]] const Checker& checker() const { return *checker_; }
    [[nodiscard]] std::span<const Event> events() const { return events_; }
    [[nodiscard]] const Annex& annex() const { return annex_; }
    // Whether the policy's change ever made a difference.
    [[nodiscard]] bool activated() const { return world_->activated(); }

private:
    class Side;  // the world, whose events are looked at where they are

    void take(Session<Side>& session, const Step& step);
    void act(Session<Side>& session, const Step& step);
    void actTogether(Session<Side>& session, const Step& step);
    void wait(Session<Side>& session, const Step& step);
    void look();

    std::size_t limit_;
    Lexicon* lexicon_ = nullptr;
    std::uint64_t seed_ = 0;
    std::optional<World> world_;
    std::optional<Checker> checker_;
    std::unique_ptr<Choices> order_;
    Presence presence_;
    std::vector<const Action*> together_;
    std::vector<const Action*> left_;
    std::vector<const Op*> ops_;
    std::size_t seen_ = 0;  // so many of the world's events were looked at
    std::vector<Event> events_;
    Annex annex_;
    std::uint32_t step_ = 0;
};

}  // namespace mdsync::search
