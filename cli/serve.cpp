// mdsync serve: the reference server, or a known-bad one, for other programs.
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include "command.hpp"
#include "mdsync/serve.hpp"
#include "output.hpp"
#include "serve_sdk.hpp"
#include "target_options.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

struct ServeFlags {
    std::string server = "reference";
    bool stdio = false;
    std::string tcp;
    std::string idle;
    std::string accept = "instant";
    SdkOptions sdk;

    [[nodiscard]] ServedWorld world() const { return {*findServer(server), accept == "seen"}; }
};

int serveStandardFiles(const ServedWorld& world) {
    if (serveFiles(world, STDIN_FILENO, STDOUT_FILENO) == Served::Ended) return kOk;
    tell("mdsync: standard output could not be written\n");
    return kUnwritable;
}

int servePort(const ServeFlags& flags) {
    // What a long request took goes back to the machine, for the other connections, and not into a store of our own.
    ::mallopt(M_MMAP_THRESHOLD, 1 << 20U);
    ServeLimits limits;
    if (const auto idle = parseDuration(flags.idle)) limits.idle = *idle;
    ServePort port(flags.world(), flags.tcp, limits);
    if (!port.problem().empty()) {
        tell("mdsync: {}\n", port.problem());
        return kBadInput;
    }
    if (!print(fmt::format("listening on {}\n", port.address()))) return kUnwritable;
    tell("mdsync: {}\n", port.run());
    return kBadInput;
}

}  // namespace

Command addServe(Program& program) {
    const CommandLine line = program.command("serve", "Offer the simulated server to other programs");
    const auto flags = std::make_shared<ServeFlags>();
    const Option stdio = line.flag("--stdio", flags->stdio, "Speak on standard input and output, until bye");
    const Option tcp = line.value("--tcp", flags->tcp, "HOST:PORT",
                                  "Listen at this place; every connection has a world of its own. Port 0 chooses "
                                  "one; the first line printed says which")
                           .check([](const std::string& text) { return wrongPlace(text); });
    stdio.excludes(tcp);
    line.value("--idle", flags->idle, "DURATION", "End a connection that is silent for so long (default: 10m)")
        .check([](const std::string& text) {
            const std::optional<Millis> idle = parseDuration(text);
            return idle && *idle < Millis{1} ? "it is at least 1ms" : isDuration(text);
        })
        .needs(tcp);
    line.value("--server", flags->server, "SERVER", "reference, or mutant:NAME").check(isServer);
    line.value(
            "--accept", flags->accept, "WHEN",
            "instant: tell of an acceptance when it happens (default); seen: when its sender learns of it, later and "
            "in any order, as the adapter of a real server does")
        .check(oneOf({"instant", "seen"}));
    const Option sdk = addSdkOptions(line, flags->sdk);
    sdk.excludes(stdio).excludes(tcp);
    line.example(
        "It speaks the adapter protocol of docs/adapters.md.\n"
        "With --sdk, the vendor's own SDK connects to it: docs/emulator.md.\n"
        "Examples:\n"
        "  mdsync serve --sdk 127.0.0.1:7080 --sync on\n"
        "  mdsync run scenarios --target exec:\"mdsync serve --stdio\"\n"
        "  mdsync serve --tcp 127.0.0.1:7000 --server mutant:evict-newest\n");
    return {line, [flags] {
                if (flags->stdio) return serveStandardFiles(flags->world());
                if (!flags->tcp.empty()) return servePort(*flags);
                if (!flags->sdk.place.empty()) return serveSdk(flags->sdk, *findServer(flags->server));
                tell("mdsync serve: it needs --stdio, --tcp HOST:PORT or --sdk HOST:PORT\n");
                return kUsage;
            }};
}

}  // namespace mdsync::cli
