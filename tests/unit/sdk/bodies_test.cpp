// Bodies: what the vendor's SDK was heard to say is read, what it was told is written, and anything else is no body.
#include "sdk/bodies.hpp"

#include <doctest/doctest.h>

#include <array>
#include <functional>

#include "sdk/protobuf.hpp"
#include "vectors.hpp"

using namespace mdsync::sdk;
using vectors::bytes;

namespace {

// Whether each reader takes the bytes; named as in a failure.
struct NamedReader {
    const char* name;
    std::function<bool(std::string_view)> takes;
};

const std::vector<NamedReader>& readers() {
    static const std::vector<NamedReader> all{
        {"UpStreamMessage", [](std::string_view b) { return readUpStreamMessage(b).has_value(); }},
        {"SyncRequestMsg", [](std::string_view b) { return readSyncRequestMsg(b).has_value(); }},
        {"ChrmInput", [](std::string_view b) { return readChrmInput(b).has_value(); }},
        {"ChrmPullMsg", [](std::string_view b) { return readChrmPullMsg(b).has_value(); }},
        {"PullUserSettingInput", [](std::string_view b) { return readPullUserSettingInput(b).has_value(); }},
        {"SessionReq", [](std::string_view b) { return readSessionReq(b).has_value(); }},
        {"CleanHisMsgInput", [](std::string_view b) { return readCleanHisMsgInput(b).has_value(); }},
        {"HistoryMsgInput", [](std::string_view b) { return readHistoryMsgInput(b).has_value(); }},
        {"RelationsInput", [](std::string_view b) { return readRelationsInput(b).has_value(); }},
        {"DeleteMsgInput", [](std::string_view b) { return readDeleteMsgInput(b).has_value(); }},
        {"DelRelationsInput", [](std::string_view b) { return readDelRelationsInput(b).has_value(); }},
        {"PullModifyMsgReq", [](std::string_view b) { return readPullModifyMsgReq(b).has_value(); }},
        {"EventChangeInput", [](std::string_view b) { return readEventChangeInput(b).has_value(); }},
        {"SessionStateModifyReq", [](std::string_view b) { return readSessionStateModifyReq(b).has_value(); }},
        {"QueryChatRoomInfoInput", [](std::string_view b) { return readQueryChatRoomInfoInput(b).has_value(); }}};
    return all;
}
constexpr std::size_t kWithNeeds = 7;  // the first of them, which require something

// `body` without its field number `number`.
std::string without(const std::string& body, std::uint32_t number) {
    std::string out;
    Writer writer(out);
    Reader reader(body);
    while (const std::optional<Field> field = reader.next()) {
        if (field->number == number) continue;
        if (field->kind == Field::Kind::Bytes) {
            writer.bytes(field->number, field->bytes);
        } else {
            writer.varint(field->number, static_cast<std::int64_t>(field->varint));
        }
    }
    return out;
}

// The message of the vectors, as bob's devices get it.
DownStreamMessage hi() {
    DownStreamMessage message;
    message.fromUserId = "bob";
    message.type = ConversationType::Private;
    message.classname = "RC:TxtMsg";
    message.content = "{\"content\":\"hi\"}";
    message.dataTime = 1795897378685;
    message.status = statusOf(3);
    message.msgId = "D24F-9KEV-8004-0007";
    message.clientUniqueId = 315122753994951;
    message.optionBits = 0;
    return message;
}

}  // namespace

TEST_CASE("a message is read as the SDK sends it") {
    const std::optional<UpStreamMessage> message = readUpStreamMessage(vectors::kTextBody);
    REQUIRE(message);
    CHECK(message->sessionId == 3);
    CHECK(has(message->sessionId, UpFlag::Stored));
    CHECK(has(message->sessionId, UpFlag::Counted));
    CHECK_FALSE(has(message->sessionId, UpFlag::Mention));
    CHECK(message->classname == "RC:TxtMsg");
    CHECK(message->content == "{\"content\":\"hi\"}");
    CHECK(message->configFlag == 2);
    CHECK(message->clientUniqueId == 315122753994951);
    CHECK(message->optionBits == 0);
    CHECK(message->toUserIds.empty());
    CHECK(message->pushText.empty());
}

