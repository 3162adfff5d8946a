// Arenas. See arena.hpp.
//
// A block is as large as was asked for; what is given back is handed out again first, so that an arena stays small however
// long a path is. Free blocks are kept by size: sixteen bytes apart while they are small, then by powers of two, where a
// list holds those that are not smaller than its power. A block has eight bytes before it that say its size.
// The heap's own numbers lie at its beginning, so that an image has them, too.
#include "base/arena.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <new>
#include <utility>

namespace mdsync {

namespace arena::detail {

struct Heap {
    static constexpr std::size_t kStep = 16;
    static constexpr std::size_t kSmall = 512;  // up to there classes are a step apart
    static constexpr std::size_t kClasses = kSmall / kStep + 1 + std::bit_width(Arena::kBytes / kSmall);

    std::uint32_t top = 0;                       // nothing was handed out from here on
    std::uint32_t floor = 0;                     // what lies before this was there when the arena last began anew
    std::uint32_t live = 0;                      // blocks behind the floor
    std::uint32_t kept = 0;                      // and before it
    bool isAllThereIs = true;                    // what finds no room is refused
    std::array<std::uint32_t, kClasses> free{};  // by size: where the first one begins; 0: none
};

namespace {

// Before each block. Blocks begin at multiples of sixteen, so this lies eight bytes before one.
struct Tag {
    std::uint32_t size = 0;  // with the tag
    std::uint32_t next = 0;  // of those that are free
};
static_assert(sizeof(Tag) == 8);

// The list that a free block of this size is kept in.
std::size_t listOf(std::size_t size) {
    if (size <= Heap::kSmall) return size / Heap::kStep;
    return Heap::kSmall / Heap::kStep + static_cast<std::size_t>(std::bit_width(size / Heap::kSmall)) - 1;
}
// The first list whose blocks are all large enough.
std::size_t listFor(std::size_t size) {
    return listOf(size <= Heap::kSmall ? size : std::bit_ceil(size));
}
constexpr std::size_t upTo(std::size_t value, std::size_t multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

std::byte* baseOf(Heap& heap) {
    return reinterpret_cast<std::byte*>(&heap);
}
Tag* tagAt(Heap& heap, std::size_t block) {
    return reinterpret_cast<Tag*>(baseOf(heap) + block - sizeof(Tag));
}

}  // namespace

constinit thread_local Heap* inUse = nullptr;
constinit std::atomic<std::uintptr_t> begin{kNowhere};

namespace {

void* findsNoRoom(const Heap& heap) {
    if (heap.isAllThereIs) throw std::bad_alloc();
    return nullptr;
}

}  // namespace

void* allocate(Heap& heap, std::size_t bytes, std::size_t alignment) {
    if (bytes > Arena::kBytes) return findsNoRoom(heap);
    const std::size_t size = upTo(bytes + sizeof(Tag), Heap::kStep);
    std::uint32_t& first = heap.free[listFor(size)];
    std::size_t block = first;
    if (block != 0 && alignment <= Heap::kStep) {
        first = tagAt(heap, block)->next;
    } else {
        block = upTo(heap.top + sizeof(Tag), std::max(alignment, Heap::kStep));
        const std::size_t end = block - sizeof(Tag) + size;
        if (end > Arena::kBytes) return findsNoRoom(heap);
        heap.top = static_cast<std::uint32_t>(end);
        tagAt(heap, block)->size = static_cast<std::uint32_t>(size);
    }
    ++heap.live;
    return baseOf(heap) + block;
}

void release(void* memory) noexcept {
    const std::uintptr_t at = reinterpret_cast<std::uintptr_t>(memory) - begin.load(std::memory_order_relaxed);
    const std::uintptr_t block = at % Arena::kBytes;
    Heap& heap = *reinterpret_cast<Heap*>(static_cast<std::byte*>(memory) - block);
    // What was kept is not handed out again: say, a lexicon that grew and gave back its old table. Else new blocks could
    // lie before the floor, and `live` would no longer tell who lives behind it.
    if (block < heap.floor) [[unlikely]] {
        --heap.kept;
        return;
    }
    Tag& tag = *tagAt(heap, block);
    std::uint32_t& first = heap.free[listOf(tag.size)];
    tag.next = std::exchange(first, static_cast<std::uint32_t>(block));
    --heap.live;
}

}  // namespace arena::detail

using arena::detail::Heap;

namespace {

constexpr std::size_t kPlaces = arena::kRange / Arena::kBytes;
static_assert(kPlaces == 64, "one bit each");
constinit std::atomic<std::uint64_t> takenPlaces{0};

// The range of addresses, asked for by the first who needs it and kept from then on. Only what is used costs memory.
bool haveRange() {
    std::uintptr_t known = arena::detail::begin.load();
    if (known != arena::kNowhere) return true;
    // A place begins at a multiple of its size.
    const std::size_t wanted = arena::kRange + Arena::kBytes;
    void* const got =
        ::mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got == MAP_FAILED) return false;
    const auto address = reinterpret_cast<std::uintptr_t>(got);
    const std::uintptr_t aligned = (address + Arena::kBytes - 1) / Arena::kBytes * Arena::kBytes;
    if (!arena::detail::begin.compare_exchange_strong(known, aligned)) ::munmap(got, wanted);  // another was faster
    return true;
}

}  // namespace

Arena::Arena(WhenFull whenFull) {
    if (!haveRange()) return;
    std::uint64_t now = takenPlaces.load();
    do {
        if (std::countr_one(now) == static_cast<int>(kPlaces)) return;
    } while (!takenPlaces.compare_exchange_weak(now, now | (now + 1)));
    const auto place = static_cast<std::uintptr_t>(std::countr_one(now));
    // NOLINTNEXTLINE(performance-no-int-to-ptr): release() compares addresses as numbers, so they are kept as such
    heap_ = reinterpret_cast<Heap*>(arena::detail::begin.load() + place * kBytes);
    ::new (heap_) Heap{};
    heap_->isAllThereIs = whenFull == WhenFull::Refuse;
    beginAnew();
    // Whether the program's operator new asks.
    const Use use(this);
    void* const trial = ::operator new(1);
    usable_ = holds(trial);
    ::operator delete(trial);
}

Arena::~Arena() {
    if (heap_ == nullptr || live() > 0) return;
    const std::uintptr_t place = (reinterpret_cast<std::uintptr_t>(heap_) - arena::detail::begin.load()) / kBytes;
    takenPlaces.fetch_and(~(std::uint64_t{1} << place));
}

bool Arena::holds(const void* memory) const {
    return heap_ != nullptr &&
           reinterpret_cast<std::uintptr_t>(memory) - reinterpret_cast<std::uintptr_t>(heap_) < kBytes;
}

std::size_t Arena::live() const {
    return heap_ == nullptr ? 0 : heap_->live + heap_->kept;
}

void Arena::beginAnew() {
    if (heap_ == nullptr) return;
    if (heap_->live > 0) {
        heap_->kept += std::exchange(heap_->live, 0);
        heap_->floor = heap_->top;
    } else if (heap_->kept == 0) {
        heap_->floor = sizeof(Heap);
    }
    heap_->top = heap_->floor;
    heap_->free = {};
    leftOut_.clear();
}

void Arena::leaveOut(const void* from, std::size_t bytes) {
    const std::size_t at = reinterpret_cast<std::uintptr_t>(from) - reinterpret_cast<std::uintptr_t>(heap_);
    const auto after = std::find_if(leftOut_.begin(), leftOut_.end(), [at](const Range& r) { return r.from > at; });
    leftOut_.insert(after, {at, at + bytes});
}

template <class Copy>
void Arena::forEachStretch(std::size_t end, Copy copy) const {
    std::size_t from = 0;
    for (const Range& range : leftOut_) {
        copy(from, range.from - from);
        from = range.to;
    }
    copy(from, end - from);
}

void Arena::save(Image& image) const {
    image.end = heap_->top;
    if (image.room < image.end) {
        image.room = std::bit_ceil(image.end);
        image.bytes = std::make_unique_for_overwrite<std::byte[]>(image.room);
    }
    std::byte* to = image.bytes.get();
    const std::byte* const base = reinterpret_cast<const std::byte*>(heap_);
    forEachStretch(image.end, [&](std::size_t from, std::size_t bytes) {
        std::memcpy(to, base + from, bytes);
        to += bytes;
    });
}

void Arena::restore(const Image& image) {
    const std::byte* from = image.bytes.get();
    std::byte* const base = reinterpret_cast<std::byte*>(heap_);
    forEachStretch(image.end, [&](std::size_t to, std::size_t bytes) {
        std::memcpy(base + to, from, bytes);
        from += bytes;
    });
}

}  // namespace mdsync
