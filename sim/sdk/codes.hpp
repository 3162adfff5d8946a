// Codes: the numbers that the vendor's SDK and its server say to each other.
//
// All of them are open: a number that stands in no list here may come, and can be said (`ConnackStatus{17}`).
#pragma once

#include <cstdint>

namespace mdsync::sdk {

// How a login ends. connect() of the app resolves with the code beside it, the app gets DISCONNECT with the same code, and
// the SDK does not try again. 14 to 20 become 31024 to 31030; what they are for is not known.
enum class ConnackStatus : std::uint8_t {
    Accepted = 0,       // the login is good
    Protocol = 1,       // 31001: a version of the protocol that the server does not speak
    AppKey = 2,         // 31002: no such app
    Unavailable = 3,    // 31003: the server does not serve this client
    Token = 4,          // 31004: the token is none of this app
    NotAuthorized = 5,  // 31005: the app may not do that
    Redirect = 6,       // no code: the SDK asks the navigation again and comes back at once, as long as it gets a 6
    Package = 7,        // 31007: the package is not the app's
    AppBlocked = 8,     // 31008: the app is blocked or deleted
    UserBlocked = 9,    // 31009: the user is banned
    TokenExpired = 10,  // 31020: the token was good once
    Device = 11,        // 31021: the device id is none
    Hostname = 12,      // 31022: the page is not of a domain that the app allows
    ClassTaken = 13,    // 31023: another client of the class is online and may not be replaced
};

// Why the server ends a login. The SDK does not close its socket upon it: the server has to.
enum class DisconnectReason : std::uint8_t {
    Silent = 0,        // DISCONNECT without a code; 3, 4 and 10 as well
    Replaced = 1,      // DISCONNECT 31010: kicked by a login elsewhere; final
    Blocked = 2,       // DISCONNECT 31011: the user was banned; 5 as well
    Redirect = 6,      // SUSPEND 31006: the SDK asks the navigation anew and is back within a second
    TokenExpired = 7,  // DISCONNECT 31020
    Protocol = 8,      // DISCONNECT 31001
    Code31029 = 9,     // DISCONNECT 31029; what it is for is not known
};

// The status of a PUBACK or QUERYACK. What is not 0 becomes the code of the app's call, as it is.
enum class AckStatus : std::uint16_t {
    Ok = 0,
    Unknown = 1,            // what the server does not know how to answer; the SDK goes on
    Blacklisted = 405,      // the recipient has blacklisted the sender
    NotWhitelisted = 407,   // the recipient takes messages of a whitelist only
    TooFast = 20604,        // more than five messages a second
    NotInGroup = 22406,     // the sender is no member of the group
    NotInChatroom = 23406,  // the sender is not in the chatroom
    TooLong = 30016,        // the message has more than 128 KB; the SDK says so before it sends
};

// The type of a conversation. There are more than a server of messages needs.
enum class ConversationType : std::int32_t {
    Private = 1,
    Group = 3,
    Chatroom = 4,
    System = 6,
    UltraGroup = 10,
};

// What a NotifyMsg on the topic `s_ntf` says.
enum class NotifyType : std::int32_t {
    Inbox = 1,     // there is something to pull
    Chatroom = 2,  // there is something to pull in a room
};

// Who sent a message, as seen by the user that it is handed to.
enum class Direction : std::int32_t {
    Sent = 1,      // this user, from another device
    Received = 2,  // somebody else
};

// What a sender wants of a message: bits of UpStreamMessage::sessionId.
enum class UpFlag : std::int32_t {
    Stored = 1,       // kept for devices that are offline, and in the history
    Counted = 2,      // it makes the conversation unread
    Mention = 4,      // it mentions somebody
    Silent = 32,      // without a notification
    Expandable = 64,  // it may carry an expansion
};

// The same of a message that is handed out, and what became of it: bits of DownStreamMessage::status.
enum class DownFlag : std::int64_t {
    Retrieved = 2,  // another device of this user has it already: `receivedStatus` 8
    Stored = 16,
    Counted = 32,
    Mention = 64,
    Silent = 512,
    Expandable = 1024,
};

// What DownStreamMessage::extStatus says.
enum class ExtStatus : std::int64_t {
    StatusMessage = 64,  // shown at once, never stored: somebody is typing
};

[[nodiscard]] constexpr bool has(std::int32_t sessionId, UpFlag flag) {
    return (sessionId & static_cast<std::int32_t>(flag)) != 0;
}
[[nodiscard]] constexpr bool has(std::int64_t status, DownFlag flag) {
    return (status & static_cast<std::int64_t>(flag)) != 0;
}
[[nodiscard]] constexpr std::int64_t operator|(std::int64_t status, DownFlag flag) {
    return status | static_cast<std::int64_t>(flag);
}

// The `status` that a message is handed out with, of the `sessionId` that it was sent with. Bits that mean nothing are lost.
[[nodiscard]] constexpr std::int64_t statusOf(std::int32_t sessionId) {
    constexpr std::int64_t kMeant = 1 | 2 | 4 | 32 | 64;  // the bits of UpFlag
    return (sessionId & kMeant) << 4U;                    // each is the same bit of DownFlag, four places higher
}

}  // namespace mdsync::sdk
