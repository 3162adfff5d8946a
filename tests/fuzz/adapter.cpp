// Fuzz target: any bytes as what an adapter says, in the middle of a run. Nothing crashes or hangs; an adapter that
// breaks off ends the run with a reason.
//
// The bytes come over a socket of this machine, as from an adapter that never listens: its answers are right only if
// the input knows the ids of the requests, which are the same each time.
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "fuzz.hpp"
#include "mdsync/run.hpp"

using namespace mdsync;

namespace {

constexpr std::string_view kScenario = R"({
  "name": "asks for a little of everything", "rules": ["online.received"], "app": { "sync": true },
  "users": { "a": { "p": "android", "w": "web" }, "b": { "q": "ios" } }, "groups": { "g": ["a", "b"] }, "chatrooms": ["r"],
  "steps": [
    { "login": ["a/p", "a/w", "b/q"] },
    { "send": "m1", "from": "b/q", "to": "a", "text": "hi" },
    { "concurrently": [ { "send": "m2", "from": "a/p", "to": "group:g" }, { "logout": "a/w" } ] },
    { "publish": "p1", "from": "a", "to": "b", "includeSender": true },
    { "recall": "m1", "by": "b/q" },
    { "set": { "compensationDays": 8 }, "refused": true },
    { "join": "chatroom:r", "by": "b/q" },
    { "reinstall": "a/p" },
    { "login": "a/p" },
    { "expect": { "device": "b/q", "has": ["m2"] } }
  ]
})";

// A port on which whoever connects is told the input.
class Speaker {
public:
    Speaker() : listening_(::socket(AF_INET, SOCK_STREAM, 0)) {
        std::signal(SIGPIPE, SIG_IGN);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* plain = reinterpret_cast<sockaddr*>(&address);
        const bool listens = ::bind(listening_, plain, length) == 0 && ::listen(listening_, 1) == 0 &&
                             ::getsockname(listening_, plain, &length) == 0;
        fuzz::require(listens, "no port to listen at", "");
        const timeval patience{5, 0};  // for somebody to connect
        ::setsockopt(listening_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        place_ = "tcp:127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    }

    [[nodiscard]] const std::string& place() const { return place_; }

    // Waits for one connection, says `text`, and listens until the other side has had enough.
    void speakOnce(std::string_view text) const {
        const int other = ::accept(listening_, nullptr, nullptr);
        if (other < 0) return;
        while (!text.empty()) {
            const ssize_t sent = ::send(other, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) break;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        ::shutdown(other, SHUT_WR);
        char ignored[4096];
        while (::recv(other, ignored, sizeof ignored, 0) > 0) continue;
        ::close(other);
    }

private:
    int listening_;
    std::string place_;
};

const Case& scenario() {
    static const ScenarioFile file = parseScenario(kScenario, "fuzz.json", ruleNames());
    fuzz::require(file.cases.size() == 1, "the scenario does not read", kScenario);
    return file.cases.front();
}

void run(const std::string& place) {
    AdapterOptions patience;
    patience.timeout = std::chrono::seconds{2};
    patience.maxWait = Millis{1};
    const std::unique_ptr<System> target = makeAdapterSystem(place, patience);
    Capabilities capabilities;
    if (target->hello(capabilities).kind != Answer::Kind::Ok) return;
    const std::optional<CaseResult> result = runCase(scenario(), *target, capabilities, {});
    fuzz::require(result && (result->verdict != Verdict::Error || !result->reason.empty()), "an error without a reason",
                  "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Speaker speaker;
    std::thread speaking([&] { speaker.speakOnce(fuzz::textOf(data, size)); });
    run(speaker.place());
    speaking.join();
    return 0;
}
