// The program's operator new and delete: from the arena of a search while it makes a move (mdsync/arena.hpp), from malloc
// otherwise. See operator_new.hpp for large pages.
//
// The other forms (for arrays, and those that do not throw) call these. Under a sanitizer there is nothing here: those
// bring an operator new of their own, which knows what is freed and what is not, and no arena is usable.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define MDSYNC_OPERATOR_NEW_OF_ITS_OWN
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MDSYNC_OPERATOR_NEW_OF_ITS_OWN
#endif

#ifndef MDSYNC_OPERATOR_NEW_OF_ITS_OWN

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>

#include "mdsync/arena.hpp"
#include "operator_new.hpp"

namespace {

using mdsync::arena::kNowhere;

// As the standard asks: the handler, if there is one, may find memory.
template <class Get>
void* untilThereIsSome(Get get) {
    for (;;) {
        if (void* const memory = get()) return memory;
        const std::new_handler handler = std::get_new_handler();
        if (handler == nullptr) throw std::bad_alloc();
        handler();
    }
}

// ---- Pages of two megabytes, where the kernel has such. What a million devices have, or all states of a search, is read all
// over the place: with pages of four kilobytes, up to a third of the time goes into finding them.

constexpr std::size_t kLargePage = std::size_t{2} << 20U;
constexpr std::size_t kMapped = std::size_t{32} << 20U;  // what is larger does not lie on the heap
constexpr std::size_t kSpare = std::size_t{64} << 20U;   // addresses, not memory: so much the heap grows at a time
constexpr std::size_t kSmall = std::size_t{8} << 20U;    // up to here a heap is not worth it

// Where the heap ended when it was last looked at; nowhere, unless large pages are wanted. What malloc gives lies far away from
// it if it is mapped, or of a thread.
constinit std::atomic<std::uintptr_t> heapEnd{kNowhere};
constexpr std::uintptr_t kFar = std::uintptr_t{1} << 40U;
// Where the heap's small beginning begins, until that lies in large pages, too.
constinit std::atomic<std::uintptr_t> heapBegin{kNowhere};

std::uintptr_t endOfHeap() {
    return reinterpret_cast<std::uintptr_t>(::sbrk(0));
}

void askForLargePages(std::uintptr_t begin, std::uintptr_t end) {
    begin &= ~(kLargePage - 1);
    // If it is refused, the pages stay small.
    if (begin < end) (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

// The heap has grown: what it grew by is to lie in large pages. The first time, so is what it had before, which is in use:
// the world's devices are made first and used most. A kernel before 6.1 leaves that where it is.
[[gnu::noinline]] void lookAtHeap() {
    constexpr int kCollapse = 25;  // MADV_COLLAPSE, which older headers do not name
    const std::uintptr_t end = endOfHeap();
    const std::uintptr_t before = heapEnd.exchange(end, std::memory_order_relaxed);
    askForLargePages(before, end);
    const std::uintptr_t begin = heapBegin.exchange(kNowhere, std::memory_order_relaxed);
    if (begin != kNowhere) (void)::madvise(reinterpret_cast<void*>(begin), before - begin, kCollapse);
}

// `memory` of so many bytes, which malloc gave.
void* inLargePages(void* memory, std::size_t bytes) {
    const auto at = reinterpret_cast<std::uintptr_t>(memory);
    if (at - heapEnd.load(std::memory_order_relaxed) < kFar) [[unlikely]]
        lookAtHeap();
    if (bytes >= kMapped && memory != nullptr && heapEnd != kNowhere) askForLargePages(at + kLargePage, at + bytes);
    return memory;
}

// ----

void* take(std::size_t bytes) {
    if (void* const memory = mdsync::arena::allocate(bytes, __STDCPP_DEFAULT_NEW_ALIGNMENT__)) return memory;
    return untilThereIsSome([bytes] { return inLargePages(std::malloc(std::max<std::size_t>(bytes, 1)), bytes); });
}

void* take(std::size_t bytes, std::align_val_t alignment) {
    const auto multiple = static_cast<std::size_t>(alignment);
    if (void* const memory = mdsync::arena::allocate(bytes, multiple)) return memory;
    if (bytes > SIZE_MAX - multiple) throw std::bad_alloc();
    // aligned_alloc() wants a multiple of the alignment.
    const std::size_t whole = (std::max<std::size_t>(bytes, 1) + multiple - 1) / multiple * multiple;
    return untilThereIsSome([=] { return inLargePages(std::aligned_alloc(multiple, whole), whole); });
}

void give(void* memory) noexcept {
    if (!mdsync::arena::release(memory)) std::free(memory);
}

}  // namespace

namespace mdsync::cli {

void useLargePages() {
    (void)::mallopt(M_MMAP_THRESHOLD, static_cast<int>(kMapped));
    (void)::mallopt(M_TOP_PAD, static_cast<int>(kSpare));
    // What is given back would come again in small pages.
    (void)::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
    heapEnd = endOfHeap() + kSmall;
    heapBegin = (endOfHeap() + kLargePage - 1) & ~(kLargePage - 1);
}

}  // namespace mdsync::cli

void* operator new(std::size_t bytes) {
    return take(bytes);
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return take(bytes, alignment);
}
void operator delete(void* memory) noexcept {
    give(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    give(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    give(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    give(memory);
}

#else

#include "operator_new.hpp"

void mdsync::cli::useLargePages() {}

#endif
