// Presence: whether a device was there when a message that is not kept was accepted, and has been since.
#pragma once

#include "rules/rule.hpp"

namespace mdsync::rules {

// `presence`: Receipt::Online, or Receipt::InRoom for a chatroom's message. Who was there and has just gone offline is
// excused.
[[nodiscard]] inline Tri presentSince(const Arrival& a, std::uint8_t presence) {
    if (a.receipt == nullptr) return Tri::No;
    if (a.excused) {
        if ((a.receipt->owed & presence) != 0) return Tri::Yes;
        return (a.receipt->owed & Receipt::Unsure) != 0 ? Tri::Maybe : Tri::No;
    }
    if ((a.receipt->owed & presence) != 0 && a.standing == Standing::Since) return Tri::Yes;
    return (a.receipt->owed & Receipt::Unsure) != 0 && a.standing != Standing::After ? Tri::Maybe : Tri::No;
}

}  // namespace mdsync::rules
