// Asking for memory ahead of its use.
#pragma once

namespace mdsync {

// Begins to bring the cache line at `p` near; fetchToWrite() so that it can be written at once. Any `p` will do.
//
// g++ takes a function that only prefetches for one without any effect and drops the calls of it, and the callers that
// do nothing else: the empty statement is an effect.
inline void fetch(const void* p) {
    __builtin_prefetch(p);
    __asm__ volatile("");
}
inline void fetchToWrite(const void* p) {
    __builtin_prefetch(p, 1);
    __asm__ volatile("");
}

}  // namespace mdsync
