// See names.hpp.
#include "trace/names.hpp"

#include <fmt/format.h>

namespace mdsync {

NameIndex::NameIndex(const Header& header) {
    for (std::size_t i = 0; i < header.devices.size(); ++i) devices_.add(header.path(DeviceId{i}));
    for (std::size_t i = 0; i < header.users.size(); ++i) addTarget(header.users[i].name, Address::of(UserId{i}));
    for (std::size_t i = 0; i < header.groups.size(); ++i) {
        const Address group = Address::of(GroupId{i});
        addTarget(spell(header, group), group);
    }
    for (std::size_t i = 0; i < header.rooms.size(); ++i) {
        const Address room = Address::of(RoomId{i});
        addTarget(spell(header, room), room);
    }
}

void NameIndex::add(const Header& header, const Event& event) {
    if (event.to.kind != AddressKind::None) return addTarget(spell(header, event.to), event.to);
    addTarget(header.users[event.user.index()].name, Address::of(event.user));
    devices_.add(header.path(event.device));
}

UserId NameIndex::user(std::string_view name) const {
    const Address address = target(name);
    return address.kind == AddressKind::User ? address.user() : UserId{};
}

GroupId NameIndex::group(std::string_view name) const {
    const Address address = target(fmt::format("group:{}", name));
    return address.kind == AddressKind::Group ? address.group() : GroupId{};
}

RoomId NameIndex::room(std::string_view name) const {
    const Address address = target(fmt::format("chatroom:{}", name));
    return address.kind == AddressKind::Room ? address.room() : RoomId{};
}

std::vector<std::string_view> NameIndex::devicePaths() const {
    return someOf(devices_);
}

std::vector<std::string_view> NameIndex::targetSpellings(AddressKind kind) const {
    const std::vector<std::string_view> all = someOf(targets_);
    std::vector<std::string_view> spellings;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (kind == AddressKind::None || addresses_[i].kind == kind) spellings.push_back(all[i]);
    }
    return spellings;
}

}  // namespace mdsync
