// What clients ask besides their messages: history, conversations, rooms, and what they always ask at a login.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/text.hpp"
#include "sdk/bodies.hpp"
#include "sdk/connection.hpp"
#include "sdk/emulator.hpp"

namespace mdsync::sdk {

namespace {

constexpr std::int32_t kMostHistory = 100;     // entries of an answer
constexpr std::int32_t kMostRelations = 1000;  // conversations

// The answers that do not depend on who asks. Nothing: the query is another one, or malformed.
std::optional<std::string> answerOf(std::string_view topic, std::string_view body, Instant now) {
    const std::int64_t time = now.time_since_epoch().count();
    if (topic == "qAppBot" || topic == "reportsdk" || topic == "delRelationBatch") return std::string();
    if (topic == "pullEventChange") return write(EventChangeList{.syncTime = time});
    if (topic == "pullUS") {
        const auto request = readPullUserSettingInput(body);
        return request ? std::optional(write(PullUserSettingOutput{request->version})) : std::nullopt;
    }
    if (topic == "pullSeAtts") {
        const auto request = readSessionReq(body);
        return request ? std::optional(write(SessionStates{request->time})) : std::nullopt;
    }
    if (topic == "setSeAtt") return write(SessionStateModifyResp{time});
    if (topic == "pullModifyMsg") {
        const auto request = readPullModifyMsgReq(body);
        if (!request) return std::nullopt;
        return write(PullModifyMsgResp{.nextVersion = std::max(time, request->pullVersion)});
    }
    return std::nullopt;
}

// The conversation of `user` that a message belongs to.
Address conversationOf(const LiveWorld::About& m, UserId user) {
    return m.to.kind == AddressKind::User && m.author != user ? Address::of(m.author) : m.to;
}

// Whether the history of `user` shows it.
bool isShown(Emulator& emulator, MessageId id, UserId user) {
    const LiveWorld::About m = emulator.live().about(id);
    if (m.isRecalled || !m.isAccepted || emulator.archive().isHidden(user, id)) return false;
    const bool isCopy = m.byApi && m.author == user && !(m.to.kind == AddressKind::User && m.to.user() == user);
    return !isCopy || m.includesSender;
}

}  // namespace

void Connection::answer(const Frame& frame, std::string_view body, AckStatus status) {
    say(queryack(frame.id, emulator_.live().now(), status, body));
}

void Connection::answerQuery(const Frame& frame) {
    if (frame.topic == "pullMsg") return pull(frame);
    if (frame.topic == "chrmPull") return pullRoom(frame);
    if (frame.topic == "joinChrm" || frame.topic == "joinChrmR") return join(frame);
    if (frame.topic == "exitChrm") return leave(frame);
    if (frame.topic == "queryChrmI") return answerRoomInfo(frame);
    if (frame.topic == "qryPMsg" || frame.topic == "qryGMsg") return answerHistory(frame);
    if (frame.topic == "qryRelationR") return answerConversations(frame);
    if (frame.topic == "delMsg") return deleteMessages(frame);
    if (frame.topic == "cleanPMsg" || frame.topic == "cleanGMsg") return cleanHistory(frame);
    const auto body = answerOf(frame.topic, frame.body, emulator_.live().now());
    answer(frame, body.value_or(std::string()), body ? AckStatus::Ok : AckStatus::Unknown);
}

// ---- History --------------------------------------------------------------------------------------------------------

Address Connection::conversation(std::string_view target, bool isGroup) {
    const NameIndex& names = emulator_.live().names();
    if (isGroup) {
        const GroupId group = names.group(target);
        return group.exists() ? Address::of(group) : Address{};
    }
    const UserId user = names.user(target);
    return user.exists() ? Address::of(user) : Address{};
}

// The messages of a conversation that the user may see, the oldest first.
std::vector<MessageId> Connection::historyOf(const Address& conversation) {
    LiveWorld& live = emulator_.live();
    std::vector<MessageId> list;
    for (const MessageId id : live.mailbox(caller_.user)) {
        if (conversationOf(live.about(id), caller_.user) != conversation || emulator_.archive().find(id) == nullptr)
            continue;
        if (isShown(emulator_, id, caller_.user)) list.push_back(id);
    }
    return list;
}

void Connection::answerHistory(const Frame& frame) {
    const std::optional<HistoryMsgInput> request = readHistoryMsgInput(frame.body);
    if (!request) return answer(frame, {}, AckStatus::Unknown);
    std::vector<MessageId> list = historyOf(conversation(request->targetId, frame.topic == "qryGMsg"));
    const bool isBackwards = request->order == 0;
    const Instant from{Millis{request->time}};
    std::erase_if(list, [&](MessageId id) {
        const Instant at = emulator_.archive().find(id)->at;
        return request->time != 0 && (isBackwards ? at >= from : at <= from);
    });
    if (isBackwards) std::reverse(list.begin(), list.end());
    const auto most = static_cast<std::size_t>(std::clamp(request->count, 1, kMostHistory));
    HistoryMsgOutput body;
    body.hasMsg = list.size() > most ? 1 : 0;
    list.resize(std::min(list.size(), most));
    for (const MessageId id : list) {
        body.list.push_back(entryOf(emulator_.live(), emulator_.archive(), id, caller_.user, Via::Unknown));
    }
    body.syncTime = body.list.empty() ? 0 : body.list.back().dataTime;
    answer(frame, write(body));
}

void Connection::answerConversations(const Frame& frame) {
    const std::optional<RelationsInput> request = readRelationsInput(frame.body);
    if (!request) return answer(frame, {}, AckStatus::Unknown);
    LiveWorld& live = emulator_.live();
    const auto most = static_cast<std::size_t>(std::clamp(request->count, 1, kMostRelations));
    RelationsOutput body;
    std::vector<Address> known;
    std::vector<MessageId> list = live.mailbox(caller_.user);
    std::reverse(list.begin(), list.end());
    for (const MessageId id : list) {
        const Kept* kept = emulator_.archive().find(id);
        const Address with = conversationOf(live.about(id), caller_.user);
        if (kept == nullptr || !isShown(emulator_, id, caller_.user)) continue;
        if (std::find(known.begin(), known.end(), with) != known.end()) continue;
        known.push_back(with);
        if (body.list.size() == most) break;
        RelationInfo info;
        info.type = with.kind == AddressKind::Group ? ConversationType::Group : ConversationType::Private;
        info.userId = with.kind == AddressKind::Group ? live.header().groups[with.group().index()].name
                                                      : live.header().users[with.user().index()].name;
        info.msg = entryOf(live, emulator_.archive(), id, caller_.user, Via::Unknown);
        info.versionTime = info.msg->dataTime;
        body.list.push_back(std::move(info));
    }
    body.pullTime = live.now().time_since_epoch().count();
    answer(frame, write(body));
}

void Connection::deleteMessages(const Frame& frame) {
    const std::optional<DeleteMsgInput> request = readDeleteMsgInput(frame.body);
    if (!request) return answer(frame, {}, AckStatus::Unknown);
    for (const DeleteMsgInput::Message& message : request->msgs) {
        const MessageId id = emulator_.live().lexicon().messages.find(message.msgId);
        if (id.exists() && emulator_.archive().find(id) != nullptr) emulator_.archive().hide(caller_.user, id);
    }
    answer(frame, {});
}

void Connection::cleanHistory(const Frame& frame) {
    const std::optional<CleanHisMsgInput> request = readCleanHisMsgInput(frame.body);
    if (!request) return answer(frame, {}, AckStatus::Unknown);
    for (const MessageId id : historyOf(conversation(request->targetId, frame.topic == "cleanGMsg"))) {
        const Instant at = emulator_.archive().find(id)->at;
        if (at <= Instant{Millis{request->dataTime}}) emulator_.archive().hide(caller_.user, id);
    }
    answer(frame, {});
}

// ---- Rooms ----------------------------------------------------------------------------------------------------------

void Connection::join(const Frame& frame) {
    LiveWorld& live = emulator_.live();
    const RoomId room = isName(frame.target) ? emulator_.meetRoom(frame.target) : RoomId{};
    if (!room.exists()) return answer(frame, {}, AckStatus::Unknown);
    Op op;
    op.kind = OpKind::Join;
    op.device = device_;
    op.to = Address::of(room);
    if (emulator_.ask(op).outcome.refused) return answer(frame, {}, AckStatus::Unknown);
    ChrmOutput body;
    body.joinTime = body.createTime = live.now().time_since_epoch().count();
    body.memberCount = static_cast<std::int32_t>(live.inRoom(room).size());
    answer(frame, write(body));
    tellSiblings(room, true);
}

void Connection::leave(const Frame& frame) {
    const RoomId room = emulator_.live().names().room(frame.target);
    if (!room.exists()) return answer(frame, {}, AckStatus::NotInChatroom);
    Op op;
    op.kind = OpKind::Leave;
    op.device = device_;
    op.to = Address::of(room);
    (void)emulator_.ask(op);
    answer(frame, {});
    tellSiblings(room, false);
}

// The user's other pages in the room hear of it.
void Connection::tellSiblings(RoomId room, bool joined) {
    for (const DeviceId device : emulator_.live().inRoom(room)) {
        Connection* other = emulator_.connectionOf(device);
        if (other != nullptr && other != this && other->user() == caller_.user) other->tellRoomSync(room, joined);
    }
}

void Connection::tellRoomSync(RoomId room, bool joined) {
    const Header& header = emulator_.live().header();
    const std::int64_t now = emulator_.live().now().time_since_epoch().count();
    DownStreamMessage entry;
    entry.fromUserId = header.users[caller_.user.index()].name;
    entry.type = ConversationType::Chatroom;
    entry.groupId = header.rooms[room.index()];
    entry.classname = "RC:ChrmSyncMsg";
    entry.content = fmt::format(R"({{"chatroomId":{},"status":{},"reason":1,"time":{},"extra":""}})",
                                jsonString(entry.groupId), joined ? 1 : 0, now);
    entry.dataTime = now;
    entry.msgId = emulator_.newUid(Address::of(room));
    say(publishToOwn("s_msg", write(entry)));
}

void Connection::answerRoomInfo(const Frame& frame) {
    LiveWorld& live = emulator_.live();
    const RoomId room = live.names().room(frame.target);
    const auto request = readQueryChatRoomInfoInput(frame.body);
    if (!room.exists() || !request) return answer(frame, {}, AckStatus::NotInChatroom);
    QueryChatRoomInfoOutput body;
    std::vector<std::string> names;
    for (const DeviceId device : live.inRoom(room)) {
        const std::string& name = live.header().users[live.header().devices[device.index()].user.index()].name;
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    body.userTotalNums = static_cast<std::int32_t>(names.size());
    if (request->order == 2) std::reverse(names.begin(), names.end());
    names.resize(std::min(names.size(), static_cast<std::size_t>(std::max(request->count, 0))));
    for (std::string& name : names) {
        body.members.push_back({live.now().time_since_epoch().count(), std::move(name)});
    }
    answer(frame, write(body));
}

}  // namespace mdsync::sdk
