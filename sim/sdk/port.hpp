// Port: one TCP port that speaks HTTP and WebSocket, on one thread.
//
// What is said there is a House's business; the port keeps its guests in order: it reads requests of bounded size within
// a bounded time, lets nobody keep a place by doing nothing, and gives up who does not take what is sent. The emulator of
// the vendor's service lives behind it (emulator.hpp), and in tests anything else. Boost's headers stay in port.cpp.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mdsync/time.hpp"

namespace mdsync::sdk {

// A request as it came. Valid during the call that it is passed to.
struct HttpRequest {
    std::string_view method;  // `GET`, for HEAD too: the port leaves the body out
    std::string_view path;    // `/v2/navi.json`: without the query, not decoded
    std::string_view query;   // what stands behind `?`, not decoded
    std::string_view body;
    bool isLocal = false;  // it came over loopback
    // The value of a header, whatever its name's case; empty where there is none.
    std::function<std::string_view(std::string_view name)> header;
};

struct HttpAnswer {
    unsigned status = 200;
    std::string type = "application/json";
    std::string body{};
    // Besides Content-Type, Content-Length and Connection, which the port writes.
    std::vector<std::pair<std::string, std::string>> headers{};
};

// The other side of a WebSocket or of a stream of server-sent events. It may be kept as long as one likes: once the
// connection has ended, its functions do nothing.
class Peer {
public:
    Peer() = default;
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    virtual ~Peer() = default;

    // Sends one binary WebSocket message; of a stream of events, these bytes as they are.
    virtual void send(std::string bytes) = 0;
    // Ends the connection when all that was sent is out. What is sent later is dropped, and so is what comes.
    virtual void close() = 0;
    // Ends it at once; what was not taken yet is lost.
    virtual void cut() = 0;
    // Bytes that were sent and not taken by the other side's machine yet.
    [[nodiscard]] virtual std::size_t waiting() const = 0;
    // Whether the connection has ended, whoever ended it.
    [[nodiscard]] virtual bool isOver() const = 0;
};

// Who listens to a WebSocket.
class Guest {
public:
    Guest() = default;
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;
    virtual ~Guest() = default;

    // A binary message came. Text messages never do: they are dropped.
    virtual void take(std::string_view message) = 0;
    // The connection has ended, whoever ended it. Called once, last, and never inside of another call of the house or its
    // guests: alice's guest may cut bob's connection, and bob's hears of it later.
    virtual void gone() = 0;
};

// What lives behind a port. All of it is called on the thread that calls Port::run(), one call after the other; in each of
// them it may do with any Peer what it likes.
class House {
public:
    House() = default;
    House(const House&) = delete;
    House& operator=(const House&) = delete;
    virtual ~House() = default;

    // Answers a request that is no upgrade. Nothing: it is answered by a stream of server-sent events, which follow() begins.
    virtual std::optional<HttpAnswer> answer(const HttpRequest& request) = 0;
    // Begins the stream that answer() announced, which lasts as long as the connection; the head of the answer goes first. For
    // HEAD it is not called.
    virtual void follow(const HttpRequest& request, std::shared_ptr<Peer> peer) = 0;
    // Takes a WebSocket. Nothing: the upgrade is refused with 404. The port has not answered yet, but `peer` may be sent to.
    virtual std::shared_ptr<Guest> open(const HttpRequest& request, std::shared_ptr<Peer> peer) = 0;
    // Does what is due by now, and says how long it can wait to be called again. Called after each of the others, too.
    virtual Millis tick() = 0;
};

// What one guest may take from the others.
struct PortLimits {
    std::size_t connections = 20000;              // at once; see Port
    std::size_t body = std::size_t{1} << 20U;     // bytes of a request's body: more is answered with 413
    std::size_t head = std::size_t{16} << 10U;    // bytes of its head: 431
    std::size_t message = std::size_t{1} << 20U;  // bytes of a WebSocket message: the connection ends
    std::size_t unsent = std::size_t{8} << 20U;   // bytes that a Peer does not take: the connection ends
    // A request must be there within so long of its first byte: 408. So must the first byte after connecting, and the other
    // side's end of a connection after ours.
    Millis request{10 * 1000};
    Millis idle{60 * 1000};      // an HTTP connection between two requests, or while it takes nothing of an answer
    Millis silence{120 * 1000};  // a WebSocket that says nothing: the SDK pings every 15 seconds
};

// A Port listens at one place and serves its house until stop(). Where all places are taken, whoever has said nothing for
// longest of those that are neither a WebSocket nor a stream of events gives way; if there is none, the newcomer is turned
// away with 503.
class Port {
public:
    // Listens at `place`, HOST:PORT; port 0 chooses one. problem() says what went wrong.
    Port(House& house, const std::string& place, const PortLimits& limits = {});
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;
    ~Port();

    [[nodiscard]] const std::string& problem() const;
    // Where it listens: `127.0.0.1:40123`.
    [[nodiscard]] const std::string& address() const;
    // Whether that is a loopback address.
    [[nodiscard]] bool isLoopback() const;

    // Serves until stop() was called. Returns why it ended, if something went wrong.
    std::string run();
    // Ends run(), and all connections at once; their guests are told. May be called from any thread, and from a signal
    // handler.
    void stop();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mdsync::sdk
