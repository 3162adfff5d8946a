// Frame: what stands in one WebSocket message of the vendor's SDK.
//
// A message is one frame: a byte that names the command, then what the command has, then a body that ends where the message
// ends. Numbers are big-endian; a string is its length in two bytes, then the bytes. Nothing here knows who talks to whom,
// and nothing of a body (bodies.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mdsync/time.hpp"
#include "sdk/codes.hpp"

namespace mdsync::sdk {

// What a client says.
enum class FrameKind : std::uint8_t {
    Publish = 3,   // a message
    PubAck = 4,    // it has the PUBLISH of this id
    Query = 5,     // a question
    QueryCon = 7,  // it has the answer of this id: the messages that it pulled
    PingReq = 12,
};

struct Frame {
    FrameKind kind = FrameKind::PingReq;
    bool dup = false;
    std::string topic{};      // of Publish and Query: `ppMsgP`, `pullMsg`; UTF-8
    std::string target{};     // of these, too: a user, a group or a room; UTF-8
    std::uint16_t id = 0;     // of all but PingReq
    std::string_view body{};  // of Publish and Query: not decoded; a part of the message that was read
};

// The frame that `message` is. Nothing: it is no frame of a client's, is cut off, or names its topic or target in something
// that is no UTF-8. The SDK writes characters beyond U+FFFF as two surrogates of three bytes there (CESU-8): they are put
// together. What follows a frame that has no body is passed over.
[[nodiscard]] std::optional<Frame> readFrame(std::string_view message);

// ---- What the server says ------------------------------------------------------------------------------------------
//
// REQUIRES of all that follow: strings of at most 65535 bytes, and moments up to 2038-01-19, since seconds travel in 32 bits
// with a sign; what is longer or later is cut to that.

// Which of the protocols the URL of the login asks for: `protocolVer=3`.
enum class Protocol : std::uint8_t { Three = 3, Four = 4 };

// What a client is told when its login is good.
struct Welcome {
    std::string_view userId{};
    std::string_view sessionId{};
    Instant time{};             // now
    std::uint16_t firstId = 1;  // of the client's next frame; protocol 3 has no place for it, and clients count from 1
};

// The answer to a login. Unless it is Accepted, `welcome` is not told.
[[nodiscard]] std::string connack(Protocol protocol, ConnackStatus status, const Welcome& welcome = {});

// A message or a notification. `dup`: a message of the user's own, sent by another of his devices.
[[nodiscard]] std::string publish(Instant time, std::string_view topic, std::string_view target, std::uint16_t id,
                                  std::string_view body, bool dup = false);

// The answer to a PUBLISH: when it was accepted, and the id that the message has now; `uid` is empty where it was not.
[[nodiscard]] std::string puback(std::uint16_t id, Instant time, AckStatus status, std::string_view uid);

// The answer to a QUERY. `confirm`: the client is to say by a QUERYCON that it has the answer.
[[nodiscard]] std::string queryack(std::uint16_t id, Instant time, AckStatus status, std::string_view body,
                                   bool confirm = false);

[[nodiscard]] std::string pingresp();

// The end of a login. The socket is still to be closed, a moment later.
[[nodiscard]] std::string disconnect(DisconnectReason reason);

}  // namespace mdsync::sdk
