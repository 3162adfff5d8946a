// The walk, over toys whose numbers are known.
#include <doctest/doctest.h>

#include <array>
#include <set>
#include <vector>

#include "exhaustive/walk.hpp"

using namespace mdsync;
using namespace mdsync::search;

namespace {

// `Lines` lines with `Packets` packets each, which arrive one at a time. States: (Packets + 1)^Lines.
template <std::size_t Lines, std::uint8_t Packets>
struct Arrivals : KeepsCopies<Arrivals<Lines, Packets>, std::array<std::uint8_t, Lines>> {  // left, by line
    using Position = std::array<std::uint8_t, Lines>;
    using Move = std::size_t;
    bool symmetric = false;  // lines are interchangeable
    std::size_t ends = 0;

    void moves(const Position& p, std::vector<Move>& out) const {
        for (std::size_t i = 0; i < Lines; ++i) {
            if (p[i] > 0) out.push_back(i);
        }
    }
    bool make(Position& p, Move move, Odometer&) const {
        --p[move];
        return true;
    }
    Fingerprint fingerprint(Position p) const {
        if (symmetric) std::sort(p.begin(), p.end());
        return fingerprintOf(p);
    }
    void found(const std::vector<typename Walk<Arrivals>::Made>&) { ++ends; }

    static Position full() {
        Position p;
        p.fill(Packets);
        return p;
    }
};

std::uint64_t power(std::uint64_t base, unsigned exponent) {
    return exponent == 0 ? 1 : base * power(base, exponent - 1);
}

// A single transition whose outcome is drawn twice: of three, and of two where the first was not 0.
struct Dice : KeepsCopies<Dice, std::array<std::uint8_t, 2>> {
    using Move = int;
    std::vector<std::vector<std::uint32_t>> sixes;

    void moves(const Position& p, std::vector<Move>& out) const {
        if (p[0] == 0) out.push_back(0);
    }
    bool make(Position& p, Move, Odometer& chance) const {
        p[0] = static_cast<std::uint8_t>(1 + chance.draw(3));
        if (p[0] > 1) p[1] = static_cast<std::uint8_t>(chance.draw(2));
        return p[0] < 3 || p[1] == 0;
    }
    Fingerprint fingerprint(const Position& p) const { return fingerprintOf(p); }
    void found(const std::vector<Walk<Dice>::Made>& path) { sixes.push_back(path.back().chance); }
};

}  // namespace

TEST_CASE("a walk visits each state once and counts every transition out of it") {
    Arrivals<5, 6> model;
    Walk<Arrivals<5, 6>> walk(model);
    auto position = model.full();
    CHECK(walk.from(position));
    CHECK(walk.counts().states == power(7, 5));
    CHECK(walk.counts().transitions == 5 * 6 * power(7, 4));  // each line's 6 arrivals, whatever the others have left
    CHECK(walk.counts().depth == 30);
}

TEST_CASE("states that differ only in names count once") {
    Arrivals<5, 6> model;
    model.symmetric = true;
    Walk<Arrivals<5, 6>> walk(model);
    auto position = model.full();
    CHECK(walk.from(position));
    CHECK(walk.counts().states == 462);  // ways to give 5 lines 0..6 in order: 11 over 5
    CHECK(walk.counts().depth == 30);
}

TEST_CASE("without merging a walk visits every path") {
    Arrivals<2, 2> model;
    Walk<Arrivals<2, 2>> walk(model, false);
    auto position = model.full();
    CHECK(walk.from(position));
    CHECK(walk.counts().states == 19);  // the binomials "i + j over i", summed over i and j of 0..2
    CHECK(walk.counts().transitions == 18);
    CHECK(walk.counts().depth == 4);
}

TEST_CASE("where only one thing can happen, the walk goes on without remembering") {
    struct Tails : Arrivals<5, 6> {
        static bool isTail(const Position&) { return true; }
        void found(const std::vector<Walk<Tails>::Made>&) {}
    } model;
    Walk<Tails> walk(model);
    auto position = model.full();
    CHECK(walk.from(position));
    // Not the end, and not the 5 x 6 states in which one line alone has packets left.
    CHECK(walk.counts().states == power(7, 5) - 1 - 30);
    // A line brings its last packet, and only one other has k left, 1..6: k arrivals, each time.
    CHECK(walk.counts().transitions == 5 * 6 * power(7, 4) - 30 + 5 * 4 * (1 + 2 + 3 + 4 + 5 + 6));
    CHECK(walk.counts().depth == 30);
}

