// Frames: what the vendor's SDK was heard to say is read, what it was told is written, and nothing else is a frame.
#include "sdk/frame.hpp"

#include <doctest/doctest.h>

#include <memory>

#include "vectors.hpp"

using namespace mdsync::sdk;
using mdsync::Instant;
using mdsync::Millis;

namespace {

constexpr Instant momentOf(std::int64_t milliseconds) {
    return Instant{Millis{milliseconds}};
}

// `text` at the end of its own piece of memory, so that a sanitizer sees who reads beyond it.
class Alone {
public:
    explicit Alone(std::string_view text) : memory_(std::make_unique<char[]>(text.size())), size_(text.size()) {
        text.copy(memory_.get(), size_);
    }
    [[nodiscard]] std::string_view text() const { return {memory_.get(), size_}; }

private:
    std::unique_ptr<char[]> memory_;
    std::size_t size_;
};

void checkFrame(const std::string& message, FrameKind kind, std::string_view topic, std::string_view target,
                std::uint16_t id, std::string_view body) {
    CAPTURE(topic);
    const std::optional<Frame> frame = readFrame(message);
    REQUIRE(frame);
    CHECK(frame->kind == kind);
    CHECK_FALSE(frame->dup);
    CHECK(frame->topic == topic);
    CHECK(frame->target == target);
    CHECK(frame->id == id);
    CHECK(frame->body == body);
}

// A question to `target`, written as the SDK writes it.
std::string queryTo(std::string_view target) {
    std::string message = vectors::bytes("50 0007 70756c6c4d7367 00");
    message += static_cast<char>(static_cast<unsigned char>(target.size()));
    message += target;
    return message + vectors::bytes("0005");
}

}  // namespace

TEST_CASE("what the SDK says is read") {
    checkFrame(vectors::kPull, FrameKind::Query, "pullMsg", "alice", 5, vectors::kPullBody);
    checkFrame(vectors::kConfirm, FrameKind::QueryCon, "", "", 5, "");
    checkFrame(vectors::kText, FrameKind::Publish, "ppMsgP", "alice", 9, vectors::kTextBody);
    checkFrame(vectors::kTaken, FrameKind::PubAck, "", "", 0xfffe, "");
    checkFrame(vectors::kJoin, FrameKind::Query, "joinChrm", "r", 12, vectors::kJoinBody);
    checkFrame(vectors::kRoomPull, FrameKind::Query, "chrmPull", "r", 13, vectors::kRoomPullBody);
    checkFrame(vectors::kPing, FrameKind::PingReq, "", "", 0, "");
}

TEST_CASE("a frame says that it is a duplicate, and what its other bits say does not matter") {
    std::string message = vectors::kText;
    for (unsigned bits = 0; bits < 16; ++bits) {
        message[0] = static_cast<char>(0x30U | bits);
        const std::optional<Frame> frame = readFrame(message);
        REQUIRE(frame);
        CHECK(frame->dup == ((bits & 8U) != 0));
        CHECK(frame->id == 9);
    }
}

TEST_CASE("only what a client says is a frame") {
    for (unsigned first = 0; first < 256; ++first) {
        const unsigned command = first >> 4U;
        std::string message = vectors::kText;
        message[0] = static_cast<char>(static_cast<unsigned char>(first));
        const bool isClients = command == 3 || command == 4 || command == 5 || command == 7 || command == 12;
        CHECK(readFrame(message).has_value() == isClients);
    }
    CHECK_FALSE(readFrame(""));
}

TEST_CASE("what is behind a frame that has no body is passed over") {
    checkFrame(vectors::kPing + "x", FrameKind::PingReq, "", "", 0, "");
    checkFrame(vectors::kTaken + "x", FrameKind::PubAck, "", "", 0xfffe, "");
    checkFrame(vectors::kConfirm + "x", FrameKind::QueryCon, "", "", 5, "");
}

