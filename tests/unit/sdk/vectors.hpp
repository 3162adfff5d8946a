// Bytes that the vendor's SDK and a server said to each other: one run, alice and bob, protocol 3.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vectors {

// The bytes that pairs of hexadecimal digits stand for; blanks are for the eye.
inline std::string bytes(std::string_view hex) {
    const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); ++i) {
        if (hex[i] == ' ') continue;
        out += static_cast<char>(static_cast<unsigned char>(digit(hex[i]) * 16 + digit(hex[i + 1])));
        ++i;
    }
    return out;
}

// ---- What the client said --------------------------------------------------------------------------------------------

inline const std::string kPullBody = bytes("0800 1000 2001 3000 3801 4801");
inline const std::string kTextBody =
    bytes("0803 1209 52433a5478744d7367 1a10 7b22636f6e74656e74223a226869227d 4802 50c781c0dea3d347 b00100");
inline const std::string kJoinBody = bytes("0801");
inline const std::string kRoomPullBody = bytes("0800 1005 2001");

inline const std::string kPull = bytes("50 0007 70756c6c4d7367 0005 616c696365 0005") + kPullBody;
inline const std::string kConfirm = bytes("70 0005");
inline const std::string kText = bytes("32 0006 70704d736750 0005 616c696365 0009") + kTextBody;
inline const std::string kTaken = bytes("40 fffe");
inline const std::string kJoin = bytes("50 0008 6a6f696e4368726d 0001 72 000c") + kJoinBody;
inline const std::string kRoomPull = bytes("50 0008 6368726d50756c6c 0001 72 000d") + kRoomPullBody;
inline const std::string kPing = bytes("c0");

// ---- What the server said --------------------------------------------------------------------------------------------

inline const std::string kNothingBody = bytes("10b8ffcc9ea234 1801 2001");
inline const std::string kNewsBody = bytes("0801 10fd8ecd9ea234");
inline const std::string kPulledBody = bytes(
    "0a4d 0a03626f62 1001 2209 52433a5478744d7367 2a10 7b22636f6e74656e74223a226869227d 30fd8ecd9ea234 3830"
    "4a13 443234462d394b45562d383030342d30303037 70c781c0dea3d347 b80100 10928fcd9ea234 1801 2001");
inline const std::string kTypingBody = bytes(
    "0a03626f62 1001 2209 52433a547970537473"
    "2a21 7b22747970696e67436f6e74656e7454797065223a2252433a5478744d7367227d 30a894cd9ea234 3800"
    "4a13 443234462d394b4b412d303034342d30303037 70f382e086a5d347 a00140 b80100");
inline const std::string kJoinedBody = bytes("0801 18c598cd9ea234 20c598cd9ea234 2801");

inline const std::string kWelcome = bytes("20 00 00 0005 616c696365 0006 736573732d31 000001a223d33f9a");
inline const std::string kNothing = bytes("62 0005 6b0b3820 0000") + kNothingBody;
inline const std::string kAccepted = bytes("40 0009 6b0b3822 0000 02ad 0013 443234462d394b45562d383030342d30303037");
inline const std::string kNews = bytes("32 6b0b3822 0005 735f6e7466 0005 616c696365 fffe") + kNewsBody;
inline const std::string kPulled = bytes("62 0009 6b0b3822 0000") + kPulledBody;
inline const std::string kEcho = bytes("3a 6b0b3823 0006 70704d736750 0003 626f62 fffd") + kTextBody;
inline const std::string kEchoAccepted =
    bytes("40 fffd 6b0b3823 0000 0026 0013 443234462d394b45562d383030342d30303037");
inline const std::string kKick = bytes("e0 00 01");
inline const std::string kTyping = bytes("32 6b0b3823 0005 735f6d7367 0005 616c696365 fffd") + kTypingBody;
inline const std::string kJoined = bytes("62 000c 6b0b3823 0000") + kJoinedBody;
inline const std::string kPong = bytes("d0");

}  // namespace vectors
