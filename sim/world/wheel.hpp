// Wheel: the clock and event queue of a world.
//
// Items come out in exact order of (time, order of pushing). What is due within kSlots milliseconds waits in a slot of
// its own millisecond, in chunks that are read one after the other; what lies further ahead waits in a heap. A heap
// item is always older than a slot item of the same millisecond, because the slot was out of reach when it was pushed:
// so the heap goes first, and nothing is ever moved from one to the other.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "mdsync/time.hpp"

namespace mdsync::world {

template <class Item>
class Wheel {
public:
    static constexpr std::uint32_t kChunk = 12;  // so many items lie side by side

    explicit Wheel(Instant now) : now_(now) {}

    [[nodiscard]] Instant now() const { return now_; }
    [[nodiscard]] std::size_t size() const { return size_; }

    // REQUIRES: `at` is not before now().
    void push(Instant at, const Item& item) {
        ++size_;
        if (at - now_ >= Millis{kSlots}) [[unlikely]]
            return pushFar(at, item);
        Slot& slot = slots_[slotOf(at)];
        if (slot.write == kChunk) [[unlikely]]
            addChunk(slotOf(at));
        chunks_[slot.tail].items[slot.write++] = item;
    }

    // Takes the next item that is due at `until` or before and moves the clock to its time. False if there is none; the
    // clock then stays.
    bool pop(Instant until, Item& item) {
        // Mostly there is more that is due now.
        if (farNext_ > now_ && now_ <= until) {
            const std::uint32_t number = slotOf(now_);
            if (slots_[number].head != kNone) {
                --size_;
                takeFromSlot(number, item);
                return true;
            }
        }
        return popLater(until, item);
    }

    // Where what is due soon waits, as it lies in memory: the same whenever size() is 0.
    [[nodiscard]] auto slots() const { return std::span(slots_); }

    // The time of the next item, or Instant::max().
    [[nodiscard]] Instant next() const { return std::min(nextSlot(), farNext_); }

    // Moves the clock. REQUIRES: nothing is due before `to`, and `to` is not before now().
    void moveTo(Instant to) { now_ = to; }

    // Takes several items at once, as pop() would give them one after the other: what is in one chunk is due at one time.
    // Gives how many; 0: there is none. What is pushed meanwhile comes after them.
    std::size_t popSome(Instant until, std::array<Item, kChunk>& items) {
        const std::uint32_t number = slotOf(now_);
        if (farNext_ <= now_ || now_ > until || slots_[number].head == kNone) return popLater(until, items[0]) ? 1 : 0;
        const std::span<const Item> waiting = firstChunk();
        std::copy(waiting.begin(), waiting.end(), items.begin());
        size_ -= waiting.size();
        leaveChunk(number);
        return waiting.size();
    }

    // What popSome() will give next, if it is due now too; for prefetching.
    [[nodiscard]] std::span<const Item> firstChunk() const {
        const Slot& slot = slots_[slotOf(now_)];
        if (slot.head == kNone) return {};
        const std::uint32_t end = slot.head == slot.tail ? slot.write : kChunk;
        return std::span(chunks_[slot.head].items).subspan(slot.read, end - slot.read);
    }

    // Calls f(time, item) for all items in the order in which they will come out.
    template <class F>
    void forEach(F&& f) const {
        std::vector<Far> far = far_;
        std::sort(far.begin(), far.end(), [](const Far& a, const Far& b) { return later(b, a); });
        auto nextFar = far.begin();
        for (Instant t = now_; t < now_ + Millis{kSlots}; t += Millis{1}) {
            for (; nextFar != far.end() && nextFar->at == t; ++nextFar) f(t, nextFar->item);
            const Slot& slot = slots_[slotOf(t)];
            std::uint32_t read = slot.read;
            for (std::uint32_t chunk = slot.head; chunk != kNone; chunk = chunks_[chunk].next, read = 0) {
                const std::uint32_t end = chunk == slot.tail ? slot.write : kChunk;
                for (std::uint32_t i = read; i < end; ++i) f(t, chunks_[chunk].items[i]);
                if (chunk == slot.tail) break;
            }
        }
        for (; nextFar != far.end(); ++nextFar) f(nextFar->at, nextFar->item);
    }

    [[nodiscard]] std::size_t bytes() const {
        return chunks_.capacity() * sizeof(Chunk) + far_.capacity() * sizeof(Far) + sizeof(slots_);
    }

private:
    static constexpr std::uint32_t kSlots = 256;
    static constexpr std::uint32_t kNone = 0xffffffffU;

