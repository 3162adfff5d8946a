// Serving a world on files and on a port. Asio's headers stay in this file.
#include "mdsync/serve.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <thread>
#include <utility>

#include "system/address.hpp"

namespace mdsync {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr unsigned kMostConnections = 256;

bool writeAll(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t size = ::write(file, text.data(), text.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

// Splits what comes from a file into lines.
class LineReader {
public:
    explicit LineReader(int file) : file_(file) {}

    // The next line without its end, valid until the next call. False at the end. A line that is longer than a request
    // may be is given up and comes as what there is of it.
    bool next(std::string_view& line) {
        buffer_.erase(0, std::exchange(taken_, 0));
        std::size_t looked = 0;
        std::size_t end = 0;
        while ((end = buffer_.find('\n', looked)) == std::string::npos) {
            looked = buffer_.size();
            if (looked > ServeSession::kLongestLine) {
                line = buffer_;
                taken_ = looked;
                return true;
            }
            if (!read()) return false;
        }
        line = std::string_view(buffer_).substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        taken_ = end + 1;
        return true;
    }

private:
    bool read() {
        ssize_t size = 0;
        do size = ::read(file_, chunk_.data(), chunk_.size());
        while (size < 0 && errno == EINTR);
        if (size <= 0) return false;
        buffer_.append(chunk_.data(), static_cast<std::size_t>(size));
        return true;
    }

    int file_;
    std::array<char, 65536> chunk_{};
    std::string buffer_;
    std::size_t taken_ = 0;
};

}  // namespace

Served serveFiles(const ServerPolicy& server, int in, int out) {
    ServeSession session(makeWorldSystem(server));
    LineReader lines(in);
    std::string_view line;
    std::string answer;
    while (lines.next(line)) {
        answer.clear();
        const bool goesOn = session.take(line, answer);
        if (!writeAll(out, answer)) return errno == EPIPE ? Served::Ended : Served::Unwritable;
        if (!goesOn) break;
    }
    return Served::Ended;
}

// ---- A port ---------------------------------------------------------------------------------------------------------

struct ServePort::State {
    ServerPolicy server;
    std::string problem;
    std::string address;
    asio::io_context context;
    asio::ip::tcp::acceptor acceptor{context};
    std::atomic<unsigned> connections{0};
};

ServePort::ServePort(const ServerPolicy& server, const std::string& place) : state_(std::make_shared<State>()) {
    State& s = *state_;
    s.server = server;
    const HostAndPort where = parseHostAndPort(place);
    error_code error;
    const auto found = asio::ip::tcp::resolver(s.context).resolve(where.host, where.port, error);
    if (!error && !found.empty()) {
        const asio::ip::tcp::endpoint endpoint = *found.begin();
        s.acceptor.open(endpoint.protocol(), error);
        if (!error) s.acceptor.set_option(asio::socket_base::reuse_address(true), error);
        if (!error) s.acceptor.bind(endpoint, error);
        if (!error) s.acceptor.listen(asio::socket_base::max_listen_connections, error);
    }
    if (error) {
        s.problem = fmt::format("cannot listen at {}: {}", place, error.message());
        return;
    }
    const asio::ip::tcp::endpoint endpoint = s.acceptor.local_endpoint(error);
    std::string host = endpoint.address().to_string();
    if (endpoint.address().is_v6()) host = fmt::format("[{}]", host);
    s.address = fmt::format("{}:{}", host, endpoint.port());
}

ServePort::~ServePort() = default;

const std::string& ServePort::problem() const {
    return state_->problem;
}
const std::string& ServePort::address() const {
    return state_->address;
}

std::string ServePort::run() {
    State& s = *state_;
    for (;;) {
        error_code error;
        asio::ip::tcp::socket socket = s.acceptor.accept(error);
        if (error == asio::error::connection_aborted || error == asio::error::interrupted) continue;
        if (error) return fmt::format("cannot accept connections any more: {}", error.message());
        if (s.connections.load() >= kMostConnections) continue;  // closes it
        socket.set_option(asio::ip::tcp::no_delay(true), error);
        socket.native_non_blocking(false, error);
        const int peer = socket.release(error);
        if (error) continue;
        ++s.connections;
        // The thread keeps what it uses, whatever becomes of this object.
        std::thread([state = state_, peer] {
            (void)serveFiles(state->server, peer, peer);
            ::close(peer);
            --state->connections;
        }).detach();
    }
}

std::string wrongPlace(std::string_view place) {
    return parseHostAndPort(place).host.empty() ? fmt::format("\"{}\" is not of the form HOST:PORT", place)
                                                : std::string();
}

}  // namespace mdsync
