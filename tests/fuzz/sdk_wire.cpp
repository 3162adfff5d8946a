// Fuzz target: any bytes as a WebSocket message of the vendor's SDK, and as each body that one may carry. Nothing crashes;
// names and texts that come out are UTF-8, and a message that is handed out is read as the one that came in.
#include <array>

#include "base/text.hpp"
#include "fuzz.hpp"
#include "sdk/bodies.hpp"
#include "sdk/frame.hpp"
#include "sdk/protobuf.hpp"

using namespace mdsync;
using namespace mdsync::sdk;

namespace {

// Hands out what was sent, as a server does, and sees that it is all there.
void handOut(const UpStreamMessage& up) {
    DownStreamMessage down;
    down.fromUserId = "alice";
    down.type = ConversationType::Group;
    down.classname = up.classname;
    down.content = up.content;
    down.status = statusOf(up.sessionId);
    down.clientUniqueId = up.clientUniqueId;
    down.extraContent = up.extraContent;
    down.toUserIds = up.toUserIds;
    down.refData = up.refData;
    DownStreamMessages answer;
    answer.list.push_back(down);
    const std::string bytes = write(answer);
    Reader reader(bytes);
    const std::optional<Field> entry = reader.next();
    fuzz::require(entry && entry->bytes == write(down), "an entry is not the message", bytes);
    std::array<std::string, 28> texts;
    std::size_t toUsers = 0;
    Reader fields(entry->bytes);
    while (const std::optional<Field> field = fields.next()) {
        fuzz::require(field->number < texts.size(), "a field that nobody wrote", bytes);
        texts[field->number] = field->bytes;
        if (field->number == 21) ++toUsers;
    }
    fuzz::require(!fields.failed(), "what was written does not read", bytes);
    fuzz::require(texts[4] == up.classname && texts[5] == up.content && texts[15] == up.extraContent &&
                      texts[27] == up.refData.bytes && toUsers == up.toUserIds.size(),
                  "what was written reads as something else", bytes);
}

void readBodies(std::string_view bytes) {
    if (const std::optional<UpStreamMessage> up = readUpStreamMessage(bytes)) {
        fuzz::require(isUtf8(up->classname) && isUtf8(up->content) && isUtf8(up->extraContent), "a text is no UTF-8",
                      bytes);
        handOut(*up);
    }
    if (const std::optional<DeleteMsgInput> body = readDeleteMsgInput(bytes)) {
        fuzz::require(body->msgs.size() <= bytes.size() / 2, "more messages than their bytes", bytes);
    }
    if (const std::optional<DelRelationsInput> body = readDelRelationsInput(bytes)) {
        fuzz::require(body->relations.size() <= bytes.size() / 2, "more conversations than their bytes", bytes);
    }
    (void)readSyncRequestMsg(bytes);
    (void)readChrmInput(bytes);
    (void)readChrmPullMsg(bytes);
    (void)readHistoryMsgInput(bytes);
    (void)readRelationsInput(bytes);
    (void)readCleanHisMsgInput(bytes);
    (void)readPullModifyMsgReq(bytes);
    (void)readEventChangeInput(bytes);
    (void)readPullUserSettingInput(bytes);
    (void)readSessionReq(bytes);
    (void)readSessionStateModifyReq(bytes);
    (void)readQueryChatRoomInfoInput(bytes);
}

// A frame's body is the end of the message, and its names are UTF-8.
void checkFrame(const Frame& frame, std::string_view message) {
    const bool isEnd = frame.body.empty() || frame.body.data() + frame.body.size() == message.data() + message.size();
    fuzz::require(isEnd && frame.body.size() < message.size(), "a body outside its message", message);
    fuzz::require(isUtf8(frame.topic) && isUtf8(frame.target), "a name is no UTF-8", message);
    // What is called by a name can be told so.
    const std::string echo = publish({}, frame.topic, frame.target, frame.id, frame.body, true);
    fuzz::require(echo.size() == 1 + 4 + 2 + frame.topic.size() + 2 + frame.target.size() + 2 + frame.body.size(),
                  "a name is cut", message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view message = fuzz::textOf(data, size);
    if (const std::optional<Frame> frame = readFrame(message)) {
        checkFrame(*frame, message);
        readBodies(frame->body);
    }
    readBodies(message);
    return 0;
}
