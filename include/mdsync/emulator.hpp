// Emulator: the vendor's service on one port, against which the vendor's own SDK runs unchanged.
//
// Navigation, WebSocket and server API as the vendor's SDKs speak them, and a console under /mdsync/. Behind it is the
// simulated server of scenarios; what happens is a trace, and the rules judge it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mdsync/diagnostic.hpp"
#include "mdsync/policy.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

// Its time: the real one; or one that begins at the world's start and can be moved, and goes on as the real one in between or
// stands still.
enum class EmulatorClock : std::uint8_t { Real, Virtual, Stepped };

// What an emulator begins with.
struct EmulatorSetup {
    Header world;  // what is there before anybody comes, and the app's settings
    std::uint64_t seed = 1;
    ServerPolicy server;
    std::string appKey = "ak";
    std::string secret = "sec";
    bool wantsToken = false;   // `tok-alice` is no token of alice's
    bool limitsRates = false;  // the documented rates: five messages a second of a client, and those of the server API
    EmulatorClock clock = EmulatorClock::Real;
    std::string consoleToken{};  // what the console wants of who is not on this machine; empty: nobody else gets in
    std::string tracePath{};     // where the trace is written; empty: to a file that goes with the emulator
    // The document `result/1` about a trace file, for the console.
    std::function<std::string(const std::string& tracePath)> judge;
};

// What a file says of the world before anybody comes: a scenario without steps, of which `app`, `users`, `groups`,
// `chatrooms`, `messageTypes`, `readings`, `start` and `seed` count. A user may have no devices.
struct WorldFile {
    Header header;
    std::uint64_t seed = 1;
    bool valid = false;
    std::vector<Diagnostic> diagnostics;
};
[[nodiscard]] WorldFile readWorld(const std::string& path);
// The world of who names no file: nobody is there.
[[nodiscard]] Header emptyWorld();

// An EmulatorPort is an emulator that listens. One thread serves all.
class EmulatorPort {
public:
    // What an emulator's trace is judged with, so long after it arose.
    static constexpr Millis kSettle = std::chrono::seconds{5};

    // Listens at `place`, HOST:PORT; port 0 chooses one. problem() says what went wrong: it cannot listen, or not write
    // the trace.
    EmulatorPort(EmulatorSetup setup, const std::string& place);
    EmulatorPort(const EmulatorPort&) = delete;
    EmulatorPort& operator=(const EmulatorPort&) = delete;
    ~EmulatorPort();

    [[nodiscard]] const std::string& problem() const;
    // Where it listens: `127.0.0.1:40123`; and whether only this machine gets there.
    [[nodiscard]] const std::string& address() const;
    [[nodiscard]] bool isLoopback() const;

    // Serves until `stop` is set. Returns why it ended, if something went wrong; the trace is then written.
    std::string run(const std::atomic<bool>& stop);

    // The file of the trace, as long as this lives; and whether all of it could be written. REQUIRES: run() has returned.
    [[nodiscard]] const std::string& tracePath() const;
    [[nodiscard]] bool isTraceWhole() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mdsync
