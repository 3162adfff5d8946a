// Pair: a message beside a device, with what the rules know of the two.
#pragma once

#include "story/knowledge.hpp"

namespace mdsync::story {

struct Pair {
    MessageId message;
    DeviceId device;
    UserId user;
    const rules::MessageFacts& m;
    const rules::DeviceFacts& d;
    const rules::DeviceSide& side;
    const rules::Receipt* receipt;  // null: the device has nothing to do with the message
    bool isAuthors;                 // the device is one of the author's

    [[nodiscard]] bool wasOnline() const { return receipt != nullptr && (receipt->owed & rules::Receipt::Online) != 0; }
    [[nodiscard]] bool wasInRoom() const { return receipt != nullptr && (receipt->owed & rules::Receipt::InRoom) != 0; }
    // Whether the session, the running one or the last, has lasted since before the message was accepted.
    [[nodiscard]] bool isSinceBefore() const { return d.session != 0 && d.began < m.from(); }
    // Whether the device has been offline since before the message was accepted.
    [[nodiscard]] bool isAway() const { return !d.online && side.ended <= m.from(); }
};

// REQUIRES: the message is known to the rules.
[[nodiscard]] Pair pairOf(const Knowledge& k, MessageId message, DeviceId device);
// Whether somebody sent the message, as far as the trace was read.
[[nodiscard]] bool isKnown(const Knowledge& k, MessageId message);

}  // namespace mdsync::story
