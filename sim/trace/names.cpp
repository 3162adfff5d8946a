// See names.hpp.
#include "trace/names.hpp"

#include <fmt/format.h>

namespace mdsync {

Names::Names(const Header& header) {
    for (const DeviceInfo& device : header.devices) {
        devices_.add(fmt::format("{}/{}", header.users[device.user.index()].name, device.name));
    }
    const auto addTarget = [&](std::string_view spelling, Address address) {
        if (targets_.add(spelling)) addresses_.push_back(address);
    };
    for (std::size_t i = 0; i < header.users.size(); ++i) addTarget(header.users[i].name, Address::of(UserId{i}));
    for (std::size_t i = 0; i < header.groups.size(); ++i) {
        addTarget(fmt::format("group:{}", header.groups[i].name), Address::of(GroupId{i}));
    }
    for (std::size_t i = 0; i < header.rooms.size(); ++i) {
        addTarget(fmt::format("chatroom:{}", header.rooms[i]), Address::of(RoomId{i}));
    }
}

UserId Names::user(std::string_view name) const {
    const Address address = target(name);
    return address.kind == AddressKind::User ? address.user() : UserId{};
}

GroupId Names::group(std::string_view name) const {
    const Address address = target(fmt::format("group:{}", name));
    return address.kind == AddressKind::Group ? address.group() : GroupId{};
}

RoomId Names::room(std::string_view name) const {
    const Address address = target(fmt::format("chatroom:{}", name));
    return address.kind == AddressKind::Room ? address.room() : RoomId{};
}

std::vector<std::string_view> Names::devicePaths() const {
    return someOf(devices_);
}

std::vector<std::string_view> Names::targetSpellings(AddressKind kind) const {
    const std::vector<std::string_view> all = someOf(targets_);
    std::vector<std::string_view> spellings;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (kind == AddressKind::None || addresses_[i].kind == kind) spellings.push_back(all[i]);
    }
    return spellings;
}

}  // namespace mdsync
