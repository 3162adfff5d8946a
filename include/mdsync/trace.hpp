// Trace: everything observable about a run, as one sequence of events behind a header.
//
// The rules read a trace and nothing else. On disk a trace is JSON Lines (docs/trace.md); in memory an Event is a small
// fixed-size value over interned ids. Whoever produces events (simulated world, adapter, trace file) owns the Lexicon
// they refer to.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mdsync/calendar.hpp"
#include "mdsync/ids.hpp"
#include "mdsync/lexicon.hpp"
#include "mdsync/time.hpp"

namespace mdsync {

struct Event;
struct Annex;

// ---- Header ---------------------------------------------------------------------------------------------------------

enum class Environment : std::uint8_t { Development, Production };
enum class OnLimit : std::uint8_t { Replace, Refuse };

// The app's console settings (seed, "Enabling the Service" and the tips about tickets), with the documented defaults.
struct App {
    Environment environment = Environment::Development;
    bool prepaid = false;
    bool sync = false;
    int compensationDays = 1;
    int offlineDays = 7;
    Zone timezone;
    int mobileLimit = 1;
    int miniprogramLimit = 1;
    OnLimit onLimit = OnLimit::Replace;
};

// The readings: how the questions that the seed leaves open are answered.
enum class WindowReading : std::uint8_t { Calendar, Rolling, Any };
enum class GroupStatusPath : std::uint8_t { Docs, Seed };
struct Readings {
    WindowReading window = WindowReading::Calendar;
    Millis switchDelay = std::chrono::minutes{30};
    GroupStatusPath groupStatusPath = GroupStatusPath::Docs;
};

enum class Platform : std::uint8_t { Android, Ios, Harmony, Web, Windows, Macos, Linux, Electron, Miniprogram };
inline constexpr std::size_t kPlatforms = 9;

struct DeviceInfo {
    std::string name;  // bare: `phone`
    UserId user;
    Platform platform = Platform::Android;
};

// The devices of one user, in their order: some with consecutive ids, then any others.
class DeviceRange {
public:
    DeviceRange(DeviceId first, std::uint32_t count, const DeviceId* later = nullptr, std::uint32_t laterCount = 0)
        : first_(first.value), count_(count), later_(later), laterCount_(laterCount) {}
    class Iterator {
    public:
        Iterator(const DeviceRange& range, std::uint32_t ordinal) : range_(&range), ordinal_(ordinal) {}
        DeviceId operator*() const { return (*range_)[ordinal_]; }
        Iterator& operator++() {
            ++ordinal_;
            return *this;
        }
        bool operator!=(const Iterator& other) const { return ordinal_ != other.ordinal_; }

    private:
        const DeviceRange* range_;
        std::uint32_t ordinal_;
    };
    [[nodiscard]] std::uint32_t size() const { return count_ + laterCount_; }
    [[nodiscard]] DeviceId operator[](std::uint32_t ordinal) const {
        return ordinal < count_ ? DeviceId{first_ + ordinal} : later_[ordinal - count_];
    }
    [[nodiscard]] Iterator begin() const { return {*this, 0}; }
    [[nodiscard]] Iterator end() const { return {*this, size()}; }

private:
    std::uint32_t first_;
    std::uint32_t count_;
    const DeviceId* later_;
    std::uint32_t laterCount_;
};

// Those of a user's devices that the header declares have consecutive ids, firstDevice .. firstDevice + deviceCount - 1.
struct UserInfo {
    std::string name;
    DeviceId firstDevice;
    std::uint32_t deviceCount = 0;
    std::vector<DeviceId> later{};  // that events declared
};

struct GroupInfo {
    std::string name;
    std::vector<UserId> members;  // at the start
};

// Event kinds that a recorder may declare as invisible to it.
struct Silent {
    bool connect = false;
    bool accept = false;
    bool recallAccept = false;
    bool caughtUp = false;
    bool settled = false;
};

struct Header {
    Instant t{};
    std::string source;
    App app;
    Readings readings;
    Silent silent;
    bool acceptSeen = false;  // an `accept` tells when the asker learned of it
    std::vector<UserInfo> users;
    std::vector<DeviceInfo> devices;
    std::vector<GroupInfo> groups;
    std::vector<std::string> rooms;
    std::vector<std::pair<std::string, bool>> messageTypes;  // type -> declared `status`; sorted by type

    // How many at the end of each list no header declares, but an event (`device`, `group`, `room`): from its line on.
    struct Later {
        std::size_t users = 0;
        std::size_t devices = 0;
        std::size_t groups = 0;
        std::size_t rooms = 0;
    } later;

    [[nodiscard]] UserId findUser(std::string_view name) const;
    [[nodiscard]] DeviceId findDevice(std::string_view path) const;  // `alice/phone`
    [[nodiscard]] GroupId findGroup(std::string_view name) const;
    [[nodiscard]] RoomId findRoom(std::string_view name) const;
    [[nodiscard]] std::string path(DeviceId device) const;  // `alice/phone`
    [[nodiscard]] DeviceRange devicesOf(UserId user) const {
        const UserInfo& info = users[user.index()];
        return {info.firstDevice, info.deviceCount, info.later.data(), static_cast<std::uint32_t>(info.later.size())};
    }

    // Adds a user or a device at the end. Devices must be added right after their user.
    UserId addUser(std::string_view name);
    DeviceId addDevice(std::string_view name, Platform platform);

