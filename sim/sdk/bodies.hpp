// Bodies: what the frames of the vendor's SDK and of its server carry.
//
// One struct for one message of the protocol, under the vendor's names as far as they are known. Which number a field has
// stands in bodies.cpp, once for reading and writing. A field that the server needs nothing of is not here, and passed over
// when read. All times are milliseconds since 1970, and 0 where there is none. A std::optional that is empty is not
// written, nor is a text that is empty and not required. All else always is: the SDK throws away what lacks a required
// field, and some of the others mean something surprising where they are absent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/codes.hpp"

namespace mdsync::sdk {

// A message within a message, as bytes: the server passes it on and does not look into it.
struct Encoded {
    std::string bytes{};
};

// ---- What a client sends -------------------------------------------------------------------------------------------

// A message as it is sent, by PUBLISH. What it is sent to stands in the frame.
struct UpStreamMessage {
    std::int32_t sessionId = 0;            // flags: UpFlag
    std::string classname{};               // `RC:TxtMsg`
    std::string content{};                 // JSON
    std::string pushText{};                // what a notification shows
    std::string appData{};                 // what a notification carries
    std::vector<std::string> toUserIds{};  // whom of the group it is for; empty: everybody
    std::optional<std::int32_t> configFlag{};
    std::optional<std::int64_t> clientUniqueId{};  // the sender's own number of it
    std::string extraContent{};                    // its expansion
    Encoded pushExt{};
    std::string busChannel{};
    std::string systemId{};
    std::optional<std::int64_t> optionBits{};
    Encoded extMsgData{};
    std::string metadata{};
    Encoded refData{};
};

// `pullMsg`: what came since? Each cursor is the time of the last entry that the client has.
struct SyncRequestMsg {
    std::int64_t syncTime = 0;  // received messages; 0: a new installation
    bool ispolling = false;
    bool isPullSend = false;           // messages that the user sent, too
    std::int64_t sendBoxSyncTime = 0;  // sent messages; 0: a new installation
    std::int64_t broadcastSyncTime = 0;
};

// `joinChrm`, `joinChrmR`, `exitChrm`.
struct ChrmInput {
    std::int32_t nothing = 0;
    std::string extra{};
};

// `chrmPull`: what was said in the room since?
struct ChrmPullMsg {
    std::int64_t syncTime = 0;  // 0: just joined
    std::int32_t count = 0;     // at most so many of the history, when just joined
};

// `qryPMsg`, `qryGMsg`: the history of a conversation.
struct HistoryMsgInput {
    std::string targetId{};
    std::int64_t time = 0;  // from this moment; 0: from now
    std::int32_t count = 0;
    std::int32_t order = 0;  // 0: backwards
};

// `qryRelationR`: the user's conversations.
struct RelationsInput {
    std::int32_t count = 0;
    std::int64_t startTime = 0;
    std::int32_t order = 0;
    std::vector<ConversationType> types{};
};

// `delMsg`: messages deleted one by one.
struct DeleteMsgInput {
    struct Message {
        std::string msgId{};
        std::int64_t msgDataTime = 0;
        Direction direct{};
    };
    ConversationType type{};
    std::string conversationId{};
    std::vector<Message> msgs{};
};

// `cleanPMsg`, `cleanGMsg`: a conversation deleted up to a moment.
struct CleanHisMsgInput {
    std::string targetId{};
    std::int64_t dataTime = 0;
    ConversationType conversationType{};
};

// `delRelationBatch`: conversations taken off the list.
struct DelRelationsInput {
    struct Relation {
        std::string id{};
        ConversationType type{};
    };
    std::vector<Relation> relations{};
    bool clean = false;
};

// `pullModifyMsg`: which messages were modified since?
struct PullModifyMsgReq {
    std::int64_t pullVersion = 0;
};

// `pullEventChange`: which events since?
struct EventChangeInput {
    std::int64_t version = 0;
};

// `pullUS`: which settings since?
struct PullUserSettingInput {
    std::int64_t version = 0;
};

// `pullSeAtts`: which conversations were put on top or muted since?
struct SessionReq {
    std::int64_t time = 0;
};

// `setSeAtt`: put conversations on top, mute them. Which ones is not read.
struct SessionStateModifyReq {
    std::int64_t version = 0;
};

// `queryChrmI`: who is in the room?
struct QueryChatRoomInfoInput {
    std::int32_t count = 0;  // at most so many members
    std::int32_t order = 0;  // 1: those who came first are first; 2: last
};

// Nothing: the bytes are no such message. They are malformed, lack a field that is required, hold another kind of value where
// one of ours should be, or a text that is no UTF-8. Where a field comes twice that may come once, the last one counts.
[[nodiscard]] std::optional<UpStreamMessage> readUpStreamMessage(std::string_view bytes);
[[nodiscard]] std::optional<SyncRequestMsg> readSyncRequestMsg(std::string_view bytes);
[[nodiscard]] std::optional<ChrmInput> readChrmInput(std::string_view bytes);
[[nodiscard]] std::optional<ChrmPullMsg> readChrmPullMsg(std::string_view bytes);
[[nodiscard]] std::optional<HistoryMsgInput> readHistoryMsgInput(std::string_view bytes);
[[nodiscard]] std::optional<RelationsInput> readRelationsInput(std::string_view bytes);
[[nodiscard]] std::optional<DeleteMsgInput> readDeleteMsgInput(std::string_view bytes);
[[nodiscard]] std::optional<CleanHisMsgInput> readCleanHisMsgInput(std::string_view bytes);
[[nodiscard]] std::optional<DelRelationsInput> readDelRelationsInput(std::string_view bytes);
[[nodiscard]] std::optional<PullModifyMsgReq> readPullModifyMsgReq(std::string_view bytes);
[[nodiscard]] std::optional<EventChangeInput> readEventChangeInput(std::string_view bytes);
[[nodiscard]] std::optional<PullUserSettingInput> readPullUserSettingInput(std::string_view bytes);
[[nodiscard]] std::optional<SessionReq> readSessionReq(std::string_view bytes);
[[nodiscard]] std::optional<SessionStateModifyReq> readSessionStateModifyReq(std::string_view bytes);
[[nodiscard]] std::optional<QueryChatRoomInfoInput> readQueryChatRoomInfoInput(std::string_view bytes);

// ---- What the server answers ---------------------------------------------------------------------------------------

// A message as it is handed out: in an answer, or by itself on the topic `s_msg`.
struct DownStreamMessage {
    // The sender. Of a private message the other user, whoever of the two sent it.
    std::string fromUserId{};
    ConversationType type{};
    std::string groupId{};  // of a group or a room; empty in a private conversation
    std::string classname{};
    std::string content{};
    std::int64_t dataTime = 0;             // when the server accepted it
    std::int64_t status = 0;               // flags: DownFlag, made by statusOf()
    std::string msgId{};                   // its message uid
    std::optional<Direction> direction{};  // absent: Received
    std::optional<std::int64_t> clientUniqueId{};
    std::string extraContent{};
    std::string pushContent{};
    std::optional<std::int32_t> configFlag{};
    std::string busChannel{};
    std::optional<ExtStatus> extStatus{};
    std::vector<std::string> toUserIds{};
    std::optional<std::int64_t> optionBits{};
    Encoded extMsgData{};
    Encoded refData{};
};

// To SyncRequestMsg.
struct DownStreamMessages {
    std::vector<DownStreamMessage> list{};  // sent and received, by time
    std::int64_t syncTime = 0;              // the client's next cursor, not 0
    bool finished = true;                   // false: there is more, and the client pulls again at once
    std::optional<std::int64_t> broadcastSyncTime{};
};

// On the topic `s_ntf`: there is something to pull.
struct NotifyMsg {
    NotifyType type = NotifyType::Inbox;
    std::optional<std::int64_t> time{};
    std::string chrmId{};  // of NotifyType::Chatroom
};

// To ChrmInput, but for `exitChrm`, whose answer is empty.
struct ChrmOutput {
    std::int32_t nothing = 1;
    std::string sessionId{};
    std::optional<std::int64_t> joinTime{};
    std::optional<std::int64_t> createTime{};
    std::optional<std::int32_t> memberCount{};
    std::optional<std::int32_t> banState{};
    std::optional<std::int32_t> whiteListState{};
};

// To ChrmPullMsg.
struct ChrmDownStreamMessages {
    std::vector<DownStreamMessage> list{};
    std::int64_t syncTime = 0;
};

// To HistoryMsgInput. The vendor spells it HistoryMsgOuput.
struct HistoryMsgOutput {
    std::vector<DownStreamMessage> list{};  // backwards, for order 0
    std::int64_t syncTime = 0;
    std::int32_t hasMsg = 0;  // 1: there are more
};

// A conversation.
struct RelationInfo {
    ConversationType type{};
    std::string userId{};                    // the peer or the group
    std::optional<DownStreamMessage> msg{};  // its last message
    std::optional<std::int64_t> readMsgTime{};
    std::optional<std::int64_t> unreadCount{};
    std::optional<std::int64_t> versionTime{};
};

// To RelationsInput.
struct RelationsOutput {
    std::vector<RelationInfo> list{};
    bool isFinished = true;
    std::optional<std::int64_t> pullTime{};
};

// To PullUserSettingInput: no settings.
struct PullUserSettingOutput {
    std::int64_t version = 0;  // that of the request
};

// To SessionReq: no states.
struct SessionStates {
    std::int64_t version = 0;  // the time of the request
};

// To SessionStateModifyReq.
struct SessionStateModifyResp {
    std::int64_t version = 0;
};

// To EventChangeInput: no events.
struct EventChangeList {
    std::int64_t syncTime = 0;
    bool hasNext = false;
};

// To PullModifyMsgReq: no modified messages.
struct PullModifyMsgResp {
    std::int64_t nextVersion = 0;  // not less than that of the request
    bool finished = true;
};

// To QueryChatRoomInfoInput.
struct QueryChatRoomInfoOutput {
    struct Member {
        std::int64_t time = 0;  // since when
        std::string id{};
    };
    std::int32_t userTotalNums = 0;
    std::vector<Member> members{};
};

// The bytes of each.
[[nodiscard]] std::string write(const DownStreamMessage& body);
[[nodiscard]] std::string write(const DownStreamMessages& body);
[[nodiscard]] std::string write(const NotifyMsg& body);
[[nodiscard]] std::string write(const ChrmOutput& body);
[[nodiscard]] std::string write(const ChrmDownStreamMessages& body);
[[nodiscard]] std::string write(const HistoryMsgOutput& body);
[[nodiscard]] std::string write(const RelationsOutput& body);
[[nodiscard]] std::string write(const PullUserSettingOutput& body);
[[nodiscard]] std::string write(const SessionStates& body);
[[nodiscard]] std::string write(const SessionStateModifyResp& body);
[[nodiscard]] std::string write(const EventChangeList& body);
[[nodiscard]] std::string write(const PullModifyMsgResp& body);
[[nodiscard]] std::string write(const QueryChatRoomInfoOutput& body);

}  // namespace mdsync::sdk
