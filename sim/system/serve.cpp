// Serving a world on files and on a port. Asio's headers stay in this file.
#include "mdsync/serve.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <chrono>
#include <exception>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "system/accepting.hpp"
#include "system/address.hpp"

namespace mdsync {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kSpare = std::size_t{1} << 20U;  // of a long line, bytes that are not kept for the next
constexpr Millis kPause{20};  // before it is tried again to take a connection for which something is missing

bool writeAll(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t size = ::write(file, text.data(), text.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

// Empties `text`, whose room goes back if there is much of it. Assigning an empty string would keep it.
void giveBack(std::string& text) {
    text.clear();
    if (text.capacity() > kSpare) std::string().swap(text);
}

// Splits what comes from a file into lines.
class LineReader {
public:
    explicit LineReader(int file) : file_(file) {}

    // The next line without its end, valid until the next call. False at the end. A line that is longer than a request
    // may be is given up and comes as what there is of it.
    bool next(std::string_view& line) {
        if (taken_ == buffer_.size()) giveBack(buffer_);
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

namespace {

// Serves until the other side ends; `heard` is called for each request.
template <class Heard>
Served serve(ServeSession& session, int in, int out, const Heard& heard) {
    LineReader lines(in);
    std::string_view line;
    std::string answer;
    int error = 0;  // why nobody takes the answer
    const ServeSession::Spill say = [&](std::string& text) {
        if (!writeAll(out, text)) error = errno;
        giveBack(text);
        return error == 0;
    };
    while (lines.next(line)) {
        heard();
        const bool goesOn = session.take(line, answer, say);
        if (error != 0 || !say(answer)) return error == EPIPE ? Served::Ended : Served::Unwritable;
        if (!goesOn) break;
    }
    return Served::Ended;
}

}  // namespace

std::unique_ptr<System> ServedWorld::make() const {
    std::unique_ptr<System> world = makeWorldSystem(server);
    return acceptSeen ? withSeenAcceptance(std::move(world)) : std::move(world);
}

Served serveFiles(const ServedWorld& world, int in, int out) {
    ServeSession session(world.make());
    return serve(session, in, out, [] {});
}

// ---- A port ---------------------------------------------------------------------------------------------------------

// The connections of a port. One that has been silent for a while gives way to a newcomer where all places are taken,
// so that nobody can keep the others out by doing nothing.
class Connections {
public:
    explicit Connections(const ServeLimits& limits) : limits_(limits) {}

    // Whether there is a place for one more, now or as soon as one that is cut off has ended.
    bool makeRoom() {
        const std::scoped_lock lock(mutex_);
        if (open_.size() < limits_.connections) return true;
        const auto oldest = std::min_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
            return std::pair(a.second.isCut, a.second.heard) < std::pair(b.second.isCut, b.second.heard);
        });
        if (oldest->second.isCut || Clock::now() - oldest->second.heard < limits_.patience) return false;
        ::shutdown(oldest->first, SHUT_RDWR);
        oldest->second.isCut = true;
        return open_.size() < limits_.connections + kCutAtOnce;
    }
    void add(int peer) {
        const std::scoped_lock lock(mutex_);
        open_[peer] = {Clock::now(), false};
    }
    void hear(int peer) {
        const std::scoped_lock lock(mutex_);
        open_[peer].heard = Clock::now();
    }
    // Closes it, too: from then on its number may be that of another one.
    void end(int peer) {
        const std::scoped_lock lock(mutex_);
        open_.erase(peer);
        ::close(peer);
    }

private:
    static constexpr std::size_t kCutAtOnce = 16;
    struct Connection {
        Clock::time_point heard;
        bool isCut = false;
    };
    const ServeLimits limits_;
    std::mutex mutex_;
    std::map<int, Connection> open_;
};

namespace {

// How long a read or a write may take: an other side that is gone without a word would hold its place for ever.
void limitWaiting(int peer, Millis limit) {
    const timeval patience{.tv_sec = limit.count() / 1000, .tv_usec = limit.count() % 1000 * 1000};
    (void)::setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)::setsockopt(peer, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

// Says why there is no place, as far as the other side takes it at once.
void turnAway(int peer, std::string_view why) {
    const std::string line = fmt::format("{{\"id\":0,\"error\":\"{}\"}}\n", why);
    (void)!::send(peer, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    ::close(peer);
}

}  // namespace

struct ServePort::State {
    explicit State(const ServeLimits& wanted) : limits(wanted), connections(wanted) {}

    const ServeLimits limits;
    ServedWorld world;
    std::string problem;
    std::string address;
    asio::io_context context;
    asio::ip::tcp::acceptor acceptor{context};
    Connections connections;

    // Whatever goes wrong in one connection ends that one, and no other.
    void converse(int peer) noexcept {
        try {
            ServeSession session(world.make(), limits.kept);
            (void)serve(session, peer, peer, [this, peer] { connections.hear(peer); });
        } catch (...) {
            (void)!::send(peer, kBroken.data(), kBroken.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        }
        connections.end(peer);
    }

    static constexpr std::string_view kBroken = "{\"id\":0,\"error\":\"this connection takes more than there is\"}\n";
};

std::shared_ptr<ServePort::State> ServePort::makeState(const ServeLimits& limits) {
    try {
        return std::make_shared<State>(limits);
    } catch (const boost::system::system_error& refusal) {
        throw std::system_error(refusal.code());  // Asio's own is for this file
    }
}

ServePort::ServePort(const ServedWorld& world, const std::string& place, const ServeLimits& limits)
    : state_(makeState(limits)) {
    State& s = *state_;
    s.world = world;
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
        if (error && !acceptMaySucceedAgain(error.value()))
            return fmt::format("cannot accept connections any more: {}", error.message());
        if (error) {
            std::this_thread::sleep_for(kPause);
            continue;
        }
        socket.set_option(asio::ip::tcp::no_delay(true), error);
        socket.native_non_blocking(false, error);
        const int peer = socket.release(error);
        if (error) continue;
        take(peer);
    }
}

void ServePort::take(int peer) {
    State& s = *state_;
    try {
        if (!s.connections.makeRoom()) {
            return turnAway(peer, fmt::format("all {} places are taken", s.limits.connections));
        }
        limitWaiting(peer, s.limits.idle);
        s.connections.add(peer);
        // The thread keeps what it uses, whatever becomes of this object.
        std::thread([state = state_, peer] { state->converse(peer); }).detach();
    } catch (const std::exception&) {
        (void)!::send(peer, State::kBroken.data(), State::kBroken.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        s.connections.end(peer);
    }
}

std::string wrongPlace(std::string_view place) {
    return parseHostAndPort(place).host.empty() ? fmt::format("\"{}\" is not of the form HOST:PORT", place)
                                                : std::string();
}

}  // namespace mdsync