    // Adds what the event declares, if it is not there yet: a header may have been read to its trace's end.
    // REQUIRES: its number is that of a thing that is there, or the next one.
    void declare(const Event& event, const Annex& annex);
};

// ---- Events ---------------------------------------------------------------------------------------------------------

enum class EventKind : std::uint8_t {
    Connect,
    Online,
    Refused,
    Offline,
    Reinstall,
    Send,
    Publish,
    Accept,
    Reject,
    Receive,
    CaughtUp,
    Recall,
    RecallAccept,
    RecallReject,
    Recalled,
    Sync,
    Set,
    Join,
    Leave,
    Settled,
    Note,
    Device,
    Group,
    Room
};
inline constexpr std::size_t kEventKinds = 24;

// Whether such an event declares what no header does.
[[nodiscard]] constexpr bool declares(EventKind kind) {
    return kind >= EventKind::Device;
}

enum class OfflineReason : std::uint8_t { Logout, Drop, Replaced, Evicted, Uninstall, Server };
enum class Via : std::uint8_t { Unknown, Live, Offline, Compensation };

// How a message is addressed: a user, a group or a chatroom; the number is a UserId's, GroupId's or RoomId's.
enum class AddressKind : std::uint8_t { None, User, Group, Room };
struct Address {
    AddressKind kind = AddressKind::None;
    std::uint32_t number = 0;

    [[nodiscard]] static Address of(UserId u) { return {AddressKind::User, u.value}; }
    [[nodiscard]] static Address of(GroupId g) { return {AddressKind::Group, g.value}; }
    [[nodiscard]] static Address of(RoomId r) { return {AddressKind::Room, r.value}; }
    [[nodiscard]] UserId user() const { return UserId{number}; }
    [[nodiscard]] GroupId group() const { return GroupId{number}; }
    [[nodiscard]] RoomId room() const { return RoomId{number}; }
    friend auto operator<=>(const Address&, const Address&) = default;
};

// What a message says, as far as the trace tells: nothing, a text or a digest. Two payloads of the same kind are equal
// if their fingerprints (64 bits of the bytes) are.
enum class PayloadKind : std::uint8_t { Unknown, Text, Digest };

// Which endpoint a `publish` used, as it was asked for. `Path` has the literal path in Event::code.
enum class Api : std::uint8_t { Message, Status, Path };

// An Event is one line of a trace. Which fields mean something depends on the kind (docs/trace.md); the others keep
// their defaults.
struct Event {
    Instant t{};
    std::uint64_t payload = 0;  // send, publish, receive: fingerprint of the text or digest
    EventKind kind = EventKind::Note;
    OfflineReason reason = OfflineReason::Logout;  // offline
    Via via = Via::Unknown;                        // receive
    PayloadKind payloadKind = PayloadKind::Unknown;
    Api api = Api::Message;      // publish
    bool includeSender = false;  // publish
    bool enabled = false;        // sync
    bool refused = false;        // sync, set, join, leave: `code` says why
    Address to;                  // send, publish; join, leave, group, room: the group or room
    DeviceId device;             // whose event it is; send, recall: the asking device
    UserId user;                 // publish: from; recall by API: who; join, leave of a group: whom; device: whose
    MessageId message;
    TextId type;                     // send, publish: none means RC:TxtMsg
    TextId text;                     // the bytes behind `payload` where they are kept; note: its text
    TextId code;                     // refused, reject, recall-reject, `refused`; publish: the literal path
    DeviceId by;                     // offline
    std::uint32_t annex = kNoAnnex;  // number into Annex::catchUps (caught-up), settings (set), or declarations
    std::uint32_t origin = 0;        // where it comes from: the trace's line, or the scenario's step; for messages only

    static constexpr std::uint32_t kNoAnnex = 0xffffffffU;

    friend bool operator==(const Event&, const Event&) = default;
};

// What a `caught-up` said.
struct CatchUp {
    std::optional<std::uint64_t> count;
    bool hasConversations = false;
    std::vector<Address> conversations;
};

// What a `set` changed: only what is present.
struct SettingsChange {
    std::optional<std::int64_t> compensationDays;
    std::optional<std::int64_t> offlineDays;
    std::optional<std::int64_t> mobileLimit;
    std::optional<std::int64_t> miniprogramLimit;
    std::optional<bool> prepaid;
};

// What a `device`, `group` or `room` declares.
struct Declaration {
    std::string name;               // bare
    std::string user{};             // device: whose it is, who may come into being with it
    Platform platform{};            // device
    std::vector<UserId> members{};  // group
};

// The rare large parts of events, beside them. A producer that streams may clear it between batches.
struct Annex {
    std::vector<CatchUp> catchUps;
    std::vector<SettingsChange> settings;
    std::vector<Declaration> declarations;
};

// A Trace is a whole recorded run in memory.
struct Trace {
    Header header;
    Lexicon lexicon;
    Annex annex;
    std::vector<Event> events;
};

// The same trace as if its header had declared everything: a user's devices have consecutive ids.
[[nodiscard]] Trace declaredAtStart(Trace trace);

// ---- Spellings ------------------------------------------------------------------------------------------------------

[[nodiscard]] std::string_view spell(EventKind kind);
[[nodiscard]] std::string_view spell(OfflineReason reason);
[[nodiscard]] std::string_view spell(Via via);  // empty for Unknown
[[nodiscard]] std::string_view spell(Platform platform);
[[nodiscard]] std::optional<EventKind> eventKindOf(std::string_view word);
[[nodiscard]] std::optional<OfflineReason> offlineReasonOf(std::string_view word);
[[nodiscard]] std::optional<Via> viaOf(std::string_view word);
[[nodiscard]] std::optional<Platform> platformOf(std::string_view word);

// `bob`, `group:team`, `chatroom:lobby`.
[[nodiscard]] std::string spell(const Header& header, const Address& address);

}  // namespace mdsync
