// Trace: names of the header, spellings, fingerprints. See mdsync/trace.hpp. Reading and writing: mdsync/trace_io.hpp.
#include "mdsync/trace.hpp"

#include <bit>
#include <cstring>

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

// ---- Fingerprint ----------------------------------------------------------------------------------------------------
// XXH64 with seed 0, so that others can compute it too. It must never change: fingerprints are in run hashes.

namespace {

constexpr std::uint64_t kPrime1 = 0x9e3779b185ebca87ULL;
constexpr std::uint64_t kPrime2 = 0xc2b2ae3d27d4eb4fULL;
constexpr std::uint64_t kPrime3 = 0x165667b19e3779f9ULL;
constexpr std::uint64_t kPrime4 = 0x85ebca77c2b2ae63ULL;
constexpr std::uint64_t kPrime5 = 0x27d4eb2f165667c5ULL;

template <class Word>
std::uint64_t load(const char* bytes) {
    Word word{};
    for (std::size_t i = 0; i < sizeof(Word); ++i) {
        word |= static_cast<Word>(static_cast<unsigned char>(bytes[i])) << (8U * i);
    }
    return word;
}

constexpr std::uint64_t mixLane(std::uint64_t lane, std::uint64_t word) {
    return std::rotl(lane + word * kPrime2, 31) * kPrime1;
}

constexpr std::uint64_t mergeLane(std::uint64_t hash, std::uint64_t lane) {
    return (hash ^ mixLane(0, lane)) * kPrime1 + kPrime4;
}

// Takes all blocks of 32 bytes off [p, end).
std::uint64_t hashBlocks(const char*& p, const char* end) {
    std::uint64_t a = kPrime1 + kPrime2;
    std::uint64_t b = kPrime2;
    std::uint64_t c = 0;
    std::uint64_t d = std::uint64_t{0} - kPrime1;
    for (; end - p >= 32; p += 32) {
        a = mixLane(a, load<std::uint64_t>(p));
        b = mixLane(b, load<std::uint64_t>(p + 8));
        c = mixLane(c, load<std::uint64_t>(p + 16));
        d = mixLane(d, load<std::uint64_t>(p + 24));
    }
    std::uint64_t hash = std::rotl(a, 1) + std::rotl(b, 7) + std::rotl(c, 12) + std::rotl(d, 18);
    for (const std::uint64_t lane : {a, b, c, d}) hash = mergeLane(hash, lane);
    return hash;
}

}  // namespace

std::uint64_t fingerprint(std::string_view bytes) {
    const char* p = bytes.data();
    const char* const end = p + bytes.size();
    std::uint64_t hash = bytes.size() >= 32 ? hashBlocks(p, end) : kPrime5;
    hash += bytes.size();
    for (; end - p >= 8; p += 8) {
        hash = std::rotl(hash ^ mixLane(0, load<std::uint64_t>(p)), 27) * kPrime1 + kPrime4;
    }
    if (end - p >= 4) {
        hash = std::rotl(hash ^ (load<std::uint32_t>(p) * kPrime1), 23) * kPrime2 + kPrime3;
        p += 4;
    }
    for (; p != end; ++p) hash = std::rotl(hash ^ (load<unsigned char>(p) * kPrime5), 11) * kPrime1;
    hash = (hash ^ (hash >> 33U)) * kPrime2;
    hash = (hash ^ (hash >> 29U)) * kPrime3;
    return hash ^ (hash >> 32U);
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
        case TargetKind::None:
            return {};
        case TargetKind::User:
            return header.users[address.user().index()].name;
        case TargetKind::Group:
            return "group:" + header.groups[address.group().index()].name;
        case TargetKind::Room:
            return "chatroom:" + header.rooms[address.room().index()];
    }
    return {};
}

}  // namespace mdsync
