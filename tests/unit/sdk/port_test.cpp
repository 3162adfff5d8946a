// A port, asked by a client that is written by hand (port_client.hpp). No time decides: who waits for something waits for
// it to happen.
#include "sdk/port.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "port_client.hpp"

using mdsync::Millis;
using namespace mdsync::sdk;
using mdsync::sdk::test::Client;

namespace {

using Clock = std::chrono::steady_clock;

constexpr Millis kSoon{100};  // a limit that a test waits to be reached

class EchoHouse;

class EchoGuest final : public Guest {
public:
    EchoGuest(EchoHouse& house, std::shared_ptr<Peer> peer) : house_(house), peer_(std::move(peer)) {}
    void take(std::string_view message) override;
    void gone() override;
    Peer& peer() { return *peer_; }

private:
    EchoHouse& house_;
    std::shared_ptr<Peer> peer_;
};

// A call of the house, or of one of its guests.
class Call {
public:
    explicit Call(EchoHouse& house);
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call();

private:
    EchoHouse& house_;
};

// Answers with what it was asked, and does to its guests what the messages say.
class EchoHouse final : public House {
public:
    std::optional<HttpAnswer> answer(const HttpRequest& request) override {
        const Call call(*this);
        if (request.path == "/events") return std::nullopt;
        if (request.path == "/nothing") return HttpAnswer{204, "text/plain", "dropped", {}};
        if (request.path == "/long") return HttpAnswer{200, "text/plain", std::string(300'000, 'x'), {}};
        if (request.path == "/over") return said(follower && follower->isOver() ? "over" : "there");
        std::string body = std::string(request.method) + "|" + std::string(request.path) + "|" +
                           std::string(request.query) + "|" + std::string(request.body) + "|" +
                           std::string(request.header("x-thing")) + (request.isLocal ? "|local" : "|far");
        return HttpAnswer{200, "text/plain", std::move(body), {{"X-Same", "as given"}}};
    }
    void follow(const HttpRequest& request, std::shared_ptr<Peer> peer) override {
        const Call call(*this);
        peer->send("data: " + std::string(request.query) + "\n\n");
        if (request.query == "once") peer->close();
        follower = std::move(peer);
    }
    std::shared_ptr<Guest> open(const HttpRequest& request, std::shared_ptr<Peer> peer) override {
        const Call call(*this);
        if (request.path == "/nobody") {
            peer->send("lost");
            return nullptr;
        }
        if (request.path == "/greeted") peer->send("welcome");
        if (request.path == "/brief") {
            peer->send("welcome");
            peer->close();
        }
        if (request.path == "/cut") peer->cut();
        auto guest = std::make_shared<EchoGuest>(*this, std::move(peer));
        guests.push_back(guest);
        return guest;
    }
    Millis tick() override {
        const Call call(*this);
        ++ticks;
        if (late && Clock::now() >= due) std::exchange(late, nullptr)->send("late");
        if (!late) return std::chrono::hours{1};
        return std::max(Millis{0}, std::chrono::ceil<Millis>(due - Clock::now()));
    }

    static HttpAnswer said(std::string text) { return {200, "text/plain", std::move(text), {}}; }

    std::vector<std::shared_ptr<EchoGuest>> guests;
    std::shared_ptr<Peer> follower;
    Peer* late = nullptr;  // who is sent something when it is due
    Clock::time_point due;
    std::atomic<int> ticks = 0;
    std::atomic<int> gone = 0;
    std::atomic<bool> isMistaken = false;  // a call came inside of another, or a guest was told of an end that is none
    bool isCalled = false;
};

Call::Call(EchoHouse& house) : house_(house) {
    if (std::exchange(house.isCalled, true)) house.isMistaken = true;
}
Call::~Call() {
    house_.isCalled = false;
}

void EchoGuest::take(std::string_view message) {
    const Call call(house_);
    if (message == "close" || message == "close, then more") {
        peer_->send("bye");
        peer_->close();
        if (message != "close") peer_->send("more");
    } else if (message == "cut") {
        peer_->cut();
        peer_->send("more");
        peer_->close();
        peer_->cut();
    } else if (message == "cut all") {
        for (const auto& guest : house_.guests) guest->peer().cut();
    } else if (message == "tell all") {
        for (const auto& guest : house_.guests) guest->peer().send("told");
    } else if (message == "later") {
        house_.due = Clock::now() + Millis{20};
        house_.late = peer_.get();
    } else if (message == "three") {
        for (const char* word : {"one", "", "three"}) peer_->send(word);
    } else {
        peer_->send(std::string(message));
    }
}

void EchoGuest::gone() {
    const Call call(house_);
    if (!peer_->isOver() || peer_->waiting() != 0) house_.isMistaken = true;
    peer_->send("nobody hears this");
    ++house_.gone;
}

// A port with its house, served by a thread until the test is over.
struct Served {
    explicit Served(const PortLimits& limits = {}, const std::string& place = "127.0.0.1:0")
        : port(house, place, limits) {
        REQUIRE(port.problem() == "");
        thread = std::thread([this] { failure = port.run(); });
    }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;
    ~Served() {
        stop();
        CHECK(failure == "");
        CHECK_FALSE(house.isMistaken);
    }
    void stop() {
        port.stop();
        if (thread.joinable()) thread.join();
    }
    [[nodiscard]] const std::string& address() const { return port.address(); }
    // Waits until so many guests were told that they are gone.
    void awaitGone(int count) {
        const auto end = Clock::now() + std::chrono::seconds{mdsync::sdk::test::kPatience};
        while (house.gone < count && Clock::now() < end) std::this_thread::sleep_for(Millis{1});
        CHECK(house.gone == count);
    }

    EchoHouse house;
    Port port;
    std::string failure;
    std::thread thread;
};

std::string get(std::string_view path, std::string_view lines = "") {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: here\r\n" + std::string(lines) + "\r\n";
}
std::string post(std::string_view path, std::string_view body) {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: here\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + std::string(body);
}

}  // namespace

// ---- HTTP -----------------------------------------------------------------------------------------------------------

TEST_CASE("a connection takes one request after another") {
    Served served;
    Client client(served.address());
    const auto first = client.ask(get("/a/b?c=d&e", "x-THING: 7\r\n"));
    CHECK(first.body == "GET|/a/b|c=d&e||7|local");
    CHECK(first.head.starts_with("HTTP/1.1 200 OK\r\n"));
    for (const char* line : {"\r\nContent-Type: text/plain\r\n", "\r\nContent-Length: 23\r\n",
                             "\r\nX-Same: as given\r\n", "\r\nConnection: keep-alive\r\n"}) {
        CHECK_MESSAGE(first.says(line), line);
    }
    CHECK(client.ask(post("/", "body")).body == "POST|/||body||local");
    CHECK(client.ask("BREW /tea HTTP/1.1\r\n\r\n").body == "BREW|/tea||||local");
    CHECK(client.ask("GET http://here:1/x?y HTTP/1.1\r\n\r\n").body == "GET|/x|y|||local");
    CHECK(
        client.ask("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n").body ==
        "POST|/||abcde||local");
    CHECK(client.ask(get("/", "Connection: close\r\n")).says("\r\nConnection: close\r\n"));
    CHECK(client.readAll() == "");
}

TEST_CASE("requests that come at once are answered in order") {
    Served served;
    Client client(served.address());
    std::string requests;
    for (int i = 0; i < 100; ++i) {
        requests += get("/" + std::to_string(i));
        requests += post("/long", "b") + "\r\n";
    }
    std::thread sender([&] { client.send(requests); });
    for (int i = 0; i < 100; ++i) {
        CHECK(client.answer().body == "GET|/" + std::to_string(i) + "||||local");
        CHECK(client.answer().body.size() == 300'000);
    }
    sender.join();
}

TEST_CASE("who says no more is answered what he asked") {
    Served served;
    Client client(served.address());
    client.send(get("/a") + get("/b"));
    client.stopSending();
    CHECK(client.answer().body == "GET|/a||||local");
    CHECK(client.answer().body == "GET|/b||||local");
    CHECK(client.readAll() == "");
}

TEST_CASE("a request may come byte by byte") {
    Served served;
    Client client(served.address());
    for (const char byte : post("/slow", "body")) client.send({&byte, 1});
    CHECK(client.answer().body == "POST|/slow||body||local");
}

TEST_CASE("HEAD is answered as GET is, without the body") {
    Served served;
    Client client(served.address());
    client.send("HEAD /a HTTP/1.1\r\n\r\n");
    CHECK(client.answer(false).says("\r\nContent-Length: 15\r\n"));
    CHECK(client.ask(get("/b")).body == "GET|/b||||local");
    client.send("HEAD /events HTTP/1.1\r\n\r\n");
    CHECK(client.readAll().ends_with("Connection: close\r\n\r\n"));
}

TEST_CASE("an answer that has no body says no length") {
    Served served;
    Client client(served.address());
    const auto nothing = client.ask(get("/nothing"));
    CHECK(nothing.status() == 204);
    CHECK_FALSE(nothing.says("Content-Length"));
    CHECK(client.ask(get("/b")).body == "GET|/b||||local");
}

TEST_CASE("HTTP/1.0 ends with its answer unless it asks for more") {
    Served served;
    Client client(served.address());
    CHECK(client.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").says("\r\nConnection: keep-alive\r\n"));
    CHECK(client.ask("GET / HTTP/1.0\r\n\r\n").status() == 200);
    CHECK(client.readAll() == "");
}

TEST_CASE("who waits to be told to go on is told so") {
    Served served;
    Client client(served.address());
    client.send("POST /p HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.readTo("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(client.ask("body").body == "POST|/p||body||local");
}

TEST_CASE("what is no request or too large is refused, and the connection ends") {
    PortLimits limits;
    limits.head = 1000;
    limits.body = 1000;
    Served served(limits);
    const std::string many(2000, 'x');
    const std::pair<std::string, int> refused[] = {
        {"\x16\x03\x01 hello\r\n\r\n", 400},
        {"GET / HTTP/3.0\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400},
        {"GET /" + many, 431},
        {"GET / HTTP/1.1\r\nA: " + many, 431},
        {get("/", "A: " + many + "\r\n"), 431},
        {post("/", many), 413},
        {"POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n", 413},
        {"POST / HTTP/1.1\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n", 413},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", 413},
    };
    for (const auto& [request, status] : refused) {
        CAPTURE(request);
        Client client(served.address());
        const auto answer = client.ask(request + get("/behind"));
        CHECK(answer.status() == status);
        CHECK(answer.says("\r\nConnection: close\r\n"));
        client.stopSending();
        CHECK(client.readAll() == "");
    }
    Client client(served.address());
    CHECK(client.ask(post("/", std::string(1000, 'x'))).status() == 200);
    CHECK(client.ask("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;" + many).status() == 431);
}

TEST_CASE("who does not finish a request in time is told so, however busy he is") {
    PortLimits limits;
    limits.request = kSoon;
    Served served(limits);
    Client silent(served.address());
    CHECK(silent.ask("GET / HT").status() == 408);
    Client busy(served.address());
    busy.send("GET / HTTP/1.1\r\n");
    while (!busy.hasNews()) {
        busy.send("A: b\r\n");
        std::this_thread::sleep_for(Millis{1});
    }
    CHECK(busy.answer().status() == 408);
    Client body(served.address());
    CHECK(body.ask("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc").status() == 408);
}

TEST_CASE("who says nothing at all is hung up on without a word") {
    PortLimits limits;
    limits.request = kSoon;
    Served served(limits);
    Client client(served.address());
    CHECK(client.readAll() == "");
}

TEST_CASE("who has been answered and asks no more is hung up on") {
    PortLimits limits;
    limits.idle = kSoon;
    Served served(limits);
    Client client(served.address());
    CHECK(client.ask(get("/")).status() == 200);
    CHECK(client.readAll() == "");
}

TEST_CASE("who asks and does not read the answers is cut") {
    PortLimits limits;
    limits.idle = kSoon;
    Served served(limits);
    Client client(served.address());
    for (int i = 0; i < 100; ++i) client.send(get("/long"));  // thirty megabytes: more than the kernel keeps
    client.awaitCut();
}

// ---- WebSocket ------------------------------------------------------------------------------------------------------

TEST_CASE("a WebSocket takes and sends messages of any size") {
    Served served;
    Client client(served.address());
    const auto opened = client.upgrade();
    CHECK(opened.status() == 101);
    CHECK(opened.says("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    CHECK_FALSE(opened.says("Sec-WebSocket-Extensions"));
    for (const std::size_t size : {0UL, 1UL, 125UL, 126UL, 65535UL, 65536UL, 1UL << 20U}) {
        const std::string message(size, 'm');
        client.say(message);
        CHECK(client.message() == message);
    }
    client.say("three");
    CHECK(client.message() == "one");
    CHECK(client.message() == "");
    CHECK(client.message() == "three");
}

TEST_CASE("a WebSocket that the house does not want is refused, and the connection goes on") {
    Served served;
    Client client(served.address());
    CHECK(client.upgrade("/nobody").status() == 404);
    CHECK(client.ask(get("/")).status() == 200);
    CHECK(client.upgrade("/greeted").status() == 101);
    CHECK(client.message() == "welcome");
}

TEST_CASE("a WebSocket that is no good one is refused") {
    Served served;
    Client old(served.address());
    old.send(
        "GET /ws HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    CHECK(old.answer().status() == 426);
    CHECK(old.readAll() == "");
    served.awaitGone(1);
    Client hasty(served.address());
    hasty.send(
        "GET /ws HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
        Client::frame("hasty"));
    CHECK(hasty.answer().status() == 400);
}

TEST_CASE("text is dropped, and fragments are put together, with a ping in between") {
    Served served;
    Client client(served.address());
    client.upgrade();
    client.say("text", Client::kFinal | Client::kText);
    client.say("te", Client::kText);
    client.say("xt", Client::kFinal);
    client.say("ab", Client::kBinary);
    client.say("still there?", Client::kFinal | Client::kPing);
    client.say("", 0);
    client.say("cd", Client::kFinal);
    const auto pong = client.hear();
    CHECK(pong.first == (Client::kFinal | Client::kPong));
    CHECK(pong.payload == "still there?");
    CHECK(client.message() == "abcd");
}

TEST_CASE("a message that is too large ends the WebSocket, in one piece or in several") {
    PortLimits limits;
    limits.message = 1000;
    Served served(limits);
    const std::string many(600, 'x');
    for (const std::string& bytes :
         {Client::frame(many + many), Client::frame(many, Client::kBinary) + Client::frame(many, 0),
          Client::frame(many + many, Client::kFinal | Client::kText)}) {
        Client client(served.address());
        client.upgrade();
        client.say(std::string(1000, 'x'));
        CHECK(client.message().size() == 1000);
        client.send(bytes);
        const auto end = client.hear();
        CHECK(end.first == (Client::kFinal | Client::kClose));
        CHECK(end.payload == "\x03\xf1");  // 1009
        CHECK(client.readAll() == "");
    }
    served.awaitGone(3);
}

TEST_CASE("what is no frame of a client ends the WebSocket") {
    Served served;
    Client client(served.address());
    client.upgrade();
    client.send(Client::bareFrame("not masked"));
    CHECK(client.hear().payload == "\x03\xea");  // 1002
    CHECK(client.readAll() == "");
    served.awaitGone(1);
}

TEST_CASE("a client that says goodbye is answered, and its guest is told once") {
    Served served;
    Client client(served.address());
    client.upgrade();
    client.say("\x03\xe8", Client::kFinal | Client::kClose);
    const auto end = client.hear();
    CHECK(end.first == (Client::kFinal | Client::kClose));
    CHECK(end.payload == "\x03\xe8");
    CHECK(client.readAll() == "");
    { Client(served.address()).upgrade(); }  // one that hangs up without a word
    served.awaitGone(2);
}

TEST_CASE("a guest may close its connection while it takes a message: what was sent before arrives") {
    Served served;
    for (const char* word : {"close", "close, then more"}) {
        Client client(served.address());
        client.upgrade();
        client.send(Client::frame("first") + Client::frame(word) + Client::frame("unheard"));
        CHECK(client.message() == "first");
        CHECK(client.message() == "bye");
        const auto end = client.hear();
        CHECK(end.first == (Client::kFinal | Client::kClose));
        client.say(end.payload, Client::kFinal | Client::kClose);
        CHECK(client.readAll() == "");
    }
    served.awaitGone(2);
    Client client(served.address());
    client.upgrade("/brief");
    CHECK(client.message() == "welcome");
    CHECK(client.hear().first == (Client::kFinal | Client::kClose));
}

TEST_CASE("one who does not say goodbye when he is told to is cut") {
    PortLimits limits;
    limits.request = kSoon;
    Served served(limits);
    Client client(served.address());
    if (client.upgrade().status() != 101) return;  // on a slow machine it took too long for that already
    client.say("close");
    CHECK(client.message() == "bye");
    CHECK(client.hear().first == (Client::kFinal | Client::kClose));
    client.readAll();
    served.awaitGone(1);
}

TEST_CASE("a guest may cut its connection and others while it takes a message") {
    Served served;
    Client one(served.address());
    one.upgrade();
    one.send(Client::frame("cut") + Client::frame("unheard"));
    CHECK(one.readAll() == "");
    served.awaitGone(1);
    Client alice(served.address());
    Client bob(served.address());
    alice.upgrade();
    bob.upgrade();
    alice.say("tell all");
    CHECK(alice.message() == "told");
    CHECK(bob.message() == "told");
    bob.say("cut all");
    CHECK(alice.readAll() == "");
    CHECK(bob.readAll() == "");
    served.awaitGone(3);
    Client unwanted(served.address());
    CHECK(unwanted.upgrade("/cut").head == "");
    served.awaitGone(4);
}

TEST_CASE("who never reads is cut when too much waits for him, and who reads is not") {
    PortLimits limits;
    limits.unsent = 1 << 20;
    Served served(limits);
    const std::string message = std::string(60'000, 'm');
    Client reader(served.address());
    reader.upgrade();
    for (int i = 0; i < 100; ++i) {
        reader.say(message);
        CHECK(reader.message() == message);
    }
    Client client(served.address());
    client.upgrade();
    int count = 0;
    while (count < 10'000 && client.say(message)) ++count;  // the kernel takes some megabytes in any case
    CHECK(count < 10'000);
    served.awaitGone(1);
    reader.say("there");
    CHECK(reader.message() == "there");
}

TEST_CASE("a WebSocket that says nothing for long is cut") {
    PortLimits limits;
    limits.silence = kSoon;
    Served served(limits);
    Client client(served.address());
    CHECK(client.upgrade().status() == 101);
    client.readAll();
    served.awaitGone(1);
}

// ---- Server-sent events ---------------------------------------------------------------------------------------------

TEST_CASE("a stream of events has its head, then what is sent as it is") {
    Served served;
    Client client(served.address());
    const auto stream = client.ask(get("/events?once"));
    CHECK(stream.head ==
          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n");
    CHECK(client.readAll() == "data: once\n\n");
}

TEST_CASE("the end of a stream's reader is noticed") {
    Served served;
    {
        Client client(served.address());
        client.send(get("/events?more"));
        CHECK(client.answer().status() == 200);
        CHECK(client.readTo("\n\n") == "data: more\n\n");
    }
    Client asker(served.address());
    while (asker.ask(get("/over")).body != "over") std::this_thread::sleep_for(Millis{1});
}

// ---- The port -------------------------------------------------------------------------------------------------------

TEST_CASE("a house does what is due, when somebody came and when nobody does") {
    Served served;
    Client client(served.address());
    client.upgrade();
    const int before = served.house.ticks;
    client.say("later");
    CHECK(client.message() == "late");
    CHECK(served.house.ticks > before);
}

TEST_CASE("where all places are taken a silent one gives way, and a WebSocket does not") {
    PortLimits limits;
    limits.connections = 2;
    Served served(limits);
    Client alice(served.address());
    CHECK(alice.upgrade().status() == 101);
    Client older(served.address());
    CHECK(older.ask(get("/")).status() == 200);
    Client newer(served.address());
    CHECK(newer.ask(get("/")).status() == 200);
    CHECK(older.readAll() == "");
    CHECK(newer.upgrade().status() == 101);
    Client third(served.address());
    const auto refused = third.ask(get("/"));
    CHECK(refused.status() == 503);
    third.stopSending();
    CHECK(third.readAll() == "");
    alice.say("there");
    CHECK(alice.message() == "there");
}

TEST_CASE("where there are no files a silent connection gives way") {
    Served served;
    Client older(served.address());
    CHECK(older.ask(get("/")).status() == 200);
    const int socket = Client::makeSocket(served.address());
    std::vector<int> files;
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit few{static_cast<rlim_t>(socket + 8), before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    for (int file = 0; (file = ::fcntl(socket, F_DUPFD_CLOEXEC, 0)) >= 0;) files.push_back(file);
    Client newer(served.address(), socket);
    CHECK(newer.ask(get("/")).status() == 200);
    CHECK(older.readAll() == "");
    ::setrlimit(RLIMIT_NOFILE, &before);
    for (const int file : files) ::close(file);
}

namespace {
Port* rung = nullptr;
}

TEST_CASE("a port stops when a signal's handler says so, and all guests are told") {
    Served served;
    Client guest(served.address());
    guest.upgrade();
    Client idle(served.address());
    CHECK(idle.ask(get("/")).status() == 200);
    rung = &served.port;
    const auto before = std::signal(SIGUSR1, [](int) { rung->stop(); });
    std::raise(SIGUSR1);
    served.thread.join();
    std::signal(SIGUSR1, before);
    CHECK(served.house.gone == 1);
    CHECK(idle.readAll() == "");
    served.port.stop();  // has nothing to stop any more
}

TEST_CASE("a port that was stopped before it ran does not run") {
    EchoHouse house;
    Port port(house, "127.0.0.1:0");
    port.stop();
    CHECK(port.run() == "");
}

TEST_CASE("a port says where it listens, and what is wrong with a place") {
    EchoHouse house;
    const Port port(house, "127.0.0.1:0");
    CHECK(port.problem() == "");
    CHECK(port.address().starts_with("127.0.0.1:"));
    CHECK(port.isLoopback());
    Port second(house, port.address());
    CHECK(second.problem() == "cannot listen at " + port.address() + ": Address already in use");
    CHECK(second.run() == second.problem());
    CHECK_FALSE(Port(house, "0.0.0.0:0").isLoopback());
    CHECK(Port(house, "nowhere").problem().starts_with("cannot listen at nowhere: "));
}

TEST_CASE("a port listens to IPv6") {
    const int socket = Client::makeSocket("[::1]:0");
    sockaddr_in6 loopback{};
    loopback.sin6_family = AF_INET6;
    loopback.sin6_addr = in6addr_loopback;
    const bool hasIpv6 = ::bind(socket, reinterpret_cast<const sockaddr*>(&loopback), sizeof loopback) == 0;
    ::close(socket);
    if (!hasIpv6) return;
    Served served({}, "[::1]:0");
    CHECK(served.port.isLoopback());
    CHECK(served.address().starts_with("[::1]:"));
    Client client(served.address());
    CHECK(client.ask(get("/")).body == "GET|/||||local");
    Served both({}, "[::]:0");
    CHECK_FALSE(both.port.isLoopback());
    Client four("127.0.0.1:" + both.address().substr(both.address().rfind(':') + 1));
    CHECK(four.ask(get("/")).body == "GET|/||||local");
}
