// What an exhaustive search has to say, as text. See mdsync/exhaustive.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "mdsync/again.hpp"
#include "mdsync/exhaustive.hpp"
#include "result/search_document.hpp"

namespace mdsync {

namespace {

using Json = nlohmann::ordered_json;

std::string counted(std::uint64_t number, std::string_view noun) {
    return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

// What the states of a certificate are.
std::string_view stateOf(const ExhaustiveOptions& options) {
    return options.branching ? "branching state" : "state";
}

// Whether this is one shard of several.
bool isPart(const ExhaustiveOptions& options) {
    return options.shard && options.shard->of > 1;
}

// Where they are all there are.
std::string within(const ExhaustiveOptions& options) {
    return isPart(options) ? fmt::format("of shard {} within the bounds", spell(*options.shard))
                           : std::string("within the bounds");
}

// The version of a certificate, by what its states are.
int versionOf(const ExhaustiveOptions& options) {
    return options.shard ? 3 : options.branching ? 2 : 1;
}

// States are told apart by 119 bits of their fingerprints: that one of n was taken for another has a probability below
// n^2 / 2^120.
int lossExponent(std::uint64_t states) {
    return 2 * static_cast<int>(std::bit_width(states)) - 120;
}

std::vector<std::string> leftOut(const Certificate& certificate) {
    std::vector<std::string> out;
    for (const std::string_view word : exhaustiveWords()) {
        if (std::find(certificate.verbs.begin(), certificate.verbs.end(), word) == certificate.verbs.end()) {
            out.emplace_back(word);
        }
    }
    return out;
}

void appendFinding(std::string& out, const ExhaustiveFinding& finding, const std::string& file,
                   const std::string& server) {
    out += fmt::format("FOUND {}\n\n  {}\n\n", rule(finding.rule).name, printable(finding.text));
    for (const std::string& words : finding.path) out += fmt::format("    {}\n", printable(words));
    out += '\n';
    if (!file.empty()) {
        out += fmt::format("  {}    {}\n",
                           finding.reproduces ? "again:" : "near: ", spell(Again{.path = file, .server = server}));
    }
    out += fmt::format("  why:      mdsync explain {}\n\n", rule(finding.rule).name);
}

std::vector<std::string> namesOf(const std::vector<RuleId>& rules) {
    std::vector<std::string> names;
    for (const RuleId id : rules) names.emplace_back(rule(id).name);
    return names;
}

// Whether rules are named, and none of them was put to the test.
bool isIdle(const ExhaustiveOptions& options, const Certificate& certificate) {
    return !options.rules.empty() && std::all_of(options.rules.begin(), options.rules.end(), [&](RuleId id) {
        return certificate.counts[static_cast<std::size_t>(id)].checked == 0;
    });
}

void appendBounds(std::string& out, const ExhaustiveOptions& options, const Certificate& certificate) {
    const Bounds& b = options.bounds;
    out += fmt::format("bounds  {}, {}, {}, {}, {}\n", counted(b.users, "user"), counted(b.devices, "device"),
                       counted(b.messages, "message"), counted(b.steps, "step"), counted(b.faults, "fault"));
    if (options.shard) out += fmt::format("shard   {}, by the kinds of steps\n", spell(*options.shard));
    out += fmt::format("devices {}\n", fmt::join(certificate.devices, ", "));
    out += fmt::format("verbs   {}\n", fmt::join(certificate.verbs, " "));
    const std::vector<std::string> without = leftOut(certificate);
    if (!without.empty()) out += fmt::format("without {}\n", fmt::join(without, " "));
    if (!options.rules.empty()) out += fmt::format("only    {}\n", fmt::join(namesOf(options.rules), " "));
    out += "\n";
}

void appendRounds(std::string& out, const ExhaustiveOptions& options, const Certificate& certificate) {
    out += fmt::format("{:>7}  {:>12}  {:>12}  {:>7}\n", "steps", options.branching ? "branching" : "states",
                       "transitions", "depth");
    for (const ExhaustiveRound& round : certificate.rounds) {
        out += fmt::format("{:>7}  {:>12}  {:>12}  {:>7}\n", round.steps, round.states, round.transitions, round.depth);
    }
    out += "\n";
}

// Of all rounds.
ExhaustiveRound allRounds(const Certificate& certificate) {
    ExhaustiveRound sum;
    for (const ExhaustiveRound& round : certificate.rounds) {
        sum.states += round.states;
        sum.transitions += round.transitions;
    }
    return sum;
}

std::uint64_t perSecond(std::uint64_t number, Millis elapsed) {
    return number * 1000 / static_cast<std::uint64_t>(std::max<std::int64_t>(1, elapsed.count()));
}

void appendRules(std::string& out, const Certificate& certificate) {
    std::vector<std::string_view> idle;
    for (const Rule& row : catalogue()) {
        if (certificate.counts[static_cast<std::size_t>(row.id)].checked == 0) idle.push_back(row.name);
    }
    out += fmt::format("rules   {} of {} put to the test\n", kRules - idle.size(), kRules);
    if (!idle.empty()) out += fmt::format("        not exercised: {}\n", fmt::join(idle, ", "));
}

}  // namespace

std::string certificateReport(const ExhaustiveOptions& options, const Certificate& certificate,
                              const std::vector<std::string>& files) {
    std::string out;
    appendBounds(out, options, certificate);
    appendRounds(out, options, certificate);
    for (std::size_t i = 0; i < certificate.findings.size(); ++i) {
        appendFinding(out, certificate.findings[i], i < files.size() ? files[i] : std::string(),
                      nameOf(options.server));
    }
    appendRules(out, certificate);
    const ExhaustiveRound& last = certificate.rounds.back();
    const std::string states = counted(last.states, stateOf(options));
    out += fmt::format("hash    {}\n", certificate.hash);
    out += fmt::format("loss    a state was taken for another with a probability below 2^{}\n",
                       lossExponent(last.remembered));
    if (!certificate.findings.empty()) {
        out += fmt::format("FAIL  {} in {}; {}\n", counted(certificate.findings.size(), "violated rule"), states,
                           certificate.fewest ? fmt::format("with fewer steps than {} there is none{}", last.steps,
                                                            isPart(options) ? " of this shard" : "")
                                              : certificate.stopped);
        return out;
    }
    const std::string what = options.rules.empty()
                                 ? "no violation"
                                 : fmt::format("no violation of {}", fmt::join(namesOf(options.rules), ", "));
    if (!certificate.complete) {
        out += fmt::format("INCOMPLETE  {} by {} in {}; stopped: {}\n", what, nameOf(options.server), states,
                           certificate.stopped);
    } else if (isIdle(options, certificate)) {
        out += fmt::format("NOTHING  none of {} was put to the test by {} in {}, all there are {}\n",
                           fmt::join(namesOf(options.rules), ", "), nameOf(options.server), states, within(options));
    } else {
        out += fmt::format("COMPLETE  {} by {} in {}, all there are {}\n", what, nameOf(options.server), states,
                           within(options));
    }
    return out;
}

std::string exhaustiveSpeed(const Certificate& certificate, Millis elapsed) {
    const ExhaustiveRound all = allRounds(certificate);
    return fmt::format("{} states in {}, {} states and {} transitions a second\n", all.states, spellDuration(elapsed),
                       perSecond(all.states, elapsed), perSecond(all.transitions, elapsed));
}

std::string certificateJson(const ExhaustiveOptions& options, const Certificate& certificate,
                            const std::vector<std::string>& files, Millis elapsed) {
    const Bounds& b = options.bounds;
    const ExhaustiveRound& last = certificate.rounds.back();
    Json document = {{"mdsync", "explore/1"}, {"server", nameOf(options.server)}, {"runs", 0}, {"runsPerSecond", 0}};
    document["failures"] = Json::array();
    for (std::size_t i = 0; i < certificate.findings.size(); ++i) {
        const ExhaustiveFinding& finding = certificate.findings[i];
        document["failures"].push_back({{"rule", rule(finding.rule).name},
                                        {"scenario", i < files.size() ? Json(files[i]) : Json()},
                                        {"steps", finding.steps},
                                        {"seed", finding.scenario.seed},
                                        {"reproduces", finding.reproduces},
                                        {"text", finding.text},
                                        {"path", finding.path}});
    }
    document["rules"] = ruleCountsJson(certificate.counts);
    Json rounds = Json::array();
    for (const ExhaustiveRound& round : certificate.rounds) {
        rounds.push_back({{"steps", round.steps},
                          {"states", round.states},
                          {"transitions", round.transitions},
                          {"depth", round.depth}});
    }
    document["exhaustive"] = {{"certificate", versionOf(options)},
                              {"complete", certificate.complete},
                              {"stopped", certificate.stopped},
                              {"states", last.states},
                              {"transitions", last.transitions},
                              {"depth", last.depth},
                              {"statesPerSecond", perSecond(allRounds(certificate).states, elapsed)},
                              {"hash", certificate.hash},
                              {"lossBelowTwoToThe", lossExponent(last.remembered)},
                              {"bounds",
                               {{"users", b.users},
                                {"devices", b.devices},
                                {"messages", b.messages},
                                {"steps", b.steps},
                                {"faults", b.faults}}},
                              {"devices", certificate.devices},
                              {"verbs", certificate.verbs},
                              {"without", leftOut(certificate)},
                              {"rules", namesOf(options.rules)},
                              {"rounds", rounds}};
    if (options.shard) {
        document["exhaustive"]["shard"] = shardJson(*options.shard);
    }
    return documentText(document);
}

int exitCodeOf(const ExhaustiveOptions& options, const Certificate& certificate) {
    if (!certificate.findings.empty()) return 1;
    if (!certificate.complete) return 5;
    return isIdle(options, certificate) ? 4 : 0;
}

}  // namespace mdsync
