// The server API: what the app's back end asks of the vendor's server, over HTTP with forms, signed with the app's secret.
//
// Offered: tokens, messages to users, groups and chatrooms, status messages, recalls, groups, the making of chatrooms, who is
// online. Anything else is answered with 404.
#pragma once

#include <string>
#include <string_view>

#include "mdsync/ids.hpp"
#include "sdk/port.hpp"

namespace mdsync::sdk {

class Emulator;
class LiveWorld;
struct Kept;

[[nodiscard]] HttpAnswer answerServerApi(Emulator& emulator, const HttpRequest& request);

// The content of the command that recalls a message, where no client wrote one.
[[nodiscard]] std::string recallContent(const LiveWorld& live, MessageId message, const Kept& kept);

}  // namespace mdsync::sdk