    struct alignas(256) Chunk {
        std::array<Item, kChunk> items;
        std::uint32_t next;
    };
    struct Slot {
        std::uint32_t head = kNone;
        std::uint32_t tail = kNone;
        std::uint16_t read = 0;        // in the head chunk
        std::uint16_t write = kChunk;  // in the tail chunk; where there is none, as if it were full
    };
    struct Far {
        Instant at;
        std::uint64_t order;
        Item item;
    };

    static bool later(const Far& a, const Far& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }

    static std::uint32_t slotOf(Instant t) {
        return static_cast<std::uint32_t>(t.time_since_epoch().count()) & (kSlots - 1);
    }

    // What happens once in many items stands apart, so that the rest is short where it is inlined.
    [[gnu::noinline]] void pushFar(Instant at, const Item& item) {
        far_.push_back(Far{at, order_++, item});
        std::push_heap(far_.begin(), far_.end(), later);
        farNext_ = far_.front().at;
    }

    [[gnu::noinline]] void addChunk(std::uint32_t number) {
        const std::uint32_t fresh = newChunk();
        Slot& slot = slots_[number];
        if (slot.tail == kNone) {
            slot.head = fresh;
            busy_[number / 64] |= 1ULL << (number % 64);
        } else {
            chunks_[slot.tail].next = fresh;
        }
        slot.tail = fresh;
        slot.write = 0;
    }

    // pop(), where nothing more is due now, or what waited in the heap is.
    [[gnu::noinline]] bool popLater(Instant until, Item& item) {
        const Instant at = next();
        if (at > until || at == Instant::max()) return false;
        now_ = at;
        --size_;
        if (farNext_ == at) {
            item = far_.front().item;
            std::pop_heap(far_.begin(), far_.end(), later);
            far_.pop_back();
            farNext_ = far_.empty() ? Instant::max() : far_.front().at;
            return true;
        }
        takeFromSlot(slotOf(at), item);
        return true;
    }

    void takeFromSlot(std::uint32_t number, Item& item) {
        Slot& slot = slots_[number];
        item = chunks_[slot.head].items[slot.read++];
        const std::uint32_t end = slot.head == slot.tail ? slot.write : kChunk;
        if (slot.read == end) [[unlikely]]
            leaveChunk(number);
    }

    [[gnu::noinline]] void leaveChunk(std::uint32_t number) {
        Slot& slot = slots_[number];
        const std::uint32_t head = slot.head;
        if (head == slot.tail) {
            slot = Slot{};
            busy_[number / 64] &= ~(1ULL << (number % 64));
        } else {
            slot.head = chunks_[head].next;
            slot.read = 0;
        }
        freeChunk(head);
    }

    [[nodiscard]] Instant nextSlot() const {
        const std::uint32_t start = slotOf(now_);
        // The word that holds `start`, from there on; then the others in turn; then its lower part again.
        std::uint64_t word = busy_[start / 64] >> (start % 64);
        if (word != 0) return now_ + Millis{std::countr_zero(word)};
        for (std::uint32_t i = 1; i <= kSlots / 64; ++i) {
            const std::uint32_t index = (start / 64 + i) % (kSlots / 64);
            word = busy_[index];
            if (word == 0) continue;
            const std::uint32_t number = index * 64 + static_cast<std::uint32_t>(std::countr_zero(word));
            return now_ + Millis{(number - start) & (kSlots - 1)};
        }
        return Instant::max();
    }

    std::uint32_t newChunk() {
        if (free_ == kNone) {
            chunks_.push_back(Chunk{{}, kNone});
            return static_cast<std::uint32_t>(chunks_.size() - 1);
        }
        return std::exchange(free_, chunks_[free_].next);
    }
    void freeChunk(std::uint32_t chunk) { chunks_[chunk].next = std::exchange(free_, chunk); }

    Instant now_;
    Instant farNext_ = Instant::max();
    std::size_t size_ = 0;
    std::uint64_t order_ = 0;
    std::uint32_t free_ = kNone;
    std::array<std::uint64_t, kSlots / 64> busy_{};
    std::array<Slot, kSlots> slots_{};
    std::vector<Chunk> chunks_;
    std::vector<Far> far_;
};

}  // namespace mdsync::world
