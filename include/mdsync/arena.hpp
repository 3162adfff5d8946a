// Arena: the memory that an exhaustive search goes back in, and that a random one takes its runs' memory from.
//
// A search makes a move, looks at what came of it, and goes back, by the million. Where all that the world and the rules
// hold lies in one piece of memory that stays where it is, going back is a copy of it, and no pointer changes. For that,
// what is allocated while a move is made has to come from there. So a program that searches has an `operator new` that
// asks allocate() first, and an `operator delete` that asks release(): cli/operator_new.cpp is the one of mdsync. A
// program that has none searches with the same result, and copies world and rules one table after the other. A random
// search, which runs one scenario after the other, begins its arena anew for each: there it is a fast heap, and one
// without such an `operator new` has the usual heap.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace mdsync::arena {

// All arenas lie in one range of addresses; before there is any, it begins where nothing ever lies.
inline constexpr std::uintptr_t kNowhere = std::uintptr_t{1} << (8 * sizeof(std::uintptr_t) - 1);
inline constexpr std::size_t kRange = std::size_t{1} << 28U;

namespace detail {
struct Heap;
extern constinit thread_local Heap* inUse;  // by this thread, while it makes a move
extern std::atomic<std::uintptr_t> begin;
[[nodiscard]] void* allocate(Heap& heap, std::size_t bytes, std::size_t alignment);
void release(void* memory) noexcept;
}  // namespace detail

// Memory from the arena that this thread is using, or null if it uses none or one that leaves what finds no
// room to the heap. Throws std::bad_alloc if another is full.
[[nodiscard]] inline void* allocate(std::size_t bytes, std::size_t alignment) {
    if (detail::inUse == nullptr) [[likely]]
        return nullptr;
    return detail::allocate(*detail::inUse, bytes, alignment);
}

// Gives back what came from an arena. False: it did not.
[[nodiscard]] inline bool release(void* memory) noexcept {
    const std::uintptr_t begin = detail::begin.load(std::memory_order_relaxed);
    if (reinterpret_cast<std::uintptr_t>(memory) - begin >= kRange) [[likely]]
        return false;
    detail::release(memory);
    return true;
}

}  // namespace mdsync::arena
