// A client by hand, on plain sockets, for tests of a port: what it sends are the bytes that the test writes down.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mdsync::sdk::test {

// One that waits for something that never comes fails after this; none that passes waits as long.
constexpr int kPatience = 60;  // seconds

class Client {
public:
    // `address` as Port::address() spells it.
    explicit Client(const std::string& address) : Client(address, makeSocket(address)) {}
    // On a socket that is there already.
    Client(const std::string& address, int socket) : socket_(socket) { connect(address); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { ::close(socket_); }

    static int makeSocket(const std::string& address) {
        return ::socket(address.front() == '[' ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    }

    // False: nobody takes it any more.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (size <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(size));
        }
        return true;
    }
    void stopSending() { ::shutdown(socket_, SHUT_WR); }

    // Exactly so many bytes; fewer if the connection ends before.
    std::string read(std::size_t count) {
        while (buffer_.size() < count && fill()) {
        }
        return take(count);
    }
    // All up to `end`, with it; all that there is if the connection ends before.
    std::string readTo(std::string_view end) {
        std::size_t at = 0;
        while ((at = buffer_.find(end)) == std::string::npos && fill()) {
        }
        return take(at == std::string::npos ? buffer_.size() : at + end.size());
    }
    std::string readAll() {
        while (fill()) {
        }
        return take(buffer_.size());
    }
    // Whether something can be read now; the end, too.
    bool hasNews() {
        pollfd file{socket_, POLLIN, 0};
        return !buffer_.empty() || ::poll(&file, 1, 0) > 0;
    }
    // Waits, without reading, until the other side has cut the connection.
    void awaitCut() {
        pollfd file{socket_, 0, 0};
        CHECK(::poll(&file, 1, kPatience * 1000) == 1);
        CHECK((file.revents & POLLERR) != 0);
    }

    // An answer with its Content-Length.
    struct Answer {
        std::string head;
        std::string body;
        [[nodiscard]] int status() const { return head.size() > 12 ? std::stoi(head.substr(9, 3)) : 0; }
        [[nodiscard]] bool says(std::string_view line) const { return head.find(line) != std::string::npos; }
    };
    Answer answer(bool hasBody = true) {
        Answer answer;
        answer.head = readTo("\r\n\r\n");
        const std::size_t at = answer.head.find("Content-Length: ");
        if (hasBody && at != std::string::npos) answer.body = read(std::stoul(answer.head.substr(at + 16)));
        return answer;
    }
    Answer ask(std::string_view request) {
        send(request);
        return answer();
    }

    // Asks for a WebSocket. The key and what is answered to it are those of RFC 6455, 1.3.
    Answer upgrade(std::string_view path = "/ws") {
        send("GET " + std::string(path) +
             " HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        return answer();
    }

    static constexpr unsigned kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10, kFinal = 0x80;

    // A frame as a client must send it: masked.
    static std::string frame(std::string_view payload, unsigned first = kFinal | kBinary) {
        std::string bytes = head(payload.size(), first, 0x80);
        constexpr std::string_view kMask = "\x37\xfa\x21\x3d";
        bytes += kMask;
        for (std::size_t i = 0; i < payload.size(); ++i) bytes += static_cast<char>(payload[i] ^ kMask[i % 4]);
        return bytes;
    }
    // One that only a server may send.
    static std::string bareFrame(std::string_view payload) {
        return head(payload.size(), kFinal | kBinary, 0) + std::string(payload);
    }
    bool say(std::string_view payload, unsigned first = kFinal | kBinary) { return send(frame(payload, first)); }

    struct Frame {
        unsigned first = 0;  // 0: the connection ended
        std::string payload;
    };
    Frame hear() {
        const std::string start = read(2);
        if (start.size() < 2) return {};
        std::size_t size = byte(start[1]);
        if (size >= 126) {
            const std::string length = read(size == 126 ? 2 : 8);
            size = 0;
            for (const char c : length) size = size << 8U | byte(c);
        }
        return {byte(start[0]), read(size)};
    }
    // The next message, which must be one frame.
    std::string message() {
        Frame frame = hear();
        CHECK(frame.first == (kFinal | kBinary));
        return frame.payload;
    }

private:
    static unsigned byte(char c) { return static_cast<unsigned char>(c); }
    static std::string head(std::size_t size, unsigned first, unsigned mask) {
        std::string bytes(1, static_cast<char>(first));
        const int more = size < 126 ? 0 : size < 65536 ? 2 : 8;
        const std::size_t small = more == 0 ? size : more == 2 ? 126 : 127;
        bytes += static_cast<char>(mask | small);
        for (int i = more - 1; i >= 0; --i) bytes += static_cast<char>(size >> (8 * i) & 0xffU);
        return bytes;
    }

    void connect(const std::string& address) {
        const timeval patience{kPatience, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        const std::size_t colon = address.rfind(':');
        const auto port = htons(static_cast<std::uint16_t>(std::stoul(address.substr(colon + 1))));
        sockaddr_in four{};
        sockaddr_in6 six{};
        if (address.front() == '[') {
            six.sin6_family = AF_INET6;
            six.sin6_port = port;
            ::inet_pton(AF_INET6, address.substr(1, colon - 2).c_str(), &six.sin6_addr);
            REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&six), sizeof six) == 0);
        } else {
            four.sin_family = AF_INET;
            four.sin_port = port;
            ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &four.sin_addr);
            REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&four), sizeof four) == 0);
        }
    }

    // False: the connection has ended.
    bool fill() {
        char chunk[65536];
        const ssize_t size = ::recv(socket_, chunk, sizeof chunk, 0);
        if (size < 0) REQUIRE_MESSAGE((errno != EAGAIN && errno != EWOULDBLOCK), "waited in vain");
        if (size <= 0) return false;
        buffer_.append(chunk, static_cast<std::size_t>(size));
        return true;
    }
    std::string take(std::size_t count) {
        std::string taken = buffer_.substr(0, count);
        buffer_.erase(0, taken.size());
        return taken;
    }

    int socket_;
    std::string buffer_;
};

}  // namespace mdsync::sdk::test