TEST_CASE("each field of a message is read from its number") {
    std::string body;
    Writer writer(body);
    writer.varint(1, 1);
    for (const std::uint32_t number : {2U, 3U, 4U, 5U, 6U, 6U, 11U, 12U, 13U, 16U, 23U, 24U, 25U}) {
        writer.bytes(number, "f" + std::to_string(number));
    }
    writer.varint(7, 7);  // no field of ours
    writer.bytes(99, "\xff");
    const std::optional<UpStreamMessage> message = readUpStreamMessage(body);
    REQUIRE(message);
    CHECK(message->classname == "f2");
    CHECK(message->content == "f3");
    CHECK(message->pushText == "f4");
    CHECK(message->appData == "f5");
    CHECK(message->toUserIds == std::vector<std::string>{"f6", "f6"});
    CHECK(message->extraContent == "f11");
    CHECK(message->pushExt.bytes == "f12");
    CHECK(message->busChannel == "f13");
    CHECK(message->systemId == "f16");
    CHECK(message->extMsgData.bytes == "f23");
    CHECK(message->metadata == "f24");
    CHECK(message->refData.bytes == "f25");
    CHECK_FALSE(message->configFlag);
    CHECK_FALSE(message->clientUniqueId);
    CHECK_FALSE(message->optionBits);
}

TEST_CASE("a pull and the questions about a room are read as the SDK asks them") {
    const std::optional<SyncRequestMsg> pull = readSyncRequestMsg(vectors::kPullBody);
    REQUIRE(pull);
    CHECK(pull->syncTime == 0);
    CHECK_FALSE(pull->ispolling);
    CHECK(pull->isPullSend);
    CHECK(pull->sendBoxSyncTime == 0);
    CHECK(pull->broadcastSyncTime == 1);
    const std::optional<SyncRequestMsg> later = readSyncRequestMsg(bytes("08928fcd9ea234 1000 30fd8ecd9ea234 3802"));
    CHECK(later->syncTime == 1795897378706);
    CHECK(later->sendBoxSyncTime == 1795897378685);
    CHECK(later->broadcastSyncTime == 2);
    CHECK_FALSE(later->isPullSend);

    CHECK(readChrmInput(vectors::kJoinBody)->nothing == 1);
    CHECK(readChrmInput(bytes("0801 120178"))->extra == "x");
    const std::optional<ChrmPullMsg> room = readChrmPullMsg(vectors::kRoomPullBody);
    CHECK(room->syncTime == 0);
    CHECK(room->count == 5);
    CHECK(readChrmPullMsg(bytes("08928fcd9ea234 1000"))->syncTime == 1795897378706);
    const std::optional<QueryChatRoomInfoInput> members = readQueryChatRoomInfoInput(bytes("0814 1002"));
    CHECK(members->count == 20);
    CHECK(members->order == 2);
}

TEST_CASE("questions about conversations are read") {
    const std::optional<HistoryMsgInput> history = readHistoryMsgInput(bytes("0a03626f62 10928fcd9ea234 1814 2001"));
    CHECK(history->targetId == "bob");
    CHECK(history->time == 1795897378706);
    CHECK(history->count == 20);
    CHECK(history->order == 1);
    const std::optional<RelationsInput> relations =
        readRelationsInput(bytes("1064 18928fcd9ea234 2001 4801 4803 4806"));
    CHECK(relations->count == 100);
    CHECK(relations->startTime == 1795897378706);
    CHECK(relations->order == 1);
    CHECK(relations->types ==
          std::vector<ConversationType>{ConversationType::Private, ConversationType::Group, ConversationType::System});
    const std::optional<CleanHisMsgInput> clean = readCleanHisMsgInput(bytes("0a03626f62 10928fcd9ea234 1803"));
    CHECK(clean->targetId == "bob");
    CHECK(clean->dataTime == 1795897378706);
    CHECK(clean->conversationType == ConversationType::Group);
    const std::optional<DelRelationsInput> gone =
        readDelRelationsInput(bytes("0a07 0a03626f62 1001 0a05 0a0167 1003 1001"));
    REQUIRE(gone->relations.size() == 2);
    CHECK(gone->relations[0].id == "bob");
    CHECK(gone->relations[0].type == ConversationType::Private);
    CHECK(gone->relations[1].id == "g");
    CHECK(gone->relations[1].type == ConversationType::Group);
    CHECK(gone->clean);
}

