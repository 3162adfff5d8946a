// Target options: how a command is told which system to run against.
#include "target_options.hpp"

#include <fmt/format.h>

namespace mdsync::cli {

namespace {

AdapterOptions adapterOptions(const TargetOptions& options, const Interrupt& interrupt) {
    AdapterOptions adapter;
    if (const auto timeout = parseDuration(options.timeout)) adapter.timeout = *timeout;
    if (const auto maxWait = parseDuration(options.maxWait)) adapter.maxWait = *maxWait;
    adapter.stop = &interrupt.flag();
    return adapter;
}

std::string isPatience(const std::string& text) {
    const std::optional<Millis> patience = parseDuration(text);
    if (!patience) return isDuration(text);
    return *patience < Millis{1} ? "a timeout is at least 1ms" : "";
}

}  // namespace

void addTargetOptions(CLI::App& app, TargetOptions& options) {
    CLI::Option* server =
        app.add_option("--server", options.server, "The simulated server to run against: reference, or mutant:NAME")
            ->check(CLI::Validator(isServer, ""))
            ->type_name("SERVER");
    CLI::Option* target =
        app.add_option("--target", options.target,
                       "A system of your own behind an adapter: exec:\"COMMAND ARGS\" or tcp:HOST:PORT")
            ->check(CLI::Validator([](const std::string& text) { return wrongTarget(text); }, ""))
            ->type_name("TARGET")
            ->excludes(server);
    app.add_option("--timeout", options.timeout, "How long an adapter may take for each answer (default: 10s)")
        ->check(CLI::Validator(isPatience, ""))
        ->type_name("DURATION")
        ->needs(target);
    app.add_option("--max-wait", options.maxWait,
                   "The longest wait that is really waited for an adapter with a real clock (default: 60s)")
        ->check(CLI::Validator(isDuration, ""))
        ->type_name("DURATION")
        ->needs(target);
}

std::function<std::unique_ptr<Target>()> targetMaker(const TargetOptions& options, const Interrupt& interrupt) {
    if (!options.foreign()) return nullptr;
    return [where = options.target, adapter = adapterOptions(options, interrupt)] {
        return makeAdapterTarget(where, adapter);
    };
}

unsigned jobsOf(std::optional<unsigned> jobs, const TargetOptions& options) {
    return options.foreign() ? jobs.value_or(1) : jobsOf(jobs);
}

std::vector<std::string> flagsOf(const TargetOptions& options) {
    std::vector<std::string> flags;
    if (options.server != "reference") flags.push_back("--server " + shellWord(options.server));
    if (options.foreign()) flags.push_back("--target " + shellWord(options.target));
    if (!options.timeout.empty()) flags.push_back("--timeout " + options.timeout);
    if (!options.maxWait.empty()) flags.push_back("--max-wait " + options.maxWait);
    return flags;
}

}  // namespace mdsync::cli
