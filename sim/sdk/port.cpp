// See port.hpp. Everything happens on the thread of run(): no lock, and no call of a house inside of another one.
//
// Beast parses requests and speaks WebSocket. Of the ten seconds that this file takes to compile, seven are Beast's: it stays
// in here.
#include "sdk/port.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <exception>
#include <list>
#include <string>
#include <type_traits>

#include "system/accepting.hpp"
#include "system/address.hpp"

namespace mdsync::sdk {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;

namespace {

using Clock = std::chrono::steady_clock;
using Tcp = asio::ip::tcp;
// With the executor named, a socket is smaller and quicker than with `any_io_executor`.
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<Tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<Tcp, Executor>;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;
using Descriptor = asio::posix::basic_stream_descriptor<Executor>;

// The socket of a WebSocket. When it ends in good order, Beast would wait for the other side to hang up before it tells;
// here it tells at once, and the waiting is ours.
class Wire : public Socket {
public:
    explicit Wire(Socket socket) : Socket(std::move(socket)) {}
};

template <class Handler>
void async_teardown(beast::role_type, Wire& wire, Handler&& handler) {
    asio::post(wire.get_executor(), beast::bind_front_handler(std::forward<Handler>(handler), error_code()));
}

using WebSocket = websocket::stream<Wire, false>;  // without permessage-deflate
using Parser = http::request_parser<http::string_body>;

constexpr Clock::time_point kNever = Clock::time_point::max();
constexpr Millis kLongestWait{std::chrono::hours{1}};  // of a house that says nothing earlier is due
constexpr Millis kPause{20};             // before it is tried again to take a connection for which something is missing
constexpr std::size_t kTurnedAway = 64;  // who are told so at a time; more are hung up on
constexpr std::size_t kRead = std::size_t{64} << 10U;  // bytes of HTTP read at a time, into a buffer that all share
constexpr std::size_t kKept = std::size_t{8} << 10U;   // bytes of a large buffer that are kept for the next message
constexpr int kInKernel = 128 << 10;  // bytes that the kernel takes without the other side's: see Peer::waiting()

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

// What was sent and is not taken yet. A list, since what is being written must not move.
class Outbox {
public:
    [[nodiscard]] bool empty() const { return texts_.empty(); }
    // Bytes that are left.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    // What they cost: a million empty messages are not nothing.
    [[nodiscard]] std::size_t cost() const { return bytes_ + texts_.size() * kNode; }

    void push(std::string text) {
        bytes_ += text.size();
        texts_.push_back(std::move(text));
    }
    void clear() {
        texts_.clear();
        bytes_ = taken_ = 0;
    }

    // The first message, whole.
    [[nodiscard]] asio::const_buffer message() const { return asio::buffer(texts_.front()); }
    void dropMessage() {
        bytes_ -= texts_.front().size();
        texts_.pop_front();
    }

