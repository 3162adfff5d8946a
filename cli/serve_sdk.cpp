// See serve_sdk.hpp.
#include "serve_sdk.hpp"

#include <fmt/format.h>

#include <optional>

#include "baseline_options.hpp"
#include "mdsync/emulator.hpp"
#include "mdsync/parallel.hpp"
#include "mdsync/report.hpp"
#include "mdsync/run.hpp"
#include "mdsync/serve.hpp"
#include "selection_options.hpp"
#include "tell.hpp"
#include "timeline_options.hpp"

namespace mdsync::cli {

namespace {

// What the trace at `path` is called: people know it only where they named a file.
std::string nameOf(const SdkOptions& options) {
    return options.trace.empty() ? "the emulator's trace" : options.trace;
}

CheckOptions checkingOptions() {
    CheckOptions options;
    options.settle = EmulatorPort::kSettle;
    return options;
}

Result judged(const std::string& path, const SdkOptions& options, const CheckOptions& checking,
              const Interrupt& interrupt) {
    Result result = checkTraces({path}, checking, interrupt);
    for (CaseResult& trace : result.cases) trace.id = trace.file = trace.name = nameOf(options);
    return result;
}

// The world that the emulator begins with. Nothing where the file is wrong, which is then said.
std::optional<WorldFile> worldOf(const SdkOptions& options) {
    WorldFile world;
    if (options.world.empty()) {
        world.header = emptyWorld();
    } else {
        world = readWorld(options.world);
        complain(world.diagnostics);
        if (!world.valid) return std::nullopt;
    }
    if (!options.sync.empty()) world.header.app.sync = options.sync == "on";
    ReadingChoice readings;
    for (const std::string& reading : options.readings) (void)addReading(reading, readings);
    readings.applyTo(world.header.readings);
    return world;
}

// What happened, judged as check does.
int report(const EmulatorPort& port, const SdkOptions& options) {
    CheckOptions checking = checkingOptions();
    Ladders ladders(options.output);
    if (options.output.wantsTimeline() || options.output.wantsPage()) {
        checking.recorded = [&](const Trace& trace, CaseResult& result) {
            ladders.draw(trace, nullptr, result);
            if (options.output.wantsPage()) addStory(result, trace, nullptr, {}, options.output.wantsWholePage());
        };
    }
    const Interrupt interrupt;
    Result result = judged(port.tracePath(), options, checking, interrupt);
    ladders.complain();
    result.required = requiredRules(options.output);
    const int code = deliver(result, options.output);
    if (port.isTraceWhole()) return code;
    tell("mdsync: a part of the trace could not be written\n");
    return withUnwritable(code);
}

}  // namespace

Option addSdkOptions(const CommandLine& line, SdkOptions& options) {
    line.group("The vendor's SDK");
    const Option sdk = line.value("--sdk", options.place, "HOST:PORT",
                                  "Be the vendor's service for its own SDK, with a console at /mdsync/; port 0 chooses "
                                  "one, and the line printed says which. At the end the rules' verdict is printed")
                           .check([](const std::string& text) { return wrongPlace(text); });
    const auto ofSdk = [&sdk](const Option& option) { option.needs(sdk); };
    ofSdk(line.value("--world", options.world, "FILE",
                     "A scenario file without steps: users, groups and settings to begin with"));
    ofSdk(line.value("--sync", options.sync, "on|off", "Whether the service is on, over the file's")
              .check(oneOf({"on", "off"})));
    ofSdk(line.value("--app-key", options.appKey, "KEY", "The app's key (default: ak)"));
    ofSdk(line.value("--secret", options.secret, "SECRET",
                     "The app's secret, which signs its server API (default: sec)"));
    ofSdk(line.flag("--require-token", options.wantsToken,
                    "Let in only tokens that the server API gave, and not tok-USER"));
    ofSdk(line.flag("--rate-limits", options.limitsRates, "Keep the rates that the vendor documents"));
    ofSdk(
        line.value(
                "--clock", options.clock, "real|virtual|stepped",
                "virtual: begin at the file's start, and let the console move the clock; stepped: so, and stand still "
                "in between")
            .check(oneOf({"real", "virtual", "stepped"})));
    ofSdk(line.value("--trace", options.trace, "FILE", "Write the trace to this file"));
    ofSdk(line.value("--console-token", options.consoleToken, "TOKEN",
                     "Let others than this machine into the console with this token"));
    ofSdk(line.repeated("--reading", options.readings, "READING",
                        "How to read what the page leaves open: NAME=VALUE, as for run")
              .check(isReading));
    addOutputOptions(line, options.output);
    return sdk;
}

int serveSdk(const SdkOptions& options, const ServerPolicy& server) {
    std::vector<WrittenFile> written = writtenFiles(options.output);
    if (!options.trace.empty()) written.push_back({"--trace", options.trace});
    if (!options.world.empty() && wouldLose({options.world}, written, {})) return kUsage;
    const std::optional<WorldFile> world = worldOf(options);
    if (!world) return kBadInput;
    std::optional<Interrupt> interrupt(std::in_place);
    EmulatorSetup setup;
    setup.world = world->header;
    setup.seed = world->seed;
    setup.server = server;
    setup.appKey = options.appKey;
    setup.secret = options.secret;
    setup.wantsToken = options.wantsToken;
    setup.limitsRates = options.limitsRates;
    if (options.clock == "virtual") setup.clock = EmulatorClock::Virtual;
    if (options.clock == "stepped") setup.clock = EmulatorClock::Stepped;
    setup.consoleToken = options.consoleToken;
    setup.tracePath = options.trace;
    setup.judge = [&](const std::string& path) {
        return jsonReport(judged(path, options, checkingOptions(), *interrupt), MDSYNC_VERSION, false);
    };
    EmulatorPort port(std::move(setup), options.place);
    if (!port.problem().empty()) {
        tell("mdsync: {}\n", port.problem());
        return kBadInput;
    }
    if (!print(fmt::format("sdk: http://{}\n", port.address()))) return kUnwritable;
    const std::string why = port.run(interrupt->flag());
    if (!why.empty()) tell("mdsync: {}\n", why);
    // The signal that ended it does not end the judging.
    interrupt.reset();
    const int code = report(port, options);
    return why.empty() ? code : kBadInput;
}

}  // namespace mdsync::cli
