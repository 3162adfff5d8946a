// mdsync explore --exhaustive: every scenario within bounds, and a certificate.
#include "exhaustive.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "campaign_folder.hpp"
#include "mdsync/campaign.hpp"
#include "mdsync/certificate.hpp"
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
    options.shard = context.shard;
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

// What a campaign keeps of an exhaustive search.
class ExhaustiveCampaign {
public:
    // Opens the folder and reads what was searched before. The exit code, 0 for success; what is wrong was said.
    int open(const std::string& path, const ExhaustiveOptions& options) {
        if (const int code = folder_.open(path, kCertificateFile, kCampaignFile); code != kOk) return code;
        kept_.options = options;
        kept_.probe = probeOf(options);
        if (!folder_.isBegun()) {
            write({}, {}, Millis{0});  // better to know now than after eight hours
            return folder_.written() ? kOk : kUnwritable;
        }
        CertificateFile known = readCertificate(folder_.document());
        complain(known.diagnostics);
        if (!known.valid) return kBadInput;
        const ExhaustiveOptions& then = known.kept.options;
        const auto spelled = [](const std::optional<Shard>& shard) { return shard ? spell(*shard) : "none"; };
        std::string difference = differenceOf(then, options);
        if (difference.empty() && then.shard != options.shard) {
            difference = fmt::format("--shard {}, not {}", spelled(options.shard), spelled(then.shard));
        } else if (difference.empty() && known.kept.probe != kept_.probe) {
            difference = kOtherProbe;
        }
        if (!difference.empty()) return folder_.holdsAnother(difference);
        if (then.bounds.steps > options.bounds.steps) {
            tell("mdsync: {} holds a search of {} steps; this command asks for {}\n", printable(path),
                 then.bounds.steps, options.bounds.steps);
            return kUsage;
        }
        isGrown_ = then.bounds.steps < options.bounds.steps;
        kept_.certificate = std::move(known.kept.certificate);
        kept_.files = std::move(known.kept.files);
        kept_.elapsed = known.kept.elapsed;
        takeBackWhatIsLost();
        return kOk;
    }

    // What was searched before, and how long that took.
    [[nodiscard]] const KeptCertificate& before() const { return kept_; }

    // Whether nothing is left to search, and that has been written already.
    [[nodiscard]] bool isFinished() const { return mdsync::isFinished(kept_.options, kept_.certificate); }
    [[nodiscard]] bool isUpToDate() const { return isFinished() && !isGrown_; }

    // Writes how far the search is.
    void write(const Certificate& certificate, const std::vector<std::string>& files, Millis elapsed) {
        folder_.write(writeCertificate({kept_.options, kept_.probe, certificate, files, kept_.elapsed + elapsed}),
                      files);
    }

    // Whether all was written so far.
    [[nodiscard]] bool written() const { return folder_.written(); }

private:
    // A full disk or a loss of power may have left a part of what was found, or nothing: then it is searched for again.
    // What was found in a round that is not whole is searched for again as well.
    void takeBackWhatIsLost() {
        Certificate& certificate = kept_.certificate;
        if (certificate.findings.empty()) return;
        const bool isThere = std::all_of(kept_.files.begin(), kept_.files.end(), [](const std::string& file) {
            return readScenario(file, ruleNames()).valid();
        });
        if (isThere && isFinished()) return;
        if (certificate.rounds.size() == certificate.findings.front().steps) certificate.rounds.pop_back();
        certificate.findings.clear();
        kept_.files.clear();
    }

    CampaignFolder folder_;
    KeptCertificate kept_;
    bool isGrown_ = false;  // more steps are asked for than the time before
};

// Prints the certificate, and gives the exit code.
int say(const ExhaustiveOptions& options, const KeptCertificate& kept, const ExhaustiveContext& context, int signal) {
    const Certificate& certificate = kept.certificate;
    if (!context.quiet) tell("{}", exhaustiveSpeed(certificate, kept.elapsed));
    const bool written = print(context.isJson ? certificateJson(options, certificate, kept.files, kept.elapsed)
                                              : certificateReport(options, certificate, kept.files));
    const int code = signal != 0 ? 128 + signal : exitCodeOf(options, certificate);
    return written ? code : withUnwritable(code);
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
    ExhaustiveCampaign campaign;
    const bool isKept = !context.campaign.empty();
    if (isKept) {
        if (const int code = campaign.open(context.campaign, options); code != kOk) return code;
    }
    const Clock::time_point began = Clock::now();
    if (isKept) {
        options.before = &campaign.before().certificate;
        options.checkpoint = [&](const Certificate& sofar) { campaign.write(sofar, {}, since(began)); };
    }
    KeptCertificate kept;
    Certificate& certificate = kept.certificate;
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
    kept.elapsed = since(began);
    bool written = true;
    if (campaign.isFinished()) kept.files = campaign.before().files;
    for (const ExhaustiveFinding& finding : certificate.findings) {
        if (campaign.isFinished()) break;  // they are there
        kept.files.push_back(context.keep(std::string(rule(finding.rule).name), writeScenario(finding.scenario)));
        written = written && !kept.files.back().empty();
    }
    if (isKept && !campaign.isUpToDate()) campaign.write(certificate, kept.files, kept.elapsed);
    kept.elapsed += campaign.before().elapsed;
    const int code = say(options, kept, context, signal);
    return written && campaign.written() ? code : withUnwritable(code);
}

}  // namespace mdsync::cli
