// Receipts: what devices received a short while ago, so that the server can tell which acknowledgements it has.
//
// A device acknowledges what it receives, and the acknowledgement takes its time. Whether it arrived matters only when
// a session breaks: what was not acknowledged by then the server must treat as not received. So no packet is spent on
// it; a ring of recent receipts, linked per device, answers the question when it comes up.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "mdsync/ids.hpp"
#include "mdsync/time.hpp"

namespace mdsync::world {

struct Receipt {
    DeviceId device;
    MessageId message;
    std::uint32_t place = 0;
    std::uint32_t previous = 0;  // number of the device's receipt before; 0: none
    Instant at{};
};

class Receipts {
public:
    // Notes a receipt; gives its number, never 0. What is older than `memory` may be forgotten for it.
    std::uint32_t add(const Receipt& receipt, Millis memory) {
        if (++head_ == 0) ++head_;
        if (mustGrow(receipt.at - memory)) grow();
        ring_[head_ & mask_] = receipt;
        return head_;
    }

    // The receipt with this number, if it is the device's and still remembered.
    [[nodiscard]] const Receipt* find(std::uint32_t number, DeviceId device) const {
        if (number == 0 || ring_.empty() || head_ - number >= ring_.size()) return nullptr;
        const Receipt& receipt = ring_[number & mask_];
        return receipt.device == device ? &receipt : nullptr;
    }

    // Whether the message was received at `since` or later.
    [[nodiscard]] bool mentions(MessageId message, Instant since) const {
        return std::any_of(ring_.begin(), ring_.end(), [&](const Receipt& receipt) {
            return receipt.device.exists() && receipt.message == message && receipt.at >= since;
        });
    }

    // Everything received so far counts as acknowledged.
    void acknowledgeAll() { acknowledged_ = head_; }
    [[nodiscard]] bool acknowledged(std::uint32_t number) const {
        return static_cast<std::int32_t>(number - acknowledged_) <= 0;
    }

    [[nodiscard]] std::size_t bytes() const { return ring_.capacity() * sizeof(Receipt); }

private:
    [[nodiscard]] bool mustGrow(Instant oldestNeeded) const {
        if (ring_.empty()) return true;
        const Receipt& old = ring_[head_ & mask_];
        return old.device.exists() && old.at >= oldestNeeded;
    }
    void grow();

    std::vector<Receipt> ring_;  // a power of two
    std::uint32_t mask_ = 0;
    std::uint32_t head_ = 0;
    std::uint32_t acknowledged_ = 0;
};

}  // namespace mdsync::world
