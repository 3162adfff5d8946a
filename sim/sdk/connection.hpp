// Connection: one login of the vendor's SDK: what it sends, asks and is told.
//
// The URL of its WebSocket names user, class and device id. Which installation it is shows its first pull, so the login in the
// world begins with that: alice's page is welcomed, pulls with cursors 0, is alice/web1 from then on, and what the catch-up
// brings is the answer. What the server sends to alice/web1 waits in the world; the connection tells the page that there
// is something, the page pulls, and what it confirms has arrived.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/op.hpp"
#include "sdk/bodies.hpp"
#include "sdk/frame.hpp"
#include "sdk/installations.hpp"
#include "sdk/port.hpp"
#include "world/packet.hpp"

namespace mdsync::sdk {

class Emulator;
struct EmulatorAnswer;

class Connection final : public Guest {
public:
    // `deviceId` of `caller` is the URL's; the cursor is not known yet. REQUIRES: `emulator` outlives it.
    Connection(Emulator& emulator, Caller caller, Protocol protocol, std::shared_ptr<Peer> peer);

    void take(std::string_view message) override;
    void gone() override;

    // Answers the login: welcomes the client, or turns it away.
    void welcome();
    void turnAway(ConnackStatus status);

    // None until its first pull.
    [[nodiscard]] DeviceId device() const { return device_; }
    // When its client was told that the login is good: counts from 1, over all connections; 0: not yet.
    [[nodiscard]] std::uint64_t welcomed() const { return welcomed_; }
    // When it will be told, if its link delays that.
    [[nodiscard]] Instant welcomeDue() const { return welcomeDue_; }
    // Whether others wait for its first pull: for a second at most, as its line may be slow.
    [[nodiscard]] bool isAwaited(Instant now) const {
        return welcomed_ != 0 && now <= awaitedUntil_ && !isOver_ && !device_.exists();
    }
    [[nodiscard]] UserId user() const { return caller_.user; }
    // Whether both count to one number of connections.
    [[nodiscard]] bool competesWith(const Connection& other) const {
        return caller_.user == other.caller_.user &&
               LiveWorld::classOf(caller_.platform) == LiveWorld::classOf(other.caller_.platform);
    }

    // Something new waits for its device in the world.
    void look();
    // The device's session has ended: tells the client why, and lets it go.
    void endSession(OfflineReason reason);
    // Ends the connection as a broken network does.
    void cut();
    // The same where its world is no more.
    void abandon();

    // What is sent waits, or goes on.
    void hold(bool isHeld);
    void setConditions(const NetworkConditions& conditions) { conditions_ = conditions; }
    // Sends what is due by now, hears what is, and lets in who did not pull. When it wants to be called again;
    // Instant::max(): never.
    Instant tick();
    // When the next frame that its link delays arrives; Instant::max(): none does by itself.
    [[nodiscard]] Instant due() const;

    // A moment's notice to its user's page: another of their pages joined or left the room.
    void tellRoomSync(RoomId room, bool joined);

private:
    // An answer that is not confirmed yet, and what comes with it.
    struct Pulled {
        std::uint16_t id = 0;
        std::int64_t syncTime = 0;
        RoomId room;  // none: the inbox
        std::vector<world::Packet> packets;
    };
    struct Frames {
        std::deque<std::pair<Instant, std::string>> queue;
        Instant latest{};
        std::size_t bytes = 0;
    };

    using Answered = EmulatorAnswer;

    void hear(std::string_view message);
    void hear(const Frame& frame);
    void confirm(std::uint16_t id);
    void takeAck(std::uint16_t id);

    void logIn(std::int64_t cursor);
    void letGo(DisconnectReason reason);
    [[nodiscard]] bool isIn() const { return device_.exists(); }

    void pull(const Frame& frame);
    void takeKnown();
    [[nodiscard]] std::string answerPull(std::uint16_t id);
    [[nodiscard]] DownStreamMessage entryFor(const world::Packet& packet);
    void pullRoom(const Frame& frame);
    void takeRoomConfirmations(RoomId room, std::int64_t syncTime);
    void arrived(const Pulled& pulled);
    void arrive(const world::Packet& packet);
    [[nodiscard]] static std::vector<MessageId> messagesOf(const Pulled& pulled);
    void tellStatus(const world::Packet& packet);
    void notify();
    void notifyRoom(RoomId room);
    [[nodiscard]] std::string publishToOwn(std::string_view topic, std::string_view body);

    [[nodiscard]] std::optional<Address> addressOf(const Frame& frame, AckStatus& why);
    [[nodiscard]] bool mayWrite(const Address& to);
    void send(const Frame& frame);
    void answerSend(const Frame& frame, const Answered& answered, MessageId message);
    void passOn(const UpStreamMessage& up, const Address& to);
    void recall(const Frame& frame);
    void acknowledge(const Frame& frame, AckStatus status, std::string_view uid, Instant at);

    // ---- queries.cpp
    void answerQuery(const Frame& frame);
    void answer(const Frame& frame, std::string_view body, AckStatus status = AckStatus::Ok);
    [[nodiscard]] Address conversation(std::string_view target, bool isGroup);
    [[nodiscard]] std::vector<MessageId> historyOf(const Address& conversation);
    void answerHistory(const Frame& frame);
    void answerConversations(const Frame& frame);
    void deleteMessages(const Frame& frame);
    void cleanHistory(const Frame& frame);
    void join(const Frame& frame);
    void leave(const Frame& frame);
    void tellSiblings(RoomId room, bool joined);
    void answerRoomInfo(const Frame& frame);

    void say(std::string frame);
    void sendNow(std::string frame);
    void hearEarly();
    [[nodiscard]] std::uint16_t nextId();
    [[nodiscard]] Instant arrival(Frames& frames);
    [[nodiscard]] bool isDelayed() const;

    Emulator& emulator_;
    Caller caller_;
    const Protocol protocol_;
    const std::shared_ptr<Peer> peer_;
    DeviceId device_;
    Instant opened_;
    bool isOver_ = false;
    std::uint64_t welcomed_ = 0;
    Instant welcomeDue_{};
    Instant awaitedUntil_{};
    std::vector<std::string> early_;  // came before the first pull, or is that, and others are to log in first
    bool isPullEarly_ = false;
    std::size_t earlyBytes_ = 0;

    std::uint16_t lastId_ = 0xffff;  // counts down, away from the client's own
    bool isNotified_ = false;
    std::size_t looked_ = 0;           // so many of the packets that wait were looked at
    std::vector<bool> notifiedRooms_;  // by room
    std::optional<Pulled> pulled_;     // that it has not confirmed
    std::vector<Pulled> pulledRooms_;
    std::map<std::uint16_t, world::Packet> told_;  // status messages that it has not confirmed

    NetworkConditions conditions_{Millis{0}, Millis{0}, 0, 0};
    bool isHeld_ = false;
    Frames down_;
    Frames up_;
};

}  // namespace mdsync::sdk
