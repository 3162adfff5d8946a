// An emulator that listens, and the world that it begins with. See mdsync/emulator.hpp.
#include "mdsync/emulator.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "mdsync/scenario.hpp"
#include "mdsync/trace_io.hpp"
#include "sdk/emulator.hpp"
#include "sdk/port.hpp"

namespace mdsync {

namespace {

constexpr Millis kLookForStop{100};

}  // namespace

// The emulator as a house that looks now and then whether it is to end.
class StoppingHouse final : public sdk::House {
public:
    explicit StoppingHouse(sdk::Emulator& emulator) : emulator_(emulator) {}

    void watch(sdk::Port& port, const std::atomic<bool>& stop) {
        port_ = &port;
        stop_ = &stop;
    }
    std::optional<sdk::HttpAnswer> answer(const sdk::HttpRequest& request) override {
        return emulator_.answer(request);
    }
    void follow(const sdk::HttpRequest& request, std::shared_ptr<sdk::Peer> peer) override {
        emulator_.follow(request, std::move(peer));
    }
    std::shared_ptr<sdk::Guest> open(const sdk::HttpRequest& request, std::shared_ptr<sdk::Peer> peer) override {
        return emulator_.open(request, std::move(peer));
    }
    Millis tick() override {
        if (stop_ != nullptr && stop_->load()) port_->stop();
        return std::min(emulator_.tick(), kLookForStop);
    }

private:
    sdk::Emulator& emulator_;
    sdk::Port* port_ = nullptr;
    const std::atomic<bool>* stop_ = nullptr;
};

struct EmulatorPort::State {
    State(EmulatorSetup setup, const std::string& place)
        : emulator(std::move(setup)), house(emulator), port(house, place) {
        problem = emulator.problem().empty() ? port.problem() : emulator.problem();
    }
    sdk::Emulator emulator;
    StoppingHouse house;
    sdk::Port port;
    std::string problem;
    bool isWhole = true;
};

EmulatorPort::EmulatorPort(EmulatorSetup setup, const std::string& place)
    : state_(std::make_unique<State>(std::move(setup), place)) {}
EmulatorPort::~EmulatorPort() = default;

const std::string& EmulatorPort::problem() const {
    return state_->problem;
}
const std::string& EmulatorPort::address() const {
    return state_->port.address();
}
bool EmulatorPort::isLoopback() const {
    return state_->port.isLoopback();
}
const std::string& EmulatorPort::tracePath() const {
    return state_->emulator.tracePath();
}
bool EmulatorPort::isTraceWhole() const {
    return state_->isWhole;
}

std::string EmulatorPort::run(const std::atomic<bool>& stop) {
    state_->house.watch(state_->port, stop);
    std::string why = state_->port.run();
    state_->isWhole = state_->emulator.end();
    return why;
}

Header emptyWorld() {
    Header header;
    header.t = kDefaultStart;
    return header;
}

WorldFile readWorld(const std::string& path) {
    WorldFile world;
    const auto refuse = [&](const char* code, std::string why) {
        Diagnostic wrong;
        wrong.file = path;
        wrong.code = code;
        wrong.message = std::move(why);
        world.diagnostics.push_back(std::move(wrong));
        return world;
    };
    // Said of the file itself, and not of the line below, which nobody wrote.
    if (::access(path.c_str(), R_OK) != 0)
        return refuse("scenario.unreadable",
                      "can't read the file: " + std::error_code(errno, std::generic_category()).message());
    const std::filesystem::path file(path);
    // A file that others extend needs neither name nor steps: so a scenario of no steps that extends it is made of it.
    const std::string made =
        fmt::format(R"({{"name":"world","extends":{},"steps":[]}})", jsonString(file.filename().string()));
    const ScenarioFile read = parseScenario(made, (file.parent_path() / "world of the emulator").string(), ruleNames());
    world.diagnostics = read.diagnostics;
    std::erase_if(world.diagnostics, [](const Diagnostic& d) { return d.severity != Severity::Error; });
    if (!read.valid() || read.cases.empty()) return world;
    const Case& scenario = read.cases.front();
    if (!scenario.steps.empty() || read.cases.size() > 1)
        return refuse("scenario.world", "the world of an emulator has no steps and no matrix");
    world.header = scenario.header;
    world.seed = scenario.seed;
    world.valid = true;
    return world;
}

}  // namespace mdsync
