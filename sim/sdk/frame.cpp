// See frame.hpp.
#include "sdk/frame.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include "base/text.hpp"

namespace mdsync::sdk {

namespace {

// The commands that only the server says.
constexpr unsigned kConnAck = 2;
constexpr unsigned kQueryAck = 6;
constexpr unsigned kPingResp = 13;
constexpr unsigned kDisconnect = 14;

// Bits of a frame's first byte.
constexpr unsigned kDup = 8;
constexpr unsigned kConfirm = 2;  // "quality of service" 1: the other side is to say that it has the frame

unsigned byteAt(std::string_view text, std::size_t i) {
    return static_cast<unsigned char>(text[i]);
}

// ---- CESU-8 ---------------------------------------------------------------------------------------------------------

constexpr std::size_t kSurrogate = 3;  // bytes

// The surrogate that `text` begins with, 0xd800 to 0xdfff; 0 if it begins with something else.
char32_t surrogateAt(std::string_view text) {
    if (text.size() < kSurrogate || byteAt(text, 0) != 0xedU) return 0;
    const unsigned second = byteAt(text, 1);
    const unsigned third = byteAt(text, 2);
    if (second < 0xa0U || second > 0xbfU || (third & 0xc0U) != 0x80U) return 0;
    return 0xd000U | ((second & 0x3fU) << 6U) | (third & 0x3fU);
}

// The character whose two surrogates `text` begins with.
CodePoint decodePair(std::string_view text) {
    const char32_t high = surrogateAt(text);
    if (high < 0xd800 || high > 0xdbff) return {};
    const char32_t low = surrogateAt(text.substr(kSurrogate));
    if (low < 0xdc00) return {};
    return {0x10000 + ((high - 0xd800) << 10U) + (low - 0xdc00), 2 * kSurrogate};
}

// `text` in UTF-8. Nothing: it is neither that nor CESU-8.
std::optional<std::string> withoutSurrogates(std::string_view text) {
    if (isUtf8(text)) return std::string(text);
    std::string out;
    while (!text.empty()) {
        CodePoint c = decodeUtf8(text);
        if (c.bytes == 0) c = decodePair(text);
        if (c.bytes == 0) return std::nullopt;
        appendUtf8(out, c.value);
        text.remove_prefix(c.bytes);
    }
    return out;
}

// ---- Reading --------------------------------------------------------------------------------------------------------

std::optional<std::uint16_t> takeNumber(std::string_view& left) {
    if (left.size() < 2) return std::nullopt;
    const unsigned value = (byteAt(left, 0) << 8U) | byteAt(left, 1);
    left.remove_prefix(2);
    return static_cast<std::uint16_t>(value);
}

std::optional<std::string> takeText(std::string_view& left) {
    const std::optional<std::uint16_t> size = takeNumber(left);
    if (!size || left.size() < *size) return std::nullopt;
    const std::string_view text = left.substr(0, *size);
    left.remove_prefix(*size);
    return withoutSurrogates(text);
}

std::optional<FrameKind> kindOf(unsigned command) {
    for (const FrameKind kind :
         {FrameKind::Publish, FrameKind::PubAck, FrameKind::Query, FrameKind::QueryCon, FrameKind::PingReq}) {
        if (command == static_cast<unsigned>(kind)) return kind;
    }
    return std::nullopt;
}

// ---- Writing --------------------------------------------------------------------------------------------------------

void putByte(std::string& out, unsigned value) {
    out += static_cast<char>(static_cast<unsigned char>(value));
}

// The `bytes` lowest bytes of `value`.
void putNumber(std::string& out, std::uint64_t value, unsigned bytes) {
    for (unsigned i = bytes; i > 0; --i) putByte(out, static_cast<unsigned>((value >> (8 * (i - 1))) & 0xffU));
}

void putText(std::string& out, std::string_view text) {
    const std::string_view some = text.substr(0, std::numeric_limits<std::uint16_t>::max());
    putNumber(out, some.size(), 2);
    out += some;
}

// Whole seconds since 1970.
void putSeconds(std::string& out, Instant time) {
    using Limits = std::numeric_limits<std::int32_t>;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    putNumber(out, static_cast<std::uint64_t>(std::clamp<std::int64_t>(seconds, Limits::min(), Limits::max())), 4);
}

unsigned millisecondsOf(Instant time) {
    return static_cast<unsigned>((time - std::chrono::floor<std::chrono::seconds>(time)).count());
}

std::string frameOf(unsigned command, unsigned bits = 0) {
    std::string out;
    putByte(out, (command << 4U) | bits);
    return out;
}

}  // namespace

std::optional<Frame> readFrame(std::string_view message) {
    if (message.empty()) return std::nullopt;
    const unsigned first = byteAt(message, 0);
    const std::optional<FrameKind> kind = kindOf(first >> 4U);
    if (!kind) return std::nullopt;
    Frame frame;
    frame.kind = *kind;
    frame.dup = (first & kDup) != 0;
    std::string_view left = message.substr(1);
    if (*kind == FrameKind::PingReq) return frame;
    const bool isAddressed = *kind == FrameKind::Publish || *kind == FrameKind::Query;
    if (isAddressed) {
        std::optional<std::string> topic = takeText(left);
        std::optional<std::string> target = topic ? takeText(left) : std::nullopt;
        if (!target) return std::nullopt;
        frame.topic = *std::move(topic);
        frame.target = *std::move(target);
    }
    const std::optional<std::uint16_t> id = takeNumber(left);
    if (!id) return std::nullopt;
    frame.id = *id;
    if (isAddressed) frame.body = left;
    return frame;
}

std::string connack(Protocol protocol, ConnackStatus status, const Welcome& welcome) {
    constexpr unsigned kAllFour = 1 | 2 | 4 | 8;  // which of userId, sessionId, time and first id are there
    const bool isAccepted = status == ConnackStatus::Accepted;
    std::string out = frameOf(kConnAck);
    putByte(out, 0);
    putByte(out, static_cast<unsigned>(status));
    if (protocol == Protocol::Four) putByte(out, isAccepted ? kAllFour : 0U);
    if (!isAccepted) return out;
    putText(out, welcome.userId);
    putText(out, welcome.sessionId);
    putNumber(out, static_cast<std::uint64_t>(welcome.time.time_since_epoch().count()), 8);
    if (protocol == Protocol::Four) putNumber(out, welcome.firstId, 2);
    return out;
}

std::string publish(Instant time, std::string_view topic, std::string_view target, std::uint16_t id,
                    std::string_view body, bool dup) {
    std::string out = frameOf(static_cast<unsigned>(FrameKind::Publish), kConfirm | (dup ? kDup : 0U));
    putSeconds(out, time);
    putText(out, topic);
    putText(out, target);
    putNumber(out, id, 2);
    out += body;
    return out;
}

std::string puback(std::uint16_t id, Instant time, AckStatus status, std::string_view uid) {
    std::string out = frameOf(static_cast<unsigned>(FrameKind::PubAck));
    putNumber(out, id, 2);
    putSeconds(out, time);
    putNumber(out, static_cast<std::uint16_t>(status), 2);
    putNumber(out, millisecondsOf(time), 2);
    putText(out, uid);
    return out;
}

std::string queryack(std::uint16_t id, Instant time, AckStatus status, std::string_view body, bool confirm) {
    std::string out = frameOf(kQueryAck, confirm ? kConfirm : 0U);
    putNumber(out, id, 2);
    putSeconds(out, time);
    putNumber(out, static_cast<std::uint16_t>(status), 2);
    out += body;
    return out;
}

std::string pingresp() {
    return frameOf(kPingResp);
}

std::string disconnect(DisconnectReason reason) {
    std::string out = frameOf(kDisconnect);
    putByte(out, 0);
    putByte(out, static_cast<unsigned>(reason));
    return out;
}

}  // namespace mdsync::sdk
