// The document `certificate/1`, written, read and merged. See mdsync/certificate.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "base/fingerprint.hpp"
#include "base/json_text.hpp"
#include "exhaustive/seal.hpp"
#include "mdsync/certificate.hpp"
#include "mdsync/documents.hpp"
#include "result/search_document.hpp"

namespace mdsync {

using json::Kind;
using json::Node;
using scenario::Mistake;

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint32_t kProbed = 2;  // steps, by which a search is known

std::vector<std::string_view> spelled(const std::vector<RuleId>& rules) {
    std::vector<std::string_view> names;
    for (const RuleId id : rules) names.push_back(rule(id).name);
    return names;
}

std::vector<std::string_view> spelled(const std::vector<Platform>& platforms) {
    std::vector<std::string_view> words;
    for (const Platform platform : platforms) words.push_back(spell(platform));
    return words;
}

// ---- Writing --------------------------------------------------------------------------------------------------------

Json planOf(const ExhaustiveOptions& options) {
    const Bounds& b = options.bounds;
    Json plan = {{"server", nameOf(options.server)},
                 {"users", b.users},
                 {"devices", b.devices},
                 {"messages", b.messages},
                 {"steps", b.steps},
                 {"faults", b.faults},
                 {"platforms", spelled(options.platforms)},
                 {"without", options.without},
                 {"rules", spelled(options.rules)}};
    if (options.shard) plan["shard"] = shardJson(*options.shard);
    return plan;
}

// ---- Reading --------------------------------------------------------------------------------------------------------

class CertificateReader {
public:
    explicit CertificateReader(const std::string& path) : document_(path, "certificate/1") { file_.path = path; }

    CertificateFile read() {
        if (document_.readable()) {
            readPlan();
            file_.kept.probe = document_.text(document_.root(), "probe", true);
            readSearched();
        }
        file_.diagnostics = document_.diagnostics();
        file_.valid = file_.diagnostics.empty();
        if (file_.valid) finish();
        return std::move(file_);
    }

private:
    ExhaustiveOptions& options() { return file_.kept.options; }

    // What follows from the rest.
    void finish() {
        const search::Moves set(options());
        const Certificate read = std::move(file_.kept.certificate);
        Certificate& certificate = file_.kept.certificate = {};
        search::begin(set, certificate);
        search::goOnFrom(read, certificate);
        certificate.findings = read.findings;
        search::seal(options(), set, certificate);
        if (certificate.stopped.empty() && !isFinished(options(), certificate)) certificate.stopped = "not finished";
        certificate.complete = certificate.stopped.empty();
    }

    void readPlan() {
        const Node* node = document_.member(document_.root(), "plan", Kind::Object, true);
        if (node == nullptr) return;
        Bounds& b = options().bounds;
        b = {document_.small(*node, "users"), document_.small(*node, "devices"), document_.small(*node, "messages"),
             document_.small(*node, "steps"), document_.small(*node, "faults")};
        readServer(*node);
        readEach(document_, *node, "platforms", [&](const Node& word) {
            const std::optional<Platform> platform = platformOf(document_.textOf(word));
            if (platform) {
                options().platforms.push_back(*platform);
            } else {
                document_.mistake(Mistake::UnknownWord, word.place, "there is no such platform");
            }
        });
        readEach(document_, *node, "without",
                 [&](const Node& word) { options().without.push_back(document_.textOf(word)); });
        readEach(document_, *node, "rules", [&](const Node& name) {
            if (const auto id = readRule(document_, name)) options().rules.push_back(*id);
        });
        if (const Node* shard = document_.member(*node, "shard", Kind::Object, false)) {
            options().shard = readShard(document_, *shard);
        }
        if (const std::string why = whyNotSearchable(options()); !why.empty()) {
            document_.mistake(Mistake::OutOfRange, node->place, why);
        }
    }

    void readServer(const Node& node) {
        const std::string name = document_.text(node, "server", true);
        const Node* place = document_.find(node, "server");
        if (place == nullptr) return;
        if (const std::optional<ServerPolicy> server = findServer(name)) {
            options().server = *server;
        } else {
            document_.mistake(Mistake::UnknownWord, place->place, wrongServer(name));
        }
    }