TEST_CASE("messages that are deleted are read one by one") {
    const std::optional<DeleteMsgInput> deleted =
        readDeleteMsgInput(bytes("0801 1203626f62 1a0c 0a0178 10928fcd9ea234 1802 1a03 0a0179"));
    REQUIRE(deleted);
    CHECK(deleted->type == ConversationType::Private);
    CHECK(deleted->conversationId == "bob");
    REQUIRE(deleted->msgs.size() == 2);
    CHECK(deleted->msgs[0].msgId == "x");
    CHECK(deleted->msgs[0].msgDataTime == 1795897378706);
    CHECK(deleted->msgs[0].direct == Direction::Received);
    CHECK(deleted->msgs[1].msgId == "y");
    CHECK(deleted->msgs[1].msgDataTime == 0);
    // What is within is as strict as what is without.
    CHECK_FALSE(readDeleteMsgInput(bytes("1a03 0a0279")));
    CHECK_FALSE(readDeleteMsgInput(bytes("1a02 0a79")));
}

TEST_CASE("versions are read") {
    const std::string body = bytes("08928fcd9ea234");
    CHECK(readPullModifyMsgReq(body)->pullVersion == 1795897378706);
    CHECK(readEventChangeInput(body)->version == 1795897378706);
    CHECK(readPullUserSettingInput(body)->version == 1795897378706);
    CHECK(readSessionReq(body)->time == 1795897378706);
    CHECK(readSessionStateModifyReq(body)->version == 1795897378706);
    CHECK(readPullModifyMsgReq(bytes("0800 1001 1801 1802"))->pullVersion == 0);
    CHECK(readSessionStateModifyReq(bytes("0805 1204 0a026162"))->version == 5);  // which conversations is passed over
}

TEST_CASE("a body that lacks a required field is none") {
    const std::string clean = bytes("0a03626f62 1001 1803");
    for (const std::uint32_t number : {1U, 2U, 3U})
        CHECK_FALSE(readUpStreamMessage(without(vectors::kTextBody, number)));
    for (const std::uint32_t number : {1U, 2U}) {
        CHECK_FALSE(readSyncRequestMsg(without(vectors::kPullBody, number)));
        CHECK_FALSE(readChrmPullMsg(without(vectors::kRoomPullBody, number)));
        CHECK_FALSE(readCleanHisMsgInput(without(clean, number)));
    }
    for (const std::uint32_t number : {4U, 6U, 7U}) CHECK(readSyncRequestMsg(without(vectors::kPullBody, number)));
    CHECK(readUpStreamMessage(without(vectors::kTextBody, 9)));
    CHECK(readCleanHisMsgInput(without(clean, 3)));
    for (std::size_t i = 0; i < readers().size(); ++i) {
        CAPTURE(readers()[i].name);
        CHECK(readers()[i].takes("") == (i >= kWithNeeds));
    }
}

TEST_CASE("another kind of value, and a text that is no UTF-8, make a body none") {
    CHECK_FALSE(readUpStreamMessage(vectors::kTextBody + bytes("2001")));    // pushText: a number
    CHECK_FALSE(readUpStreamMessage(vectors::kTextBody + bytes("6001")));    // pushExt: a number
    CHECK_FALSE(readUpStreamMessage(vectors::kTextBody + bytes("4a0101")));  // configFlag: bytes
    CHECK_FALSE(readUpStreamMessage(vectors::kTextBody + bytes("2201ff")));
    CHECK_FALSE(readUpStreamMessage(vectors::kTextBody + bytes("3203eda0bd")));
    CHECK(readUpStreamMessage(vectors::kTextBody + bytes("6201ff")));  // pushExt is no text
    CHECK_FALSE(readDeleteMsgInput(bytes("1801")));                    // msgs: a number
    CHECK_FALSE(readRelationsInput(bytes("4a0101")));                  // types: bytes
    CHECK_FALSE(readSyncRequestMsg(vectors::kPullBody + bytes("00")));
}

