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
//   bool isOwn(const Position&)     it counts; of a search that machines share, each state counts with one of them
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
//
// Several walks may share a search (crew.hpp), each with a model of its own. Whoever is first to remember a state makes all
// moves out of it, or gives some of them away; so each is made once, and leads through the same tails whoever makes it. Of a
// tail that turns out to have a second outcome the first one is made whenever a walk comes there, the others once. So states
// and transitions are those of one walk, in whatever order they are come to, as long as states with one fingerprint have
// the same moves and outcomes (tests/unit/exhaustive compares them). Only how far a search goes from a state is not known
// to a walk that comes there while its owner is not done: such a state stays open, and so does what led there. Another walk
// finds it out afterwards, with Visited::openAgain().
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "exhaustive/crew.hpp"
#include "exhaustive/odometer.hpp"
#include "exhaustive/visited.hpp"

namespace mdsync::search {

struct WalkCounts {
    std::uint64_t states = 0;       // that are remembered, and count
    std::uint64_t transitions = 0;  // that were made, to what counts
    std::uint32_t depth = 0;        // transitions of the longest path
    Fingerprint sum;                // of these states
    std::uint64_t remembered = 0;   // states, whether or not they count

    // Of another walk of the same search.
    WalkCounts& operator+=(const WalkCounts& other) {
        states += other.states;
        transitions += other.transitions;
        depth = std::max(depth, other.depth);
        sum += other.sum;
        remembered += other.remembered;
        return *this;
    }
};

// For models whose positions are small values: what is kept of one is a copy.
template <class Model, class P>
struct KeepsCopies {
    using Position = P;
    using Kept = std::optional<P>;
    static void keep(const P& position, Kept& kept) { kept = position; }
    static void giveBack(const Kept& kept, P& position) { position = *kept; }
    static bool isTail(const P&) { return false; }
    static bool isOwn(const P&) { return true; }
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
    using Made = MadeMove<Move>;
    using Work = typename Crew<Move>::Work;

    // Without `visited` nothing is remembered, and every path is tried. Without `crew` it is alone.
    explicit Walk(Model& model, Visited* visited, Crew<Move>* crew = nullptr)
        : model_(model), visited_(visited), crew_(crew) {}

    // Asked every 4096 transitions with the states that are remembered; false stops the walk.
    std::function<bool(std::uint64_t states)> goOn;

    // Searches everything that can be reached from `here`, a root; may be called for several roots, one after the other.
    // False if it was stopped. `here` ends as some state or other.
    bool from(Position& here) { return from(here, Work{}); }

    // The same for a piece of the work. `here` is its root.
    bool from(Position& here, const Work& work) {
        if (frames_.empty()) frames_.emplace_back();
        begun_ = work;
        for (const Made& made : work.path) makeAgain(here, made.move, made.chance);
        bool isFresh = true;
        if (work.moves.empty()) {
            isFresh = enter(0, here);
        } else {
            takeOver(frames_[0], work.moves, here);
        }
        if (isFresh && !search(here)) return false;
        if (frames_[0].isOpen) {
            isMeasured_ = false;
        } else {
            counts_.depth = std::max(counts_.depth, frames_[0].height);
        }
        return true;
    }

    // Whether the depth is known.
    [[nodiscard]] bool isMeasured() const { return isMeasured_; }

    [[nodiscard]] const WalkCounts& counts() const { return counts_; }

private:
    struct Frame {
        typename Model::Kept kept;
        Fingerprint fingerprint;
        std::vector<Move> moves;
        std::size_t next = 0;
        Odometer chance;
        unsigned height = 0;
        bool isTail = false;
        bool branches = false;    // more than one thing can happen, as far as is known
        bool remembered = false;  // among the visited
        bool isKept = false;      // there is something to go back to
        bool isOpen = false;      // its height is more than this walk knows
    };

    bool search(Position& here) {
        std::size_t depth = 0;
        bool isThere = true;  // `here` is the state of the frame
        for (;;) {
            Frame& frame = frames_[depth];
            if (frame.next == frame.moves.size()) {
                leave(frame);
                if (depth == 0) return true;
                --depth;
                isThere = false;
                comeBack(frames_[depth], frame);
                continue;
            }
            if (crew_ != nullptr && crew_->calls()) {
                if (crew_->isStopped()) return false;
                giveAway(depth);
            }
            if (depth + 1 == frames_.size()) frames_.emplace_back();
            if (!isThere) goBack(depth, here);
            isThere = false;
            if (frame.branches && !frame.remembered && !remember(frame, here)) {
                // Its other outcomes were tried before.
                frame.next = frame.moves.size();
                continue;
            }
            if (++made_ % 4096 == 0 && goOn && !goOn(counts_.remembered)) return false;
            const bool goesOn = model_.make(here, frame.moves[frame.next], frame.chance);
            if (model_.isOwn(here)) ++counts_.transitions;
            if (!goesOn) {
                frame.height = std::max(frame.height, 1U);
                model_.found(path(depth));
                advance(frame);
            } else if (enter(depth + 1, here)) {
                ++depth;
                isThere = true;
            } else {
                comeBack(frame, frames_[depth + 1]);
            }
        }
    }