    // The first bytes, wherever one text ends; several texts at a time, as each call of the kernel costs as much as they do.
    using Bytes = std::array<asio::const_buffer, 8>;
    [[nodiscard]] Bytes some() const {
        Bytes found;
        auto text = texts_.begin();
        for (std::size_t i = 0; i < found.size() && text != texts_.end(); ++i, ++text) found[i] = asio::buffer(*text);
        found[0] += taken_;
        return found;
    }
    void drop(std::size_t count) {
        bytes_ -= count;
        taken_ += count;
        while (!texts_.empty() && taken_ >= texts_.front().size()) {
            taken_ -= texts_.front().size();
            texts_.pop_front();
        }
    }

private:
    static constexpr std::size_t kNode = sizeof(std::string) + 2 * sizeof(void*);
    std::list<std::string> texts_;
    std::size_t bytes_ = 0;
    std::size_t taken_ = 0;  // of the first text
};

// ---- What is said in HTTP -------------------------------------------------------------------------------------------

// The head of an answer. `length`: of its body; none: it ends with the connection.
std::string headOf(const HttpAnswer& answer, bool keeps, std::optional<std::size_t> length) {
    const beast::string_view reason = http::obsolete_reason(http::int_to_status(answer.status));
    std::string head = fmt::format("HTTP/1.1 {} {}\r\n", answer.status, view(reason));
    if (!answer.type.empty()) head += fmt::format("Content-Type: {}\r\n", answer.type);
    if (length) head += fmt::format("Content-Length: {}\r\n", *length);
    for (const auto& [name, value] : answer.headers) head += fmt::format("{}: {}\r\n", name, value);
    head += keeps ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    return head;
}

// Says in words what a status says, for those who look at it with curl.
HttpAnswer plainAnswer(unsigned status) {
    return {status, "text/plain", fmt::format("{}\n", view(http::obsolete_reason(http::int_to_status(status))))};
}

bool hasNoBody(unsigned status) {
    return status == 204 || status == 304;
}

// The status for what the parser did not like.
unsigned statusOf(const error_code& error) {
    if (error == http::error::header_limit) return 431;
    if (error == http::error::body_limit) return 413;
    return 400;
}

// The target without `http://host`, which a proxy would put before it.
std::string_view ownTarget(std::string_view target) {
    if (!target.starts_with("http://") && !target.starts_with("https://")) return target;
    const std::size_t slash = target.find('/', target.find("//") + 2);
    return slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
}

HttpRequest requestOf(const Parser::value_type& message, bool isLocal) {
    const std::string_view target = ownTarget(view(message.target()));
    const std::size_t mark = target.find('?');
    HttpRequest request;
    request.method = message.method() == http::verb::head ? std::string_view("GET") : view(message.method_string());
    request.path = target.substr(0, mark);
    if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
    request.body = message.body();
    request.isLocal = isLocal;
    request.header = [&message](std::string_view name) {
        return view(message[beast::string_view(name.data(), name.size())]);
    };
    return request;
}

// ---- Connections ----------------------------------------------------------------------------------------------------

class Connection;

// What the connections of a port share.
class Hall {
public:
    Hall(House& house, const PortLimits& wanted) : limits(wanted), house_(house) {}

    const PortLimits limits;
    asio::io_context context{1};
    std::list<std::shared_ptr<Connection>> guests;      // each has a place
    std::list<std::shared_ptr<Connection>> turnedAway;  // these are told that there is none
    std::list<Connection*> silent;                      // who may give way; whoever spoke last is last
    std::array<char, kRead> scratch{};

    // Calls the house, which then does what this made due.
    template <class Call>
    auto ask(const Call& call) {
        if constexpr (std::is_void_v<decltype(call(house_))>) {
            call(house_);
            tick();
        } else {
            auto answer = call(house_);
            tick();
            return answer;
        }
    }
    void tick() {
        const Millis wait = std::clamp(house_.tick(), Millis{0}, kLongestWait);
        due_ = Clock::now() + wait;
        if (due_ < alarm_) setAlarm();
    }

private:
    // Moving an alarm costs more than letting it ring in vain once.
    void setAlarm() {
        alarm_ = due_;
        ticker_.expires_at(alarm_);
        ticker_.async_wait([this](const error_code& error) {
            if (error) return;
            alarm_ = kNever;
            due_ <= Clock::now() ? tick() : setAlarm();
        });
    }

    House& house_;
    Timer ticker_{context};
    Clock::time_point due_ = kNever;
    Clock::time_point alarm_ = kNever;
};

// What a house holds of a connection.
class Handle final : public Peer {
public:
    explicit Handle(Connection& connection) : connection_(&connection) {}
    void send(std::string bytes) override;
    void close() override;
    void cut() override;
    [[nodiscard]] std::size_t waiting() const override;
    [[nodiscard]] bool isOver() const override { return connection_ == nullptr; }
    void forget() { connection_ = nullptr; }

private:
    Connection* connection_;  // none: it has ended
};

// One connection, from its first byte to its last. Each of its handlers holds it; end(), which tells the guest, is called
// by handlers only, so that no guest hears of it inside of another call.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    using Others = std::list<std::shared_ptr<Connection>>;

    Connection(Hall& hall, Socket socket, bool isLocal)
        : hall_(hall), socket_(std::move(socket)), timer_(hall.context), isLocal_(isLocal) {}

