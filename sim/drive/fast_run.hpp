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

#include "base/arena.hpp"
#include "drive/session.hpp"
#include "mdsync/choices.hpp"
#include "mdsync/presence.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/world.hpp"

namespace mdsync::search {

// A FastRun is used again and again by one thread. All that a run needs lies in an arena, which the next one begins anew:
// after the first ones nothing is asked of the heap.
class FastRun {
public:
    // `limit`: so many violations are described at most.
    explicit FastRun(std::size_t limit = 8) : limit_(limit) {}

    // Runs `scenario` and judges it. Names are looked up in `lexicon`, which may know more than the case's own and
    // learns the codes of the world. What the last run gave is gone.
    void run(const Case& scenario, Lexicon& lexicon, const ServerPolicy& policy, std::uint64_t seed);

    // REQUIRES, of these: there was a run.
    [[nodiscard]] const Checker& checker() const { return *parts_->checker; }
    [[nodiscard]] std::span<const Event> events() const { return parts_->events; }
    [[nodiscard]] const Annex& annex() const { return parts_->annex; }
    // Whether the policy's change ever made a difference.
    [[nodiscard]] bool activated() const { return parts_->world.activated(); }

private:
    class Side;  // the world, whose events are looked at where they are

    void take(Session<Side>& session, const Step& step);
    void act(Session<Side>& session, const Step& step);
    void actTogether(Session<Side>& session, const Step& step);
    void wait(Session<Side>& session, const Step& step);
    void look();

    // What one run needs, and gives back before the next.
    struct Parts {
        World world;
        Presence presence;
        std::unique_ptr<Choices> order{};
        std::vector<const Action*> together{};
        std::vector<const Action*> left{};
        std::vector<const Op*> ops{};
        std::vector<Event> events{};  // those of the world, when it has ended
        Annex annex{};
        std::optional<Checker> checker{};
    };

    std::size_t limit_;
    Lexicon* lexicon_ = nullptr;
    std::uint64_t seed_ = 0;
    Arena arena_{Arena::WhenFull::TakeFromHeap};
    std::optional<Parts> parts_;
    std::size_t seen_ = 0;  // so many of the world's events were looked at
    std::uint32_t step_ = 0;
};

}  // namespace mdsync::search
