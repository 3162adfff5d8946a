// The arena: what lies there is at the same place after going back, and as it was.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "exhaustive/arena.hpp"

using namespace mdsync::search;

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
