// SyncModel: the world and the rules together, as a model that a Walk can search. What a state and a transition are,
// mdsync/exhaustive.hpp says.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/arena.hpp"
#include "base/encoder.hpp"
#include "base/fingerprint.hpp"
#include "exhaustive/crew.hpp"
#include "exhaustive/moves.hpp"
#include "exhaustive/odometer.hpp"
#include "exhaustive/symmetry.hpp"
#include "mdsync/exhaustive.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/world.hpp"
#include "world/lines.hpp"

namespace mdsync::search {

// A boundary in time that a wait can go to.
enum class Boundary : std::uint8_t { Switch, Window, Store, Horizon };

struct SyncMove {
    enum class Kind : std::uint8_t { Step, Deliver, Settle, Wait };
    Kind kind = Kind::Settle;
    world::Line line = world::Line::Backend;  // Deliver
    Boundary boundary = Boundary::Switch;     // Wait
    bool before = false;                      // Wait: to the last instant before the boundary
    std::uint16_t verb = 0;                   // Step
    DeviceId device;                          // Deliver: whose line
    MessageId message;                        // Step; Wait: whose boundary
    int days = 0;                             // Wait: how long a message is in the window, or the store
    Millis wait{0};
};

struct SyncPosition {
    World world;
    Checker checker;
    std::uint32_t steps = 0;    // that are left
    std::uint32_t faults = 0;   // that are left
    bool unsettled = false;     // something has happened since the last settled moment
    std::uint32_t touched = 0;  // devices with which anything was done, a bit each
    std::uint64_t kinds = 0;    // of the steps that were taken: their sum, so their order does not matter
};

// What is needed to go back to a position: an image of the arena in which it lies, or a copy of one that lies elsewhere.
struct SyncKept {
    Arena::Image image;
    std::optional<SyncPosition> copy;
    std::uint32_t steps = 0;
    std::uint32_t faults = 0;
    bool unsettled = false;
    std::uint32_t touched = 0;
    std::uint64_t kinds = 0;
};

class SyncModel {
public:
    using Position = SyncPosition;
    using Kept = SyncKept;
    using Move = SyncMove;
    using Path = std::vector<MadeMove<SyncMove>>;

    struct Finding {
        std::string text;
        std::size_t root = 0;
        Path path;
    };

    // REQUIRES: whyNotSearchable(options) is empty.
    explicit SyncModel(const ExhaustiveOptions& options);

    // Where scenarios begin: with the service off, and on. `steps` are left. It lies in the arena, if no other position
    // does.
    [[nodiscard]] Position root(std::size_t number, std::uint32_t steps);
    static constexpr std::size_t kRoots = 2;
    void beginAt(std::size_t number) { root_ = number; }

    void moves(const Position& position, std::vector<Move>& out);
    bool make(Position& position, const Move& move, Odometer& chance);
    void makeAgain(Position& position, const Move& move, Odometer& chance);  // counts nothing
    void keep(const Position& position, Kept& kept) const;
    // What its Checker counted stays: it counts all moves that were made.
    void giveBack(const Kept& kept, Position& position);
    Fingerprint fingerprint(const Position& position);
    // No step is left: what follows is arrivals and settling, mostly one after the other.
    [[nodiscard]] bool isTail(const Position& position) const { return options_.branching && position.steps == 0; }
    // It is of this search's shard, by the kinds of the steps that led there. What has a step left is looked at by every shard,
    // and counts in its own.
    [[nodiscard]] bool isOwn(const Position& position) const {
        return !options_.shard || options_.shard->has(position.kinds);
    }
    void found(const Path& path);

    [[nodiscard]] const Moves& stepSet() const { return set_; }
    [[nodiscard]] Header headerOf(std::size_t root) const;
    [[nodiscard]] const std::array<std::optional<Finding>, kRules>& findings() const { return findings_; }

    [[nodiscard]] bool hasFound() const;

    [[nodiscard]] const Arena& arena() const { return arena_; }

    // What a step asks for.
    [[nodiscard]] Op opOf(const Move& move) const;

    // `login of alice/phone`, `bob/phone to server`: a move in words.
    [[nodiscard]] std::string describe(const Position& before, const Move& move) const;

private:
    void deliveries(const Position& position, std::vector<Move>& out) const;
    void steps(const Position& position, std::vector<Move>& out) const;
    void waits(const Position& position, std::vector<Move>& out) const;
    [[nodiscard]] bool isShared(const Position& position, std::uint64_t kind) const;
    [[nodiscard]] bool possible(const Position& position, const Verb& verb, MessageId message) const;
    [[nodiscard]] bool twinComesFirst(const Position& position, DeviceId d) const;
    class Side;  // a position's world, and its rules that listen
    void make(Position& position, const Move& move, Side& side);
    static void buryDead(const Position& position, Side& side);
    void leaveOut(const Position& position);
    bool judge(const Position& position, std::size_t violationsBefore);
    [[nodiscard]] bool isInArena(const Position& position) const { return arena_.holds(&position.world.state()); }
    [[nodiscard]] Fingerprint fingerprintUnder(const Position& position, const Naming& names);

    ExhaustiveOptions options_;
    Moves set_;
    Arena arena_;
    Odometer idle_;  // what the choices of a position refer to until a move is made
    Odometer* chance_ = &idle_;
    Symmetry namer_;
    Encoder encoder_;
    std::size_t root_ = 0;
    std::array<std::optional<Finding>, kRules> findings_;
    std::vector<Violation> violations_;  // of the move just made
};

}  // namespace mdsync::search
