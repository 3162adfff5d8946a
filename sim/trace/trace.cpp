// Trace: names of the header, spellings. See mdsync/trace.hpp. Reading and writing: mdsync/trace_io.hpp.
#include "mdsync/trace.hpp"

#include <array>
#include <utility>

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
    const std::string_view name = path.substr(slash + 1);
    for (const DeviceId d : devicesOf(user)) {
        if (devices[d.index()].name == name) return d;
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

void Header::declare(const Event& event, const Annex& annex) {
    const Declaration& what = annex.declarations[event.annex];
    if (event.kind == EventKind::Group && event.to.number == groups.size()) {
        groups.push_back({what.name, what.members});
        ++later.groups;
    } else if (event.kind == EventKind::Room && event.to.number == rooms.size()) {
        rooms.push_back(what.name);
        ++later.rooms;
    } else if (event.kind == EventKind::Device && event.device.index() == devices.size()) {
        if (event.user.index() == users.size()) {
            addUser(what.user);
            ++later.users;
        }
        devices.push_back({what.name, event.user, what.platform});
        users[event.user.index()].later.push_back(event.device);
        ++later.devices;
    }
}

Trace declaredAtStart(Trace trace) {
    const Header::Later& later = trace.header.later;
    if (later.devices + later.groups + later.rooms == 0) return trace;
    Header header = trace.header;
    header.users.clear();
    header.devices.clear();
    header.later = {};
    std::vector<DeviceId> numbers(trace.header.devices.size());
    for (std::size_t u = 0; u < trace.header.users.size(); ++u) {
        header.addUser(trace.header.users[u].name);
        for (const DeviceId d : trace.header.devicesOf(UserId{u})) {
            const DeviceInfo& info = trace.header.devices[d.index()];
            numbers[d.index()] = header.addDevice(info.name, info.platform);
        }
    }
    std::erase_if(trace.events, [](const Event& event) { return declares(event.kind); });
    for (Event& event : trace.events) {
        if (event.device.exists()) event.device = numbers[event.device.index()];
        if (event.by.exists()) event.by = numbers[event.by.index()];
    }
    trace.header = std::move(header);
    return trace;
}

// ---- Spellings ------------------------------------------------------------------------------------------------------

namespace {

constexpr std::array<std::string_view, kEventKinds> kEvents{
    "connect", "online",  "refused",   "offline", "reinstall",     "send",          "publish",  "accept",
    "reject",  "receive", "caught-up", "recall",  "recall-accept", "recall-reject", "recalled", "sync",
    "set",     "join",    "leave",     "settled", "note",          "device",        "group",    "room"};
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
