// Trace: names of the header, spellings. See mdsync/trace.hpp. Reading and writing: mdsync/trace_io.hpp.
#include "mdsync/trace.hpp"

#include <array>

namespace mdsync {

// ---- Header ---------------------------------------------------------------------------------------------------------

UserId Header::findUser(std::string_view name) const {
    for (std::size_t i = 0; i < users.size(); ++i) {
        if (users[i].name == name) return UserId{i};
    }
    return {};
}

DeviceId Header::findDevice(std::string_view path) const {
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return {};
    const UserId user = findUser(path.substr(0, slash));
    if (!user.exists()) return {};
    const UserInfo& owner = users[user.index()];
    const std::string_view name = path.substr(slash + 1);
    for (std::uint32_t i = 0; i < owner.deviceCount; ++i) {
        if (devices[owner.firstDevice.index() + i].name == name) return DeviceId{owner.firstDevice.value + i};
    }
    return {};
}

GroupId Header::findGroup(std::string_view name) const {
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (groups[i].name == name) return GroupId{i};
    }
    return {};
}

RoomId Header::findRoom(std::string_view name) const {
    for (std::size_t i = 0; i < rooms.size(); ++i) {
        if (rooms[i] == name) return RoomId{i};
    }
    return {};
}

std::string Header::path(DeviceId device) const {
    const DeviceInfo& info = devices[device.index()];
    return users[info.user.index()].name + "/" + info.name;
}

UserId Header::addUser(std::string_view name) {
    users.push_back({std::string(name), DeviceId{devices.size()}, 0});
    return UserId{users.size() - 1};
}

DeviceId Header::addDevice(std::string_view name, Platform platform) {
    devices.push_back({std::string(name), UserId{users.size() - 1}, platform});
    ++users.back().deviceCount;
    return DeviceId{devices.size() - 1};
}

// ---- Spellings ------------------------------------------------------------------------------------------------------

namespace {

constexpr std::array<std::string_view, kEventKinds> kEvents{
    "connect",  "online", "refused", "offline",   "reinstall", "send",          "publish",
    "accept",   "reject", "receive", "caught-up", "recall",    "recall-accept", "recall-reject",
    "recalled", "sync",   "set",     "join",      "leave",     "settled",       "note"};
constexpr std::array<std::string_view, 6> kReasons{"logout", "drop", "replaced", "evicted", "uninstall", "server"};
constexpr std::array<std::string_view, 4> kVias{"", "live", "offline", "compensation"};
constexpr std::array<std::string_view, kPlatforms> kPlatformNames{
    "android", "ios", "harmony", "web", "windows", "macos", "linux", "electron", "miniprogram"};

template <class Enum, std::size_t N>
std::optional<Enum> valueOf(const std::array<std::string_view, N>& words, std::string_view word) {
    for (std::size_t i = 0; i < N; ++i) {
        if (!word.empty() && words[i] == word) return static_cast<Enum>(i);
    }
    return std::nullopt;
}

}  // namespace

std::string_view spell(EventKind kind) {
    return kEvents[static_cast<std::size_t>(kind)];
}
std::string_view spell(OfflineReason reason) {
    return kReasons[static_cast<std::size_t>(reason)];
}
std::string_view spell(Via via) {
    return kVias[static_cast<std::size_t>(via)];
}
std::string_view spell(Platform platform) {
    return kPlatformNames[static_cast<std::size_t>(platform)];
}

std::optional<EventKind> eventKindOf(std::string_view word) {
    return valueOf<EventKind>(kEvents, word);
}
std::optional<OfflineReason> offlineReasonOf(std::string_view word) {
    return valueOf<OfflineReason>(kReasons, word);
}
std::optional<Via> viaOf(std::string_view word) {
    return valueOf<Via>(kVias, word);
}
std::optional<Platform> platformOf(std::string_view word) {
    return valueOf<Platform>(kPlatformNames, word);
}

std::string spell(const Header& header, const Address& address) {
    switch (address.kind) {
        case AddressKind::None:
            return {};
        case AddressKind::User:
            return header.users[address.user().index()].name;
        case AddressKind::Group:
            return "group:" + header.groups[address.group().index()].name;
        case AddressKind::Room:
            return "chatroom:" + header.rooms[address.room().index()];
    }
    return {};
}

}  // namespace mdsync
