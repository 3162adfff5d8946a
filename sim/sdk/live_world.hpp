// LiveWorld: the simulated server with devices that are not simulated, in a time that moves by itself.
//
// It is the same server as in a scenario. What it sends to a device waits here until that device, which is an SDK at the
// other end of a connection, has confirmed it: then it has arrived. What happens is written down as a trace and judged
// while it happens. Nothing need be declared beforehand: users, devices, groups and rooms come into being when they
// are first met, and an event says so.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drive/session.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/trace.hpp"
#include "mdsync/trace_io.hpp"
#include "mdsync/world.hpp"
#include "trace/names.hpp"
#include "world/packet.hpp"

namespace mdsync::sdk {

// Who wants to know what happens.
class Listener {
public:
    Listener() = default;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    virtual ~Listener() = default;

    // An event of the trace, and its line with the newline.
    virtual void happened(const Event& event, std::string_view line) = 0;
};

class LiveWorld {
public:
    // A world that begins at `header.t`, with what `header` declares. `listener` hears of every event, and outlives it.
    LiveWorld(Header header, const ServerPolicy& server, std::uint64_t seed, Listener& listener);
    LiveWorld(const LiveWorld&) = delete;
    LiveWorld& operator=(const LiveWorld&) = delete;
    ~LiveWorld();

    // ---- Who there is. Ids are those of the trace.
    [[nodiscard]] const Header& header() const { return header_; }
    [[nodiscard]] const NameIndex& names() const { return names_; }
    [[nodiscard]] Lexicon& lexicon() { return lexicon_; }
    // The trace's header, as a line without newline.
    [[nodiscard]] std::string headerLine() const;

    // Whether there are so many users, groups or rooms that no new ones come into being: whoever may connect can name them.
    [[nodiscard]] bool isCrowded() const;
    // Each comes into being with an event. REQUIRES of all: !isCrowded(), and a name (isName) that is not there yet.
    // One more device of a user, `web2` or `android1`. None where the user has as many as this world keeps apart.
    DeviceId addDevice(UserId user, Platform platform);
    // A user, with a first device.
    UserId addUser(std::string_view name, Platform platform);
    GroupId addGroup(std::string_view name, const std::vector<UserId>& members);
    RoomId addRoom(std::string_view name);

    // ---- Time
    [[nodiscard]] Instant now() const { return world_->now(); }
    // Lets time pass, if `to` is later than now(): what is due by then happens.
    void moveTo(Instant to);
    // When something will happen by itself; Instant::max(): nothing will.
    [[nodiscard]] Instant next() const;

    // ---- What is asked
    // Whether and why the server refused: the code.
    struct Outcome {
        bool refused = false;
        std::string code;
    };
    // Asks, and lets happen what follows at once; packets to devices are left waiting.
    Outcome ask(const Op& op);
    // Writes that `op`, a send, publish or recall, was asked for and refused by somebody before the server.
    void refuse(const Op& op, std::string_view code);
    void note(std::string_view text);

    // ---- What is on its way to a device, oldest first.
    using Queue = std::deque<world::Packet>;
    [[nodiscard]] const Queue& waiting(DeviceId device) const { return lines_[device.index()]; }
    // The packet, one of those waiting, has arrived.
    void arrive(DeviceId device, const world::Packet& packet);
    // The devices for which something new waits since the last call.
    [[nodiscard]] std::vector<DeviceId> takeNews();
    // How many packets wait in all.
    [[nodiscard]] std::size_t underWay() const { return underWay_; }

    // ---- What the server knows
    struct About {
        UserId author;
        Address to;
        bool isAccepted = false;  // and not past its horizon
        bool isStatus = false;
        bool isRecalled = false;
        bool byApi = false;
        bool includesSender = false;
        TextId text;  // what devices are shown of it
    };
    [[nodiscard]] About about(MessageId message) const;
    // What it is set to; the switch as it was last turned.
    [[nodiscard]] const App& app() const;
    // While the switch changes: when it is in force.
    [[nodiscard]] std::optional<Instant> changesUntil() const;
    [[nodiscard]] static DeviceClass classOf(Platform platform);
    [[nodiscard]] bool isOnline(DeviceId device) const;
    // Whether the service behaves as on now.
    [[nodiscard]] bool isOn();
    // Whether a login of the device would be refused now.
    [[nodiscard]] bool wouldRefuse(DeviceId device);
    // Whether the device's present installation has the message, as it reported or confirmed.
    [[nodiscard]] bool has(DeviceId device, MessageId message) const;
    // Normal private and group messages from and to the user, in order of acceptance.
    [[nodiscard]] std::vector<MessageId> mailbox(UserId user) const;
    [[nodiscard]] bool isMember(GroupId group, UserId user) const;
    [[nodiscard]] std::vector<UserId> members(GroupId group) const;
    [[nodiscard]] std::vector<DeviceId> inRoom(RoomId room) const;

    [[nodiscard]] const Checker& checker() const { return checker_; }
    [[nodiscard]] bool activated() const { return world_->activated(); }

private:
    class Side;  // the world as a Session asks it
    friend class Side;

    [[nodiscard]] DeviceId slotOf(DeviceId device) const { return slots_[device.index()]; }
    void declare(Event event, Declaration what);
    void give(DeviceId slot, DeviceId device, Platform platform);
    void pump();
    void push(const world::Packet& packet);
    void flush(DeviceId device);
    void flushGone();
    [[nodiscard]] bool isReachable(DeviceId device) const;
    void drain();
    void write(Event event);
    Answer start(Op op);

    Header header_;  // of the trace: it grows by what events declare
    Header places_;  // of the world: every user has places for devices that are not there yet
    NameIndex names_;
    Lexicon lexicon_;
    Annex annex_;
    std::optional<World> world_;
    Checker checker_;
    TraceWriter writer_;
    Listener& listener_;
    Outcome outcome_;

    std::vector<DeviceId> slots_;      // by device: its place in the world
    std::vector<DeviceId> devices_;    // by place: its device, if it has one
    std::vector<std::uint32_t> used_;  // by user: how many of their places have a device
    std::vector<Queue> lines_;         // by device
    std::vector<bool> isNews_;
    std::vector<DeviceId> news_;
    std::size_t underWay_ = 0;
    std::size_t seen_ = 0;  // so many of the world's events were looked at for sessions that ended
    struct Later {
        Instant at;
        world::Packet packet;
    };
    std::deque<Later> notices_;    // drops that the server will notice
    std::deque<Later> overtaken_;  // what a wrong server lets others overtake
    Millis noticedAfter_{0};
};

}  // namespace mdsync::sdk