TEST_CASE("a frame that is cut off is none, and a body may end anywhere") {
    for (const std::string* whole : {&vectors::kPull, &vectors::kText, &vectors::kJoin, &vectors::kRoomPull,
                                     &vectors::kConfirm, &vectors::kTaken, &vectors::kPing}) {
        const std::size_t head = whole->size() - readFrame(*whole)->body.size();
        for (std::size_t size = 0; size <= whole->size(); ++size) {
            const Alone cut(std::string_view(*whole).substr(0, size));
            const std::optional<Frame> frame = readFrame(cut.text());
            REQUIRE(frame.has_value() == (size >= head));
            if (frame) CHECK(frame->body.size() == size - head);
        }
    }
    // What a server says is no frame of a client's, or, where the command is the same, some frame of its own.
    for (const std::string* whole : {&vectors::kWelcome, &vectors::kNothing, &vectors::kKick, &vectors::kPong}) {
        CHECK_FALSE(readFrame(*whole));
    }
    for (const std::string* whole : {&vectors::kNews, &vectors::kEcho, &vectors::kTyping, &vectors::kAccepted}) {
        for (std::size_t size = 0; size <= whole->size(); ++size) {
            const Alone cut(std::string_view(*whole).substr(0, size));
            const std::optional<Frame> frame = readFrame(cut.text());
            if (frame) CHECK(frame->body.size() <= size);
        }
    }
}

TEST_CASE("a length beyond the end is no frame") {
    CHECK_FALSE(readFrame(vectors::bytes("50 ffff 70756c6c4d7367 0005 616c696365 0005")));
    CHECK_FALSE(readFrame(vectors::bytes("50 0007 70756c6c4d7367 0006 616c696365")));
    CHECK(readFrame(vectors::bytes("50 0000 0000 0005")));  // empty names are names
}

TEST_CASE("two surrogates in a name are one character") {
    const auto target = [](std::string_view written) {
        const std::optional<Frame> frame = readFrame(queryTo(written));
        return frame ? frame->target : "nothing";
    };
    CHECK(target("\xed\xa0\xbd\xed\xb8\x80") == "\xf0\x9f\x98\x80");  // U+1F600
    CHECK(target("a\xed\xa0\xbd\xed\xb8\x80\xc3\xa9") == "a\xf0\x9f\x98\x80\xc3\xa9");
    CHECK(target("\xed\xa0\x80\xed\xb0\x80") == "\xf0\x90\x80\x80");          // U+10000, the first
    CHECK(target("\xed\xaf\xbf\xed\xbf\xbf") == "\xf4\x8f\xbf\xbf");          // U+10FFFF, the last
    CHECK(target("\xf0\x9f\x98\x80") == "\xf0\x9f\x98\x80");                  // UTF-8 stays
    CHECK(target("\xed\x9f\xbf\xee\x80\x80") == "\xed\x9f\xbf\xee\x80\x80");  // the neighbours of the surrogates
    for (const char* wrong : {
             "\xed\xa0\xbd",  // the first alone
             "\xed\xb8\x80",  // the second alone
             "\xed\xa0\xbd"
             "a",                         // the first and something else
             "\xed\xb8\x80\xed\xa0\xbd",  // in the wrong order
             "\xed\xa0\xbd\xed\xa0\xbd",  // twice the first
             "\xed\xb8\x80\xed\xb8\x80",  // twice the second
             "\xed\xe0\xbd\xed\xb8\x80",  // a byte in the middle that continues nothing
             "\xed\xa0\xbd\xed\xf8\x80",
             "\xed\xa0\xbd\xed\xb8",      // cut off
             "\xed\xa0\xbd\xed\xb8\x40",  // the last byte continues nothing
             "\xc0\x80",
             "\xff",
             "a\x80",
             "\xf0\x9f\x98",
         }) {
        CHECK(target(wrong) == "nothing");
    }
    // In a topic, too.
    CHECK(readFrame(vectors::bytes("32 0006 eda0bdedb880 0001 61 0001"))->topic == "\xf0\x9f\x98\x80");
    CHECK_FALSE(readFrame(vectors::bytes("32 0003 eda0bd 0001 61 0001")));
}

