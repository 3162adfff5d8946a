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
//   Fingerprint fingerprint(const Position&)
//   void found(path)                what make() found, with the moves that led to it
// Every transition consumes something (a step, a packet), so that a state never leads back to itself: that is what
// makes the depth a property of the states and not of the order of search.
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
    std::uint64_t states = 0;
    std::uint64_t transitions = 0;
    std::uint32_t depth = 0;  // transitions of the longest path
    Fingerprint sum;          // of all states
};

// For models whose positions are small values: what is kept of one is a copy.
template <class P>
struct KeepsCopies {
    using Position = P;
    using Kept = std::optional<P>;
    static void keep(const P& position, Kept& kept) { kept = position; }
    static void giveBack(const Kept& kept, P& position) { position = *kept; }
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

    // Asked every 4096 states; false stops the walk.
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
            if (!isThere) model_.giveBack(frame.kept, here);
            isThere = false;
            ++counts_.transitions;
            if (!model_.make(here, frame.moves[frame.next], frame.chance)) {
                frame.height = std::max(frame.height, 1U);
                model_.found(path(depth));
                advance(frame);
            } else if (enter(depth + 1, here)) {
                ++depth;
                isThere = true;
                if (counts_.states % 4096 == 0 && goOn && !goOn(counts_.states)) return false;
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
    };

    // Whether `here` is a new state, which is the frame's then. Its height is known otherwise.
    bool enter(std::size_t depth, const Position& here) {
        Frame& frame = frames_[depth];
        frame.fingerprint = model_.fingerprint(here);
        if (merging_) {
            const Visited::Found found = visited_.insert(frame.fingerprint);
            if (!found.fresh) {
                frame.height = visited_.height(found.place);
                return false;
            }
        }
        ++counts_.states;
        counts_.sum += frame.fingerprint;
        frame.moves.clear();
        model_.moves(here, frame.moves);
        if (!frame.moves.empty()) model_.keep(here, frame.kept);
        frame.next = 0;
        frame.height = 0;
        frame.chance.clear();
        return true;
    }

    void leave(const Frame& frame) {
        if (merging_) visited_.setHeight(visited_.find(frame.fingerprint), frame.height);
    }

    static void advance(Frame& frame) {
        if (frame.chance.next()) return;
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