    void readSearched() {
        const Node* node = document_.member(document_.root(), "searched", Kind::Object, true);
        if (node == nullptr) return;
        file_.kept.elapsed = readElapsed(document_, *node);
        readEach(document_, *node, "rounds", [&](const Node& round) { readRound(round); });
        readEach(document_, *node, "failures", [&](const Node& failure) { readFinding(failure); });
    }

    void readRound(const Node& node) {
        if (!document_.is(node, Kind::Object, "what was searched with so many steps is an object")) return;
        std::vector<ExhaustiveRound>& rounds = file_.kept.certificate.rounds;
        ExhaustiveRound round{document_.small(node, "steps"),         document_.natural(node, "states"),
                              document_.natural(node, "transitions"), document_.small(node, "depth"),
                              document_.natural(node, "remembered"),  true,
                              document_.text(node, "sum", true),      {}};
        if (const Node* rules = document_.member(node, "rules", Kind::Object, true)) {
            round.counts = readRuleCounts(document_, *rules);
        }
        if (round.steps != rounds.size() + 1 || round.steps > options().bounds.steps) {
            document_.mistake(Mistake::OutOfRange, node.place,
                              "rounds have one step, two, and so on to those of the plan");
        }
        if (!unhex(round.sum)) {
            document_.mistake(Mistake::WrongType, node.place, "\"sum\" takes 32 hexadecimal digits");
        }
        rounds.push_back(std::move(round));
    }

    void readFinding(const Node& node) {
        if (!document_.is(node, Kind::Object, "a failure is an object")) return;
        ExhaustiveFinding finding;
        const Node* name = document_.member(node, "rule", Kind::String, true);
        const std::optional<RuleId> id = name == nullptr ? std::nullopt : readRule(document_, *name);
        if (!id) return;
        finding.rule = *id;
        finding.text = document_.text(node, "text");
        finding.steps = document_.small(node, "steps");
        finding.length = document_.small(node, "length");
        finding.reproduces = document_.truth(node, "reproduces");
        finding.scenario.seed = document_.natural(node, "seed");
        readEach(document_, node, "path", [&](const Node& words) { finding.path.push_back(document_.textOf(words)); });
        file_.kept.files.push_back(readFoundFile(document_, node, file_.path));
        const Certificate& known = file_.kept.certificate;
        // In the last round that is whole, or in the next one, which is not.
        const std::size_t rounds = known.rounds.size();
        const bool isLast = finding.steps == rounds || (finding.steps == rounds + 1 && rounds < options().bounds.steps);
        const bool isOne = known.findings.empty() || known.findings.front().steps == finding.steps;
        if (finding.steps == 0 || !isLast || !isOne) {
            document_.mistake(Mistake::OutOfRange, node.place,
                              "a search ends with the number of steps that violates a rule");
        }
        if (std::any_of(known.findings.begin(), known.findings.end(),
                        [&](const ExhaustiveFinding& other) { return other.rule == finding.rule; })) {
            document_.mistake(Mistake::OutOfRange, node.place, "a rule is violated once");
        }
        file_.kept.certificate.findings.push_back(std::move(finding));
    }

