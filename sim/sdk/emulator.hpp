// Emulator: the vendor's service on one port, for the vendor's own SDK: navigation, messages, server API, console.
//
// It is one world (live_world.hpp) and what clients say to it (connection.hpp, server_api.hpp, console.hpp). It knows no
// sockets: it is a House behind a port (port.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/emulator.hpp"
#include "sdk/archive.hpp"
#include "sdk/clock.hpp"
#include "sdk/form.hpp"
#include "sdk/installations.hpp"
#include "sdk/live_world.hpp"
#include "sdk/port.hpp"
#include "sdk/trace_log.hpp"

namespace mdsync::sdk {

class Connection;

// What a server answered to a send, publish or recall: Accept, Reject, RecallAccept or RecallReject. No event: nothing.
struct EmulatorAnswer {
    LiveWorld::Outcome outcome;
    std::optional<Event> event;
    [[nodiscard]] bool isAccepted() const {
        return event && (event->kind == EventKind::Accept || event->kind == EventKind::RecallAccept);
    }
};

class Emulator final : public House, private Listener {
public:
    explicit Emulator(EmulatorSetup setup);
    ~Emulator() override;

    // Why it cannot begin: the trace's file cannot be written. Empty: it can.
    [[nodiscard]] const std::string& problem() const { return log_.problem(); }

    std::optional<HttpAnswer> answer(const HttpRequest& request) override;
    void follow(const HttpRequest& request, std::shared_ptr<Peer> peer) override;
    std::shared_ptr<Guest> open(const HttpRequest& request, std::shared_ptr<Peer> peer) override;
    Millis tick() override;

    // Ends all connections, and writes what there is of the trace. Whether all of it could be written.
    bool end();
    [[nodiscard]] const std::string& tracePath() const { return log_.path(); }

    // ---- For its parts
    [[nodiscard]] LiveWorld& live() { return *live_; }
    [[nodiscard]] Installations& installations() { return *installations_; }
    [[nodiscard]] Archive& archive() { return archive_; }
    [[nodiscard]] const Archive& archive() const { return archive_; }
    [[nodiscard]] const EmulatorSetup& setup() const { return setup_; }
    [[nodiscard]] Clock& clock() { return clock_; }
    [[nodiscard]] TraceLog& log() { return log_; }

    // A new world with these parties; all connections end.
    void reset(Header world, std::uint64_t seed);

    // The user that a token is for. `token` may have its `@...`. Nothing: it is none of this app's.
    [[nodiscard]] std::optional<std::string> userOf(std::string_view token) const;
    // The user of this name, who comes into being with a device of this platform. None: there are too many.
    [[nodiscard]] UserId meet(std::string_view name, Platform platform = Platform::Web);
    // The room of this name, which comes into being. None: there are too many.
    [[nodiscard]] RoomId meetRoom(std::string_view name);
    // A token for the user.
    [[nodiscard]] std::string newToken(std::string_view user);

    // A message that is asked for: its id in trace and world, and in the vendor's spelling.
    [[nodiscard]] MessageId newMessage(const Address& to, Kept what);
    [[nodiscard]] std::string newUid(const Address& to);

    EmulatorAnswer ask(const Op& op);
    // The same of a recall, whose command is kept if it is the first that is taken.
    [[nodiscard]] EmulatorAnswer askRecall(const Op& op, Kept command);
    // Makes a command where a wrong server recalls what nobody asked it to.
    void ensureRecall(MessageId message);

    // Whether trace and rules know messages of this type as status messages.
    [[nodiscard]] bool isStatusType(std::string_view type) const;
    // Whether the device sends more than the documented rate, where that is limited. Counts this message.
    [[nodiscard]] bool isTooFast(DeviceId device);
    // The same of the server API at this path, which does `count` things.
    [[nodiscard]] bool isTooFast(std::string_view path, std::size_t count);
    // A number below `bound`, drawn.
    [[nodiscard]] std::uint32_t draw(std::uint32_t bound);
    // For a login: the id of a session, and of the client's first frame, which no connection of late has used.
    [[nodiscard]] std::string newSessionId();
    [[nodiscard]] std::uint16_t firstFrameId();

    // The connection of a device that is online, or null.
    [[nodiscard]] Connection* connectionOf(DeviceId device) const;
    // alice's first tab is told that it is in, then her second one is, whose pull comes first. In the order in which they
    // were told the two log in, since the limits go by that: a number for who is told now, and whether somebody of the same
    // user and class who was told earlier has not pulled yet. Which of two who are told in one millisecond was first, no
    // client could say: welcomeAt() is `at`, or the next moment in which no other one is told.
    [[nodiscard]] std::uint64_t countWelcome() { return ++welcomes_; }
    [[nodiscard]] Instant welcomeAt(const Connection& connection, Instant at) const;
    [[nodiscard]] bool isPrecededBy(const Connection& connection) const;
    // The connection that `device` has, if any, is over.
    void vacate(DeviceId device);
    // From now on `device` is this connection's. REQUIRES: it has none.
    void seat(DeviceId device, Connection& connection);
    void forget(Connection& connection);
    // The connection has something to do later: its tick() is called until that says never.
    void wantsTick(Connection& connection);
    // The connections whose login is not in the world yet, too.
    [[nodiscard]] const std::vector<Connection*>& connections() const { return connections_; }

    // Lets the links of devices be so: `on` as Op::on.
    void setConditions(const NetworkConditions& conditions, const std::vector<DeviceId>& on);
    [[nodiscard]] NetworkConditions conditionsOf(DeviceId device) const;
    void hold(DeviceId device, bool isHeld);
    [[nodiscard]] bool isHeld(DeviceId device) const;

    // When the next frame that a slow link delays arrives; Instant::max(): there is none.
    [[nodiscard]] Instant due() const;
    // Lets time jump.
    void advance(Millis duration);
    // Brings the world's clock up to now, and connections what waits for them.
    void catchUp();

private:
    void happened(const Event& event, std::string_view line) override;
    void begin(Header world, std::uint64_t seed);
    void lookAtNews();
    [[nodiscard]] Instant tickConnections();
    [[nodiscard]] bool isFull(const Caller& caller);

    EmulatorSetup setup_;
    Clock clock_;
    TraceLog log_;
    Archive archive_;
    std::unique_ptr<LiveWorld> live_;
    std::unique_ptr<Installations> installations_;
    std::map<std::string, std::string, std::less<>> tokens_;  // token -> user
    std::vector<Connection*> connections_;
    std::vector<Connection*> seats_;             // by device
    std::vector<NetworkConditions> conditions_;  // by device
    NetworkConditions otherwise_{Millis{0}, Millis{0}, 0, 0};
    std::vector<bool> held_;          // by device
    std::vector<Connection*> timed_;  // that want their tick()
    std::optional<Event> answer_;
    std::pair<MessageId, Kept> pendingRecall_;  // a command that is kept once it is taken
    std::unique_ptr<Choices> chance_;
    std::uint32_t uids_ = 0;
    std::uint32_t logins_ = 0;
    std::uint64_t welcomes_ = 0;
    std::uint64_t seated_ = 0;  // how many have logged in
    struct Pace {
        Instant since{};
        std::size_t done = 0;
        // Whether `count` more are too many for so long a time.
        bool isOver(Instant now, std::size_t count, std::size_t most, Millis time);
    };
    std::vector<Pace> paces_;                            // by device
    std::map<std::string, Pace, std::less<>> apiPaces_;  // by path
};

}  // namespace mdsync::sdk
