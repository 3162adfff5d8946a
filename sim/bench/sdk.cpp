// See sdk.hpp. The server has a thread of its own, and is measured by the processor time of that; the clients have another.
#include "bench/sdk.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <ctime>
#include <thread>

#include "bench/web_clients.hpp"
#include "mdsync/choices.hpp"
#include "mdsync/emulator.hpp"
#include "mdsync/trace_io.hpp"
#include "sdk/port.hpp"
#include "sdk/protobuf.hpp"

namespace mdsync {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kPages = 3;                 // of a user
constexpr std::uint32_t kReached = 2 * kPages - 1;  // by a message: the recipient's pages and the author's others
constexpr std::uint32_t kFriends = 8;               // whom a user writes to
constexpr std::uint64_t kUnderWay = 8;              // deliveries to each page, so that the server is never idle
constexpr std::size_t kFilesBesides = 200;          // that the process has open besides the connections
// When nothing more comes. What comes before then is not late in the eyes of the rules either: the machine is busy.
constexpr Millis kGivesUp{15'000};

double seconds(const timespec& time) {
    constexpr double kNano = 1e-9;
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * kNano;
}

// A server on a thread of its own: `run` lasts until `stop` makes it end.
template <class Run, class Stop>
class Aside {
public:
    Aside(Run run, Stop stop) : stop_(std::move(stop)), thread_(std::move(run)) {
        (void)::pthread_getcpuclockid(thread_.native_handle(), &clock_);
    }
    Aside(const Aside&) = delete;
    Aside& operator=(const Aside&) = delete;
    ~Aside() { end(); }

    void end() {
        if (!thread_.joinable()) return;
        stop_();
        thread_.join();
    }
    // The processor time that it took so far, in seconds.
    [[nodiscard]] double seconds() const {
        timespec time{};
        (void)::clock_gettime(clock_, &time);
        return mdsync::seconds(time);
    }

private:
    Stop stop_;
    std::thread thread_;
    clockid_t clock_{};
};

// ---- The SDK, as far as the wire sees it ----------------------------------------------------------------------------

std::uint32_t bigEndian(std::string_view bytes) {
    std::uint32_t number = 0;
    for (const char c : bytes) number = number << 8U | static_cast<unsigned char>(c);
    return number;
}

void appendShort(std::string& out, std::size_t number) {
    out += static_cast<char>(number >> 8U);
    out += static_cast<char>(number & 0xffU);
}

void appendText(std::string& out, std::string_view text) {
    appendShort(out, text.size());
    out += text;
}

constexpr char kPubAck = '\x40';
constexpr char kQuery = '\x50';
constexpr char kQueryCon = '\x70';
constexpr char kPublish = '\x32';

// What the server says: the commands of its frames.
enum class Said : std::uint8_t { ConnAck = 2, Publish = 3, PubAck = 4, QueryAck = 6 };

std::string idFrame(char command, std::uint32_t id) {
    std::string frame(1, command);
    appendShort(frame, id);
    return frame;
}

std::string askFrame(char command, std::string_view topic, std::string_view target, std::uint32_t id,
                     std::string_view body) {
    std::string frame(1, command);
    appendText(frame, topic);
    appendText(frame, target);
    appendShort(frame, id);
    frame += body;
    return frame;
}

std::string nameOf(std::uint32_t user) {
    return fmt::format("u{}", user);
}

// Pages of `users` users who write to each other, each page on a connection: it pulls when it is told to, confirms what it
// got, and notes how long each message was under way.
class Pages {
public:
    Pages(const std::string& address, std::uint32_t users, std::uint64_t seed, const Interrupt& interrupt)
        : clients_(address),
          users_(users),
          pages_(std::size_t{users} * kPages),
          choices_(randomChoices(seed)),
          interrupt_(interrupt) {}

    // Everybody logs in. False: somebody did not get in.
    bool logIn() {
        for (std::uint32_t page = 0; page < pages_.size(); ++page) {
            if (!clients_.open(
                    fmt::format("/websocket?appId=ak&token=tok-{}&sdkVer=5.38.0&deviceId=page-{}&protocolVer=3",
                                nameOf(page / kPages), page)))
                return false;
            if (page % 64 == 63 && !exchange(Millis{0})) return false;
        }
        return until([this] { return loggedIn_ == pages_.size(); });
    }

    // Sends `messages`, as many at a time as keep `inFlight` deliveries under way, or so many a second, if that is not 0.
    // False: not all arrived.
    bool run(std::uint64_t messages, std::uint64_t inFlight, double perSecond) {
        sent_.assign(messages, Clock::time_point{});
        latencies_.clear();
        latencies_.reserve(messages * kReached);
        const Clock::time_point begun = Clock::now();
        const auto isDue = [&](std::uint64_t next) {
            if (perSecond == 0) return next * kReached < latencies_.size() + inFlight;
            return std::chrono::duration<double>(Clock::now() - begun).count() * perSecond >= static_cast<double>(next);
        };
        for (std::uint64_t next = 0; next < messages;) {
            while (next < messages && isDue(next)) send(next++);
            if (!exchange(Millis{1})) return false;
        }
        return until([&] { return latencies_.size() >= messages * kReached; });
    }

    [[nodiscard]] std::uint64_t deliveries() const { return latencies_.size(); }
    // The time under way, in milliseconds, that `share` of the deliveries do not exceed.
    [[nodiscard]] double latency(double share) {
        if (latencies_.empty()) return 0;
        const auto rank = static_cast<std::ptrdiff_t>(share * static_cast<double>(latencies_.size() - 1));
        std::nth_element(latencies_.begin(), latencies_.begin() + rank, latencies_.end());
        return latencies_[static_cast<std::size_t>(rank)];
    }

private:
    struct Page {
        std::uint16_t lastId = 0;
        bool isPulling = false;
        bool isNews = false;  // it was told that there is more while it pulled
        bool isIn = false;
        std::uint64_t cursor = 0;
    };

    bool exchange(Millis patience) {
        return !interrupt_.flag().load() &&
               clients_.exchange(patience, [this](std::size_t page, std::string_view frame) { hear(page, frame); });
    }
    template <class Condition>
    bool until(const Condition& condition) {
        std::size_t heard = heard_;
        Clock::time_point latest = Clock::now() + kGivesUp;
        while (!condition()) {
            if (!exchange(Millis{10}) || Clock::now() > latest) return false;
            if (std::exchange(heard, heard_) != heard_) latest = Clock::now() + kGivesUp;
        }
        return true;
    }

    void hear(std::size_t page, std::string_view frame) {
        ++heard_;
        switch (static_cast<Said>(static_cast<unsigned char>(frame[0]) >> 4U)) {
            case Said::ConnAck:
                return pull(page);
            case Said::Publish: {
                const std::size_t topic = bigEndian(frame.substr(5, 2));
                const std::size_t target = bigEndian(frame.substr(7 + topic, 2));
                clients_.say(page, idFrame(kPubAck, bigEndian(frame.substr(9 + topic + target, 2))));
                return pages_[page].isPulling ? void(pages_[page].isNews = true) : pull(page);
            }
            case Said::QueryAck:
                return takePulled(page, bigEndian(frame.substr(1, 2)), frame.substr(9));
            case Said::PubAck:
                return;
        }
    }

    void pull(std::size_t page) {
        Page& p = pages_[page];
        p.isPulling = true;
        p.isNews = false;
        body_.clear();
        sdk::Writer request(body_);
        request.varint(1, static_cast<std::int64_t>(p.cursor));
        request.flag(2, false);
        request.flag(4, true);
        clients_.say(page, askFrame(kQuery, "pullMsg", nameOf(user(page)), ++p.lastId, body_));
    }

    void takePulled(std::size_t page, std::uint32_t id, std::string_view body) {
        Page& p = pages_[page];
        bool isWhole = true;
        sdk::Reader reader(body);
        for (std::optional<sdk::Field> field = reader.next(); field; field = reader.next()) {
            if (field->number == 1) takeEntry(field->bytes);
            if (field->number == 2) p.cursor = field->varint;
            if (field->number == 3) isWhole = field->varint != 0;
        }
        clients_.say(page, idFrame(kQueryCon, id));
        p.isPulling = false;
        if (!std::exchange(p.isIn, true)) ++loggedIn_;
        if (p.isNews || !isWhole) pull(page);
    }

    void takeEntry(std::string_view entry) {
        sdk::Reader reader(entry);
        for (std::optional<sdk::Field> field = reader.next(); field; field = reader.next()) {
            if (field->number != 5) continue;
            const std::string_view number = field->bytes.substr(std::min(kBefore.size(), field->bytes.size()));
            std::uint64_t message = 0;
            (void)std::from_chars(number.data(), number.data() + number.size(), message);
            if (message >= sent_.size()) continue;
            latencies_.push_back(std::chrono::duration<float, std::milli>(Clock::now() - sent_[message]).count());
        }
    }

    void send(std::uint64_t message) {
        const Stream stream = streamOf(Purpose::Generate, 0);
        const std::uint32_t from = choices_->draw(stream, users_, Label::Load);
        const std::uint32_t to = (from + 1 + choices_->draw(stream, kFriends, Label::Load)) % users_;
        const std::size_t page = std::size_t{from} * kPages + choices_->draw(stream, kPages, Label::Load);
        body_.clear();
        sdk::Writer up(body_);
        up.varint(1, 3);
        up.bytes(2, "RC:TxtMsg");
        up.bytes(3, fmt::format("{}{} is the number of this message\"}}", kBefore, message));
        sent_[message] = Clock::now();
        clients_.say(page, askFrame(kPublish, "ppMsgP", nameOf(to), ++pages_[page].lastId, body_));
    }

    [[nodiscard]] static std::uint32_t user(std::size_t page) { return static_cast<std::uint32_t>(page / kPages); }

    static constexpr std::string_view kBefore = R"({"content":")";  // a message's number
    WebClients clients_;
    std::uint32_t users_;
    std::vector<Page> pages_;
    std::size_t loggedIn_ = 0;
    std::size_t heard_ = 0;  // frames
    std::unique_ptr<Choices> choices_;
    const Interrupt& interrupt_;
    std::vector<Clock::time_point> sent_;  // by message
    std::vector<float> latencies_;         // ms, of each delivery
    std::string body_;
};

// ---- The yardstick: a port that sends back what it gets -------------------------------------------------------------

class EchoGuest final : public sdk::Guest {
public:
    explicit EchoGuest(std::shared_ptr<sdk::Peer> peer) : peer_(std::move(peer)) {}
    void take(std::string_view message) override { peer_->send(std::string(message)); }
    void gone() override {}

private:
    std::shared_ptr<sdk::Peer> peer_;
};

class EchoHouse final : public sdk::House {
public:
    std::optional<sdk::HttpAnswer> answer(const sdk::HttpRequest&) override { return sdk::HttpAnswer{404, "", "", {}}; }
    void follow(const sdk::HttpRequest&, std::shared_ptr<sdk::Peer>) override {}
    std::shared_ptr<sdk::Guest> open(const sdk::HttpRequest&, std::shared_ptr<sdk::Peer> peer) override {
        return std::make_shared<EchoGuest>(std::move(peer));
    }
    Millis tick() override { return kGivesUp; }
};

// Messages as long as an entry of a pulled answer, sent and sent back: a second of the server's time. 0: it did not work.
double echoRate(std::size_t connections, std::uint64_t messages, std::uint64_t inFlight, const Interrupt& interrupt) {
    constexpr std::size_t kBytes = 150;
    EchoHouse house;
    sdk::Port port(house, "127.0.0.1:0");
    if (!port.problem().empty()) return 0;
    Aside server([&port] { port.run(); }, [&port] { port.stop(); });
    WebClients clients(port.address());
    for (std::size_t i = 0; i < connections; ++i) {
        if (!clients.open("/")) return 0;
    }
    const std::string text(kBytes, 'x');
    std::uint64_t sent = 0;
    std::uint64_t back = 0;
    const double before = server.seconds();
    std::uint64_t heard = back;
    Clock::time_point latest = Clock::now() + kGivesUp;
    while (back < messages) {
        if (interrupt.flag().load()) return 0;
        if (std::exchange(heard, back) != back) latest = Clock::now() + kGivesUp;
        for (; sent < messages && sent < back + inFlight; ++sent) clients.say(sent % connections, text);
        if (!clients.exchange(Millis{10}, [&back](std::size_t, std::string_view) { ++back; }) || Clock::now() > latest)
            return 0;
    }
    return static_cast<double>(messages) / (server.seconds() - before);
}

// ---- The emulator ---------------------------------------------------------------------------------------------------

// Each connection has a socket at both ends, here in one process.
std::size_t mostConnections() {
    rlimit files{};
    (void)::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &files);
    return files.rlim_max < kFilesBesides ? 0 : (files.rlim_max - kFilesBesides) / 2;
}

