// mdsync explore: scenarios nobody wrote, against a server.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "command.hpp"
#include "exhaustive.hpp"
#include "found_files.hpp"
#include "mdsync/explore.hpp"
#include "mdsync/run.hpp"
#include "mdsync/world.hpp"
#include "operator_new.hpp"
#include "output.hpp"
#include "random_campaign.hpp"
#include "target_options.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

struct ExploreFlags {
    std::string seeds;
    std::string shard;
    std::optional<std::uint64_t> runs;
    std::string time;
    std::optional<std::uint32_t> steps;
    std::vector<std::string> rules;
    std::vector<std::string> without;
    TargetOptions target;
    bool noFreedom = false;
    bool everyMutant = false;
    bool markdown = false;
    std::string folder = "found";
    std::string campaign;
    std::optional<unsigned> jobs;
    std::string format = "human";
    bool quiet = false;
    ExhaustiveFlags exhaustive;
};

// `1..1000`, the first not above the second.
std::optional<std::pair<std::uint64_t, std::uint64_t>> seedsOf(const std::string& text) {
    constexpr std::string_view kBetween = "..";
    std::pair<std::uint64_t, std::uint64_t> pair;
    const char* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, pair.first);
    if (first.ec != std::errc{} || !std::string_view(first.ptr).starts_with(kBetween)) return std::nullopt;
    const auto last = std::from_chars(first.ptr + kBetween.size(), end, pair.second);
    if (last.ec != std::errc{} || last.ptr != end || pair.second < pair.first) return std::nullopt;
    return pair;
}

std::string areSeeds(const std::string& text) {
    return seedsOf(text) ? "" : fmt::format("\"{}\" is not a range of seeds such as 1..1000", text);
}

std::string isShard(const std::string& text) {
    const std::optional<Shard> shard = findShard(text);
    return shard && shard->of <= kMostShards ? "" : fmt::format("\"{}\" is not one part of several, such as 2/8", text);
}

ExploreOptions optionsOf(const ExploreFlags& flags) {
    ExploreOptions options;
    if (!flags.seeds.empty()) std::tie(options.firstSeed, options.lastSeed) = *seedsOf(flags.seeds);
    if (!flags.shard.empty()) options.shard = *findShard(flags.shard);
    options.runs = flags.runs;
    if (!flags.time.empty()) options.time = parseDuration(flags.time);
    if (flags.seeds.empty() && flags.time.empty() && !flags.runs) options.runs = 100'000;
    if (flags.steps) options.mostSteps = *flags.steps;
    for (const std::string& name : flags.rules) options.rules.push_back(*findRule(name));
    options.without = flags.without;
    std::sort(options.rules.begin(), options.rules.end());
    std::sort(options.without.begin(), options.without.end());
    options.server = flags.target.policy();
    options.target = flags.target.target;
    options.freedom = !flags.noFreedom;
    options.jobs = jobsOf(flags.jobs, flags.target);
    return options;
}

std::vector<std::string> words() {
    const std::vector<std::string_view> known = searchWords();
    return {known.begin(), known.end()};
}

// And those that only an exhaustive search knows.
std::vector<std::string> allWords() {
    std::vector<std::string> all = words();
    for (const std::string_view word : exhaustiveWords()) {
        if (std::find(all.begin(), all.end(), word) == all.end()) all.emplace_back(word);
    }
    return all;
}

// Where a campaign's failing scenarios are.
std::string foundIn(const std::string& campaign) {
    return fmt::format("{}/{}", campaign, kFoundFolder);
}

int exploreAll(const ExploreFlags& flags) {
    ExhaustiveContext context;
    context.steps = flags.steps;
    for (const std::string& name : flags.rules) context.rules.push_back(*findRule(name));
    context.without = flags.without;
    std::sort(context.rules.begin(), context.rules.end());
    std::sort(context.without.begin(), context.without.end());
    context.server = flags.target.policy();
    if (!flags.time.empty()) context.time = parseDuration(flags.time);
    context.jobs = jobsOf(flags.jobs);
    context.quiet = flags.quiet;
    context.isJson = flags.format == "json";
    context.shard = flags.shard.empty() ? std::nullopt : findShard(flags.shard);
    context.campaign = flags.campaign;
    const bool isKept = !flags.campaign.empty();
    const FoundFiles files(isKept ? foundIn(flags.campaign) : flags.folder, isKept);
    context.keep = [&files](const std::string& name, const std::string& text) { return files.keep(name, text); };
    return exploreExhaustively(flags.exhaustive, context);
}