TEST_CASE("of a field that comes twice the last one counts, and of an int32 the lower half") {
    CHECK(readChrmInput(bytes("0801 0802"))->nothing == 2);
    CHECK(readChrmInput(bytes("08 ffffffffffffffffff01"))->nothing == -1);
    CHECK(readChrmInput(bytes("08 8180808010"))->nothing == 1);
    CHECK(readUpStreamMessage(vectors::kTextBody + bytes("120178"))->classname == "x");
    CHECK(readSyncRequestMsg(bytes("0800 1000 2002"))->isPullSend);  // any number but 0 is yes
}

TEST_CASE("bodies cut off anywhere, and all short bodies, are read or refused") {
    for (const std::string* whole :
         {&vectors::kPullBody, &vectors::kTextBody, &vectors::kJoinBody, &vectors::kRoomPullBody, &vectors::kPulledBody,
          &vectors::kTypingBody, &vectors::kJoinedBody, &vectors::kNewsBody, &vectors::kNothingBody}) {
        for (std::size_t size = 0; size <= whole->size(); ++size) {
            const std::vector<char> alone(whole->begin(), whole->begin() + static_cast<std::ptrdiff_t>(size));
            for (const NamedReader& reader : readers()) (void)reader.takes({alone.data(), alone.size()});
        }
    }
    // Cut within its last field, which is two bytes and a 0.
    CHECK_FALSE(readUpStreamMessage(std::string_view(vectors::kTextBody).substr(0, vectors::kTextBody.size() - 1)));
    for (unsigned pair = 0; pair < 65536; ++pair) {
        const std::array<char, 2> two{static_cast<char>(pair >> 8U), static_cast<char>(pair & 0xffU)};
        for (const NamedReader& reader : readers()) (void)reader.takes({two.data(), two.size()});
    }
}

TEST_CASE("answers to a pull are written byte for byte") {
    DownStreamMessages nothing;
    nothing.syncTime = 1795897376696;
    nothing.broadcastSyncTime = 1;
    CHECK(write(nothing) == vectors::kNothingBody);
    DownStreamMessages pulled;
    pulled.list.push_back(hi());
    pulled.syncTime = 1795897378706;
    pulled.broadcastSyncTime = 1;
    CHECK(write(pulled) == vectors::kPulledBody);
}

TEST_CASE("a status message is written byte for byte") {
    DownStreamMessage typing;
    typing.fromUserId = "bob";
    typing.type = ConversationType::Private;
    typing.classname = "RC:TypSts";
    typing.content = "{\"typingContentType\":\"RC:TxtMsg\"}";
    typing.dataTime = 1795897379368;
    typing.status = statusOf(0);
    typing.msgId = "D24F-9KKA-0044-0007";
    typing.clientUniqueId = 315123106840947;
    typing.extStatus = ExtStatus::StatusMessage;
    typing.optionBits = 0;
    CHECK(write(typing) == vectors::kTypingBody);
}

TEST_CASE("a notification and the answer to a join are written byte for byte") {
    CHECK(write(NotifyMsg{NotifyType::Inbox, 1795897378685, ""}) == vectors::kNewsBody);
    CHECK(write(NotifyMsg{NotifyType::Chatroom, 1795897378685, "r"}) == bytes("0802 10fd8ecd9ea234 1a0172"));
    ChrmOutput joined;
    joined.joinTime = 1795897379909;
    joined.createTime = 1795897379909;
    joined.memberCount = 1;
    CHECK(write(joined) == vectors::kJoinedBody);
    joined.sessionId = "s";
    joined.banState = 6;
    joined.whiteListState = 7;
    CHECK(write(joined) == bytes("0801 120173 18c598cd9ea234 20c598cd9ea234 2801 3006 3807"));
}

