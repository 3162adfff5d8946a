// Walk: a depth-first search through all states of a model that has no cycles.
//
// What is searched is the model's business, so that a test can count a toy whose numbers are known:
//   Position                        a state; there is one, in which all moves are made
//   Kept                            what is needed to go back to a state
//   Move                            a transition out of it
//   void keep(const Position&, Kept&)
//   void giveBack(const Kept&, Position&)
//   void moves(const Position&, std::vector<Move>&)
//   bool make(Position&, const Move&, Odometer&)    false: it ends there, with something found
//   void makeAgain(Position&, const Move&, Odometer&)    a move that was made before, with the same outcome
//   Fingerprint fingerprint(const Position&)
//   bool isTail(const Position&)    it need not be remembered, unless it branches
//   void found(path)                what make() found, with the moves that led to it
// Every transition consumes something (a step, a packet), so that a state never leads back to itself: that is what
// makes the depth a property of the states and not of the order of search.
//
// A state that is remembered is looked at once. One that is not is looked at again whenever it is come to, which loses
// nothing, and is cheaper where only one thing can happen: making the one move costs less than telling the state apart
// and looking it up. So a tail is remembered only where it branches: where there are two moves, or a second outcome of the
// one. What branches is remembered as soon as that is seen, before anything is tried twice. `states` counts those that
// are remembered. Nor is anything kept of a tail with one move: if there turns out to be a second outcome, the walk goes
// back to what was kept before, and makes the moves from there again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "exhaustive/odometer.hpp"
#include "exhaustive/visited.hpp"

namespace mdsync::search {

struct WalkCounts {
    std::uint64_t states = 0;       // that are remembered
    std::uint64_t transitions = 0;  // that were made
    std::uint32_t depth = 0;        // transitions of the longest path
    Fingerprint sum;                // of all states
};

// For models whose positions are small values: what is kept of one is a copy.
template <class Model, class P>
struct KeepsCopies {
    using Position = P;
    using Kept = std::optional<P>;
    static void keep(const P& position, Kept& kept) { kept = position; }
    static void giveBack(const Kept& kept, P& position) { position = *kept; }
    static bool isTail(const P&) { return false; }
    template <class Move>
    void makeAgain(P& position, const Move& move, Odometer& chance) {
        (void)static_cast<Model&>(*this).make(position, move, chance);
    }
};

template <class Model>
class Walk {
public:
    using Position = typename Model::Position;
    using Move = typename Model::Move;
    struct Made {
        Move move;
        std::vector<std::uint32_t> chance;
    };

    explicit Walk(Model& model, bool merging = true) : model_(model), merging_(merging) {}

    // Asked every 4096 transitions; false stops the walk.
    std::function<bool(std::uint64_t states)> goOn;

    // Searches everything that can be reached from `here`; may be called for several roots, one after the other. False
    // if it was stopped. `here` ends as some state or other.
    bool from(Position& here) {
        if (frames_.empty()) frames_.emplace_back();
        if (!enter(0, here)) return true;
        std::size_t depth = 0;
        bool isThere = true;  // `here` is the state of the frame
        for (;;) {
            Frame& frame = frames_[depth];
            if (frame.next == frame.moves.size()) {
                leave(frame);
                if (depth == 0) break;
                frames_[depth - 1].height = std::max(frames_[depth - 1].height, frame.height + 1);
                --depth;
                isThere = false;
                advance(frames_[depth]);
                continue;
            }
            if (depth + 1 == frames_.size()) frames_.emplace_back();
            const Frame& child = frames_[depth + 1];
            if (!isThere) goBack(depth, here);
            isThere = false;
            if (frame.branches && !frame.remembered && !remember(frame, here)) {
                // Its other outcomes were tried before.
                frame.next = frame.moves.size();
                continue;
            }
            if (++counts_.transitions % 4096 == 0 && goOn && !goOn(counts_.states)) return false;
            if (!model_.make(here, frame.moves[frame.next], frame.chance)) {
                frame.height = std::max(frame.height, 1U);
                model_.found(path(depth));
                advance(frame);
            } else if (enter(depth + 1, here)) {
                ++depth;
                isThere = true;
            } else {
                frame.height = std::max(frame.height, child.height + 1);
                advance(frame);
            }
        }
        counts_.depth = std::max(counts_.depth, frames_[0].height);
        return true;
    }

    [[nodiscard]] const WalkCounts& counts() const { return counts_; }
    [[nodiscard]] std::size_t bytes() const { return visited_.bytes(); }

private:
    struct Frame {
        typename Model::Kept kept;
        Fingerprint fingerprint;
        std::vector<Move> moves;
        std::size_t next = 0;
        Odometer chance;
        unsigned height = 0;
        bool branches = false;    // more than one thing can happen, as far as is known
        bool remembered = false;  // among the visited
        bool isKept = false;      // there is something to go back to
    };

    // To the state of this frame.
    void goBack(std::size_t depth, Position& here) {
        std::size_t from = depth;
        while (!frames_[from].isKept) --from;
        model_.giveBack(frames_[from].kept, here);
        if (from == depth) return;
        for (; from < depth; ++from) {
            const Frame& frame = frames_[from];
            Odometer same;
            same.set(frame.chance.values());
            model_.makeAgain(here, frame.moves[frame.next], same);
        }
        keep(frames_[depth], here);
    }
    void keep(Frame& frame, const Position& here) {
        model_.keep(here, frame.kept);
        frame.isKept = true;
    }

    // Whether what follows `here` is to be looked at; it is the frame's state then. Its height is known otherwise.
    bool enter(std::size_t depth, const Position& here) {
        Frame& frame = frames_[depth];
        frame.moves.clear();
        frame.next = 0;
        frame.height = 0;
        frame.chance.clear();
        frame.remembered = false;
        frame.isKept = false;
        const bool isTail = model_.isTail(here);
        if (isTail) model_.moves(here, frame.moves);
        frame.branches = !isTail || frame.moves.size() > 1;
        if (frame.branches && !remember(frame, here)) return false;
        if (!isTail) model_.moves(here, frame.moves);
        if (depth == 0 || frame.moves.size() > 1 || (!isTail && !frame.moves.empty())) keep(frame, here);
        return true;
    }

    // False if the state is known; so is its height then.
    bool remember(Frame& frame, const Position& here) {
        frame.fingerprint = model_.fingerprint(here);
        if (merging_) {
            const Visited::Found found = visited_.insert(frame.fingerprint);
            if (!found.fresh) {
                frame.height = visited_.height(found.place);
                return false;
            }
        }
        frame.remembered = true;
        ++counts_.states;
        counts_.sum += frame.fingerprint;
        return true;
    }

    void leave(const Frame& frame) {
        if (merging_ && frame.remembered) visited_.setHeight(visited_.find(frame.fingerprint), frame.height);
    }

    static void advance(Frame& frame) {
        if (frame.chance.next()) {
            frame.branches = true;
            return;
        }
        ++frame.next;
        frame.chance.clear();
    }

    [[nodiscard]] std::vector<Made> path(std::size_t depth) const {
        std::vector<Made> made;
        for (std::size_t i = 0; i <= depth; ++i) {
            made.push_back({frames_[i].moves[frames_[i].next], frames_[i].chance.values()});
        }
        return made;
    }

    Model& model_;
    bool merging_;
    std::deque<Frame> frames_;  // frames stay where they are
    Visited visited_;
    WalkCounts counts_;
};

}  // namespace mdsync::search
