// See connection.hpp. What clients ask and what is answered to that is in queries.cpp.
#include "sdk/connection.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "sdk/bodies.hpp"
#include "sdk/emulator.hpp"

namespace mdsync::sdk {

namespace {

constexpr Millis kMostPatience{10'000};                       // for a first pull
constexpr Millis kAwaited{1'000};                             // for it, by the others of its user
constexpr std::size_t kMostWaiting = std::size_t{1} << 20U;   // bytes of frames that wait, each way
constexpr std::size_t kOfFrame = 64;                          // what a frame takes besides
constexpr std::size_t kMostHeldBack = std::size_t{8} << 20U;  // of those that go down, answers among them
constexpr std::size_t kMostTold = 4096;                       // status messages that a client has not confirmed
constexpr std::size_t kMostRoomPulls = 64;                    // answers that it has not confirmed
constexpr std::size_t kPackage = 200;                         // entries of one answer, as the vendor's
constexpr std::size_t kPackageBytes = std::size_t{512} << 10U;
constexpr std::int64_t kUnknownCursor = -1;
constexpr AckStatus kNoSuchMessage{25101};

bool isStatusTopic(std::string_view topic) {
    return topic == "ppMsgS" || topic == "pgMsgS";
}

// Queries that ask for nothing of a device's: they are answered before it is known which device asks.
bool isIndifferent(const Frame& frame) {
    constexpr std::string_view kTopics[] = {"qAppBot",       "pullEventChange", "pullUS",  "pullSeAtts",
                                            "pullModifyMsg", "reportsdk",       "setSeAtt"};
    return frame.kind == FrameKind::Query &&
           std::find(std::begin(kTopics), std::end(kTopics), frame.topic) != std::end(kTopics);
}

std::int64_t cursorOf(const SyncRequestMsg& request) {
    if (request.syncTime != 0) return request.syncTime;
    return request.sendBoxSyncTime != 0 ? kUnknownCursor : 0;
}

// The number that a code of the world's is on the wire.
AckStatus statusOfCode(std::string_view code) {
    unsigned number = 0;
    for (const char c : code) {
        if (c < '0' || c > '9') return AckStatus::Unknown;
        number = number * 10 + static_cast<unsigned>(c - '0');
    }
    return AckStatus{static_cast<std::uint16_t>(number)};
}

// Which message the content of a recall names.
std::string recalledUid(std::string_view content) {
    json::Document json;
    if (!json.read(content, {}) || json.root().kind != json::Kind::Object) return {};
    const json::Node* uid = json.find(json.root(), "messageUId");
    return uid != nullptr && uid->kind == json::Kind::String ? std::string(json.text(*uid)) : std::string();
}

}  // namespace

Connection::Connection(Emulator& emulator, Caller caller, Protocol protocol, std::shared_ptr<Peer> peer)
    : emulator_(emulator),
      caller_(std::move(caller)),
      protocol_(protocol),
      peer_(std::move(peer)),
      opened_(emulator.live().now()) {}

// ---- The login ------------------------------------------------------------------------------------------------------

void Connection::welcome() {
    const Header& header = emulator_.live().header();
    // A device that is known by now has its link from the beginning.
    const DeviceId known = emulator_.installations().known(caller_);
    if (known.exists()) conditions_ = emulator_.conditionsOf(known);
    Welcome welcome;
    welcome.userId = header.users[caller_.user.index()].name;
    const std::string session = emulator_.newSessionId();
    welcome.sessionId = session;
    welcome.time = emulator_.live().now();
    welcome.firstId = emulator_.firstFrameId();
    say(connack(protocol_, ConnackStatus::Accepted, welcome));
    emulator_.wantsTick(*this);
}

void Connection::turnAway(ConnackStatus status) {
    isOver_ = true;
    peer_->send(connack(protocol_, status));
    peer_->close();
}

// The login in the world: now it is known which device this is.
void Connection::logIn(std::int64_t cursor) {
    caller_.cursor = cursor;
    const DeviceId device = emulator_.installations().find(caller_);
    if (!device.exists()) return letGo(DisconnectReason::Silent);
    emulator_.vacate(device);
    device_ = device;
    conditions_ = emulator_.conditionsOf(device);
    isHeld_ = emulator_.isHeld(device);
    Op login;
    login.kind = OpKind::Login;
    login.device = device;
    (void)emulator_.ask(login);
    if (!emulator_.live().isOnline(device)) {
        // Refused, put out at once, or a wrong server says nothing.
        device_ = {};
        return letGo(DisconnectReason::Replaced);
    }
    emulator_.seat(device, *this);
    takeKnown();
}

void Connection::letGo(DisconnectReason reason) {
    if (isOver_) return;
    isOver_ = true;
    peer_->send(disconnect(reason));
    peer_->close();
}

void Connection::cut() {
    isOver_ = true;
    peer_->cut();
}

void Connection::abandon() {
    cut();
    device_ = {};
    pulled_.reset();
}

void Connection::endSession(OfflineReason reason) {
    const bool isKicked = reason == OfflineReason::Replaced || reason == OfflineReason::Evicted;
    if (isKicked) {
        letGo(DisconnectReason::Replaced);
    } else if (!isOver_) {
        cut();
    }
}

void Connection::gone() {
    isOver_ = true;
    if (pulled_) emulator_.installations().leave(device_, pulled_->syncTime, messagesOf(*pulled_));
    const bool wasSeated = isIn() && emulator_.connectionOf(device_) == this;
    emulator_.forget(*this);
    if (!wasSeated || !emulator_.live().isOnline(device_)) return;
    Op drop;
    drop.kind = OpKind::Drop;
    drop.device = device_;
    (void)emulator_.ask(drop);
}

// ---- Frames ---------------------------------------------------------------------------------------------------------

void Connection::take(std::string_view message) {
    if (isOver_) return;
    emulator_.catchUp();
    if (isDelayed() || !up_.queue.empty()) {
        up_.bytes += message.size() + kOfFrame;
        if (up_.bytes > kMostWaiting) return cut();
        up_.queue.emplace_back(arrival(up_), message);
        return emulator_.wantsTick(*this);
    }
    hear(message);
}

void Connection::hear(std::string_view message) {
    const std::optional<Frame> frame = readFrame(message);
    if (!frame || isOver_) return;
    if (frame->kind == FrameKind::PingReq) return say(pingresp());
    const bool isPull = frame->kind == FrameKind::Query && frame->topic == "pullMsg";
    if (!isIn() && (isPull ? emulator_.isPrecededBy(*this) : !isIndifferent(*frame))) {
        isPullEarly_ |= isPull;
        earlyBytes_ += message.size() + kOfFrame;
        if (earlyBytes_ > kMostWaiting) return cut();
        early_.emplace_back(message);
        return;
    }
    hear(*frame);
    if (isIn() && !early_.empty()) hearEarly();
}

void Connection::hearEarly() {
    isPullEarly_ = false;
    for (const std::string& waited : std::exchange(early_, {})) hear(waited);
}

void Connection::hear(const Frame& frame) {
    switch (frame.kind) {
        case FrameKind::Publish:
            if (frame.topic == "recallMsg") return recall(frame);
            return send(frame);
        case FrameKind::Query:
            return answerQuery(frame);
        case FrameKind::QueryCon:
            return confirm(frame.id);
        case FrameKind::PubAck:
            return takeAck(frame.id);
        case FrameKind::PingReq:
            return;
    }
}

void Connection::say(std::string frame) {
    if (isOver_) return;
    if (!isHeld_ && !isDelayed() && down_.queue.empty()) return sendNow(std::move(frame));
    down_.bytes += frame.size() + kOfFrame;
    if (down_.bytes > kMostHeldBack) return cut();
    Instant at = arrival(down_);
    if (welcomed_ == 0 && down_.queue.empty()) at = down_.latest = welcomeDue_ = emulator_.welcomeAt(*this, at);
    down_.queue.emplace_back(at, std::move(frame));
    emulator_.wantsTick(*this);
}

// The first that goes out is the welcome.
void Connection::sendNow(std::string frame) {
    if (welcomed_ == 0) {
        welcomed_ = emulator_.countWelcome();
        awaitedUntil_ = emulator_.live().now() + kAwaited;
    }
    peer_->send(std::move(frame));
}

std::uint16_t Connection::nextId() {
    // From the top downwards: the client's own begin at 1, and it tells answers apart by their ids.
    if (lastId_ < 0x8000) lastId_ = 0xffff;
    return --lastId_;
}

// ---- A link that is slow, or held -----------------------------------------------------------------------------------

bool Connection::isDelayed() const {
    return conditions_.latencyHigh > Millis{0} || conditions_.lossPpm > 0;
}

// When what sets off now arrives: behind what set off before. What is lost is sent again, 200 ms later.
Instant Connection::arrival(Frames& frames) {
    constexpr std::uint32_t kMillion = 1'000'000;
    constexpr Millis kRetryAfter{200};
    constexpr int kMostRetries = 50;
    Millis latency = conditions_.latencyLow;
    constexpr Millis kWidest{0xfffffffe};
    const Millis width = std::min(conditions_.latencyHigh - conditions_.latencyLow, kWidest);
    const auto spread = static_cast<std::uint32_t>(width.count()) + 1;
    latency += Millis{emulator_.draw(spread)};
    for (int i = 0; i < kMostRetries && emulator_.draw(kMillion) < conditions_.lossPpm; ++i) latency += kRetryAfter;
    frames.latest = std::max(frames.latest, emulator_.live().now() + latency);
    return frames.latest;
}

void Connection::hold(bool isHeld) {
    isHeld_ = isHeld;
    emulator_.wantsTick(*this);
}

Instant Connection::due() const {
    Instant due = Instant::max();
    if (isOver_) return due;
    if (!down_.queue.empty() && !isHeld_) due = down_.queue.front().first;
    if (!up_.queue.empty()) due = std::min(due, up_.queue.front().first);
    return due;
}

Instant Connection::tick() {
    const Instant now = emulator_.live().now();
    while (!isOver_ && !isHeld_ && !down_.queue.empty() && down_.queue.front().first <= now) {
        down_.bytes -= down_.queue.front().second.size() + kOfFrame;
        sendNow(std::move(down_.queue.front().second));
        down_.queue.pop_front();
    }
    while (!isOver_ && !up_.queue.empty() && up_.queue.front().first <= now) {
        const std::string message = std::move(up_.queue.front().second);
        up_.queue.pop_front();
        up_.bytes -= message.size() + kOfFrame;
        hear(message);
    }
    if (!isOver_ && isPullEarly_ && !emulator_.isPrecededBy(*this)) hearEarly();
    if (isOver_) return Instant::max();
    Instant next = Instant::max();
    if (!down_.queue.empty() && !isHeld_) next = down_.queue.front().first;
    if (!up_.queue.empty()) next = std::min(next, up_.queue.front().first);
    if (isIn()) return next;
    if (isPullEarly_)
        next = std::min(next, awaitedUntil_ + Millis{1});  // by then nobody is awaited who was told earlier
    const Instant enough = opened_ + kMostPatience + 3 * conditions_.latencyHigh;  // welcome and pull, and a retry
    if (enough > now) return std::min(next, enough);
    logIn(kUnknownCursor);
    return tick();
}

// ---- What the server sends ------------------------------------------------------------------------------------------

namespace {

enum class Way : std::uint8_t { Pull, Room, Status, Nothing };

// How a packet comes to a client; Nothing: what it brings is past its horizon, and comes to nobody.
Way wayOf(const LiveWorld& live, const world::Packet& packet) {
    if (packet.kind == world::PacketKind::CaughtUp) return Way::Pull;
    const LiveWorld::About m = live.about(packet.message);
    if (!m.isAccepted) return Way::Nothing;
    if (m.to.kind == AddressKind::Room) return Way::Room;
    return m.isStatus ? Way::Status : Way::Pull;
}

}  // namespace

void Connection::look() {
    if (!isIn() || isOver_) return;
    const LiveWorld::Queue& waiting = emulator_.live().waiting(device_);
    bool isNews = false;
    for (looked_ = std::min(looked_, waiting.size()); looked_ < waiting.size(); ++looked_) {
        const world::Packet packet = waiting[looked_];
        switch (wayOf(emulator_.live(), packet)) {
            case Way::Pull:
            case Way::Nothing:
                isNews = true;
                break;
            case Way::Room:
                notifyRoom(emulator_.live().about(packet.message).to.room());
                break;
            case Way::Status:
                tellStatus(packet);
                break;
        }
    }
    if (isNews) notify();
}

void Connection::notify() {
    if (isNotified_ || pulled_) return;
    isNotified_ = true;
    NotifyMsg news;
    news.type = NotifyType::Inbox;
    news.time = emulator_.live().now().time_since_epoch().count();
    say(publishToOwn("s_ntf", write(news)));
}

void Connection::notifyRoom(RoomId room) {
    if (room.index() >= notifiedRooms_.size()) notifiedRooms_.resize(room.index() + 1);
    if (notifiedRooms_[room.index()]) return;
    notifiedRooms_[room.index()] = true;
    NotifyMsg news;
    news.type = NotifyType::Chatroom;
    news.time = emulator_.live().now().time_since_epoch().count();
    news.chrmId = emulator_.live().header().rooms[room.index()];
    say(publishToOwn("s_ntf", write(news)));
}

void Connection::tellStatus(const world::Packet& packet) {
    if (told_.size() == kMostTold) return cut();
    const DownStreamMessage entry =
        entryOf(emulator_.live(), emulator_.archive(), packet.message, caller_.user, packet.via);
    say(publishToOwn("s_msg", write(entry)));
    told_[lastId_] = packet;
}

std::string Connection::publishToOwn(std::string_view topic, std::string_view body) {
    const std::string& own = emulator_.live().header().users[caller_.user.index()].name;
    return publish(emulator_.live().now(), topic, own, nextId(), body);
}

void Connection::takeAck(std::uint16_t id) {
    const auto found = told_.find(id);
    if (found == told_.end()) return;
    const world::Packet packet = found->second;
    told_.erase(found);
    arrive(packet);
}

void Connection::arrive(const world::Packet& packet) {
    if (looked_ > 0) --looked_;
    emulator_.live().arrive(device_, packet);
}

// ---- Pulling --------------------------------------------------------------------------------------------------------

// What a tab of the same profile has, or what an earlier answer brought whose confirmation was lost, the profile has.
void Connection::takeKnown() {
    const LiveWorld::Queue waiting = emulator_.live().waiting(device_);
    for (const world::Packet& packet : waiting) {
        if (wayOf(emulator_.live(), packet) != Way::Pull || !packet.message.exists()) continue;
        if (packet.kind == world::PacketKind::Recalled) continue;
        if (emulator_.installations().covers(device_, packet.message, caller_.cursor)) arrive(packet);
    }
}

void Connection::pull(const Frame& frame) {
    const std::optional<SyncRequestMsg> request = readSyncRequestMsg(frame.body);
    if (!request) return answer(frame, {}, AckStatus::Unknown);
    isNotified_ = true;  // it is asking already
    if (!isIn()) logIn(cursorOf(*request));
    if (isOver_ || !isIn()) return;
    if (pulled_) {
        // The confirmation was lost, or the answer was.
        const Pulled before = std::move(*pulled_);
        pulled_.reset();
        if (request->syncTime >= before.syncTime) arrived(before);
    }
    say(answerPull(frame.id));
}

std::string Connection::answerPull(std::uint16_t id) {
    LiveWorld& live = emulator_.live();
    DownStreamMessages body;
    Pulled pulled;
    std::size_t bytes = 0;
    for (const world::Packet& packet : live.waiting(device_)) {
        const Way way = wayOf(live, packet);
        if (way == Way::Room || way == Way::Status) continue;
        if (body.list.size() == kPackage || bytes > kPackageBytes) {
            body.finished = false;
            break;
        }
        pulled.packets.push_back(packet);
        if (way == Way::Nothing || packet.kind == world::PacketKind::CaughtUp) continue;
        body.list.push_back(entryFor(packet));
        bytes += body.list.back().content.size();
    }
    isNotified_ = !body.finished;  // then it asks again by itself
    pulled.id = id;
    pulled.syncTime = body.syncTime = emulator_.installations().stamp(device_);
    body.broadcastSyncTime = 1;
    pulled_ = std::move(pulled);
    return queryack(id, live.now(), AckStatus::Ok, write(body), true);
}

DownStreamMessage Connection::entryFor(const world::Packet& packet) {
    if (packet.kind == world::PacketKind::Recalled) {
        emulator_.ensureRecall(packet.message);
        return recallEntryOf(emulator_.live(), emulator_.archive(), packet.message, caller_.user);
    }
    return entryOf(emulator_.live(), emulator_.archive(), packet.message, caller_.user, packet.via);
}

void Connection::pullRoom(const Frame& frame) {
    LiveWorld& live = emulator_.live();
    const RoomId room = live.names().room(frame.target);
    const std::optional<ChrmPullMsg> request = readChrmPullMsg(frame.body);
    if (!request || !room.exists()) return answer(frame, {}, AckStatus::Unknown);
    if (room.index() < notifiedRooms_.size()) notifiedRooms_[room.index()] = false;
    takeRoomConfirmations(room, request->syncTime);
    ChrmDownStreamMessages body;
    Pulled pulled;
    for (const world::Packet& packet : live.waiting(device_)) {
        if (wayOf(live, packet) != Way::Room) continue;
        if (live.about(packet.message).to.room() != room) continue;
        pulled.packets.push_back(packet);
        body.list.push_back(entryFor(packet));
    }
    pulled.id = frame.id;
    pulled.room = room;
    pulled.syncTime = body.syncTime = emulator_.installations().stamp(device_);
    if (pulledRooms_.size() == kMostRoomPulls) return cut();
    pulledRooms_.push_back(std::move(pulled));
    say(queryack(frame.id, live.now(), AckStatus::Ok, write(body), true));
}

// Answers about `room` that the client has, since it asks for what is later; those that it does not have are made again.
void Connection::takeRoomConfirmations(RoomId room, std::int64_t syncTime) {
    for (std::size_t i = pulledRooms_.size(); i-- > 0;) {
        if (pulledRooms_[i].room != room) continue;
        const Pulled before = std::move(pulledRooms_[i]);
        pulledRooms_.erase(pulledRooms_.begin() + static_cast<std::ptrdiff_t>(i));
        if (syncTime >= before.syncTime) arrived(before);
    }
}

void Connection::arrived(const Pulled& pulled) {
    for (const world::Packet& packet : pulled.packets) arrive(packet);
}

std::vector<MessageId> Connection::messagesOf(const Pulled& pulled) {
    std::vector<MessageId> messages;
    for (const world::Packet& packet : pulled.packets) {
        if (packet.message.exists()) messages.push_back(packet.message);
    }
    return messages;
}

void Connection::confirm(std::uint16_t id) {
    if (pulled_ && pulled_->id == id) {
        const Pulled pulled = std::move(*pulled_);
        pulled_.reset();
        arrived(pulled);
        looked_ = 0;
        return look();
    }
    const auto found =
        std::find_if(pulledRooms_.begin(), pulledRooms_.end(), [id](const Pulled& pulled) { return pulled.id == id; });
    if (found == pulledRooms_.end()) return;
    const Pulled pulled = std::move(*found);
    pulledRooms_.erase(found);
    arrived(pulled);
}

// ---- Sending --------------------------------------------------------------------------------------------------------

// Whom a message is for. Nothing, with the status that says why: nobody may be written to so.
std::optional<Address> Connection::addressOf(const Frame& frame, AckStatus& why) {
    LiveWorld& live = emulator_.live();
    why = AckStatus::Unknown;
    if (!isName(frame.target)) return std::nullopt;
    if (frame.topic == "ppMsgP" || frame.topic == "ppMsgS") {
        const UserId user = emulator_.meet(frame.target);
        return user.exists() ? std::optional(Address::of(user)) : std::nullopt;
    }
    if (frame.topic == "pgMsgP" || frame.topic == "pgMsgS") {
        why = AckStatus::NotInGroup;
        const GroupId group = live.names().group(frame.target);
        return group.exists() ? std::optional(Address::of(group)) : std::nullopt;
    }
    if (frame.topic != "chatMsg") return std::nullopt;
    why = AckStatus::NotInChatroom;
    const RoomId room = live.names().room(frame.target);
    return room.exists() ? std::optional(Address::of(room)) : std::nullopt;
}

// Whether the device may write there: the vendor's server asks for the group's members, and for those in the room.
bool Connection::mayWrite(const Address& to) {
    LiveWorld& live = emulator_.live();
    if (to.kind == AddressKind::Group) return live.isMember(to.group(), caller_.user);
    if (to.kind != AddressKind::Room) return true;
    const std::vector<DeviceId> present = live.inRoom(to.room());
    return std::find(present.begin(), present.end(), device_) != present.end();
}

void Connection::send(const Frame& frame) {
    const Instant now = emulator_.live().now();
    std::optional<UpStreamMessage> up = readUpStreamMessage(frame.body);
    AckStatus why = AckStatus::Unknown;
    const std::optional<Address> to = addressOf(frame, why);
    if (!up || !to) return acknowledge(frame, up ? why : AckStatus::Unknown, {}, now);
    if (up->content.size() > kLongestContent) return acknowledge(frame, AckStatus::TooLong, {}, now);
    if (!up->toUserIds.empty() || emulator_.archive().isFull()) return acknowledge(frame, AckStatus::Unknown, {}, now);
    if (emulator_.isTooFast(device_)) return acknowledge(frame, AckStatus::TooFast, {}, now);
    if (isStatusTopic(frame.topic) && !emulator_.isStatusType(up->classname)) return passOn(*up, *to);

    Op op;
    op.kind = OpKind::Send;
    op.device = device_;
    op.to = *to;
    op.type = emulator_.live().lexicon().texts.intern(up->classname);
    Kept kept{.classname = up->classname, .content = std::move(up->content), .flags = up->sessionId};
    kept.pushText = std::move(up->pushText);
    kept.extraContent = std::move(up->extraContent);
    kept.author = caller_.user;
    op.message = emulator_.newMessage(*to, std::move(kept));
    op.text = emulator_.archive().find(op.message)->text;
    if (!mayWrite(*to)) {
        emulator_.live().refuse(op, fmt::format("{}", static_cast<unsigned>(why)));
        return acknowledge(frame, why, {}, now);
    }
    answerSend(frame, emulator_.ask(op), op.message);
}

// A server that says nothing leaves its client waiting.
void Connection::answerSend(const Frame& frame, const Answered& answered, MessageId message) {
    const Kept& kept = *emulator_.archive().find(message);
    if (answered.isAccepted()) return acknowledge(frame, AckStatus::Ok, kept.uid, kept.at);
    if (answered.outcome.refused) return acknowledge(frame, statusOfCode(answered.outcome.code), {}, kept.at);
    if (!answered.event) return;
    acknowledge(frame, statusOfCode(emulator_.live().lexicon().texts[answered.event->code]), {}, kept.at);
}

// A status message of a type that nobody declared: a trace cannot say that it is one. So it is handed to whoever is online,
// and judged by no rule.
void Connection::passOn(const UpStreamMessage& up, const Address& to) {
    DownStreamMessage entry;
    const Header& header = emulator_.live().header();
    entry.fromUserId = header.users[caller_.user.index()].name;
    entry.type = to.kind == AddressKind::Group ? ConversationType::Group : ConversationType::Private;
    if (to.kind == AddressKind::Group) entry.groupId = header.groups[to.group().index()].name;
    entry.classname = up.classname;
    entry.content = up.content;
    entry.dataTime = emulator_.live().now().time_since_epoch().count();
    entry.status = statusOf(up.sessionId);
    entry.msgId = emulator_.newUid(to);
    entry.extStatus = ExtStatus::StatusMessage;
    for (Connection* other : emulator_.connections()) {
        const bool isMeant = to.kind == AddressKind::Group ? emulator_.live().isMember(to.group(), other->user())
                                                           : other->user() == to.user();
        if (isMeant && other->isIn() && other->user() != caller_.user) {
            other->say(other->publishToOwn("s_msg", write(entry)));
        }
    }
}

void Connection::recall(const Frame& frame) {
    const Instant now = emulator_.live().now();
    std::optional<UpStreamMessage> up = readUpStreamMessage(frame.body);
    if (!up) return acknowledge(frame, AckStatus::Unknown, {}, now);
    const MessageId message = emulator_.live().lexicon().messages.find(recalledUid(up->content));
    const Kept* kept = message.exists() ? emulator_.archive().find(message) : nullptr;
    if (kept == nullptr) return acknowledge(frame, kNoSuchMessage, {}, now);
    Kept command{.classname = up->classname, .content = std::move(up->content), .flags = up->sessionId};
    command.author = caller_.user;
    Op op;
    op.kind = OpKind::Recall;
    op.device = device_;
    op.message = message;
    const Answered answered = emulator_.askRecall(op, std::move(command));
    if (!answered.event && !answered.outcome.refused) return;
    const Kept* taken = emulator_.archive().findRecall(message);
    if (answered.isAccepted() && taken != nullptr) return acknowledge(frame, AckStatus::Ok, taken->uid, now);
    acknowledge(frame, kNoSuchMessage, {}, now);
}

void Connection::acknowledge(const Frame& frame, AckStatus status, std::string_view uid, Instant at) {
    if (isStatusTopic(frame.topic)) return;  // nobody waits for that
    say(puback(frame.id, at, status, uid));
}

}  // namespace mdsync::sdk
