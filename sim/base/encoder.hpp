// Encoder: a state written as bytes, to tell states apart; and Naming: under which names its devices and messages are
// written.
//
// Search treats devices of one kind as interchangeable, and message ids too. So a state is written under names that
// do not depend on who happens to be called what: by a permutation that is chosen from the state itself.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mdsync/ids.hpp"
#include "mdsync/time.hpp"

namespace mdsync {

class Encoder {
public:
    Encoder() = default;
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;

    void clear() { next_ = bytes_.data(); }
    [[gnu::always_inline]] void byte(unsigned value) {
        if (next_ == end_) [[unlikely]]
            grow();
        *next_++ = static_cast<std::uint8_t>(value);
    }
    void flag(bool value) { byte(value ? 1U : 0U); }
    // Seven bits a byte, lowest first: most numbers are small.
    [[gnu::always_inline]] void number(std::uint64_t value) {
        if (value < 0x80) [[likely]]
            return byte(static_cast<unsigned>(value));
        longNumber(value);
    }
    void signedNumber(std::int64_t value) {
        number(value < 0 ? (static_cast<std::uint64_t>(-value) << 1U) | 1U : static_cast<std::uint64_t>(value) << 1U);
    }
    // How far a moment lies ahead; 0 if it does not.
    void ahead(Instant t, Instant now) { number(t > now ? static_cast<std::uint64_t>((t - now).count()) : 0); }
    void ago(Instant t, Instant now) { signedNumber((now - t).count()); }

    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return {bytes_.data(), next_}; }

private:
    [[gnu::noinline]] void grow() {
        const std::size_t used = bytes_.size();
        bytes_.resize(std::max<std::size_t>(1024, 2 * used));
        next_ = bytes_.data() + used;
        end_ = bytes_.data() + bytes_.size();
    }
    [[gnu::noinline]] void longNumber(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7U) byte(static_cast<unsigned>(value & 0x7fU) | 0x80U);
        byte(static_cast<unsigned>(value));
    }

    std::vector<std::uint8_t> bytes_;  // as far as next_; the rest is room
    std::uint8_t* next_ = nullptr;
    std::uint8_t* end_ = nullptr;
};

// A Naming is a permutation of the devices and one of the messages. A device of a user is named within the places of
// that user's devices, so that users keep their names.
struct Naming {
    std::vector<std::uint32_t> device;     // by DeviceId: its name
    std::vector<std::uint32_t> byDevice;   // by name: the DeviceId
    std::vector<std::uint32_t> message;    // by MessageId
    std::vector<std::uint32_t> byMessage;  // by name

    // Everybody keeps their name.
    void keep(std::size_t devices, std::size_t messages) {
        keep(device, byDevice, devices);
        keep(message, byMessage, messages);
    }
    // The name, counted from 1; 0 for none.
    [[nodiscard]] std::uint32_t of(DeviceId d) const { return d.exists() ? device[d.index()] + 1 : 0; }
    [[nodiscard]] std::uint32_t of(MessageId m) const {
        if (!m.exists()) return 0;
        return (m.index() < message.size() ? message[m.index()] : m.value) + 1;
    }

private:
    static void keep(std::vector<std::uint32_t>& names, std::vector<std::uint32_t>& back, std::size_t count) {
        names.resize(count);
        back.resize(count);
        for (std::size_t i = 0; i < count; ++i) names[i] = back[i] = static_cast<std::uint32_t>(i);
    }
};

}  // namespace mdsync
