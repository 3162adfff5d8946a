// Fuzz target: any bytes as what a client says to the emulator's port: requests of the console and of the server API, an upgrade
// and what follows it. Nothing crashes or hangs; what comes back is HTTP; and others are served.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cctype>
#include <csignal>
#include <string>
#include <thread>

#include "fuzz.hpp"
#include "mdsync/emulator.hpp"

using namespace mdsync;

namespace {

constexpr int kPatience = 20;             // seconds that an answer may take; see below
constexpr int kLook = 64;                 // inputs between two looks whether others are served
constexpr std::size_t kMost = 4U << 20U;  // bytes of an answer that are read
constexpr std::string_view kPulse = "GET /mdsync/pulse HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
constexpr std::string_view kReset = "POST /mdsync/reset HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}";

EmulatorSetup setupOf() {
    EmulatorSetup setup;
    setup.world = emptyWorld();
    setup.world.app.sync = true;
    setup.clock = EmulatorClock::Virtual;
    setup.judge = [](const std::string&) { return std::string("{}"); };
    return setup;
}

// One emulator for all inputs: what one leaves behind, the next one meets.
class Served {
public:
    Served() : port_(setupOf(), "127.0.0.1:0"), thread_([this] { (void)port_.run(stop_); }) {
        fuzz::require(port_.problem().empty(), "the emulator cannot listen", port_.problem());
        const std::string& address = port_.address();
        place_.sin_family = AF_INET;
        place_.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
        place_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    ~Served() {
        stop_ = true;
        thread_.join();
    }

    // Says it, hangs up, and returns what was answered.
    std::string answerTo(std::string_view said) {
        const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const timeval patience{kPatience, 0};
        (void)::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        const linger atOnce{1, 0};  // thousands of connections a second leave no port waiting
        (void)::setsockopt(socket, SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
        fuzz::require(::connect(socket, reinterpret_cast<const sockaddr*>(&place_), sizeof place_) == 0,
                      "it takes no connection", said);
        for (std::string_view left = said; !left.empty();) {
            const ssize_t size = ::send(socket, left.data(), left.size(), MSG_NOSIGNAL);
            if (size <= 0) break;  // it has heard enough
            left.remove_prefix(static_cast<std::size_t>(size));
        }
        (void)::shutdown(socket, SHUT_WR);
        std::string answer;
        std::array<char, 4096> buffer{};
        ssize_t size = 0;
        while (answer.size() < kMost && (size = ::recv(socket, buffer.data(), buffer.size(), 0)) > 0) {
            answer.append(buffer.data(), static_cast<std::size_t>(size));
        }
        fuzz::require(size >= 0 || errno == ECONNRESET, "it does not hang up", said);
        ::close(socket);
        return answer;
    }

private:
    EmulatorPort port_;
    std::atomic<bool> stop_ = false;
    sockaddr_in place_{};
    std::thread thread_;
};

// `HTTP/1.1 200 OK`; or nothing, where nothing whole was asked.
bool isHttp(std::string_view answer) {
    constexpr std::string_view kHead = "HTTP/1.1 ";
    if (answer.empty()) return true;
    if (!answer.starts_with(kHead) || answer.find("\r\n\r\n") == std::string_view::npos) return false;
    const auto digit = [&](std::size_t i) {
        return std::isdigit(static_cast<unsigned char>(answer[kHead.size() + i])) != 0;
    };
    return digit(0) && digit(1) && digit(2) && answer[kHead.size() + 3] == ' ';
}

}  // namespace

// libFuzzer's alarm rings every few seconds, to see how long an input takes. In the middle of connect() or recv() it would end
// the call, as if the emulator did not answer. So nobody hears it: what takes too long is found by kPatience.
extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*arguments*/) {
    sigset_t alarm;
    ::sigemptyset(&alarm);
    ::sigaddset(&alarm, SIGALRM);
    return ::pthread_sigmask(SIG_BLOCK, &alarm, nullptr);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Served served;
    static int inputs = 0;
    const std::string_view text = fuzz::textOf(data, size);
    fuzz::require(isHttp(served.answerTo(text)), "the answer is no HTTP", text);
    if (++inputs % kLook != 0) return 0;
    fuzz::require(served.answerTo(kPulse).starts_with("HTTP/1.1 200"), "others are not served", text);
    fuzz::require(served.answerTo(kReset).starts_with("HTTP/1.1 200"), "it does not begin anew", text);
    return 0;
}
