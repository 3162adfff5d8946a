// Wire: lines to and from an adapter, whether it is a child process or behind a socket. Asio's headers stay in this
// file.
#include "system/wire.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <optional>
#include <utility>

#include "system/child.hpp"

namespace mdsync {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr Millis kSlice{50};           // how long an interrupt may go unnoticed
constexpr Millis kLastWords{200};      // for the end of a broken child's output
constexpr Millis kParting{500};        // for the other end of a socket to close it, too
constexpr std::size_t kTail = 8192;    // bytes of standard error that are kept, of its beginning and of its end
constexpr std::size_t kHeadLines = 4;  // of which so many are shown
constexpr std::size_t kTailLines = 8;
constexpr int kMostAtOnce = 64;  // reads of what a pipe holds, and more

bool isSet(const std::atomic<bool>* flag) {
    return flag != nullptr && flag->load();
}

}  // namespace

struct Wire::State {
    explicit State(const std::atomic<bool>* stopFlag) : stop(stopFlag) {}

    asio::io_context context;
    asio::posix::stream_descriptor in{context};   // what the other side says; a socket is in both directions
    asio::posix::stream_descriptor out{context};  // a child's standard input
    asio::posix::stream_descriptor errors{context};
    bool isSocket = false;
    Child child;
    const std::atomic<bool>* stop;

    std::array<char, 65536> chunk{};
    std::string buffer;      // what was received
    std::size_t taken = 0;   // of it, handed out
    std::size_t looked = 0;  // up to here there is no end of a line
    bool reading = false;
    bool closed = false;

    std::string waiting;  // to be sent
    std::string going;    // being sent
    bool deaf = false;    // the other side takes nothing any more

    std::array<char, 4096> errorChunk{};
    std::string head, tail;  // what a child wrote to its standard error: its beginning, and the rest or the end of it
    bool isCut = false;      // something between them was forgotten
    std::string untold;      // the beginning of a line that watchErrors() will tell
    std::function<void(std::string_view)> told;

    asio::posix::stream_descriptor& writer() { return isSocket ? in : out; }

    void run(Clock::time_point deadline) {
        context.restart();
        context.run_one_until(std::min(deadline, Clock::now() + kSlice));
    }

    // What can be done at once. An adapter that floods its standard error has something to be read for ever.
    void poll() {
        context.restart();
        for (int i = 0; i < kMostAtOnce && context.poll_one() > 0; ++i) continue;
    }

    void read() {
        if (reading || closed) return;
        reading = true;
        in.async_read_some(asio::buffer(chunk), [this](const error_code& error, std::size_t size) {
            reading = false;
            buffer.append(chunk.data(), size);
            if (error) closed = true;
        });
    }

    void write() {
        if (!going.empty() || waiting.empty() || deaf) return;
        going.swap(waiting);
        asio::async_write(writer(), asio::buffer(going), [this](const error_code& error, std::size_t) {
            going.clear();
            if (error) deaf = true;
            write();
        });
    }

    void readErrors() {
        errors.async_read_some(asio::buffer(errorChunk), [this](const error_code& error, std::size_t size) {
            keep(std::string_view(errorChunk.data(), size));
            tell(std::string_view(errorChunk.data(), size));
            if (!error) readErrors();
        });
    }

    // What begins a traceback, or a program's complaint about its settings, stands at the head; what it died of, at the end.
    void keep(std::string_view text) {
        const std::size_t first = std::min(text.size(), kTail - std::min(kTail, head.size()));
        head.append(text.substr(0, first));
        tail.append(text.substr(first));
        if (tail.size() <= 2 * kTail) return;
        tail.erase(0, tail.size() - kTail);
        isCut = true;
    }

    void tell(std::string_view text) {
        if (!told) return;
        for (const char c : text) {
            if (c != '\n') untold += c;
            if (c != '\n' && untold.size() < kTail) continue;
            told(untold);
            untold.clear();
        }
    }

    // A whole line that was received, if there is one.
    bool take(std::string_view& line) {
        const std::size_t end = buffer.find('\n', looked);
        if (end == std::string::npos) {
            looked = buffer.size();
            return false;
        }
        line = std::string_view(buffer).substr(taken, end - taken);
        if (line.ends_with('\r')) line.remove_suffix(1);
        taken = looked = end + 1;
        return true;
    }

    // Hears what is said without heeding it.
    void listenOn(Clock::time_point deadline) {
        buffer.clear();
        taken = looked = 0;
        read();
        run(deadline);
    }

    void forgetTaken() {
        if (taken < sizeof chunk && taken < buffer.size()) return;
        buffer.erase(0, taken);
        looked -= taken;
        taken = 0;
    }
};

// Nothing, and why, where the system has no more files to give.
std::unique_ptr<Wire::State> Wire::makeState(const std::atomic<bool>* stop, std::string& problem) {
    try {
        return std::make_unique<State>(stop);
    } catch (const boost::system::system_error& refusal) {
        problem = fmt::format("cannot talk to an adapter: {}", refusal.code().message());
        return nullptr;
    }
}

Wire::Wire(std::unique_ptr<State> state) : state_(std::move(state)) {}

Wire::~Wire() {
    (void)close(Millis{0});
}