TEST_CASE("what must be there is written though it is 0 or empty") {
    CHECK(write(DownStreamMessage{}) == bytes("0a00 1000 2200 2a00 3000 3800"));
    CHECK(write(DownStreamMessages{}) == bytes("1000 1801"));
    CHECK(write(NotifyMsg{}) == bytes("0801"));
    CHECK(write(ChrmOutput{}) == bytes("0801"));
    CHECK(write(ChrmDownStreamMessages{}) == bytes("1000"));
    CHECK(write(HistoryMsgOutput{}) == bytes("1000 1800"));
    CHECK(write(RelationsOutput{}) == bytes("1001"));
    CHECK(write(PullUserSettingOutput{}) == bytes("1000"));
    CHECK(write(SessionStates{}) == bytes("0800"));
    CHECK(write(SessionStateModifyResp{}) == bytes("0800"));
    CHECK(write(EventChangeList{}) == bytes("1000 1800"));
    CHECK(write(PullModifyMsgResp{}) == bytes("1000 1801"));
    CHECK(write(QueryChatRoomInfoOutput{}) == bytes("0800"));
}

TEST_CASE("a pull that is not finished says so") {
    DownStreamMessages some;
    some.syncTime = 5;
    some.finished = false;
    CHECK(write(some) == bytes("1005 1800"));
}

TEST_CASE("each field of a message is written under its number") {
    DownStreamMessage message = hi();
    message.groupId = "f3";
    message.direction = Direction::Sent;
    message.extraContent = "f15";
    message.pushContent = "f16";
    message.configFlag = 17;
    message.busChannel = "f19";
    message.extStatus = ExtStatus::StatusMessage;
    message.toUserIds = {"f21", "f21"};
    message.extMsgData.bytes = "f25";
    message.refData.bytes = "f27";
    const std::string body = write(message);
    Reader reader(body);
    std::string fields;
    while (const std::optional<Field> field = reader.next()) {
        fields += std::to_string(field->number) + " ";
        if (field->kind == Field::Kind::Varint && field->number == 10) CHECK(field->varint == 1);
        if (field->kind == Field::Kind::Varint && field->number == 17) CHECK(field->varint == 17);
        const bool isOfVectors = field->kind == Field::Kind::Varint || field->number < 3 || field->number == 4 ||
                                 field->number == 5 || field->number == 9;
        if (!isOfVectors) CHECK(field->bytes == "f" + std::to_string(field->number));
    }
    CHECK_FALSE(reader.failed());
    CHECK(fields == "1 2 3 4 5 6 7 9 10 14 15 16 17 19 20 21 21 23 25 27 ");
}

TEST_CASE("rooms, histories and lists of conversations hold messages as the pull does") {
    const std::string inner = write(hi());
    CHECK(inner.size() == 0x4d);
    CHECK(write(ChrmDownStreamMessages{{hi(), hi()}, 1}) ==
          bytes("0a4d") + inner + bytes("0a4d") + inner + bytes("1001"));
    CHECK(write(HistoryMsgOutput{{hi()}, 1, 1}) == bytes("0a4d") + inner + bytes("1001 1801"));
    RelationsOutput list;
    list.list.push_back({ConversationType::Private, "bob", hi(), 1, 2, 3});
    list.list.push_back({ConversationType::Group, "g"});
    list.pullTime = 4;
    CHECK(write(list) ==
          bytes("0a5c 0801 1203626f62 1a4d") + inner + bytes("2001 2802 3803") + bytes("0a05 0803 120167 1001 1804"));
    CHECK(write(QueryChatRoomInfoOutput{2, {{5, "bob"}, {0, ""}}}) ==
          bytes("0802 1207 0805 1203626f62 1204 0800 1200"));
}

TEST_CASE("what a sender wants of a message is said to those who get it") {
    CHECK(statusOf(0) == 0);
    CHECK(statusOf(3) == 48);
    CHECK(has(statusOf(1), DownFlag::Stored));
    CHECK(has(statusOf(2), DownFlag::Counted));
    CHECK(has(statusOf(4), DownFlag::Mention));
    CHECK(has(statusOf(32), DownFlag::Silent));
    CHECK(has(statusOf(64), DownFlag::Expandable));
    // Bits that mean nothing upwards mean nothing downwards, RETRIEVED above all.
    CHECK(statusOf(-1) == (16 | 32 | 64 | 512 | 1024));
    CHECK((statusOf(3) | DownFlag::Retrieved) == 50);
}
