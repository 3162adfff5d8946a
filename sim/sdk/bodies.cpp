// See bodies.hpp. A table for each message says which number each field has; one reader and one writer go by the tables.
#include "sdk/bodies.hpp"

#include <tuple>
#include <type_traits>
#include <utility>

#include "base/text.hpp"
#include "sdk/protobuf.hpp"

namespace mdsync::sdk {

namespace {

// ---- Tables ---------------------------------------------------------------------------------------------------------

namespace tables {

template <class Body, class Value>
struct Column {
    std::uint32_t number;
    Value Body::*member;
    bool isNeeded;  // required by the protocol: without it, it is no such message
};

template <class Body, class Value>
constexpr Column<Body, Value> need(std::uint32_t number, Value Body::*member) {
    return {number, member, true};
}

template <class Body, class Value>
constexpr Column<Body, Value> may(std::uint32_t number, Value Body::*member) {
    return {number, member, false};
}

// The columns of a message, by number. A message within another one comes before it.
template <class Body>
constexpr std::tuple<> kColumns;

using Up = UpStreamMessage;
template <>
constexpr auto kColumns<Up> = std::tuple{
    need(1, &Up::sessionId),    need(2, &Up::classname),  need(3, &Up::content),    may(4, &Up::pushText),
    may(5, &Up::appData),       may(6, &Up::toUserIds),   may(9, &Up::configFlag),  may(10, &Up::clientUniqueId),
    may(11, &Up::extraContent), may(12, &Up::pushExt),    may(13, &Up::busChannel), may(16, &Up::systemId),
    may(22, &Up::optionBits),   may(23, &Up::extMsgData), may(24, &Up::metadata),   may(25, &Up::refData)};

using Sync = SyncRequestMsg;
template <>
constexpr auto kColumns<Sync> =
    std::tuple{need(1, &Sync::syncTime), need(2, &Sync::ispolling), may(4, &Sync::isPullSend),
               may(6, &Sync::sendBoxSyncTime), may(7, &Sync::broadcastSyncTime)};

template <>
constexpr auto kColumns<ChrmInput> = std::tuple{need(1, &ChrmInput::nothing), may(2, &ChrmInput::extra)};

template <>
constexpr auto kColumns<ChrmPullMsg> = std::tuple{need(1, &ChrmPullMsg::syncTime), need(2, &ChrmPullMsg::count)};

using History = HistoryMsgInput;
template <>
constexpr auto kColumns<History> =
    std::tuple{may(1, &History::targetId), may(2, &History::time), may(3, &History::count), may(4, &History::order)};

using Relations = RelationsInput;
template <>
constexpr auto kColumns<Relations> = std::tuple{may(2, &Relations::count), may(3, &Relations::startTime),
                                                may(4, &Relations::order), may(9, &Relations::types)};

using Deleted = DeleteMsgInput::Message;
template <>
constexpr auto kColumns<Deleted> =
    std::tuple{may(1, &Deleted::msgId), may(2, &Deleted::msgDataTime), may(3, &Deleted::direct)};

using Delete = DeleteMsgInput;
template <>
constexpr auto kColumns<Delete> =
    std::tuple{may(1, &Delete::type), may(2, &Delete::conversationId), may(3, &Delete::msgs)};

using Clean = CleanHisMsgInput;
template <>
constexpr auto kColumns<Clean> =
    std::tuple{need(1, &Clean::targetId), need(2, &Clean::dataTime), may(3, &Clean::conversationType)};

using Relation = DelRelationsInput::Relation;
template <>
constexpr auto kColumns<Relation> = std::tuple{may(1, &Relation::id), may(2, &Relation::type)};

template <>
constexpr auto kColumns<DelRelationsInput> =
    std::tuple{may(1, &DelRelationsInput::relations), may(2, &DelRelationsInput::clean)};

template <>
constexpr auto kColumns<PullModifyMsgReq> = std::tuple{may(1, &PullModifyMsgReq::pullVersion)};

template <>
constexpr auto kColumns<EventChangeInput> = std::tuple{may(1, &EventChangeInput::version)};

template <>
constexpr auto kColumns<PullUserSettingInput> = std::tuple{need(1, &PullUserSettingInput::version)};

template <>
constexpr auto kColumns<SessionReq> = std::tuple{need(1, &SessionReq::time)};

template <>
constexpr auto kColumns<SessionStateModifyReq> = std::tuple{may(1, &SessionStateModifyReq::version)};

template <>
constexpr auto kColumns<QueryChatRoomInfoInput> =
    std::tuple{may(1, &QueryChatRoomInfoInput::count), may(2, &QueryChatRoomInfoInput::order)};

using Down = DownStreamMessage;
template <>
constexpr auto kColumns<Down> =
    std::tuple{need(1, &Down::fromUserId),     need(2, &Down::type),         may(3, &Down::groupId),
               need(4, &Down::classname),      need(5, &Down::content),      need(6, &Down::dataTime),
               need(7, &Down::status),         may(9, &Down::msgId),         may(10, &Down::direction),
               may(14, &Down::clientUniqueId), may(15, &Down::extraContent), may(16, &Down::pushContent),
               may(17, &Down::configFlag),     may(19, &Down::busChannel),   may(20, &Down::extStatus),
               may(21, &Down::toUserIds),      may(23, &Down::optionBits),   may(25, &Down::extMsgData),
               may(27, &Down::refData)};

using Pulled = DownStreamMessages;
template <>
constexpr auto kColumns<Pulled> = std::tuple{may(1, &Pulled::list), need(2, &Pulled::syncTime),
                                             may(3, &Pulled::finished), may(4, &Pulled::broadcastSyncTime)};

template <>
constexpr auto kColumns<NotifyMsg> =
    std::tuple{need(1, &NotifyMsg::type), may(2, &NotifyMsg::time), may(3, &NotifyMsg::chrmId)};

using Joined = ChrmOutput;
template <>
constexpr auto kColumns<Joined> =
    std::tuple{need(1, &Joined::nothing),      may(2, &Joined::sessionId),   may(3, &Joined::joinTime),
               may(4, &Joined::createTime),    may(5, &Joined::memberCount), may(6, &Joined::banState),
               may(7, &Joined::whiteListState)};

template <>
constexpr auto kColumns<ChrmDownStreamMessages> =
    std::tuple{may(1, &ChrmDownStreamMessages::list), need(2, &ChrmDownStreamMessages::syncTime)};

template <>
constexpr auto kColumns<HistoryMsgOutput> = std::tuple{
    may(1, &HistoryMsgOutput::list), need(2, &HistoryMsgOutput::syncTime), need(3, &HistoryMsgOutput::hasMsg)};

using Talk = RelationInfo;
template <>
constexpr auto kColumns<Talk> =
    std::tuple{need(1, &Talk::type),       need(2, &Talk::userId),     may(3, &Talk::msg),
               may(4, &Talk::readMsgTime), may(5, &Talk::unreadCount), may(7, &Talk::versionTime)};

template <>
constexpr auto kColumns<RelationsOutput> = std::tuple{
    may(1, &RelationsOutput::list), may(2, &RelationsOutput::isFinished), may(3, &RelationsOutput::pullTime)};

template <>
constexpr auto kColumns<PullUserSettingOutput> = std::tuple{need(2, &PullUserSettingOutput::version)};

template <>
constexpr auto kColumns<SessionStates> = std::tuple{need(1, &SessionStates::version)};

template <>
constexpr auto kColumns<SessionStateModifyResp> = std::tuple{need(1, &SessionStateModifyResp::version)};

template <>
constexpr auto kColumns<EventChangeList> =
    std::tuple{need(2, &EventChangeList::syncTime), may(3, &EventChangeList::hasNext)};

template <>
constexpr auto kColumns<PullModifyMsgResp> =
    std::tuple{may(2, &PullModifyMsgResp::nextVersion), may(3, &PullModifyMsgResp::finished)};

using Member = QueryChatRoomInfoOutput::Member;
template <>
constexpr auto kColumns<Member> = std::tuple{need(1, &Member::time), need(2, &Member::id)};

template <>
constexpr auto kColumns<QueryChatRoomInfoOutput> =
    std::tuple{may(1, &QueryChatRoomInfoOutput::userTotalNums), may(2, &QueryChatRoomInfoOutput::members)};

}  // namespace tables

using tables::kColumns;

// ---- Reading --------------------------------------------------------------------------------------------------------

template <class Value>
constexpr bool kIsNumber = std::is_arithmetic_v<Value> || std::is_enum_v<Value>;

template <class Body>
bool read(std::string_view bytes, Body& body);

// Each of them takes the value of a field; false: the field holds another kind of value.
bool take(const Field& field, std::string& text) {
    text = field.bytes;
    return field.kind == Field::Kind::Bytes && isUtf8(field.bytes);
}

bool take(const Field& field, Encoded& encoded) {
    encoded.bytes = field.bytes;
    return field.kind == Field::Kind::Bytes;
}

template <class Value>
bool take(const Field& field, Value& value) {
    if constexpr (kIsNumber<Value>) {
        value = static_cast<Value>(field.varint);  // of an int32 the lower half, as protobuf has it
        return field.kind == Field::Kind::Varint;
    } else {
        value = {};
        return field.kind == Field::Kind::Bytes && read(field.bytes, value);
    }
}

template <class Value>
bool take(const Field& field, std::optional<Value>& value) {
    return take(field, value.emplace());
}

template <class Value>
bool take(const Field& field, std::vector<Value>& values) {
    return take(field, values.emplace_back());
}

// The numbers of the fields that are needed, each a bit.
template <class Body>
constexpr std::uint64_t kNeeded = std::apply(
    [](const auto&... column) { return (std::uint64_t{0} | ... | (column.isNeeded ? 1ULL << column.number : 0ULL)); },
    kColumns<Body>);

template <class Body>
bool read(std::string_view bytes, Body& body) {
    Reader reader(bytes);
    std::uint64_t missing = kNeeded<Body>;
    while (const std::optional<Field> field = reader.next()) {
        const auto takeIfMine = [&](const auto& column) {
            if (column.number != field->number) return true;
            missing &= ~(1ULL << column.number);
            return take(*field, body.*column.member);
        };
        const bool fits =
            std::apply([&](const auto&... column) { return (takeIfMine(column) && ...); }, kColumns<Body>);
        if (!fits) return false;
    }
    return missing == 0 && !reader.failed();
}

template <class Body>
std::optional<Body> read(std::string_view bytes) {
    std::optional<Body> body{std::in_place};
    if (!read(bytes, *body)) body.reset();
    return body;
}

// ---- Writing --------------------------------------------------------------------------------------------------------

template <class Body>
void write(Writer& out, const Body& body);

void put(Writer& out, std::uint32_t number, const std::string& text, bool isNeeded) {
    if (isNeeded || !text.empty()) out.bytes(number, text);
}

void put(Writer& out, std::uint32_t number, const Encoded& encoded, bool isNeeded) {
    put(out, number, encoded.bytes, isNeeded);
}

template <class Value>
void put(Writer& out, std::uint32_t number, const Value& value, bool /*isNeeded*/) {
    if constexpr (kIsNumber<Value>) {
        out.varint(number, static_cast<std::int64_t>(value));
    } else {
        out.message(number, [&](Writer& inner) { write(inner, value); });
    }
}

template <class Value>
void put(Writer& out, std::uint32_t number, const std::optional<Value>& value, bool /*isNeeded*/) {
    if (value) put(out, number, *value, true);
}

template <class Value>
void put(Writer& out, std::uint32_t number, const std::vector<Value>& values, bool /*isNeeded*/) {
    for (const Value& value : values) put(out, number, value, true);
}

template <class Body>
void write(Writer& out, const Body& body) {
    std::apply([&](const auto&... column) { (put(out, column.number, body.*column.member, column.isNeeded), ...); },
               kColumns<Body>);
}

template <class Body>
std::string written(const Body& body) {
    std::string bytes;
    Writer out(bytes);
    write(out, body);
    return bytes;
}

}  // namespace

std::optional<UpStreamMessage> readUpStreamMessage(std::string_view bytes) {
    return read<UpStreamMessage>(bytes);
}

std::optional<SyncRequestMsg> readSyncRequestMsg(std::string_view bytes) {
    return read<SyncRequestMsg>(bytes);
}

std::optional<ChrmInput> readChrmInput(std::string_view bytes) {
    return read<ChrmInput>(bytes);
}

std::optional<ChrmPullMsg> readChrmPullMsg(std::string_view bytes) {
    return read<ChrmPullMsg>(bytes);
}

std::optional<HistoryMsgInput> readHistoryMsgInput(std::string_view bytes) {
    return read<HistoryMsgInput>(bytes);
}

std::optional<RelationsInput> readRelationsInput(std::string_view bytes) {
    return read<RelationsInput>(bytes);
}

std::optional<DeleteMsgInput> readDeleteMsgInput(std::string_view bytes) {
    return read<DeleteMsgInput>(bytes);
}

std::optional<CleanHisMsgInput> readCleanHisMsgInput(std::string_view bytes) {
    return read<CleanHisMsgInput>(bytes);
}

std::optional<DelRelationsInput> readDelRelationsInput(std::string_view bytes) {
    return read<DelRelationsInput>(bytes);
}

std::optional<PullModifyMsgReq> readPullModifyMsgReq(std::string_view bytes) {
    return read<PullModifyMsgReq>(bytes);
}

std::optional<EventChangeInput> readEventChangeInput(std::string_view bytes) {
    return read<EventChangeInput>(bytes);
}

std::optional<PullUserSettingInput> readPullUserSettingInput(std::string_view bytes) {
    return read<PullUserSettingInput>(bytes);
}

std::optional<SessionReq> readSessionReq(std::string_view bytes) {
    return read<SessionReq>(bytes);
}

std::optional<SessionStateModifyReq> readSessionStateModifyReq(std::string_view bytes) {
    return read<SessionStateModifyReq>(bytes);
}

std::optional<QueryChatRoomInfoInput> readQueryChatRoomInfoInput(std::string_view bytes) {
    return read<QueryChatRoomInfoInput>(bytes);
}

std::string write(const DownStreamMessage& body) {
    return written(body);
}

std::string write(const DownStreamMessages& body) {
    return written(body);
}

std::string write(const NotifyMsg& body) {
    return written(body);
}

std::string write(const ChrmOutput& body) {
    return written(body);
}

std::string write(const ChrmDownStreamMessages& body) {
    return written(body);
}

std::string write(const HistoryMsgOutput& body) {
    return written(body);
}

std::string write(const RelationsOutput& body) {
    return written(body);
}

std::string write(const PullUserSettingOutput& body) {
    return written(body);
}

std::string write(const SessionStates& body) {
    return written(body);
}

std::string write(const SessionStateModifyResp& body) {
    return written(body);
}

std::string write(const EventChangeList& body) {
    return written(body);
}

std::string write(const PullModifyMsgResp& body) {
    return written(body);
}

std::string write(const QueryChatRoomInfoOutput& body) {
    return written(body);
}

}  // namespace mdsync::sdk
