// See web_clients.hpp. Plain sockets and epoll: a library would do no less work for the server, and more for the clients.
#include "bench/web_clients.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace mdsync {

namespace {

// A message of a server, one whole frame, and how many bytes it takes.
struct Framed {
    std::string_view message;
    std::size_t size = 0;
};

enum class Parse : std::uint8_t { Whole, Partial, Wrong };

Parse parseFrame(std::string_view in, Framed& framed) {
    constexpr unsigned char kBinary = 0x82;  // the last frame of a message, and the first
    if (in.size() < 2) return Parse::Partial;
    const auto byte = [in](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(in[i])); };
    if (byte(0) != kBinary) return Parse::Wrong;
    std::size_t size = byte(1);
    std::size_t head = 2;
    if (size > 125) {
        const std::size_t width = size == 126 ? 2 : 8;
        if (in.size() < head + width) return Parse::Partial;
        for (size = 0; head < 2 + width; ++head) size = size << 8U | byte(head);
    }
    if (in.size() - head < size) return Parse::Partial;
    framed = {in.substr(head, size), head + size};
    return Parse::Whole;
}

}  // namespace

WebClients::WebClients(const std::string& address) : poll_(::epoll_create1(EPOLL_CLOEXEC)) {
    const std::size_t colon = address.rfind(':');
    host_ = address.substr(0, colon);
    port_ = static_cast<std::uint16_t>(std::strtoul(address.c_str() + colon + 1, nullptr, 10));
}

WebClients::~WebClients() {
    for (const Client& client : clients_) ::close(client.socket);
    ::close(poll_);
}

bool WebClients::open(const std::string& target) {
    Client client;
    client.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client.socket < 0) return false;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = clients_.size();
    if (shakeHands(client, target) && ::fcntl(client.socket, F_SETFL, O_NONBLOCK) == 0 &&
        ::epoll_ctl(poll_, EPOLL_CTL_ADD, client.socket, &event) == 0) {
        if (!client.in.empty()) early_.push_back(clients_.size());
        clients_.push_back(std::move(client));
        return true;
    }
    ::close(client.socket);
    return false;
}

// Waits for the answer. What comes behind it stays in `in`.
bool WebClients::shakeHands(Client& client, const std::string& target) {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port_);
    const int one = 1;
    const timeval patience{60, 0};
    if (::inet_pton(AF_INET, host_.c_str(), &place.sin_addr) != 1) return false;
    (void)::setsockopt(client.socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): so are addresses passed
    if (::connect(client.socket, reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0) return false;
    (void)::setsockopt(client.socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    const std::string request = fmt::format(
        "GET {} HTTP/1.1\r\nHost: {}:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: bWRzeW5jIGlzIGEgYmVuY2g=\r\nSec-WebSocket-Version: 13\r\n\r\n",
        target, host_, port_);
    if (::send(client.socket, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
        return false;
    std::array<char, 4096> buffer{};
    std::size_t end = std::string::npos;
    while ((end = client.in.find("\r\n\r\n")) == std::string::npos) {
        const ssize_t size = ::recv(client.socket, buffer.data(), buffer.size(), 0);
        if (size <= 0) return false;
        client.in.append(buffer.data(), static_cast<std::size_t>(size));
    }
    const bool isTaken = client.in.starts_with("HTTP/1.1 101 ");
    client.in.erase(0, end + 4);
    return isTaken;
}

void WebClients::say(std::size_t client, std::string_view message) {
    constexpr unsigned kMasked = 0x80;
    Client& c = clients_[client];
    c.out += '\x82';
    if (message.size() < 126) {
        c.out += static_cast<char>(kMasked | message.size());
    } else {
        c.out += static_cast<char>(kMasked | 126U);
        c.out += static_cast<char>(message.size() >> 8U);
        c.out += static_cast<char>(message.size() & 0xffU);
    }
    c.out.append(4, '\0');  // the mask
    c.out += message;
    if (!std::exchange(c.isListed, true)) speaking_.push_back(client);
}

bool WebClients::flush() {
    std::vector<std::size_t> stillSpeaking;
    for (const std::size_t i : speaking_) {
        Client& c = clients_[i];
        const ssize_t size = ::send(c.socket, c.out.data(), c.out.size(), MSG_NOSIGNAL);
        if (size < 0 && errno != EAGAIN) return false;
        c.out.erase(0, size < 0 ? 0 : static_cast<std::size_t>(size));
        c.isListed = !c.out.empty();
        if (c.isListed) stillSpeaking.push_back(i);
    }
    speaking_.swap(stillSpeaking);
    return true;
}

bool WebClients::exchange(Millis patience, const Take& take) {
    for (const std::size_t client : std::exchange(early_, {})) {
        if (!handOver(client, take)) return false;
    }
    if (!flush()) return false;
    std::array<epoll_event, 32> events;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by the kernel
    const int count =
        ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), static_cast<int>(patience.count()));
    for (int i = 0; i < count; ++i) {
        if (!hear(events[static_cast<std::size_t>(i)].data.u64, take)) return false;
    }
    return flush();
}

bool WebClients::hear(std::size_t client, const Take& take) {
    const ssize_t size = ::recv(clients_[client].socket, scratch_.data(), scratch_.size(), 0);
    if (size < 0) return errno == EAGAIN;
    if (size == 0) return false;
    clients_[client].in.append(scratch_.data(), static_cast<std::size_t>(size));
    return handOver(client, take);
}

bool WebClients::handOver(std::size_t client, const Take& take) {
    const std::string_view in = clients_[client].in;  // take() may say something; it opens no client
    std::size_t at = 0;
    Framed framed;
    Parse parse = Parse::Whole;
    while ((parse = parseFrame(in.substr(at), framed)) == Parse::Whole) {
        at += framed.size;
        take(client, framed.message);
    }
    clients_[client].in.erase(0, at);
    return parse == Parse::Partial;
}

}  // namespace mdsync