    // Begins to listen, with a place among the guests.
    void enter();
    // Says that there is no place.
    void turnAway();
    // Ends it now. Never to be called inside of a call of the house.
    void end();

    void send(std::string bytes);
    void close();
    void cut();
    [[nodiscard]] std::size_t waiting() const { return out_.bytes(); }

private:
    enum class Phase {
        Asking,     // a request is awaited, or part of it is there
        Answering,  // its answer is being written
        Following,  // server-sent events
        Opening,    // a WebSocket that is not accepted yet
        Talking,    // one that is
        Leaving,    // nothing is written any more; the other side may hang up
    };

    // Time.
    void allow(Millis time);
    void allowForEver() { deadline_ = kNever; }
    void setAlarm();
    void late();

    // HTTP.
    void listen();
    void hear(const error_code& error);
    void awaitRequest();
    void parse();
    bool sayContinue();
    void serve();
    void say(const HttpAnswer& answer, bool isHead);
    void refuse(unsigned status);
    void follow(const HttpRequest& request);
    void leave();

    // WebSocket.
    void upgrade();
    void accept();
    void part(const error_code& error);
    void accepted(const error_code& error);
    void listenWeb();
    void hearWeb(const error_code& error);
    void spoke();
    void closeWeb();

    // Writing.
    void flush();
    void writeSome();
    void writeMessage();
    void written(const error_code& error);
    void drained();

    Socket& wire() { return web_ ? web_->next_layer() : socket_; }
    void tellGone();
    void moveTo(Others& others);
    void leaveSilent();
    // A handler that holds this, and does nothing once it has ended.
    auto later(void (Connection::*call)(const error_code&)) {
        return [self = shared_from_this(), call](const error_code& error, auto...) {
            if (!self->isOver_) (self.get()->*call)(error);
        };
    }