std::unique_ptr<Wire> Wire::start(const std::vector<std::string>& words, const std::atomic<bool>* stop,
                                  std::string& problem) {
    auto state = makeState(stop, problem);
    if (state == nullptr) return nullptr;
    const Child::Started started = state->child.start(words);
    if (!started.problem.empty()) {
        problem = fmt::format("cannot start {}: {}", words.front(), started.problem);
        return nullptr;
    }
    state->in.assign(started.output);
    state->out.assign(started.input);
    state->errors.assign(started.errors);
    state->readErrors();
    return std::unique_ptr<Wire>(new Wire(std::move(state)));
}

std::unique_ptr<Wire> Wire::dial(const std::string& host, const std::string& port, Millis patience,
                                 const std::atomic<bool>* stop, std::string& problem) {
    auto state = makeState(stop, problem);
    if (state == nullptr) return nullptr;
    state->isSocket = true;
    const auto failed = [&](const std::string& why) {
        problem = fmt::format("cannot connect to {}:{}: {}", host, port, why);
        return nullptr;
    };
    error_code error;
    asio::ip::tcp::resolver resolver(state->context);
    const auto places = resolver.resolve(host, port, error);
    if (error) return failed(error.message());
    asio::ip::tcp::socket socket(state->context);
    std::optional<error_code> answer;
    asio::async_connect(socket, places, [&](const error_code& outcome, const auto&) { answer = outcome; });
    const auto deadline = Clock::now() + patience;
    while (!answer && !isSet(stop) && Clock::now() < deadline) state->run(deadline);
    if (!answer) {
        socket.close(error);
        while (!answer) state->run(Clock::now() + kSlice);
        return failed(isSet(stop) ? "interrupted" : fmt::format("no answer within {}", spellDuration(patience)));
    }
    if (*answer) return failed(answer->message());
    socket.set_option(asio::ip::tcp::no_delay(true), error);
    state->in.assign(socket.release());
    return std::unique_ptr<Wire>(new Wire(std::move(state)));
}

void Wire::send(std::string_view text) {
    state_->waiting += text;
    state_->write();
    state_->poll();
}

Wire::Got Wire::receive(std::string_view& line, Clock::time_point deadline) {
    State& s = *state_;
    s.forgetTaken();
    std::optional<Clock::time_point> lastWords;
    if (isSet(s.stop)) return Got::Interrupted;
    while (!s.take(line)) {
        if (s.buffer.size() - s.taken > kLongestLine) return Got::TooLong;
        if (s.closed) return Got::Closed;
        if (isSet(s.stop)) return Got::Interrupted;
        // Who takes nothing any more may still have said something; then it is as good as gone.
        if (s.deaf && !lastWords) lastWords = Clock::now() + kLastWords;
        if (lastWords && Clock::now() >= *lastWords) return Got::Deaf;
        if (Clock::now() >= deadline) return Got::Timeout;
        s.read();
        s.run(lastWords ? std::min(deadline, *lastWords) : deadline);
    }
    return line.size() > kLongestLine ? Got::TooLong : Got::Line;
}

std::string Wire::close(Millis patience) {
    State& s = *state_;
    error_code ignored;
    // What is still to be said, the goodbye, must fit into the pipe: nobody waits for it.
    s.poll();
    if (s.isSocket) {
        if (s.in.is_open()) ::shutdown(s.in.native_handle(), SHUT_WR);
        const auto deadline = Clock::now() + std::min(patience, kParting);
        while (!s.closed && Clock::now() < deadline && !isSet(s.stop)) s.listenOn(deadline);
        s.in.close(ignored);
        return {};
    }
    s.out.close(ignored);
    // A child that still talks must not wait for us to listen.
    const auto deadline = Clock::now() + patience;
    while (Clock::now() < deadline && !isSet(s.stop) && !s.child.exitsWithin(Millis{0})) {
        s.listenOn(std::min(deadline, Clock::now() + Millis{5}));
        if (s.closed) (void)s.child.exitsWithin(Millis{5});
    }
    std::string fate = s.child.end(Millis{0});
    s.poll();
    s.in.close(ignored);
    s.errors.close(ignored);
    return fate;
}

std::string Wire::fate() {
    State& s = *state_;
    if (s.isSocket) return {};
    const auto deadline = Clock::now() + kLastWords;
    while (!s.child.exitsWithin(Millis{1}) && Clock::now() < deadline) s.run(Clock::now() + Millis{5});
    s.poll();
    const std::string fate = s.child.fate();
    return fate.empty() ? "it still runs" : "it " + fate;
}

void Wire::watchErrors(std::function<void(std::string_view)> told) {
    state_->told = std::move(told);
}

std::vector<std::string> Wire::errors() const {
    std::vector<std::string> lines;
    const std::string all = state_->head + (state_->isCut ? "\n" : "") + state_->tail;
    std::string_view rest = all;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        lines.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (lines.size() <= kHeadLines + kTailLines) return lines;
    const auto from = lines.begin() + static_cast<std::ptrdiff_t>(kHeadLines);
    const auto to = lines.end() - static_cast<std::ptrdiff_t>(kTailLines);
    const std::string left = state_->isCut ? "..." : fmt::format("... {} lines more ...", to - from);
    *from = left;
    lines.erase(from + 1, to);
    return lines;
}

}  // namespace mdsync
