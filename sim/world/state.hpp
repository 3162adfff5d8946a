// State: everything a world is, as one plain value.
//
// Server, network and devices are functions over it (server.hpp, network.hpp, client.hpp); they keep nothing of their
// own. Copying a State copies the world.
#pragma once

#include <cstdint>
#include <vector>

#include "mdsync/lexicon.hpp"
#include "mdsync/op.hpp"
#include "mdsync/policy.hpp"
#include "world/chance.hpp"
#include "world/lines.hpp"
#include "world/message.hpp"
#include "world/packet.hpp"
#include "world/parties.hpp"
#include "world/receipts.hpp"
#include "world/wheel.hpp"

namespace mdsync::world {

// The app's settings, and the switch as it was last turned.
struct Service {
    App app;      // as set now; app.sync is what the switch was last turned to
    App initial;  // as it was at the start
    Readings readings;
    bool before = false;  // how the service behaved before the last turn
    bool turned = false;  // whether there was a turn at all
    Instant turnedAt{};
};

// The codes and words that the world says, as ids.
struct Vocabulary {
    TextId typing, groupPath, empty;
    TextId offline, online, unknown, used, unpaid, range, sameClient;
};

// A recall that is asked for and not answered yet.
struct OpenRecall {
    MessageId message;
    UserId recaller;
    DeviceId device;  // none: through the server API
    // It never arrived. Open all the same, until its device is seen to be gone: whoever reads the events takes the next
    // answer for this one's.
    bool isLost = false;
};

struct State {
    State(const Header& header, Lexicon& words, const ServerPolicy& serverPolicy, Chance source);

    // Time, chance and the network.
    Wheel<Packet> wheel;
    Chance chance;
    std::vector<NetworkConditions> conditions;  // [0]: the default, and the backend's
    Millis longestLatency{20};                  // of all conditions there ever were
    Link backend;                               // from the app's backend to the server
    bool handedOver = false;                    // the network is in somebody else's hands, see lines.hpp
    std::vector<Waiting> lines;                 // what then waits, in the order in which it set off
    std::uint64_t serverKey = 0;                // what the server itself draws
    std::uint32_t serverDraws = 0;
    std::uint32_t notices = 0;    // Notice packets in the wheel, or on their lines
    std::uint32_t unnoticed = 0;  // devices whose drop the server does not know of

    // The parties.
    std::vector<Device> devices;
    std::vector<DeviceSide> sides;
    std::vector<Shelf> shelves;  // [0] is nobody's
    std::vector<User> users;
    std::vector<Group> groups;
    std::vector<Room> rooms;
    std::vector<Roster> rosters;  // [0] is empty
    std::vector<std::uint32_t> freeRosters;
    std::uint32_t sessions = 0;  // that ever began

    // What the server keeps.
    Service service;
    std::vector<std::pair<TextId, bool>> declaredTypes;  // custom type -> status; sorted
    Messages messages;
    std::vector<MessageId> accepted;  // in order of acceptance, from acceptedBegin on; for forgetting
    std::size_t acceptedBegin = 0;
    Receipts receipts;
    std::vector<OpenRecall> openRecalls;  // in the order in which they were asked for

    ServerPolicy policy;
    bool activated = false;           // a known-bad server decided otherwise than the reference server
    std::vector<std::int64_t> notes;  // what a known-bad server remembers, and no right one

    // What happened.
    std::vector<Event> events;
    Annex annex;

    const Lexicon* lexicon;
    Vocabulary say;

    // Takes in what `header` has at the end and this world has not yet: users with all their devices, groups, rooms. What
    // it had when the world began is there already. A user gets no further devices: those of one user stand together.
    void grow(const Header& header);

    [[nodiscard]] Instant now() const { return wheel.now(); }
    [[nodiscard]] Device& at(DeviceId d) { return devices[d.index()]; }
    [[nodiscard]] const Device& at(DeviceId d) const { return devices[d.index()]; }
    [[nodiscard]] DeviceSide& side(DeviceId d) { return sides[d.index()]; }
    [[nodiscard]] const DeviceSide& side(DeviceId d) const { return sides[d.index()]; }
    [[nodiscard]] User& at(UserId u) { return users[u.index()]; }
    [[nodiscard]] const User& at(UserId u) const { return users[u.index()]; }
    [[nodiscard]] Shelf& shelf(DeviceId d);

    // Packets under way, without the moments that are only waited for.
    [[nodiscard]] std::size_t flying() const { return wheel.size() + lines.size() - notices; }

    Event& emit(EventKind kind) {
        Event& event = events.emplace_back();
        event.t = now();
        event.kind = kind;
        return event;
    }
};

// The devices of a user, for a range-for.
class DeviceRange {
public:
    class Iterator {
    public:
        explicit Iterator(std::uint32_t value) : value_(value) {}
        DeviceId operator*() const { return DeviceId{value_}; }
        Iterator& operator++() {
            ++value_;
            return *this;
        }
        bool operator!=(const Iterator& other) const { return value_ != other.value_; }

    private:
        std::uint32_t value_;
    };
    explicit DeviceRange(const User& user) : first_(user.first.value), count_(user.devices) {}
    [[nodiscard]] Iterator begin() const { return Iterator{first_}; }
    [[nodiscard]] Iterator end() const { return Iterator{first_ + count_}; }

private:
    std::uint32_t first_;
    std::uint32_t count_;
};

}  // namespace mdsync::world
