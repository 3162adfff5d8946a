// WebClients: thousands of WebSocket clients on one thread, each as cheap as can be, so that it is the server at the other
// end that a bench measures.
//
// They speak what a bench needs and no more: they open, send and hear binary messages, and mask with zeros. What a server may
// not do (frames in parts, control frames) ends a client.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/time.hpp"

namespace mdsync {

class WebClients {
public:
    // Clients of the port at `address`, HOST:PORT with HOST an IPv4 address.
    explicit WebClients(const std::string& address);
    WebClients(const WebClients&) = delete;
    WebClients& operator=(const WebClients&) = delete;
    ~WebClients();

    // Opens one more at `target`, a path with its query. False: there are no more sockets, or it was refused.
    [[nodiscard]] bool open(const std::string& target);
    [[nodiscard]] std::size_t count() const { return clients_.size(); }

    // Puts a message into the client's outbox, which exchange() empties.
    void say(std::size_t client, std::string_view message);

    using Take = std::function<void(std::size_t client, std::string_view message)>;
    // Sends what was said, waits at most `patience` until something comes, and hands over each message that is there. What
    // `take` says is sent before this returns. False: a client's connection has ended.
    [[nodiscard]] bool exchange(Millis patience, const Take& take);

private:
    struct Client {
        int socket = -1;
        std::string in{};       // not handed over yet
        std::string out{};      // not sent yet
        bool isListed = false;  // in speaking_
    };

    [[nodiscard]] bool shakeHands(Client& client, const std::string& target);
    [[nodiscard]] bool flush();
    [[nodiscard]] bool hear(std::size_t client, const Take& take);
    [[nodiscard]] bool handOver(std::size_t client, const Take& take);

    std::string host_;
    std::uint16_t port_ = 0;
    int poll_ = -1;
    std::vector<Client> clients_;
    std::vector<std::size_t> speaking_;  // clients with something in `out`
    std::vector<std::size_t> early_;     // clients that were told something together with the answer of open()
    std::array<char, 65536> scratch_{};  // what is read at a time
};

}  // namespace mdsync