    Hall& hall_;
    Socket socket_;  // moves into web_
    Timer timer_;
    std::unique_ptr<WebSocket> web_;
    std::unique_ptr<Parser> parser_;  // of the request that is coming or being answered
    std::string in_;                  // of HTTP, what is not parsed yet
    beast::flat_buffer webIn_;        // of a WebSocket, the message that is coming
    Outbox out_;
    std::shared_ptr<Handle> handle_;
    std::shared_ptr<Guest> guest_;
    Others* others_ = nullptr;
    Others::iterator place_;
    std::list<Connection*>::iterator silent_;
    Clock::time_point deadline_ = kNever;
    Clock::time_point alarm_ = kNever;
    Phase phase_ = Phase::Asking;
    bool isLocal_;
    bool isSilent_ = false;  // silent_ is valid
    bool isListening_ = false;
    bool isWriting_ = false;
    bool keeps_ = false;  // the connection outlives the answer
    bool isContinued_ = false;
    bool isClosing_ = false;  // close() was called
    bool isCut_ = false;
    bool isOver_ = false;
};

void Handle::send(std::string bytes) {
    if (connection_ != nullptr) connection_->send(std::move(bytes));
}
void Handle::close() {
    if (connection_ != nullptr) connection_->close();
}
void Handle::cut() {
    if (connection_ != nullptr) connection_->cut();
}
std::size_t Handle::waiting() const {
    return connection_ != nullptr ? connection_->waiting() : 0;
}

void Connection::moveTo(Others& others) {
    others_ = &others;
    place_ = others.insert(others.end(), shared_from_this());
}

// From now on it does not give way to newcomers.
void Connection::leaveSilent() {
    if (std::exchange(isSilent_, false)) hall_.silent.erase(silent_);
}

void Connection::enter() {
    moveTo(hall_.guests);
    silent_ = hall_.silent.insert(hall_.silent.end(), this);
    isSilent_ = true;
    allow(hall_.limits.request);
    listen();
}

void Connection::turnAway() {
    moveTo(hall_.turnedAway);
    refuse(503);
}

void Connection::end() {
    if (std::exchange(isOver_, true)) return;
    const auto self = shared_from_this();  // the hall's may be the last
    isCut_ = true;
    timer_.cancel();
    error_code ignored;
    wire().close(ignored);
    leaveSilent();
    others_->erase(place_);
    tellGone();
}

// Lets go of what the house has of it, and tells the guest.
void Connection::tellGone() {
    if (handle_) handle_->forget();
    const auto guest = std::exchange(guest_, nullptr);
    if (guest) hall_.ask([&](House&) { guest->gone(); });
}

// ---- What a house does with a connection ----------------------------------------------------------------------------

void Connection::send(std::string bytes) {
    if (isClosing_ || isCut_) return;
    const bool isMessage = phase_ == Phase::Opening || phase_ == Phase::Talking;
    if (bytes.empty() && !isMessage) return;
    out_.push(std::move(bytes));
    if (out_.cost() > hall_.limits.unsent) return cut();
    flush();
}

void Connection::close() {
    if (std::exchange(isClosing_, true)) return;
    allow(hall_.limits.silence);  // for what is still to be taken
    flush();
}

void Connection::cut() {
    if (std::exchange(isCut_, true)) return;
    error_code ignored;
    // Without this the kernel would keep for minutes what somebody never reads.
    wire().set_option(asio::socket_base::linger(true, 0), ignored);
    wire().close(ignored);
    asio::post(hall_.context, [self = shared_from_this()] { self->end(); });
}

// ---- Time -----------------------------------------------------------------------------------------------------------

void Connection::allow(Millis time) {
    deadline_ = Clock::now() + time;
    if (deadline_ < alarm_) setAlarm();
}

// Moving an alarm costs more than letting it ring in vain once.
void Connection::setAlarm() {
    alarm_ = deadline_;
    timer_.expires_at(alarm_);
    timer_.async_wait([self = shared_from_this()](const error_code& error) {
        if (error || self->isOver_) return;
        self->alarm_ = kNever;
        if (self->deadline_ <= Clock::now()) return self->late();
        if (self->deadline_ != kNever) self->setAlarm();
    });
}

void Connection::late() {
    // Who has not even begun is hung up on: browsers connect in advance.
    if (phase_ == Phase::Asking) return parser_ ? refuse(408) : end();
    cut();
}

// ---- HTTP -----------------------------------------------------------------------------------------------------------

// Waits for bytes without a buffer for them: ten thousand connections wait, and one at a time reads.
void Connection::listen() {
    if (isCut_ || std::exchange(isListening_, true)) return;
    wire().async_wait(Socket::wait_read, later(&Connection::hear));
}

void Connection::hear(const error_code& error) {
    isListening_ = false;
    if (isCut_) return;
    error_code problem = error;
    const std::size_t size = problem ? 0 : wire().read_some(asio::buffer(hall_.scratch), problem);
    if (problem == asio::error::would_block) return listen();
    if (problem) return end();
    if (isSilent_) hall_.silent.splice(hall_.silent.end(), hall_.silent, silent_);
    if (phase_ != Phase::Asking) return listen();  // nobody asked for these
    in_.append(hall_.scratch.data(), size);
    parse();
}

// Begins with what came along with the last request.
void Connection::awaitRequest() {
    phase_ = Phase::Asking;
    parser_.reset();
    isContinued_ = false;
    allow(hall_.limits.idle);
    parse();
}

void Connection::parse() {
    if (!parser_) {
        in_.erase(0, std::min(in_.find_first_not_of("\r\n"), in_.size()));  // some end a request with one too many
        if (in_.empty()) return listen();
        parser_ = std::make_unique<Parser>();
        parser_->eager(true);
        parser_->header_limit(static_cast<std::uint32_t>(hall_.limits.head));
        parser_->body_limit(hall_.limits.body);
        allow(hall_.limits.request);
    }
    error_code error;
    in_.erase(0, parser_->put(asio::buffer(in_), error));
    if (in_.empty() && in_.capacity() > kKept) std::string().swap(in_);
    if (error && error != http::error::need_more) return refuse(statusOf(error));
    if (parser_->is_done()) return serve();
    // What neither is a head nor belongs to a body: the extension of a chunk that does not end.
    if (in_.size() > hall_.limits.head) return refuse(431);
    sayContinue() ? listen() : end();
}

// Says `100 Continue` to who waits for it. False: the other side does not even take this.
bool Connection::sayContinue() {
    if (isContinued_ || !parser_->is_header_done()) return true;
    isContinued_ = true;
    const auto& message = parser_->get();
    if (message.version() < 11 || !beast::iequals(message[http::field::expect], "100-continue")) return true;
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    error_code error;
    return socket_.write_some(asio::buffer(kContinue), error) == kContinue.size();
}

void Connection::serve() {
    if (websocket::is_upgrade(parser_->get())) return upgrade();
    keeps_ = parser_->keep_alive();
    const HttpRequest request = requestOf(parser_->get(), isLocal_);
    const auto answer = hall_.ask([&](House& house) { return house.answer(request); });
    const bool isHead = parser_->get().method() == http::verb::head;
    if (answer) return say(*answer, isHead);
    keeps_ = false;
    HttpAnswer head{200, "text/event-stream", {}, {{"Cache-Control", "no-store"}}};
    out_.push(headOf(head, keeps_, std::nullopt));
    if (!isHead) return follow(request);
    phase_ = Phase::Answering;
    flush();
}

void Connection::say(const HttpAnswer& answer, bool isHead) {
    phase_ = Phase::Answering;
    allow(hall_.limits.idle);
    const bool isBare = hasNoBody(answer.status);
    out_.push(headOf(answer, keeps_, isBare ? std::nullopt : std::optional(answer.body.size())));
    if (!isBare && !isHead && !answer.body.empty()) out_.push(answer.body);
    flush();
}

// Answers what was no request, or could not be taken; nothing that comes behind it makes sense.
void Connection::refuse(unsigned status) {
    keeps_ = false;
    std::string().swap(in_);
    say(plainAnswer(status), false);
}

void Connection::follow(const HttpRequest& request) {
    phase_ = Phase::Following;
    leaveSilent();
    allowForEver();
    handle_ = std::make_shared<Handle>(*this);
    hall_.ask([&](House& house) { house.follow(request, handle_); });
    parser_.reset();
    flush();
    listen();  // it hears when the other side hangs up
}

// Lets the other side hang up: were it done here while bytes come in, the kernel would take back what was said.
void Connection::leave() {
    phase_ = Phase::Leaving;
    parser_.reset();
    std::string().swap(in_);
    error_code ignored;
    wire().shutdown(Socket::shutdown_send, ignored);
    allow(hall_.limits.request);
    listen();
}

// ---- WebSocket ------------------------------------------------------------------------------------------------------

void Connection::upgrade() {
    if (!in_.empty()) return refuse(400);  // who speaks before he is answered does not speak WebSocket
    phase_ = Phase::Opening;
    allow(hall_.limits.request);
    handle_ = std::make_shared<Handle>(*this);
    const HttpRequest request = requestOf(parser_->get(), isLocal_);
    hall_.ask([&](House& house) { guest_ = house.open(request, handle_); });
    if (isCut_) return;
    if (guest_) return accept();
    std::exchange(handle_, nullptr)->forget();
    out_.clear();
    isClosing_ = false;
    keeps_ = parser_->keep_alive();
    say(plainAnswer(404), false);
}

void Connection::accept() {
    leaveSilent();
    web_ = std::make_unique<WebSocket>(std::move(socket_));
    web_->binary(true);
    web_->auto_fragment(false);  // a message is one frame: the SDK reads no other
    web_->read_message_max(hall_.limits.message);
    web_->control_callback([this](auto, auto) { spoke(); });
    web_->async_accept(parser_->get(), later(&Connection::accepted));
}

void Connection::accepted(const error_code& error) {
    if (error) return part(error);
    parser_.reset();
    phase_ = Phase::Talking;
    allow(hall_.limits.silence);
    listenWeb();
    flush();
}

void Connection::listenWeb() {
    if (isCut_) return;
    web_->async_read_some(webIn_, 0, later(&Connection::hearWeb));
}

void Connection::hearWeb(const error_code& error) {
    if (isCut_) return;
    if (error) return part(error);
    spoke();
    if (!web_->got_binary() || isClosing_) {
        webIn_.consume(webIn_.size());
    } else if (web_->is_message_done()) {
        const asio::const_buffer message = webIn_.cdata();
        const std::string_view bytes(static_cast<const char*>(message.data()), message.size());
        hall_.ask([&](House&) { guest_->take(bytes); });
        webIn_.consume(webIn_.size());
    }
    if (webIn_.size() == 0 && webIn_.capacity() > kKept) webIn_.shrink_to_fit();
    listenWeb();
}

// Puts off the end that silence brings; but who is to leave does not stay by talking.
void Connection::spoke() {
    if (!isClosing_) allow(hall_.limits.silence);
}

// Ends it after an error. If it is one of WebSocket's, Beast has said so to the other side, who is to read it.
void Connection::part(const error_code& error) {
    if (error.category() != make_error_code(websocket::error::closed).category()) return end();
    tellGone();
    leave();
}

void Connection::closeWeb() {
    phase_ = Phase::Leaving;
    allow(hall_.limits.request);
    // When the other side has answered, or cannot, it is the reading that ends; see hearWeb().
    web_->async_close(websocket::close_code::normal, [self = shared_from_this()](const error_code&) {});
}

// ---- Writing --------------------------------------------------------------------------------------------------------

// Writes what waits, one piece at a time.
void Connection::flush() {
    if (isWriting_ || isCut_ || phase_ == Phase::Opening || phase_ == Phase::Leaving) return;
    if (out_.empty()) return drained();
    isWriting_ = true;
    phase_ == Phase::Talking ? writeMessage() : writeSome();
}

void Connection::writeSome() {
    socket_.async_write_some(out_.some(), [self = shared_from_this()](const error_code& error, std::size_t size) {
        self->out_.drop(size);
        self->written(error);
    });
}

void Connection::writeMessage() {
    web_->async_write(out_.message(), [self = shared_from_this()](const error_code& error, std::size_t) {
        self->out_.dropMessage();
        self->written(error);
    });
}

void Connection::written(const error_code& error) {
    isWriting_ = false;
    if (isOver_ || isCut_ || phase_ == Phase::Leaving) return;
    if (error) return end();
    if (phase_ == Phase::Answering) allow(hall_.limits.idle);
    flush();
}

void Connection::drained() {
    if (phase_ == Phase::Answering) return keeps_ ? awaitRequest() : leave();
    if (!isClosing_) return;
    phase_ == Phase::Talking ? closeWeb() : leave();
}

// ---- The address and its options ------------------------------------------------------------------------------------

bool isLoopbackAddress(const asio::ip::address& address) {
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address.is_loopback();
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback();
}

std::string spellEndpoint(const Tcp::endpoint& endpoint) {
    const std::string host = endpoint.address().to_string();
    return endpoint.address().is_v6() ? fmt::format("[{}]:{}", host, endpoint.port())
                                      : fmt::format("{}:{}", host, endpoint.port());
}

error_code listenAt(const std::string& place, Acceptor& acceptor) {
    const HostAndPort where = parseHostAndPort(place);
    error_code error;
    asio::ip::basic_resolver<Tcp, Executor> resolver(acceptor.get_executor());
    const auto found = resolver.resolve(where.host, where.port, error);
    if (error) return error;
    const Tcp::endpoint endpoint = *found.begin();
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (!error) acceptor.non_blocking(true, error);
    return error;
}

// Whether it could be made what a connection wants.
bool prepare(Socket& socket) {
    error_code error;
    socket.non_blocking(true, error);
    if (!error) socket.set_option(Tcp::no_delay(true), error);
    if (!error) socket.set_option(asio::socket_base::keep_alive(true), error);
    return !error &&
           ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kInKernel, sizeof kInKernel) == 0;
}

}  // namespace

