// Campaigns: the document `campaign/1`, written, read and merged. See mdsync/campaign.hpp.
#include "mdsync/campaign.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "base/fingerprint.hpp"
#include "base/json_text.hpp"
#include "random/explored.hpp"
#include "random/generator.hpp"
#include "random/novelty.hpp"
#include "result/document.hpp"
#include "result/search_document.hpp"

namespace mdsync {

using namespace search;
using json::Kind;
using json::Node;
using scenario::Mistake;

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kProbed = 16;  // seeds, by which a generator is known
constexpr std::size_t kDigits = 16;    // of the number of a case
constexpr unsigned kSparsest = 63;     // a CaseSample

std::vector<std::string_view> namesOf(const std::vector<RuleId>& rules) {
    std::vector<std::string_view> names;
    for (const RuleId id : rules) names.push_back(rule(id).name);
    return names;
}

// ---- Writing --------------------------------------------------------------------------------------------------------

std::string digitsOf(const std::vector<std::uint64_t>& numbers) {
    std::string digits;
    digits.reserve(numbers.size() * kDigits);
    for (const std::uint64_t number : numbers) fmt::format_to(std::back_inserter(digits), "{:016x}", number);
    return digits;
}

Json planOf(const SearchPlan& plan) {
    Json out = {{"firstSeed", plan.firstSeed}, {"lastSeed", plan.lastSeed}};
    if (plan.runs) out["runs"] = *plan.runs;
    out.update({{"shard", shardJson(plan.shard)},
                {"server", nameOf(plan)},
                {"freedom", plan.freedom},
                {"steps", plan.mostSteps},
                {"rules", namesOf(plan.rules)},
                {"without", plan.without}});
    return out;
}

Json failureOf(const Found& found) {
    Json failure = failureJson(found);
    if (!found.file.empty()) failure["scenario"] = std::filesystem::path(found.file).filename().string();
    return failure;
}

// ---- Reading --------------------------------------------------------------------------------------------------------

class CampaignReader {
public:
    explicit CampaignReader(const std::string& path) : document_(path, "campaign/1") { file_.path = path; }

    CampaignFile read() {
        if (document_.readable()) {
            readPlan();
            readExplored();
            file_.campaign.generator = document_.text(document_.root(), "generator", true);
        }
        file_.diagnostics = document_.diagnostics();
        file_.valid = file_.diagnostics.empty();
        return std::move(file_);
    }

private:
    void readPlan() {
        const Node* node = document_.member(document_.root(), "plan", Kind::Object, true);
        if (node == nullptr) return;
        SearchPlan& plan = file_.campaign.plan;
        plan.firstSeed = document_.natural(*node, "firstSeed");
        plan.lastSeed = document_.natural(*node, "lastSeed");
        if (document_.find(*node, "runs") != nullptr) plan.runs = document_.natural(*node, "runs");
        if (const Node* shard = document_.member(*node, "shard", Kind::Object, true)) {
            plan.shard = readShard(document_, *shard).value_or(Shard{});
        }
        if (plan.lastSeed < plan.firstSeed) document_.mistake(Mistake::OutOfRange, node->place, "there are no seeds");
        readServer(*node, plan);
        plan.freedom = document_.truth(*node, "freedom");
        plan.mostSteps = document_.small(*node, "steps");
        readEach(document_, *node, "rules", [&](const Node& name) {
            if (const auto id = readRule(document_, name)) plan.rules.push_back(*id);
        });
        readEach(document_, *node, "without",
                 [&](const Node& word) { plan.without.push_back(document_.textOf(word)); });
    }

    // The server that was explored: one of ours by its name, or where a system that is not ours is.
    void readServer(const Node& node, SearchPlan& plan) {
        const std::string name = document_.text(node, "server", true);
        const bool isForeign = name.starts_with("exec:") || name.starts_with("tcp:");
        if (isForeign) plan.target = name;
        const Node* place = document_.find(node, "server");
        if (isForeign || place == nullptr) return;
        if (const std::optional<ServerPolicy> server = findServer(name)) {
            plan.server = *server;
        } else {
            document_.mistake(Mistake::UnknownWord, place->place, wrongServer(name));
        }
    }

