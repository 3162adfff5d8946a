// What the documents of both searches hold, by chance and exhaustive: the rules, their counts, and where what was found
// lies.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "mdsync/rules.hpp"
#include "mdsync/shard.hpp"
#include "mdsync/time.hpp"
#include "result/document.hpp"

namespace mdsync {

// The counts of all rules, as an object by rule; and read again.
[[nodiscard]] nlohmann::ordered_json ruleCountsJson(const RuleCounts& counts);
[[nodiscard]] RuleCounts readRuleCounts(Document& document, const Document::Node& rules);

// The rule that a text names; a mistake if there is none.
[[nodiscard]] std::optional<RuleId> readRule(Document& document, const Document::Node& name);

// A shard, as an object; and read again: none, and a mistake, if there is no such shard.
[[nodiscard]] nlohmann::ordered_json shardJson(const Shard& shard);
[[nodiscard]] std::optional<Shard> readShard(Document& document, const Document::Node& shard);

// How long a search took so far, under the key `milliseconds`.
[[nodiscard]] Millis readElapsed(Document& document, const Document::Node& searched);

// Of the document at `path`: where the scenario is that `found` names under the key `scenario`; empty if it names none.
[[nodiscard]] std::string readFoundFile(Document& document, const Document::Node& found, const std::string& path);

// Calls read(node) for each element of the list under `key`; a mistake if there is none.
template <class Read>
void readEach(Document& document, const Document::Node& object, std::string_view key, const Read& read) {
    const Document::Node* list = document.member(object, key, json::Kind::List, true);
    if (list == nullptr) return;
    for (const Document::Node& node : document.children(*list)) read(node);
}

}  // namespace mdsync
