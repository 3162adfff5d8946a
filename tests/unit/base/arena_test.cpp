// The arena: what lies there is at the same place after going back, and as it was; or it is a heap that begins anew.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "base/arena.hpp"

using namespace mdsync;

namespace {

struct Tables {
    std::vector<std::string> names;
    std::map<int, std::vector<std::uint64_t>> numbers;
    struct alignas(64) Line {
        std::uint64_t word = 0;
    };
    std::vector<Line> lines;
    std::uint64_t counter = 0;

    void change(int seed) {
        for (int i = 0; i < 40; ++i) {
            names.push_back(std::string(static_cast<std::size_t>((seed * 31 + i * 7) % 90), 'x'));
            numbers[(seed + i * 13) % 17].push_back(static_cast<std::uint64_t>(i));
            if (i % 3 == 0) numbers.erase((seed * 5 + i) % 17);
            lines.push_back({static_cast<std::uint64_t>(i)});
            if (i % 10 == 9) names.erase(names.begin(), names.begin() + 5);
        }
        lines.shrink_to_fit();
        ++counter;
    }
    [[nodiscard]] bool operator==(const Tables& other) const {
        const auto word = [](const Line& a, const Line& b) { return a.word == b.word; };
        return names == other.names && numbers == other.numbers &&
               std::equal(lines.begin(), lines.end(), other.lines.begin(), other.lines.end(), word);
    }
};

}  // namespace

TEST_CASE("going back restores every table, at the place where it was, and leaves out what is to stay") {
    Arena arena;
    if (!arena.usable()) return;  // under a sanitizer
    std::unique_ptr<Tables> live;
    {
        const Arena::Use use(&arena);
        live = std::make_unique<Tables>();
    }
    CHECK(arena.holds(live.get()));
    arena.leaveOut(&live->counter, sizeof live->counter);
    std::vector<Tables> copies;
    std::vector<Arena::Image> images(20);
    for (int i = 0; i < 20; ++i) {
        copies.push_back(*live);
        arena.save(images[static_cast<std::size_t>(i)]);
        const Arena::Use use(&arena);
        live->change(i);
        CHECK(reinterpret_cast<std::uintptr_t>(live->lines.data()) % 64 == 0);
    }
    CHECK_FALSE(arena.holds(copies.back().names.data()));
    for (const std::size_t i : {19U, 3U, 11U, 0U, 7U, 7U}) {
        arena.restore(images[i]);
        CHECK(*live == copies[i]);
        CHECK(live->counter == 20);
        const Arena::Use use(&arena);  // and it can be changed from there
        live->change(100);
        live->counter = 20;
    }
    live.reset();
    CHECK(arena.live() == 0);
}

TEST_CASE("what is not in use allocates elsewhere, whoever gives it back") {
    Arena one;
    Arena other;
    if (!one.usable()) return;
    void* fromOne = nullptr;
    void* fromNone = nullptr;
    {
        const Arena::Use use(&one);
        fromOne = ::operator new(100);
        const Arena::Use none(nullptr);
        fromNone = ::operator new(100);
    }
    CHECK(one.holds(fromOne));
    CHECK_FALSE(other.holds(fromOne));
    CHECK_FALSE(one.holds(fromNone));
    CHECK(one.live() == 1);
    {
        const Arena::Use use(&other);
        ::operator delete(fromOne);
        ::operator delete(fromNone);
    }
    CHECK(one.live() == 0);
    CHECK(other.live() == 0);
}

TEST_CASE("an arena that is full says so as memory does, and one without a place is not usable") {
    std::vector<std::unique_ptr<Arena>> arenas;
    while (arenas.empty() || (arenas.back()->usable() && arenas.size() < 100))
        arenas.push_back(std::make_unique<Arena>());
    CHECK_FALSE(arenas.back()->usable());
    if (arenas.size() == 1) return;
    const Arena::Use use(arenas.front().get());
    CHECK_THROWS_AS((void)::operator new(Arena::kBytes), std::bad_alloc);
    CHECK_THROWS_AS((void)::operator new(2 * Arena::kBytes), std::bad_alloc);
}

TEST_CASE("what finds no room in an arena without images comes from the heap") {
    Arena arena(Arena::WhenFull::TakeFromHeap);
    if (!arena.usable()) return;
    const Arena::Use use(&arena);
    const std::vector<char> one(Arena::kBytes * 3 / 4);
    const std::vector<char> other(Arena::kBytes / 2);
    const std::vector<char> third(Arena::kBytes * 2);
    CHECK(arena.holds(one.data()));
    CHECK_FALSE(arena.holds(other.data()));
    CHECK_FALSE(arena.holds(third.data()));
}

TEST_CASE("an arena that begins anew hands the same memory out again, but not what somebody kept") {
    Arena arena(Arena::WhenFull::TakeFromHeap);
    if (!arena.usable()) return;
    std::vector<int> learnt;  // as a lexicon learns: it moves to a larger place now and then
    std::vector<int> expected;
    const void* begin = nullptr;
    for (int round = 0; round < 300; ++round) {
        arena.beginAnew();
        const Arena::Use use(&arena);
        auto tables = std::make_unique<Tables>();
        if (round % 50 > 1) CHECK(tables.get() == begin);  // once something was learnt it lies behind that
        begin = tables.get();
        tables->change(round);
        if (round % 50 == 0) {
            learnt.push_back(round);
            const Arena::Use none(nullptr);
            expected.push_back(round);
        }
        tables.reset();
        auto others = std::make_unique<Tables>();
        others->change(round + 7);
        CHECK(learnt == expected);
    }
    CHECK(arena.live() > 0);
    std::vector<int>().swap(learnt);
    CHECK(arena.live() == 0);
}

TEST_CASE("a place where something lives on is not given to another arena") {
    std::string kept;
    const void* before = nullptr;
    {
        const Arena arena(Arena::WhenFull::TakeFromHeap);
        if (!arena.usable()) return;
        const Arena::Use use(&arena);
        kept = std::string(1000, 'x');
        before = kept.data();
    }
    std::vector<std::unique_ptr<Arena>> arenas;
    while (arenas.empty() || (arenas.back()->usable() && arenas.size() < 100))
        arenas.push_back(std::make_unique<Arena>());
    for (const auto& arena : arenas) CHECK_FALSE(arena->holds(before));
    CHECK(kept == std::string(1000, 'x'));
}
