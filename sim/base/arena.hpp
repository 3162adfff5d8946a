// Arena: a piece of memory that stays where it is, and images of it to go back to.
//
//     Arena arena;
//     {
//         const Arena::Use use(&arena);
//         world = std::make_unique<State>();   // it, and whatever it allocates while the arena is in use, lies there
//     }
//     arena.save(image);
//     ... moves, with the arena in use ...
//     arena.restore(image);                    // and the world is as it was, at the same address
//
// What is allocated in use must belong to what lies there. A table that is made once, by the first who asks, and kept by
// the program would be lost with the next restore(): live() tells, and a test holds it.
//
// Or a heap for one thread that works again and again, and gives everything back in between: beginAnew() then makes one
// piece of what lies in pieces. What was kept after all (a word that was learnt, a time zone) stays where it is.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "mdsync/arena.hpp"

namespace mdsync {

class Arena {
public:
    static constexpr std::size_t kBytes = std::size_t{1} << 22U;

    // An image must hold everything, so what finds no room there is refused (std::bad_alloc); where there are no images,
    // the heap has some.
    enum class WhenFull : bool { Refuse, TakeFromHeap };

    // Takes one of the places for arenas. Where none is free, where there is no room for any, or where the program's
    // operator new does not ask (mdsync/arena.hpp), the arena is not usable, and using it does nothing.
    explicit Arena(WhenFull whenFull = WhenFull::Refuse);
    // Gives the place back, unless something lives on there.
    ~Arena();
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    [[nodiscard]] bool usable() const { return usable_; }

    // While it lives, what this thread allocates comes from the arena; from none, if it is given none.
    class Use {
    public:
        explicit Use(const Arena* arena) : before_(arena::detail::inUse) {
            arena::detail::inUse = arena != nullptr ? arena->heap_ : nullptr;
        }
        ~Use() { arena::detail::inUse = before_; }
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;

    private:
        arena::detail::Heap* before_;
    };

    [[nodiscard]] bool holds(const void* memory) const;
    // Blocks that are allocated and not given back.
    [[nodiscard]] std::size_t live() const;
    // Hands out its memory from the beginning again; where blocks still live, from behind the last of them. No bytes are
    // left out of images any more.
    void beginAnew();

    // These bytes are in no image: restore() lets them be. REQUIRES: they lie in a block that stays.
    void leaveOut(const void* from, std::size_t bytes);

    // All that is in use of an arena, at one moment.
    struct Image {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t room = 0;
        std::size_t end = 0;  // how far into the arena it reaches
    };
    void save(Image& image) const;
    // REQUIRES: the image is one of this arena, since the last clear() and leaveOut().
    void restore(const Image& image);

private:
    struct Range {
        std::size_t from = 0;
        std::size_t to = 0;
    };
    // Calls copy(from, bytes) for each stretch that belongs to an image that reaches to `end`.
    template <class Copy>
    void forEachStretch(std::size_t end, Copy copy) const;

    arena::detail::Heap* heap_ = nullptr;  // at the beginning of the place; none: no place
    std::vector<Range> leftOut_;           // sorted
    bool usable_ = false;
};

}  // namespace mdsync