    // Half of what would come last, of the state nearest to the root that has something left: that is the most. Of tails
    // nothing: what follows them is made sooner than handed over.
    void giveAway(std::size_t depth) {
        for (std::size_t i = 0; i <= depth && !frames_[i].isTail; ++i) {
            Frame& frame = frames_[i];
            const std::size_t left = frame.moves.size() - frame.next - 1;  // the next one is perhaps under way
            if (left == 0) continue;
            Work work = begun_;
            for (std::size_t k = 0; k < i; ++k) work.path.push_back(madeIn(frames_[k]));
            const auto first = frame.moves.end() - static_cast<std::ptrdiff_t>((left + 1) / 2);
            work.moves.assign(first, frame.moves.end());
            frame.moves.erase(first, frame.moves.end());
            frame.isOpen = true;
            return crew_->add(std::move(work));
        }
    }
    void takeOver(Frame& frame, const std::vector<Move>& moves, const Position& here) {
        frame.moves = moves;
        frame.next = 0;
        frame.chance.clear();
        frame.isTail = false;
        frame.branches = true;
        frame.remembered = true;  // by the walk that gave it away
        frame.isOpen = true;
        keep(frame, here);
    }

    // To the state of this frame.
    void goBack(std::size_t depth, Position& here) {
        std::size_t from = depth;
        while (!frames_[from].isKept) --from;
        model_.giveBack(frames_[from].kept, here);
        if (from == depth) return;
        for (; from < depth; ++from) {
            const Frame& frame = frames_[from];
            makeAgain(here, frame.moves[frame.next], frame.chance.values());
        }
        keep(frames_[depth], here);
    }
    void makeAgain(Position& here, const Move& move, const std::vector<std::uint32_t>& chance) {
        Odometer same;
        same.set(chance);
        model_.makeAgain(here, move, same);
    }
    void keep(Frame& frame, const Position& here) {
        model_.keep(here, frame.kept);
        frame.isKept = true;
    }

    // Whether what follows `here` is to be looked at; it is the frame's state then.
    bool enter(std::size_t depth, const Position& here) {
        Frame& frame = frames_[depth];
        frame.moves.clear();
        frame.next = 0;
        frame.height = 0;
        frame.chance.clear();
        frame.remembered = false;
        frame.isKept = false;
        frame.isOpen = false;
        frame.isTail = model_.isTail(here);
        if (frame.isTail) model_.moves(here, frame.moves);
        frame.branches = !frame.isTail || frame.moves.size() > 1;
        if (frame.branches && !remember(frame, here)) return false;
        if (!frame.isTail) model_.moves(here, frame.moves);
        if (depth == 0 || frame.moves.size() > 1 || (!frame.isTail && !frame.moves.empty())) keep(frame, here);
        return true;
    }

    // False if the state is known.
    bool remember(Frame& frame, const Position& here) {
        frame.fingerprint = model_.fingerprint(here);
        if (visited_ != nullptr) {
            const Visited::Found found = visited_->insert(frame.fingerprint);
            if (!found.fresh) {
                frame.height = found.height.value_or(0);
                frame.isOpen = !found.height;
                return false;
            }
        }
        frame.remembered = true;
        ++counts_.remembered;
        if (model_.isOwn(here)) {
            ++counts_.states;
            counts_.sum += frame.fingerprint;
        }
        return true;
    }

    void leave(const Frame& frame) {
        if (visited_ != nullptr && frame.remembered && !frame.isOpen)
            visited_->setHeight(frame.fingerprint, frame.height);
    }

    // From the state that the move at hand led to.
    static void comeBack(Frame& frame, const Frame& child) {
        frame.height = std::max(frame.height, child.height + 1);
        frame.isOpen = frame.isOpen || child.isOpen;
        advance(frame);
    }

    static void advance(Frame& frame) {
        if (frame.chance.next()) {
            frame.branches = true;
            return;
        }
        ++frame.next;
        frame.chance.clear();
    }

    static Made madeIn(const Frame& frame) { return {frame.moves[frame.next], frame.chance.values()}; }
    [[nodiscard]] std::vector<Made> path(std::size_t depth) const {
        std::vector<Made> made = begun_.path;
        for (std::size_t i = 0; i <= depth; ++i) made.push_back(madeIn(frames_[i]));
        return made;
    }

    Model& model_;
    Visited* visited_;
    Crew<Move>* crew_;
    Work begun_;                // from where it walks
    std::deque<Frame> frames_;  // frames stay where they are
    WalkCounts counts_;
    std::uint64_t made_ = 0;  // transitions
    bool isMeasured_ = true;
};

}  // namespace mdsync::search
