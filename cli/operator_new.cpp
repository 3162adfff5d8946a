// The program's operator new and delete: from the arena of a search while it makes a move, from malloc otherwise. See
// mdsync/arena.hpp.
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

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "mdsync/arena.hpp"

namespace {

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

void* take(std::size_t bytes) {
    if (void* const memory = mdsync::arena::allocate(bytes, __STDCPP_DEFAULT_NEW_ALIGNMENT__)) return memory;
    return untilThereIsSome([bytes] { return std::malloc(std::max<std::size_t>(bytes, 1)); });
}

void* take(std::size_t bytes, std::align_val_t alignment) {
    const auto multiple = static_cast<std::size_t>(alignment);
    if (void* const memory = mdsync::arena::allocate(bytes, multiple)) return memory;
    if (bytes > SIZE_MAX - multiple) throw std::bad_alloc();
    // aligned_alloc() wants a multiple of the alignment.
    const std::size_t whole = (std::max<std::size_t>(bytes, 1) + multiple - 1) / multiple * multiple;
    return untilThereIsSome([=] { return std::aligned_alloc(multiple, whole); });
}

void give(void* memory) noexcept {
    if (!mdsync::arena::release(memory)) std::free(memory);
}

}  // namespace

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

#endif