    void readExplored() {
        const Node* node = document_.member(document_.root(), "explored", Kind::Object, true);
        if (node == nullptr) return;
        Explored& explored = file_.campaign.explored;
        explored.finished = document_.truth(*node, "finished");
        explored.seeds = document_.natural(*node, "seeds");
        explored.runs = document_.natural(*node, "runs");
        explored.failed = document_.natural(*node, "failed");
        explored.steps = document_.natural(*node, "steps");
        explored.events = document_.natural(*node, "events");
        explored.notApplicable = document_.natural(*node, "notApplicable");
        explored.errors = document_.natural(*node, "errors");
        explored.reason = document_.text(*node, "reason");
        explored.repeated = document_.natural(*node, "repeated");
        explored.difference = document_.text(*node, "difference");
        explored.elapsed = readElapsed(document_, *node);
        if (explored.seeds > seedsOf(file_.campaign.plan) || explored.runs > explored.seeds) {
            document_.mistake(Mistake::OutOfRange, node->place, "more was explored than there is");
        }
        if (const Node* rules = document_.member(*node, "rules", Kind::Object, true)) {
            explored.counts = readRuleCounts(document_, *rules);
        }
        if (const Node* cases = document_.member(*node, "cases", Kind::Object, true)) readCases(*cases);
        readEach(document_, *node, "failures", [&](const Node& failure) { readFailure(failure); });
    }

    void readCases(const Node& node) {
        CaseSample& sample = file_.campaign.explored.sample;
        sample.sparseness = document_.small(node, "sparseness");
        if (sample.sparseness > kSparsest) {
            document_.mistake(Mistake::OutOfRange, node.place, "no sample is so sparse");
            sample.sparseness = 0;
        }
        readNumbers(node, "once", sample.once);
        readNumbers(node, "again", sample.again);
    }

    void readNumbers(const Node& object, std::string_view key, std::vector<std::uint64_t>& numbers) {
        const Node* node = document_.member(object, key, Kind::String, true);
        if (node == nullptr) return;
        const std::string digits = document_.textOf(*node);
        for (std::size_t at = 0; at < digits.size(); at += kDigits) {
            const char* const first = digits.data() + at;
            const char* const last = digits.data() + std::min(at + kDigits, digits.size());
            std::uint64_t number = 0;
            const auto [end, error] = std::from_chars(first, last, number, 16);
            if (error != std::errc{} || end != first + kDigits || number == 0) {
                return document_.mistake(Mistake::WrongType, node->place,
                                         fmt::format("\"{}\" takes numbers of {} hexadecimal digits", key, kDigits));
            }
            numbers.push_back(number);
        }
    }

    void readFailure(const Node& node) {
        if (!document_.is(node, Kind::Object, "a failure is an object")) return;
        Found found;
        const Node* name = document_.member(node, "rule", Kind::String, true);
        const std::optional<RuleId> id = name == nullptr ? std::nullopt : readRule(document_, *name);
        const std::string where = document_.text(node, "where", true);
        const std::optional<Where> place = findWhere(where);
        if (!place && !where.empty()) {
            document_.mistake(Mistake::UnknownWord, node.place,
                              fmt::format("there is no place \"{}\"", printable(where)));
        }
        if (!id || !place) return;
        found.failure = {*id, *place};
        found.seed = document_.natural(node, "seed");
        found.times = document_.natural(node, "times");
        found.server = document_.text(node, "server");
        found.text = document_.text(node, "text");
        found.steps = document_.natural(node, "steps");
        found.stepsBefore = document_.natural(node, "stepsBefore");
        found.needsSeed = document_.truth(node, "needsSeed");
        found.file = readFoundFile(document_, node, file_.path);
        file_.campaign.explored.found.push_back(std::move(found));
    }

    Document document_;
    CampaignFile file_;
};

// ---- Merging --------------------------------------------------------------------------------------------------------

void addFound(std::map<Failure, Found>& all, const Found& found) {
    const auto [it, isNew] = all.emplace(found.failure, found);
    if (isNew) return;
    const std::uint64_t times = it->second.times + found.times;
    if (found.seed < it->second.seed) it->second = found;
    it->second.times = times;
}

// What keeps these files from being shards of one search.
std::vector<std::string> problemsOf(std::span<const CampaignFile> files) {
    std::vector<std::string> problems;
    std::map<std::uint64_t, const CampaignFile*> seen;
    const CampaignFile& first = files.front();
    const SearchPlan& plan = first.campaign.plan;
    for (const CampaignFile& file : files) {
        const SearchPlan& other = file.campaign.plan;
        std::string difference = differenceOf(plan, other);
        if (difference.empty() && plan.shard.of != other.shard.of) {
            difference = fmt::format("{} shards, not {}", other.shard.of, plan.shard.of);
        } else if (difference.empty() && (plan.lastSeed != other.lastSeed || plan.runs != other.runs)) {
            difference = "another number of seeds: let all go on with the same --seeds or --runs";
        } else if (difference.empty() && file.campaign.generator != first.campaign.generator) {
            difference = "another version of mdsync, which makes other scenarios of the same seeds";
        }
        if (!difference.empty()) {
            problems.push_back(fmt::format("{} and {} are not of one search: {}", first.path, file.path, difference));
            continue;
        }
        const auto [it, isNew] = seen.emplace(other.shard.number, &file);
        if (!isNew) {
            problems.push_back(
                fmt::format("{} and {} are both shard {}", it->second->path, file.path, spell(other.shard)));
        }
    }
    return problems;
}

}  // namespace