// ---- The port -------------------------------------------------------------------------------------------------------

struct Port::State {
    State(House& house, const PortLimits& limits)
        : hall(house, limits), bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { ::close(bell); }

    Hall hall;
    std::string problem;
    std::string address;
    bool isLoopback = false;
    std::string failure;  // why run() ends
    Acceptor acceptor{hall.context};
    Timer pause{hall.context};
    const int bell;  // stop() rings it: it is there as long as the port is
    Descriptor ear{hall.context};

    void start(const std::string& place);
    void await();
    void admit();
    void trouble(const error_code& error);
    void welcome(Socket socket);
    bool makeRoom();
    void endAll();
};

void Port::State::start(const std::string& place) {
    if (bell < 0) {
        problem = fmt::format("cannot listen at {}: no event can be made", place);
        return;
    }
    error_code error;
    ear.assign(::fcntl(bell, F_DUPFD_CLOEXEC, 0), error);
    if (!error) error = listenAt(place, acceptor);
    const Tcp::endpoint endpoint = error ? Tcp::endpoint() : acceptor.local_endpoint(error);
    if (error) {
        problem = fmt::format("cannot listen at {}: {}", place, error.message());
        return;
    }
    address = spellEndpoint(endpoint);
    isLoopback = isLoopbackAddress(endpoint.address());
}

