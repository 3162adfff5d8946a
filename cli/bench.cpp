// mdsync bench: measures this machine.
#include "mdsync/bench.hpp"

#include <algorithm>

#include "command.hpp"
#include "operator_new.hpp"
#include "output.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

constexpr unsigned kRoundsAgainst = 5;  // an odd number of them has a median
constexpr double kPercent = 100;

struct BenchFlags {
    BenchOptions options;
    std::string server = "reference";
    std::string only;
    std::string format = "human";
    std::string against;
    std::optional<unsigned> rounds;
    std::optional<std::uint64_t> inFlight;
    unsigned tolerance = 5;  // per cent
};

int bench(BenchFlags flags) {
    useLargePages();
    flags.options.server = *findServer(flags.server);
    const auto wants = [&flags](std::string_view part) { return flags.only.empty() || flags.only == part; };
    flags.options.world = wants("world");
    flags.options.check = wants("check");
    flags.options.sdk = flags.options.sdk || flags.only == "sdk";
    flags.options.search = wants("search");
    flags.options.crowded = !flags.inFlight;
    flags.options.inFlight = flags.inFlight.value_or(flags.options.inFlight);
    flags.options.rounds = flags.rounds.value_or(flags.against.empty() ? 1 : kRoundsAgainst);
    BenchBefore before;
    if (!flags.against.empty()) {
        before = readBench(flags.against, flags.options);
        complain(before.diagnostics);
        if (!before.valid) return kBadInput;
    }
    const Interrupt interrupt;
    const BenchFigures figures = runBench(flags.options, interrupt);
    int code = figures.conformant() ? kOk : kFailed;
    std::string report = flags.format == "json" ? benchJson(figures) : benchReport(figures);
    if (before.valid) {
        const double tolerated = flags.tolerance / kPercent;
        const std::vector<CostChange> changes = compareBench(before, figures);
        const std::string compared = againstReport(before, changes, tolerated);
        flags.format == "json" ? tell("{}", compared) : void(report += compared);
        const auto isDearer = [tolerated](const CostChange& change) { return change.dearer() > tolerated; };
        const auto isKnown = [](const CostChange& change) { return change.isKnown(); };
        if (std::any_of(changes.begin(), changes.end(), isDearer)) code = kFailed;
        if (code == kOk && std::none_of(changes.begin(), changes.end(), isKnown)) code = kNothing;
    }
    if (figures.interrupted) code = 128 + interrupt.signal();
    return print(report) ? code : withUnwritable(code);
}

}  // namespace

Command addBench(Program& program) {
    const CommandLine line =
        program.command("bench", "Measure this machine: what judging, reading, searching and serving cost");
    const auto flags = std::make_shared<BenchFlags>();
    line.value("--server", flags->server, "SERVER", "reference, or mutant:NAME to see it judged").check(isServer);
    line.number("--users", flags->options.users, 10, 1'000'000, "Users, five devices each, 10..1000000 (default 1000)");
    line.number("--deliveries", flags->options.deliveries, 9, 1'000'000'000,
                "Deliveries of each world figure (default 9000000)");
    line.number("--in-flight", flags->inFlight, 100, 10'000'000,
                "Packets under way in the world (default 4000, and in a second figure 400000)");
    line.number("--lines", flags->options.lines, 1000, 100'000'000,
                "Lines of the trace that is read (default 1000000)");
    line.number("--seed", flags->options.seed, 0, kNoLimit, "Seed of the load (default 1)");
    line.number("--connections", flags->options.connections, 30, 1'000'000,
                "Connections of the emulator, if files suffice (default 5000)");
    line.number("--sdk-deliveries", flags->options.sdkDeliveries, 5, 1'000'000'000,
                "Deliveries of each of its two runs (default 500000)");
    line.value("--only", flags->only, "PART", "world, check, search or sdk")
        .check(oneOf({"world", "check", "search", "sdk"}));
    line.flag("--sdk", flags->options.sdk, "Also the emulator of the vendor's service");
    line.flag("--scale", flags->options.scale, "Also 1,000 to 1,000,000 devices");
    line.number("--scenarios", flags->options.scenarios, 1, 1'000'000'000,
                "Scenarios that are drawn and run (default 20000)");
    line.number("--steps", flags->options.steps, 1, 6,
                "Steps of the exhaustive search, in its default bounds (default 3)");
    const Option against = line.value("--against", flags->against, "FILE",
                                      "Compare what each figure costs with this document of bench --format json");
    line.number("--tolerance", flags->tolerance, 0, 1000, "Per cent by which it may be dearer (default 5)")
        .needs(against);
    line.number("--rounds", flags->rounds, 1, 1000,
                "How often all is measured: costs are the medians (default 1, with --against 5)");
    line.format(flags->format);
    line.example(
        "The load: every message goes to 5 + 4 devices, 5..80 ms, all rules on. Exit 1 if a rule is violated\n"
        "or one that this load must exercise was not.\n"
        "Example:\n  mdsync bench --format json\n");
    return {line, [flags] { return bench(*flags); }};
}

}  // namespace mdsync::cli