TEST_CASE("a second outcome of the only move is tried once, however often one comes there") {
    // Two ways to a path of three that ends at a die of six; a throw counts down to 0, one at a time.
    struct Thrown : KeepsCopies<Thrown, std::uint8_t> {
        using Move = std::uint8_t;
        std::uint8_t start = 100, first = 53, die = 50;
        std::size_t throws = 0;
        std::size_t ends = 0;
        std::size_t again = 0;
        std::set<std::uint32_t> thrown;
        void moves(const Position& p, std::vector<Move>& out) const {
            if (p == start) {
                out = {0, 1};
            } else if (p != 0) {
                out = {0};
            }
        }
        bool make(Position& p, Move, Odometer& chance) {
            if (p == start) {
                p = first;
            } else if (p == die) {
                ++throws;
                p = static_cast<std::uint8_t>(1 + chance.draw(6));
            } else {
                --p;
            }
            return p != 0;
        }
        void makeAgain(Position& p, Move move, Odometer& chance) {
            make(p, move, chance);
            ++again;
        }
        Fingerprint fingerprint(const Position& p) const { return fingerprintOf(std::span(&p, 1)); }
        static bool isTail(const Position&) { return true; }
        void found(const std::vector<Walk<Thrown>::Made>& path) {
            ++ends;
            thrown.insert(path[4].chance.at(0));
        }
    } model;
    Walk<Thrown> walk(model);
    Thrown::Position position = model.start;
    CHECK(walk.from(position));
    CHECK(walk.counts().states == 2);
    CHECK(model.throws == 7);  // the second time only the first outcome, before it shows that there are others
    CHECK(model.ends == 7);
    CHECK(model.thrown == std::set<std::uint32_t>{0, 1, 2, 3, 4, 5});
    CHECK(model.again == 2 * 4);  // each time once, when a second outcome turns up: from the start to the die
    CHECK(walk.counts().transitions == 2 * 4 + 7 + (1 + 2 + 3 + 4 + 5 + 6) + 1);
    CHECK(walk.counts().depth == 11);
}

TEST_CASE("the depth is that of the longest path, whichever was found first") {
    // From a chain that is entered at its end first: 0 -> 9 directly, then 0 -> 1 -> ... -> 9.
    struct Chain : KeepsCopies<Chain, std::uint8_t> {
        using Move = std::uint8_t;
        void moves(const Position& p, std::vector<Move>& out) const {
            if (p == 0) out.push_back(9);
            if (p < 9) out.push_back(static_cast<std::uint8_t>(p + 1));
        }
        bool make(Position& p, Move move, Odometer&) const {
            p = move;
            return true;
        }
        Fingerprint fingerprint(const Position& p) const { return fingerprintOf(std::span(&p, 1)); }
        void found(const std::vector<Walk<Chain>::Made>&) {}
    } model;
    Walk<Chain> walk(model);
    std::uint8_t position = 0;
    CHECK(walk.from(position));
    CHECK(walk.counts().states == 10);
    CHECK(walk.counts().transitions == 10);
    CHECK(walk.counts().depth == 9);
}

TEST_CASE("every outcome of chance is tried, and what is found says which it was") {
    Dice model;
    Walk<Dice> walk(model);
    Dice::Position position{0, 0};
    CHECK(walk.from(position));
    CHECK(walk.counts().transitions == 5);
    CHECK(walk.counts().states == 5);  // the start and four outcomes; the fifth ends there
    REQUIRE(model.sixes.size() == 1);
    CHECK(model.sixes[0] == std::vector<std::uint32_t>{2, 1});
}

TEST_CASE("the set of visited states keeps millions apart") {
    Visited visited;
    std::array<std::uint8_t, 4> bytes{};
    const auto state = [&](std::uint32_t i) {
        for (std::size_t k = 0; k < 4; ++k) bytes[k] = static_cast<std::uint8_t>(i >> (8 * k));
        return fingerprintOf(bytes);
    };
    constexpr std::uint32_t kStates = 300'000;
    std::uint32_t fresh = 0;
    for (std::uint32_t i = 0; i < kStates; ++i) fresh += visited.insert(state(i)).fresh ? 1 : 0;
    CHECK(fresh == kStates);
    for (std::uint32_t i = 0; i < kStates; ++i) visited.setHeight(visited.find(state(i)), i % 200);
    for (std::uint32_t i = 0; i < kStates; i += 977) {
        const Visited::Found found = visited.insert(state(i));
        CHECK_FALSE(found.fresh);
        CHECK(visited.height(found.place) == i % 200);
    }
    CHECK(visited.size() == kStates);
}

TEST_CASE("fingerprints tell strings apart that differ in a bit, in length, or in the order of words") {
    std::vector<std::uint8_t> bytes(100, 0);
    std::vector<Fingerprint> all{fingerprintOf(bytes)};
    for (std::size_t bit = 0; bit < 800; ++bit) {
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        all.push_back(fingerprintOf(bytes));
        bytes[bit / 8] = 0;
    }
    for (std::size_t length = 0; length < 100; ++length) all.push_back(fingerprintOf(std::span(bytes).first(length)));
    for (std::size_t word = 0; word < 12; ++word) {
        std::vector<std::uint8_t> swapped(100, 0);
        swapped[8 * word] = 1;
        swapped[8 * ((word + 2) % 12)] = 2;
        all.push_back(fingerprintOf(swapped));
    }
    std::sort(all.begin(), all.end());
    CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}