TEST_CASE("what the server was heard to say is written byte for byte") {
    const std::string uid = "D24F-9KEV-8004-0007";
    const Instant now = momentOf(1795897379038);
    CHECK(connack(Protocol::Three, ConnackStatus::Accepted, {"alice", "sess-1", momentOf(1795897376666)}) ==
          vectors::kWelcome);
    CHECK(queryack(5, momentOf(1795897376696), AckStatus::Ok, vectors::kNothingBody, true) == vectors::kNothing);
    CHECK(puback(9, momentOf(1795897378685), AckStatus::Ok, uid) == vectors::kAccepted);
    CHECK(publish(momentOf(1795897378685), "s_ntf", "alice", 0xfffe, vectors::kNewsBody) == vectors::kNews);
    CHECK(queryack(9, momentOf(1795897378706), AckStatus::Ok, vectors::kPulledBody, true) == vectors::kPulled);
    CHECK(publish(now, "ppMsgP", "bob", 0xfffd, vectors::kTextBody, true) == vectors::kEcho);
    CHECK(puback(0xfffd, now, AckStatus::Ok, uid) == vectors::kEchoAccepted);
    CHECK(disconnect(DisconnectReason::Replaced) == vectors::kKick);
    CHECK(publish(now, "s_msg", "alice", 0xfffd, vectors::kTypingBody) == vectors::kTyping);
    CHECK(queryack(12, now, AckStatus::Ok, vectors::kJoinedBody, true) == vectors::kJoined);
    CHECK(pingresp() == vectors::kPong);
}

TEST_CASE("a login by protocol 4 says what it tells, and the first id") {
    CHECK(connack(Protocol::Four, ConnackStatus::Accepted, {"alice", "sess-1", momentOf(1795897376666), 0x1234}) ==
          vectors::bytes("20 00 00 0f 0005 616c696365 0006 736573732d31 000001a223d33f9a 1234"));
}

TEST_CASE("a refused login says the status and nothing of the user") {
    const Welcome told{"alice", "sess-1", momentOf(1795897376666), 1};
    CHECK(connack(Protocol::Three, ConnackStatus::Token, told) == vectors::bytes("20 00 04"));
    CHECK(connack(Protocol::Four, ConnackStatus::ClassTaken, told) == vectors::bytes("20 00 0d 00"));
}

TEST_CASE("a refused message has a status and no id, and an answer need not be confirmed") {
    CHECK(puback(1, momentOf(1005), AckStatus::TooFast, "") == vectors::bytes("40 0001 00000001 507c 0005 0000"));
    CHECK(queryack(1, momentOf(0), AckStatus::Unknown, "") == vectors::bytes("60 0001 00000000 0001"));
}

TEST_CASE("a moment is cut into seconds and what is left of them, also before 1970") {
    const auto of = [](std::int64_t milliseconds) { return puback(0, momentOf(milliseconds), AckStatus::Ok, ""); };
    CHECK(of(-1) == vectors::bytes("40 0000 ffffffff 0000 03e7 0000"));
    CHECK(of(2147483647999) == vectors::bytes("40 0000 7fffffff 0000 03e7 0000"));
    // Seconds have 32 bits with a sign: what is later does not become the past.
    CHECK(of(2147483648001) == vectors::bytes("40 0000 7fffffff 0000 0001 0000"));
}

TEST_CASE("a string has at most 65535 bytes") {
    const std::string message = publish(momentOf(0), std::string(70000, 'x'), "a", 1, "body");
    CHECK(message.size() == 1 + 4 + 2 + 65535 + 2 + 1 + 2 + 4);
    CHECK(message.substr(5, 2) == "\xff\xff");
}
