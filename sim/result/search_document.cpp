#include "result/search_document.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "mdsync/documents.hpp"

namespace mdsync {

using json::Kind;
using json::Node;
using scenario::Mistake;

namespace {

std::optional<RuleId> ruleNamed(Document& document, const Node& node, const std::string& name) {
    const std::optional<RuleId> id = findRule(name);
    if (!id) {
        document.mistake(Mistake::UnknownRule, node.place, fmt::format("there is no rule \"{}\"", printable(name)));
    }
    return id;
}

}  // namespace

nlohmann::ordered_json ruleCountsJson(const RuleCounts& counts) {
    nlohmann::ordered_json rules = nlohmann::ordered_json::object();
    for (const Rule& row : catalogue()) {
        const Counts& of = counts[static_cast<std::size_t>(row.id)];
        rules[std::string(row.name)] = {
            {"checked", of.checked}, {"violated", of.violated}, {"undecided", of.undecided}, {"lapsed", of.lapsed}};
    }
    return rules;
}

RuleCounts readRuleCounts(Document& document, const Node& rules) {
    RuleCounts counts{};
    for (const Node& node : document.children(rules)) {
        const std::optional<RuleId> id = ruleNamed(document, node, std::string(document.key(node)));
        if (!id || !document.is(node, Kind::Object, "the counts of a rule are an object")) continue;
        Counts& of = counts[static_cast<std::size_t>(*id)];
        of.checked = document.natural(node, "checked");
        of.violated = document.natural(node, "violated");
        of.undecided = document.natural(node, "undecided");
        of.lapsed = document.natural(node, "lapsed");
    }
    return counts;
}

std::optional<RuleId> readRule(Document& document, const Node& name) {
    return ruleNamed(document, name, document.textOf(name));
}

nlohmann::ordered_json shardJson(const Shard& shard) {
    return {{"number", shard.number}, {"of", shard.of}};
}

std::optional<Shard> readShard(Document& document, const Node& shard) {
    const Shard part{document.small(shard, "number"), document.small(shard, "of")};
    if (part.number > 0 && part.number <= part.of && part.of <= kMostShards) return part;
    document.mistake(Mistake::OutOfRange, shard.place, "there is no such shard");
    return std::nullopt;
}

Millis readElapsed(Document& document, const Node& searched) {
    constexpr Millis kLongest = std::chrono::years{1000};
    const Millis elapsed{document.whole(searched, "milliseconds")};
    if (elapsed < Millis{0} || elapsed > kLongest) {
        document.mistake(Mistake::OutOfRange, searched.place, "no search takes so long");
    }
    return elapsed;
}

std::string readFoundFile(Document& document, const Node& found, const std::string& path) {
    const std::string file = document.text(found, "scenario");
    if (file.find('/') != std::string::npos) {
        document.mistake(Mistake::OutOfRange, found.place, "\"scenario\" takes the name of a file, without a folder");
        return {};
    }
    if (file.empty()) return {};
    return (std::filesystem::path(path).parent_path() / kFoundFolder / file).string();
}

}  // namespace mdsync
