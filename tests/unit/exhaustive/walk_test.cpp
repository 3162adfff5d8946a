// The walk, over toys whose numbers are known.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <set>
#include <thread>
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
    std::size_t ends = 0;

    void moves(const Position& p, std::vector<Move>& out) const {
        for (std::size_t i = 0; i < Lines; ++i) {
            if (p[i] > 0) out.push_back(i);
        }
    }
    bool make(Position& p, Move move, Odometer&) const {
        --p.at(move);
        return true;
    }
    Fingerprint fingerprint(const Position& p) const { return fingerprintOf(p); }
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
    Visited visited;
    Walk<Arrivals<5, 6>> walk(model, &visited);
    auto position = model.full();
    CHECK(walk.from(position));
    CHECK(walk.counts().states == power(7, 5));
    CHECK(walk.counts().transitions == 5 * 6 * power(7, 4));  // each line's 6 arrivals, whatever the others have left
    CHECK(walk.counts().depth == 30);
}

TEST_CASE("states that differ only in names count once") {
    struct Interchangeable : Arrivals<5, 6> {
        Fingerprint fingerprint(Position p) const {
            std::sort(p.begin(), p.end());
            return fingerprintOf(p);
        }
        void found(const std::vector<Walk<Interchangeable>::Made>&) {}
    } model;
    Visited visited;
    Walk<Interchangeable> walk(model, &visited);
    auto position = model.full();
    CHECK(walk.from(position));
    CHECK(walk.counts().states == 462);  // ways to give 5 lines 0..6 in order: 11 over 5
    CHECK(walk.counts().depth == 30);
}

TEST_CASE("without merging a walk visits every path") {
    Arrivals<2, 2> model;
    Walk<Arrivals<2, 2>> walk(model, nullptr);
    auto position = model.full();
    CHECK(walk.from(position));
    CHECK(walk.counts().states == 19);  // the binomials "i + j over i", summed over i and j of 0..2
    CHECK(walk.counts().transitions == 18);
    CHECK(walk.counts().depth == 4);
}

TEST_CASE("where only one thing can happen, the walk goes on without remembering") {
    struct Tails : Arrivals<5, 6> {
        static bool isTail(const Position&) { return true; }
        static bool isOwn(const Position&) { return true; }
        void found(const std::vector<Walk<Tails>::Made>&) {}
    } model;
    Visited visited;
    Walk<Tails> walk(model, &visited);
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
        static bool isOwn(const Position&) { return true; }
        void found(const std::vector<Walk<Thrown>::Made>& path) {
            ++ends;
            thrown.insert(path[4].chance.at(0));
        }
    } model;
    Visited visited;
    Walk<Thrown> walk(model, &visited);
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
    Visited visited;
    Walk<Chain> walk(model, &visited);
    std::uint8_t position = 0;
    CHECK(walk.from(position));
    CHECK(walk.counts().states == 10);
    CHECK(walk.counts().transitions == 10);
    CHECK(walk.counts().depth == 9);
}

TEST_CASE("walks that share a search make each transition once, however many they are") {
    for (const std::size_t walks : {1U, 2U, 4U, 7U}) {
        CAPTURE(walks);
        for (int again = 0; again < 5; ++again) {
            Visited visited;
            Crew<std::size_t> crew;
            crew.add({});
            std::vector<WalkCounts> counts(walks);
            std::vector<std::thread> threads;
            for (std::size_t i = 0; i < walks; ++i) {
                threads.emplace_back([&, i] {
                    Arrivals<5, 6> model;
                    Walk<Arrivals<5, 6>> walk(model, &visited, &crew);
                    crew.join();
                    while (const auto work = crew.next()) {
                        auto position = model.full();
                        walk.from(position, *work);
                    }
                    counts[i] = walk.counts();
                });
            }
            for (std::thread& thread : threads) thread.join();
            WalkCounts all;
            for (const WalkCounts& one : counts) all += one;
            CHECK(all.states == power(7, 5));
            CHECK(all.states == visited.size());
            CHECK(all.transitions == 5 * 6 * power(7, 4));
            // What one did not know because another was not done is found out afterwards.
            visited.openAgain();
            Arrivals<5, 6> model;
            Walk<Arrivals<5, 6>> measuring(model, &visited);
            auto position = model.full();
            CHECK(measuring.from(position));
            CHECK(measuring.isMeasured());
            CHECK(measuring.counts().depth == 30);
            CHECK(visited.size() == all.states);
        }
    }
}

TEST_CASE("a walk gives away half of what would come last, nearest to the root, and nothing that follows a tail") {
    struct Halves : Arrivals<3, 2> {
        Crew<std::size_t>* crew = nullptr;
        std::atomic<bool>* isTaken = nullptr;  // what it gave away
        std::size_t made = 0;
        bool tails = false;
        [[nodiscard]] bool isTail(const Position&) const { return tails; }
        static bool isOwn(const Position&) { return true; }
        bool make(Position& p, std::size_t move, Odometer&) {
            --p.at(move);
            if (++made < 3) return true;
            while (!tails && !*isTaken) std::this_thread::yield();
            crew->stop();
            return true;
        }
        void found(const std::vector<Walk<Halves>::Made>&) {}
    };
    for (const bool tails : {false, true}) {
        CAPTURE(tails);
        Crew<std::size_t> crew;
        Halves model;
        std::atomic<bool> isTaken{false};
        model.crew = &crew;
        model.isTaken = &isTaken;
        model.tails = tails;
        Visited visited;
        Walk<Halves> walk(model, &visited, &crew);
        crew.join();
        crew.join();
        std::thread other([&] {
            const auto work = crew.next();
            isTaken = true;
            CHECK(work.has_value() == !tails);  // else it was stopped
            if (!work) return;
            CHECK(work->path.empty());
            CHECK(work->moves == std::vector<std::size_t>{2});  // of 0, 1, 2 the first is under way
        });
        while (!crew.calls()) std::this_thread::yield();
        Halves::Position position = Halves::full();
        CHECK_FALSE(walk.from(position));
        other.join();
    }
}

TEST_CASE("every outcome of chance is tried, and what is found says which it was") {
    Dice model;
    Visited visited;
    Walk<Dice> walk(model, &visited);
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
    for (std::uint32_t i = 0; i < kStates; i += 2) visited.setHeight(state(i), i % 300);
    for (std::uint32_t i = 0; i < kStates; i += 977) {
        const Visited::Found found = visited.insert(state(i));
        CHECK_FALSE(found.fresh);
        CHECK(found.height == (i % 2 == 0 ? std::optional(std::min(i % 300, 254U)) : std::nullopt));
    }
    CHECK(visited.size() == kStates);
    visited.openAgain();
    CHECK_FALSE(visited.insert(state(1000)).fresh);
    CHECK(visited.insert(state(1001)).fresh);
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