// Waits before it accepts, each time: without files, accept() fails whether somebody is there or not, and where nobody is,
// nobody need give way.
void Port::State::await() {
    acceptor.async_wait(Acceptor::wait_read, [this](const error_code& error) {
        if (!error) admit();
    });
}

void Port::State::admit() {
    error_code error;
    Socket socket(hall.context);
    acceptor.accept(socket, error);
    if (error && error != asio::error::would_block) return trouble(error);
    if (!error) welcome(std::move(socket));
    await();
}

void Port::State::trouble(const error_code& error) {
    if (!acceptMaySucceedAgain(error.value())) {
        failure = fmt::format("cannot accept connections any more: {}", error.message());
        return hall.context.stop();
    }
    if ((error.value() == EMFILE || error.value() == ENFILE) && !hall.silent.empty()) hall.silent.front()->end();
    pause.expires_after(kPause);
    pause.async_wait([this](const error_code& ended) {
        if (!ended) await();
    });
}

void Port::State::welcome(Socket socket) {
    error_code error;
    const Tcp::endpoint other = socket.remote_endpoint(error);
    if (error || !prepare(socket)) return;  // it is gone already
    const bool hasRoom = makeRoom();
    if (!hasRoom && hall.turnedAway.size() >= kTurnedAway) return;
    const auto guest = std::make_shared<Connection>(hall, std::move(socket), isLoopbackAddress(other.address()));
    hasRoom ? guest->enter() : guest->turnAway();
}