RuleCounts judged(const std::string& path) {
    TraceReader reader(path);
    Checker checker(reader.header(), CheckerOptions{kGivesUp, 20});
    for (auto batch = reader.next(); !batch.empty(); batch = reader.next())
        checker.feed(batch, reader.lexicon(), reader.annex());
    checker.finish(reader.lexicon());
    return checker.counts();
}

}  // namespace

SdkFigures measureSdk(const BenchOptions& options, const Interrupt& interrupt) {
    SdkFigures figures;
    const std::size_t most = std::min<std::size_t>(options.connections, mostConnections());
    const auto users = static_cast<std::uint32_t>(most / kPages);
    const std::uint64_t messages = std::max<std::uint64_t>(options.sdkDeliveries / kReached, 1);
    if (users < kFriends + 1) {
        figures.problem = fmt::format("this process may have only {} connections", most);
        return figures;
    }
    figures.connections = users * kPages;
    const std::uint64_t inFlight = figures.connections * kUnderWay;
    EmulatorSetup setup;
    setup.world = emptyWorld();
    setup.world.app.sync = true;
    setup.seed = options.seed;
    setup.server = options.server;
    EmulatorPort port(setup, "127.0.0.1:0");
    figures.problem = port.problem();
    if (!figures.problem.empty()) return figures;
    std::atomic<bool> stop = false;
    {
        Aside server([&] { (void)port.run(stop); }, [&stop] { stop = true; });
        Pages pages(port.address(), users, options.seed, interrupt);
        const bool isIn = pages.logIn();
        const double before = server.seconds();
        const bool isWhole = isIn && pages.run(messages, inFlight, 0);
        figures.deliveries = pages.deliveries();
        figures.deliveriesPerSecond = static_cast<double>(figures.deliveries) / (server.seconds() - before);
        figures.pacedPerSecond = figures.deliveriesPerSecond / 2;
        const bool isPaced = isWhole && pages.run(messages, inFlight, figures.pacedPerSecond / kReached);
        figures.medianMillis = pages.latency(0.5);
        figures.slowestMillis = pages.latency(0.99);
        if (!isIn) figures.problem = "not every page could log in";
        if (isIn && !(isWhole && isPaced)) figures.problem = "not every message reached the pages that it is for";
    }
    figures.counts = judged(port.tracePath());
    if (!figures.problem.empty()) return figures;
    figures.echoesPerSecond = echoRate(figures.connections, figures.deliveries, inFlight, interrupt);
    if (figures.echoesPerSecond > 0)
        figures.ratioToEcho = figures.deliveriesPerSecond / figures.echoesPerSecond;
    else
        figures.problem = "the echo server did not answer";
    return figures;
}

}  // namespace mdsync
