// Navigation: where the SDK is told which server to connect to, and what the URL of its WebSocket says.
#pragma once

#include <string>
#include <string_view>

#include "mdsync/trace.hpp"
#include "sdk/frame.hpp"
#include "sdk/port.hpp"

namespace mdsync::sdk {

class Emulator;

// Whether the SDK asks for its server at this path, or whether it is there; old SDKs have paths of their own.
[[nodiscard]] bool isNavigation(std::string_view path);
[[nodiscard]] HttpAnswer answerNavigation(Emulator& emulator, const HttpRequest& request);

// A browser asks whether it may ask: a page has another origin than this server.
[[nodiscard]] HttpAnswer answerPreflight(const HttpRequest& request);

// What the query of a WebSocket's URL says of the client. What is missing or unknown is taken for a browser's.
struct Login {
    std::string appKey;
    std::string token;
    std::string deviceId;
    Platform platform = Platform::Web;
    Protocol protocol = Protocol::Three;
};
[[nodiscard]] Login readLogin(std::string_view query);

}  // namespace mdsync::sdk
