// Ids: small numbers for the things a run is about.
//
// Everything with a name (users, devices, groups, rooms, messages, texts) is turned into a number once, at the edge,
// and is compared and looked up by that number inside. Ids of different kinds do not convert into each other. Ids of
// users, devices, groups and rooms count from 0 in the order of the header, so that they index plain vectors.
#pragma once

#include <compare>
#include <cstdint>

namespace mdsync {

// An Id is a number of one kind; a default-constructed one means "none".
template <class Kind>
struct Id {
    static constexpr std::uint32_t kNone = 0xffffffffU;
    std::uint32_t value = kNone;

    constexpr Id() = default;
    constexpr explicit Id(std::uint32_t v) : value(v) {}
    constexpr explicit Id(std::size_t v) : value(static_cast<std::uint32_t>(v)) {}
    [[nodiscard]] constexpr std::size_t index() const { return value; }
    [[nodiscard]] constexpr bool exists() const { return value != kNone; }
    friend constexpr auto operator<=>(Id, Id) = default;
};

using UserId = Id<struct UserKind>;
using DeviceId = Id<struct DeviceKind>;
using GroupId = Id<struct GroupKind>;
using RoomId = Id<struct RoomKind>;
using MessageId = Id<struct MessageKind>;
using TextId = Id<struct TextKind>;  // an interned string: message type, body, code, path

}  // namespace mdsync
