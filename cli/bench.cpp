// mdsync bench: measures this machine.
#include "mdsync/bench.hpp"

#include <cstdio>

#include "command.hpp"
#include "output.hpp"

namespace mdsync::cli {

namespace {

struct BenchFlags {
    BenchOptions options;
    std::string only;
    std::string format = "human";
};

int bench(BenchFlags flags) {
    flags.options.world = flags.only != "check";
    flags.options.check = flags.only != "world";
    const BenchFigures figures = runBench(flags.options);
    const bool written = print(flags.format == "json" ? benchJson(figures) : benchReport(figures));
    const int code = figures.conformant() ? kOk : kFailed;
    return written ? code : withUnwritable(code);
}

}  // namespace

Command addBench(CLI::App& program) {
    CLI::App* app = program.add_subcommand("bench", "Measure this machine: judged deliveries and read lines a second");
    const auto flags = std::make_shared<BenchFlags>();
    app->add_option("--server", flags->options.server, "reference, or mutant:NAME to see it judged")
        ->check(CLI::Validator(isServer, ""))
        ->type_name("SERVER");
    app->add_option("--users", flags->options.users, "Users, five devices each (default 1000)")
        ->check(CLI::Range(10, 1'000'000))
        ->type_name("N");
    app->add_option("--deliveries", flags->options.deliveries, "Deliveries of each world figure (default 9000000)")
        ->check(CLI::Range(std::uint64_t{9}, std::uint64_t{1'000'000'000}))
        ->type_name("N");
    app->add_option("--lines", flags->options.lines, "Lines of the trace that is read (default 1000000)")
        ->check(CLI::Range(std::uint64_t{11}, std::uint64_t{100'000'000}))
        ->type_name("N");
    app->add_option("--seed", flags->options.seed, "Seed of the load (default 1)")->type_name("N");
    app->add_option("--only", flags->only, "world or check")
        ->check(CLI::Validator(oneOf({"world", "check"}), ""))
        ->type_name("PART");
    app->add_flag("--scale", flags->options.scale, "Also 1,000 to 1,000,000 devices");
    app->add_option("--format", flags->format, "human or json")
        ->check(CLI::Validator(oneOf({"human", "json"}), ""))
        ->type_name("FORMAT");
    addExample(*app,
               "The load: every message goes to 5 + 4 devices, 5..80 ms, all rules on. Exit 1 if a rule is violated\n"
               "or one that this load must exercise was not.\n"
               "Example:\n  mdsync bench --format json\n");
    return {app, [flags] { return bench(*flags); }};
}

}  // namespace mdsync::cli