std::string generatorOf(const SearchPlan& plan) {
    Generator generator{{withoutOf(plan.without), plan.mostSteps}};
    std::string text;
    for (std::uint64_t seed = 1; seed <= kProbed; ++seed) text += writeScenario(generator.make(seed));
    const std::vector<std::uint8_t> bytes{text.begin(), text.end()};
    return hex(fingerprintOf(bytes));
}

std::string differenceOf(const SearchPlan& then, const SearchPlan& now) {
    const auto differ = [](std::string_view what, const auto& old, const auto& other) {
        return fmt::format("{} {}, not {}", what, other, old);
    };
    const auto listed = [](const auto& words) {
        return words.empty() ? std::string("none") : fmt::format("{}", fmt::join(words, ", "));
    };
    if (nameOf(then) != nameOf(now)) return differ("the server", nameOf(then), nameOf(now));
    if (then.firstSeed != now.firstSeed) return differ("the first seed", then.firstSeed, now.firstSeed);
    if (then.mostSteps != now.mostSteps) return differ("--steps", then.mostSteps, now.mostSteps);
    if (then.rules != now.rules) return differ("--rule", listed(namesOf(then.rules)), listed(namesOf(now.rules)));
    if (then.without != now.without) return differ("--without", listed(then.without), listed(now.without));
    if (then.freedom != now.freedom) return now.freedom ? "no --no-freedom" : "--no-freedom";
    return {};
}

std::string writeCampaign(const Campaign& campaign) {
    const Explored& explored = campaign.explored;
    Json out = {{"seeds", explored.seeds},
                {"finished", explored.finished},
                {"runs", explored.runs},
                {"failed", explored.failed},
                {"steps", explored.steps},
                {"events", explored.events},
                {"notApplicable", explored.notApplicable},
                {"errors", explored.errors},
                {"reason", explored.reason},
                {"repeated", explored.repeated},
                {"difference", explored.difference},
                {"milliseconds", explored.elapsed.count()}};
    out["failures"] = Json::array();
    for (const Found& found : explored.found) out["failures"].push_back(failureOf(found));
    out["rules"] = ruleCountsJson(explored.counts);
    out["cases"] = {{"sparseness", explored.sample.sparseness},
                    {"once", digitsOf(explored.sample.once)},
                    {"again", digitsOf(explored.sample.again)}};
    const Json document = {{"mdsync", "campaign/1"},
                           {"plan", planOf(campaign.plan)},
                           {"generator", campaign.generator},
                           {"explored", std::move(out)}};
    return documentText(document);
}

CampaignFile readCampaign(const std::string& path) {
    return CampaignReader{path}.read();
}

MergedCampaigns mergeCampaigns(std::span<const CampaignFile> files) {
    MergedCampaigns merged;
    merged.problems = problemsOf(files);
    if (!merged.problems.empty()) return merged;
    std::vector<const Campaign*> shards(files.front().campaign.plan.shard.of);
    for (const CampaignFile& file : files) shards[file.campaign.plan.shard.number - 1] = &file.campaign;

    Novelty situations;
    std::map<Failure, Found> all;
    for (std::uint32_t number = 1; number <= shards.size(); ++number) {
        const std::string name = spell(Shard{number, files.front().campaign.plan.shard.of});
        const Campaign* shard = shards[number - 1];
        if (shard == nullptr) {
            merged.missing.push_back(name);
            continue;
        }
        add(merged.explored, shard->explored);
        situations.add(shard->explored.sample);
        for (const Found& found : shard->explored.found) addFound(all, found);
        if (!shard->explored.finished) merged.unfinished.push_back(name);
    }
    Explored& sum = merged.explored;
    sum.finished = merged.missing.empty() && merged.unfinished.empty();
    sum.cases = situations.known();
    sum.casesOnce = situations.once();
    sum.sample = situations.sample();
    for (auto& [failure, found] : all) sum.found.push_back(std::move(found));
    sortFound(sum.found);
    return merged;
}

}  // namespace mdsync