int explore(const ExploreFlags& flags) {
    useLargePages();
    if (flags.exhaustive.wanted) return exploreAll(flags);
    for (const std::string& word : flags.without) {
        if (const std::string why = oneOf(words())(word); !why.empty()) {
            tell("mdsync: --without: {} (without --exhaustive)\n", why);
            return kUsage;
        }
    }
    ExploreOptions options = optionsOf(flags);
    const bool isKept = !flags.campaign.empty();
    RandomCampaign campaign;
    if (isKept) {
        if (const int code = campaign.open(flags.campaign, options); code != kOk) return code;
        options.before = campaign.before();
        options.checkpoint = [&campaign](const Explored& explored) { campaign.write(explored); };
    }
    bool written = true;
    const FoundFiles files(isKept ? foundIn(flags.campaign) : flags.folder, isKept);
    options.keep = [&](const Found& found) { return files.keep(found, written); };
    const bool isShown = !flags.quiet && isatty(fileno(stderr)) != 0;
    Millis shown{0};
    options.progress = [&](const ExploreProgress& progress) {
        if (!isShown || progress.elapsed - shown < Millis{200}) return;
        shown = progress.elapsed;
        const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(1, progress.elapsed.count()));
        tell("\r{} scenarios, {}/s, {} distinct failures\x1b[K", progress.runs, progress.runs * 1000 / seconds,
             progress.failures);
        std::fflush(stderr);
    };
    Explored explored;
    {
        const Interrupt interrupt;
        ForeignSystems foreign(flags.target, interrupt);
        options.makeSystem = foreign.maker();
        explored = mdsync::explore(options, interrupt);
        written = foreign.written() && written;
    }
    if (shown > Millis{0}) tell("\r\x1b[K");
    if (!flags.quiet) tell("{}", exploreSpeed(explored));
    const bool isJson = flags.format == "json";
    written = print(isJson ? exploreJson(explored) : exploreReport(explored)) && written && campaign.written();
    const int code = exitCodeOf(explored);
    return written ? code : withUnwritable(code);
}

// Every known-bad server in turn.
int hunt(const ExploreFlags& flags) {
    HuntOptions options;
    if (flags.runs) options.runs = *flags.runs;
    options.jobs = jobsOf(flags.jobs);
    const Interrupt interrupt;
    const std::vector<Hunted> hunted = huntMutants(options, interrupt);
    const std::string text = flags.markdown           ? huntPage(hunted)
                             : flags.format == "json" ? huntJson(hunted)
                                                      : huntReport(hunted);
    const bool written = print(text);
    if (interrupt.signal() != 0) return 128 + interrupt.signal();
    const bool escaped = std::any_of(hunted.begin(), hunted.end(), [](const Hunted& one) { return one.runs == 0; });
    const int code = escaped ? kFailed : kOk;
    return written ? code : withUnwritable(code);
}

}  // namespace

Command addExplore(Program& program) {
    const CommandLine line =
        program.command("explore", "Search for scenarios that a server fails, and make them small");
    const auto flags = std::make_shared<ExploreFlags>();
    line.value("--seeds", flags->seeds, "A..B", "The seeds of the scenarios (default: from 1 on)").check(areSeeds);
    line.number("--runs", flags->runs, 0, kNoLimit,
                "This many scenarios (default 100000, where neither --seeds nor --time is given)");
    line.value(
            "--shard", flags->shard, "I/N",
            "Only the I-th of N parts of these seeds, or of all scenarios within bounds, so that N machines share them")
        .check(isShard);
    line.value("--time", flags->time, "D", "Start nothing more after this time: 30s, 10m, 8h").check(isDuration);
    line.number("--steps", flags->steps, 1, 400,
                "Steps of a scenario at most, 1..400 (default 40); with --exhaustive 1..30 (default 3)");
    line.repeated("--rule", flags->rules, "RULE", "Only failures of this rule count").check(isRule);
    line.repeated("--without", flags->without, "WORD",
                  fmt::format("Make scenarios without this verb or fault: {}; with --exhaustive: {}",
                              fmt::join(words(), ", "), fmt::join(exhaustiveWords(), ", ")))
        .check(oneOf(allWords()));
    addTargetOptions(line, flags->target);
    line.flag("--no-freedom", flags->noFreedom,
              "Against the reference server: only its usual choices, not every legal one");
    const Option every = line.flag("--every-mutant", flags->everyMutant,
                                   "Each known-bad server in turn: how many scenarios it takes to catch it");
    line.flag("--markdown", flags->markdown, "With --every-mutant: the page of the documentation").needs(every);
    for (const char* other :
         {"--seeds", "--shard", "--time", "--steps", "--rule", "--without", "--server", "--target", "--no-freedom"}) {
        every.excludes(line[other]);
    }
    line.value("-o,--output", flags->folder, "DIR", "Where failing scenarios are written (default found)");
    const Option campaign = line.value("--campaign", flags->campaign, "DIR",
                                       "Keep all that was found out in this folder, and go on from there the next time")
                                .check([](const std::string& text) { return text.empty() ? "the name is empty" : ""; })
                                .excludes(line["--output"])
                                .excludes(every);
    line.jobs(flags->jobs, "Scenarios, or threads of an exhaustive search,");
    line.format(flags->format);
    line.flag("-q,--quiet", flags->quiet, "No progress, no speed");
    addExhaustive(line, flags->exhaustive);
    line["--exhaustive"].excludes(line["--target"]).excludes(every);
    line["--every-state"].excludes(line["--shard"]).excludes(campaign);
    line.example(
        "Examples:\n"
        "  mdsync explore --time 10m                               as much as ten minutes allow\n"
        "  mdsync explore --server mutant:evict-second -o found    what a known-bad server does wrong\n"
        "  mdsync explore --seeds 1..5000 --rule delivery.once --without network\n"
        "  mdsync explore --exhaustive --steps 4                   every scenario of four steps at most\n"
        "  mdsync explore --exhaustive --shard 2/8 --campaign c/2  its second part, kept in a folder\n");
    return {line, [flags] { return flags->everyMutant ? hunt(*flags) : explore(*flags); }};
}

}  // namespace mdsync::cli