    Document document_;
    CertificateFile file_;
};

// ---- Merging --------------------------------------------------------------------------------------------------------

// What keeps these files from being shards of one search.
std::vector<std::string> problemsOf(std::span<const CertificateFile> files) {
    std::vector<std::string> problems;
    std::map<std::uint32_t, std::string> paths;  // by the number of the shard
    const CertificateFile& first = files.front();
    const ExhaustiveOptions& plan = first.kept.options;
    for (const CertificateFile& file : files) {
        const ExhaustiveOptions& other = file.kept.options;
        const Shard part = other.shard.value_or(Shard{});
        std::string difference = differenceOf(plan, other);
        if (difference.empty() && plan.bounds.steps != other.bounds.steps) {
            difference = fmt::format("--steps {}, not {}", other.bounds.steps, plan.bounds.steps);
        } else if (difference.empty() && plan.shard.has_value() != other.shard.has_value()) {
            difference = "one of them is no shard";
        } else if (difference.empty() && part.of != plan.shard.value_or(Shard{}).of) {
            difference = fmt::format("{} shards, not {}", part.of, plan.shard->of);
        } else if (difference.empty() && file.kept.probe != first.kept.probe) {
            difference = kOtherProbe;
        }
        if (!difference.empty()) {
            problems.push_back(fmt::format("{} and {} are not of one search: {}", first.path, file.path, difference));
            continue;
        }
        const auto [known, isNew] = paths.emplace(part.number, file.path);
        if (!isNew)
            problems.push_back(fmt::format("{} and {} are both shard {}", known->second, file.path, spell(part)));
    }
    return problems;
}

// What happened in one of them.
void addCounts(RuleCounts& sum, const RuleCounts& counts) {
    for (std::size_t r = 0; r < kRules; ++r) {
        sum[r].checked |= counts[r].checked;
        sum[r].violated |= counts[r].violated;
        sum[r].undecided |= counts[r].undecided;
        sum[r].lapsed |= counts[r].lapsed;
    }
}

void addRound(ExhaustiveRound& sum, const ExhaustiveRound& round) {
    Fingerprint states = unhex(sum.sum).value_or(Fingerprint{});
    states += unhex(round.sum).value_or(Fingerprint{});
    sum = {round.steps,
           sum.states + round.states,
           sum.transitions + round.transitions,
           std::max(sum.depth, round.depth),
           sum.remembered + round.remembered,
           true,
           hex(states),
           sum.counts};
    addCounts(sum.counts, round.counts);
}

// The shards of a search, by number; null: missing.
using Shards = std::vector<const KeptCertificate*>;

// With how many steps the search ends: those of its bounds, or the fewest that violate a rule.
std::uint32_t lastSteps(const Shards& shards, std::uint32_t bound) {
    for (const KeptCertificate* shard : shards) {
        if (shard == nullptr || shard->certificate.findings.empty()) continue;
        bound = std::min(bound, shard->certificate.findings.front().steps);
    }
    return bound;
}

// `shard 2/4`, or how many.
std::string counted(const std::vector<std::string>& shards) {
    return shards.size() == 1 ? "shard " + shards.front() : fmt::format("{} shards", shards.size());
}

// Of each rule that so many steps violate, the shortest path.
void addFindings(const Shards& shards, std::uint32_t steps, KeptCertificate& sum) {
    struct Shortest {
        const ExhaustiveFinding* finding = nullptr;
        std::string file;
    };
    std::map<RuleId, Shortest> shortest;
    for (const KeptCertificate* shard : shards) {
        if (shard == nullptr) continue;
        for (std::size_t i = 0; i < shard->certificate.findings.size(); ++i) {
            const ExhaustiveFinding& finding = shard->certificate.findings[i];
            if (finding.steps != steps) continue;
            Shortest& known = shortest[finding.rule];
            if (known.finding != nullptr && known.finding->length <= finding.length) continue;
            known = {&finding, i < shard->files.size() ? shard->files[i] : std::string()};
        }
    }
    for (const auto& [id, known] : shortest) {
        sum.certificate.findings.push_back(*known.finding);
        sum.files.push_back(known.file);
    }
}

}  // namespace

bool isFinished(const ExhaustiveOptions& options, const Certificate& certificate) {
    if (certificate.rounds.empty() || !certificate.rounds.back().whole) return false;
    const std::uint32_t steps = certificate.rounds.back().steps;
    return certificate.findings.empty() ? steps >= options.bounds.steps : steps >= certificate.findings.front().steps;
}

std::string probeOf(const ExhaustiveOptions& options) {
    ExhaustiveOptions probe;
    probe.bounds = options.bounds;
    probe.bounds.steps = kProbed;
    probe.platforms = options.platforms;
    probe.without = options.without;
    probe.server = options.server;
    // The first of them stands for all.
    if (options.shard) probe.shard = Shard{1, options.shard->of};
    return searchExhaustively(probe).hash;
}

std::string differenceOf(const ExhaustiveOptions& then, const ExhaustiveOptions& now) {
    const auto differ = [](std::string_view what, const auto& old, const auto& other) {
        return fmt::format("{} {}, not {}", what, other, old);
    };
    const auto listed = [](const auto& words, const char* nothing) {
        return words.empty() ? std::string(nothing) : fmt::format("{}", fmt::join(words, ", "));
    };
    const Bounds& a = then.bounds;
    const Bounds& b = now.bounds;
    if (nameOf(then.server) != nameOf(now.server)) return differ("the server", nameOf(then.server), nameOf(now.server));
    if (a.users != b.users) return differ("--users", a.users, b.users);
    if (a.devices != b.devices) return differ("--devices", a.devices, b.devices);
    if (a.messages != b.messages) return differ("--messages", a.messages, b.messages);
    if (a.faults != b.faults) return differ("--faults", a.faults, b.faults);
    if (then.platforms != now.platforms) {
        return differ("--platforms", listed(spelled(then.platforms), "the default"),
                      listed(spelled(now.platforms), "the default"));
    }
    if (then.without != now.without)
        return differ("--without", listed(then.without, "none"), listed(now.without, "none"));
    if (then.rules != now.rules) {
        return differ("--rule", listed(spelled(then.rules), "all"), listed(spelled(now.rules), "all"));
    }
    return {};
}

