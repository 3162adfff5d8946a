// Serve: a simulated server for other programs, behind the adapter protocol (docs/adapters.md).
//
// It is the other half of an adapter target: `run --target "exec:mdsync serve --stdio"` gives the same bytes as `run`.
// Who writes a tool of their own against the protocol tests it here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "mdsync/policy.hpp"
#include "mdsync/system.hpp"
#include "mdsync/time.hpp"

namespace mdsync {

// A ServeSession is one conversation: lines in, lines out, no input or output of its own. One thread uses it.
class ServeSession {
public:
    static constexpr std::size_t kLongestLine = std::size_t{32} << 20U;  // bytes of a request

    // `mostKept`: how much it may be made to keep, in bytes of one world and what is asked of it; more is answered with
    // an error. 0: as much as there is.
    explicit ServeSession(std::unique_ptr<System> target, std::size_t mostKept = 0);
    ServeSession(const ServeSession&) = delete;
    ServeSession& operator=(const ServeSession&) = delete;
    ~ServeSession();

    // Takes what there is of an answer that grows long, and empties it. False: nobody wants the rest.
    using Spill = std::function<bool(std::string& out)>;

    // Takes one request, without its newline, and appends the lines that answer it. False: that was the goodbye. One
    // text of 1 MB to a group of a thousand is an answer of 1 GB: with `spill`, `out` never has much more than a line.
    bool take(std::string_view request, std::string& out, const Spill& spill = {});

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

// How a conversation ended: with bye or the end of the input, or because nobody took the output; a request that is too
// long gets an answer and ends it too.
enum class Served : std::uint8_t { Ended, Unwritable };

// What is served: a server, and whether its acceptances are told when the senders learn of them (withSeenAcceptance).
struct ServedWorld {
    ServerPolicy server;
    bool acceptSeen = false;
    [[nodiscard]] std::unique_ptr<System> make() const;
};

// Serves `world` on two open files until the other side ends.
// REQUIRES: SIGPIPE is ignored.
[[nodiscard]] Served serveFiles(const ServedWorld& world, int in, int out);

// What one client of a port may take from the others.
struct ServeLimits {
    std::size_t connections = 256;               // at once
    Millis idle{10 * 60 * 1000};                 // a connection that is silent for so long ends
    Millis patience{10 * 1000};                  // the same, where all places are taken and somebody else wants one
    std::size_t kept = std::size_t{256} << 20U;  // bytes that a world and what is asked of it may take
};

// A ServePort serves every connection to a TCP port, each with a world and a thread of its own. Whatever goes wrong in
// one of them, or is too much for the machine, ends that one.
class ServePort {
public:
    // Listens at `place`, HOST:PORT; port 0 chooses one. problem() says what went wrong. Throws std::system_error where
    // the system has no more files to give.
    ServePort(const ServedWorld& world, const std::string& place, const ServeLimits& limits = {});
    ServePort(const ServePort&) = delete;
    ServePort& operator=(const ServePort&) = delete;
    ~ServePort();

    [[nodiscard]] const std::string& problem() const;
    // Where it listens: `127.0.0.1:40123`.
    [[nodiscard]] const std::string& address() const;

    // Serves until the process ends. Returns only if listening fails: why.
    std::string run();

private:
    struct State;
    static std::shared_ptr<State> makeState(const ServeLimits& limits);
    void take(int peer);
    std::shared_ptr<State> state_;
};

// What is wrong with the spelling of a place to listen at; empty: nothing.
[[nodiscard]] std::string wrongPlace(std::string_view place);

}  // namespace mdsync
