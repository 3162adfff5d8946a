// Op: one thing that a system under test is asked to do, and what it answers.
//
// A scenario's steps are made of these, the runner passes them on, and the simulated world takes them: they are the
// words of the port (system.hpp), and know neither a scenario nor a system.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/ids.hpp"
#include "mdsync/time.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

enum class OpKind : std::uint8_t {
    Login,
    Logout,
    Drop,
    Reinstall,
    Hold,
    Release,
    Send,
    Publish,
    Recall,
    Sync,
    Set,
    Join,
    Leave,
    Network,
    ServerRestart
};
inline constexpr std::size_t kOpKinds = 15;
[[nodiscard]] std::string_view spell(OpKind kind);  // `login`, ..., `server`

// Link conditions. Probabilities are in parts per million, so that no floating point decides anything.
struct NetworkConditions {
    Millis latencyLow{20};
    Millis latencyHigh{20};
    std::uint32_t lossPpm = 0;
    std::uint32_t duplicatePpm = 0;
};

// An Op is one request: of one device, about one message. Unused fields keep their defaults.
struct Op {
    OpKind kind = OpKind::Login;
    DeviceId device;  // login..release, send, recall by a device, join/leave of a room
    UserId user;      // publish: from; recall by API: who; join/leave of a group
    MessageId message;
    Address to;              // send, publish; join/leave: the group or room
    TextId type;             // send, publish
    TextId text;             // send, publish
    Api api = Api::Message;  // publish
    TextId path;             // publish with Api::Path
    bool includeSender = false;
    bool enabled = false;       // sync
    Millis noticedAfter{0};     // drop
    SettingsChange settings;    // set
    NetworkConditions network;  // network
    std::vector<DeviceId> on;   // network: empty means all
};

struct Answer {
    enum class Kind : std::uint8_t { Ok, Pending, Refused, Unsupported, Error };
    Kind kind = Kind::Ok;
    std::string text;   // Refused: the code; Unsupported, Error: why
    bool held = false;  // settle: a hold holds something back
};

}  // namespace mdsync