bool Port::State::makeRoom() {
    if (hall.guests.size() < hall.limits.connections) return true;
    if (hall.silent.empty()) return false;
    hall.silent.front()->end();
    return true;
}

// Tells all guests that it is over, and lets the handlers that still hold them run.
void Port::State::endAll() {
    error_code ignored;
    acceptor.close(ignored);
    ear.close(ignored);
    pause.cancel();
    while (!hall.turnedAway.empty()) hall.turnedAway.front()->end();
    while (!hall.guests.empty()) hall.guests.front()->end();
    hall.context.restart();
    hall.context.poll();
}

Port::Port(House& house, const std::string& place, const PortLimits& limits)
    : state_(std::make_unique<State>(house, limits)) {
    state_->start(place);
}

Port::~Port() = default;

const std::string& Port::problem() const {
    return state_->problem;
}
const std::string& Port::address() const {
    return state_->address;
}
bool Port::isLoopback() const {
    return state_->isLoopback;
}

std::string Port::run() {
    State& s = *state_;
    if (!s.problem.empty()) return s.problem;
    s.ear.async_wait(Descriptor::wait_read, [&s](const error_code&) { s.hall.context.stop(); });
    s.await();
    try {
        s.hall.tick();
        s.hall.context.run();
    } catch (const std::exception& error) {
        s.failure = error.what();
    }
    s.endAll();
    return s.failure;
}

void Port::stop() {
    const std::uint64_t one = 1;
    (void)!::write(state_->bell, &one, sizeof one);
}

}  // namespace mdsync::sdk