std::string writeCertificate(const KeptCertificate& kept) {
    Json rounds = Json::array();
    for (const ExhaustiveRound& round : kept.certificate.rounds) {
        if (!round.whole) continue;
        rounds.push_back({{"steps", round.steps},
                          {"states", round.states},
                          {"transitions", round.transitions},
                          {"depth", round.depth},
                          {"remembered", round.remembered},
                          {"sum", round.sum},
                          {"rules", ruleCountsJson(round.counts)}});
    }
    Json failures = Json::array();
    for (std::size_t i = 0; i < kept.certificate.findings.size(); ++i) {
        const ExhaustiveFinding& finding = kept.certificate.findings[i];
        const std::string file = i < kept.files.size() ? kept.files[i] : std::string();
        failures.push_back({{"rule", rule(finding.rule).name},
                            {"scenario", std::filesystem::path(file).filename().string()},
                            {"steps", finding.steps},
                            {"length", finding.length},
                            {"reproduces", finding.reproduces},
                            {"seed", finding.scenario.seed},
                            {"text", finding.text},
                            {"path", finding.path}});
    }
    return documentText({{"mdsync", "certificate/1"},
                         {"plan", planOf(kept.options)},
                         {"probe", kept.probe},
                         {"searched",
                          {{"finished", isFinished(kept.options, kept.certificate)},
                           {"milliseconds", kept.elapsed.count()},
                           {"rounds", std::move(rounds)},
                           {"failures", std::move(failures)}}}});
}

CertificateFile readCertificate(const std::string& path) {
    return CertificateReader{path}.read();
}

MergedCertificates mergeCertificates(std::span<const CertificateFile> files) {
    MergedCertificates merged;
    merged.problems = problemsOf(files);
    if (!merged.problems.empty()) return merged;
    KeptCertificate& sum = merged.sum;
    sum.options = files.front().kept.options;
    Shards shards(sum.options.shard.value_or(Shard{}).of);
    for (const CertificateFile& file : files) shards[file.kept.options.shard.value_or(Shard{}).number - 1] = &file.kept;

    const std::uint32_t last = lastSteps(shards, sum.options.bounds.steps);
    std::size_t rounds = last;  // that all have searched
    for (std::uint32_t number = 1; number <= shards.size(); ++number) {
        const KeptCertificate* shard = shards[number - 1];
        const std::string name = spell(Shard{number, static_cast<std::uint32_t>(shards.size())});
        if (shard == nullptr) {
            merged.missing.push_back(name);
            continue;
        }
        const std::size_t known = shard->certificate.rounds.size();
        if (known < last) merged.unfinished.push_back(name);
        rounds = std::min(rounds, known);
    }
    if (sum.options.shard) sum.options.shard = Shard{};
    const search::Moves set(sum.options);
    Certificate& certificate = sum.certificate;
    search::begin(set, certificate);
    certificate.rounds.resize(std::max<std::size_t>(1, rounds), {1, 0, 0, 0, 0, false, hex({}), {}});
    for (const KeptCertificate* shard : shards) {
        if (shard == nullptr) continue;
        for (std::size_t r = 0; r < rounds; ++r) addRound(certificate.rounds[r], shard->certificate.rounds[r]);
        sum.elapsed += shard->elapsed;
    }
    certificate.counts = certificate.rounds.back().counts;
    addFindings(shards, last, sum);
    certificate.fewest = merged.missing.empty() && merged.unfinished.empty();
    if (!merged.missing.empty()) {
        certificate.stopped = "missing: " + counted(merged.missing);
    } else if (!merged.unfinished.empty()) {
        certificate.stopped = "not finished: " + counted(merged.unfinished);
    } else if (!certificate.findings.empty()) {
        certificate.stopped = search::kFoundSomething;
    }
    certificate.complete = certificate.stopped.empty();
    search::seal(sum.options, set, certificate);
    return merged;
}

}  // namespace mdsync
