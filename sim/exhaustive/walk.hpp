// Walk: a depth-first search through all states of a model that has no cycles.
//
// What is searched is the model's business, so that a test can count a toy whose numbers are known:
//   Position                        a state, copied for every transition
//   Move                            a transition out of it
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

    // Searches everything that can be reached from `root`; may be called for several roots. False if it was stopped.
    bool from(const Position& root) {
        if (frames_.empty()) frames_.emplace_back(root);
        frames_[0].position = root;
        if (!enter(0)) return true;
        std::size_t depth = 0;
        for (;;) {
            Frame& frame = frames_[depth];
            if (frame.next == frame.moves.size()) {
                leave(frame);
                if (depth == 0) break;
                frames_[depth - 1].height = std::max(frames_[depth - 1].height, frame.height + 1);
                --depth;
                advance(frames_[depth]);
                continue;
            }
            // Into the room of a state that was there before, where there was one: that saves allocating.
            if (depth + 1 == frames_.size()) frames_.emplace_back(frame.position);
            Frame& child = frames_[depth + 1];
            child.position = frame.position;
            ++counts_.transitions;
            if (!model_.make(child.position, frame.moves[frame.next], frame.chance)) {
                frame.height = std::max(frame.height, 1U);
                model_.found(path(depth));
                advance(frame);
            } else if (enter(depth + 1)) {
                ++depth;
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
        explicit Frame(const Position& p) : position(p) {}
        Position position;
        Fingerprint fingerprint;
        std::vector<Move> moves;
        std::size_t next = 0;
        Odometer chance;
        unsigned height = 0;
    };

    // Whether the frame's position is a new state. Its height is known otherwise.
    bool enter(std::size_t depth) {
        Frame& frame = frames_[depth];
        frame.fingerprint = model_.fingerprint(frame.position);
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
        model_.moves(frame.position, frame.moves);
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
