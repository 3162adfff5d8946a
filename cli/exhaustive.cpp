// mdsync explore --exhaustive: every scenario within bounds, and a certificate.
#include "exhaustive.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "mdsync/run.hpp"
#include "mdsync/scenario.hpp"
#include "output.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

using Clock = std::chrono::steady_clock;

Millis since(Clock::time_point began) {
    return std::chrono::duration_cast<Millis>(Clock::now() - began);
}

ExhaustiveOptions optionsOf(const ExhaustiveFlags& flags, const ExhaustiveContext& context) {
    ExhaustiveOptions options;
    Bounds& bounds = options.bounds;
    bounds.users = flags.users.value_or(bounds.users);
    bounds.devices = flags.devices.value_or(std::max(bounds.devices, bounds.users));
    bounds.messages = flags.messages.value_or(bounds.messages);
    bounds.steps = context.steps.value_or(bounds.steps);
    bounds.faults = flags.faults.value_or(bounds.faults);
    for (const std::string& word : flags.platforms) options.platforms.push_back(*platformOf(word));
    options.without = context.without;
    options.rules = context.rules;
    options.server = context.server;
    options.maxStates = flags.maxStates.value_or(0);
    options.branching = !flags.everyState;
    options.jobs = context.jobs;
    return options;
}

std::string isPlatform(const std::string& word) {
    return platformOf(word) ? "" : fmt::format("\"{}\" is not a platform such as android, web or windows", word);
}

// A line on a terminal that says how far it is.
class StatusLine {
public:
    explicit StatusLine(bool quiet) : shows_(!quiet && isatty(fileno(stderr)) != 0) {}
    StatusLine(const StatusLine&) = delete;
    StatusLine& operator=(const StatusLine&) = delete;
    ~StatusLine() {
        if (drawn_) tell("\r\x1b[K");
    }
    void show(std::uint32_t steps, std::uint64_t states, Millis elapsed) {
        if (!shows_ || (drawn_ && elapsed - last_ < Millis{200})) return;
        drawn_ = true;
        last_ = elapsed;
        tell("\r{} steps, {} states\x1b[K", steps, states);
        std::fflush(stderr);
    }

private:
    bool shows_;
    bool drawn_ = false;
    Millis last_{0};
};

std::string speed(const Certificate& certificate, Millis elapsed) {
    std::uint64_t states = 0;
    std::uint64_t transitions = 0;
    for (const ExhaustiveRound& round : certificate.rounds) {
        states += round.states;
        transitions += round.transitions;
    }
    const auto per = [&](std::uint64_t number) {
        return number * 1000 / static_cast<std::uint64_t>(std::max<std::int64_t>(1, elapsed.count()));
    };
    return fmt::format("{} states in {}, {} states and {} transitions a second\n", states, spellDuration(elapsed),
                       per(states), per(transitions));
}

}  // namespace

void addExhaustive(const CommandLine& line, ExhaustiveFlags& flags) {
    const Option exhaustive = line.flag("--exhaustive", flags.wanted,
                                        "Every scenario within bounds instead of a choice of seeds: --steps and what "
                                        "follows; ends with a certificate");
    for (const char* other : {"--seeds", "--runs", "--no-freedom"}) exhaustive.excludes(line[other]);
    const auto bound = [&](const std::string& flag, std::optional<std::uint32_t>& value, std::uint32_t low,
                           std::uint32_t high, const std::string& text) {
        line.number(flag, value, low, high, "Exhaustive: " + text).needs(exhaustive);
    };
    bound("--users", flags.users, 1, 4, "users (default 2)");
    bound("--devices", flags.devices, 1, 8, "devices in all (default 3): one each, the first user the rest");
    bound("--messages", flags.messages, 0, 4, "messages sent (default 1)");
    bound("--faults", flags.faults, 0, 30, "steps that are a drop, a hold or a restart (default 1)");
    line.listed("--platforms", flags.platforms, "P,...",
                "Exhaustive: of the first user's devices, in turn (default android,web,web,windows)")
        .check(isPlatform)
        .needs(exhaustive);
    line.number("--max-states", flags.maxStates, 1, kNoLimit, "Exhaustive: stop after so many states")
        .needs(exhaustive);
    line.flag("--every-state", flags.everyState,
              "Exhaustive: remember every state, not only those where more than one thing can happen; twice as slow, "
              "for comparing")
        .needs(exhaustive);
}

int exploreExhaustively(const ExhaustiveFlags& flags, const ExhaustiveContext& context) {
    ExhaustiveOptions options = optionsOf(flags, context);
    if (const std::string why = whyNotSearchable(options); !why.empty()) {
        tell("mdsync: {}\n", why);
        return kUsage;
    }
    const Clock::time_point began = Clock::now();
    Certificate certificate;
    int signal = 0;
    {
        const Interrupt interrupt;
        StatusLine line(context.quiet);
        bool late = false;
        options.goOn = [&](std::uint32_t steps, std::uint64_t states) {
            const Millis elapsed = since(began);
            line.show(steps, states, elapsed);
            late = context.time && elapsed >= *context.time;
            return !late && !interrupt.flag().load();
        };
        certificate = searchExhaustively(options);
        signal = interrupt.signal();
        if (late) certificate.stopped = "--time " + spellDuration(*context.time);
    }
    const Millis elapsed = since(began);
    std::vector<std::string> files;
    bool written = true;
    for (const ExhaustiveFinding& finding : certificate.findings) {
        files.push_back(context.keep(std::string(rule(finding.rule).name), writeScenario(finding.scenario)));
        written = written && !files.back().empty();
    }
    if (!context.quiet) tell("{}", speed(certificate, elapsed));
    written = print(context.isJson ? certificateJson(options, certificate, files, elapsed)
                                   : certificateReport(options, certificate, files)) &&
              written;
    const int code = signal != 0 ? 128 + signal : exitCodeOf(options, certificate);
    return written ? code : withUnwritable(code);
}

}  // namespace mdsync::cli
